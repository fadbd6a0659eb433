/** FFmpeg's libraries and their constants. */
export type Library = typeof import("node-av/lib") & typeof import("node-av/constants");

let loading: Promise<Library> | undefined;

/**
 * Loads FFmpeg on first use: 0.15 s that commands without video needn't wait.
 *
 * Only node-av's low-level classes are used. Its high-level ones call `Promise.withResolvers`, which Node 20 lacks, and
 * then give zero frames without an error; and these give control over every frame's memory.
 */
export function library(): Promise<Library> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Library> {
  const [lib, constants] = await Promise.all([import("node-av/lib"), import("node-av/constants")]);
  // FFmpeg would print what we say in our errors.
  lib.Log.setLevel(constants.AV_LOG_QUIET);
  return { ...lib, ...constants };
}
