import { MareyError } from "@marey/core";
import type { Frame, FrameSource } from "@marey/core/seam";
import { makeAhead } from "./ahead.js";
import { type SourceOptions, warn } from "./options.js";
import { fitted } from "./painter.js";
import { countFrames, describeRange, type Range, rangeOf, standing } from "./range.js";
import { readStill, readStillSize } from "./still.js";

/** A picture file, and how messages call its place. */
interface Named {
  file: string;
  where: string;
}

/** Picture files, one after the other. */
export interface Names {
  next(): Promise<Named | undefined>;
  /** Makes a `next` that waits give undefined. */
  close(): void;
  /** How many there are, where that is known. */
  count?: number;
}

/**
 * Opens pictures as frames, by their order. Pictures of other sizes than the first come in their own.
 *
 * @param name The whole, for messages.
 * @throws MareyError `FRAME_LIMITS`, `FRAME_RANGE`, `LIST_EMPTY`, and as `readStill`, also while iterating.
 */
export async function openSequence(
  name: string,
  names: Names,
  options: SourceOptions = {},
): Promise<FrameSource> {
  const { frameRate = 30, longerSide, signal } = options;
  const range = rangeOf(options, name);
  const picker = openPicker(names, range, frameRate, options);
  const onAbort = () => names.close();
  signal?.addEventListener("abort", onAbort);
  const release = () => {
    signal?.removeEventListener("abort", onAbort);
    names.close();
  };

  const first = await picker
    .attempt(({ file }) => readStillSize(file))
    .catch((error) => {
      release();
      throw error;
    });
  if (!first) {
    release();
    throw nothingIn(name, names.count ?? picker.count(), picker.broken(), range);
  }
  let waiting: typeof first | undefined = first;
  const frames = makeAhead<Frame>(2, async () => {
    const begun = waiting && Promise.resolve(waiting);
    waiting = undefined;
    const found = await picker.attempt(({ file }) => readStill(file, { longerSide }), begun);
    return found && { index: found.index, time: found.time, image: found.made, name: found.file };
  });
  const close = async () => {
    release();
    await frames.stop();
  };
  async function* iterate() {
    try {
      for (let frame = await frames.next(); frame; frame = await frames.next()) yield frame;
    } finally {
      await close();
    }
  }
  const size = first.made;
  const given = fitted(size, longerSide);
  return {
    ...size,
    deliveredWidth: given.width,
    deliveredHeight: given.height,
    frameRate,
    frameCount: countFrames(names.count ?? 0, range, frameRate),
    close,
    [Symbol.asyncIterator]: iterate,
  };
}

/** A picture of the range. */
interface Picked extends Named {
  index: number;
  /** Seconds from the first. */
  time: number;
}

/** Takes the range's pictures from their names, and leaves broken ones out where that is wished. */
function openPicker(names: Names, range: Range, frameRate: number, options: SourceOptions) {
  let index = -1;
  let broken = 0;
  let origin = range.startTime === undefined ? range.start : undefined;
  async function next(): Promise<Picked | undefined> {
    for (;;) {
      const named = await names.next();
      options.signal?.throwIfAborted();
      const time = ++index / frameRate;
      const stands = standing(range, index, time);
      if (!named || stands === "after") return undefined;
      if (stands === "before") continue;
      origin ??= index;
      if ((index - origin) % range.step === 0) return { ...named, index, time };
    }
  }
  /** The next picture, from `entry` on, for which the work succeeds. */
  async function attempt<T>(work: (picked: Picked) => Promise<T>, entry = next()) {
    for (let picked = await entry; picked; picked = await next()) {
      try {
        return { ...picked, made: await work(picked) };
      } catch (cause) {
        options.signal?.throwIfAborted();
        if (!(cause instanceof MareyError)) throw cause;
        const error = placed(cause, picked);
        if (!options.skipBroken) throw error;
        broken++;
        warn(options, error);
      }
    }
    return undefined;
  }
  return { attempt, broken: () => broken, count: () => index };
}

/** An error of one picture, told by its place in the whole. */
function placed(cause: MareyError, { file, where }: Named): MareyError {
  const { code, what, remedy } = cause;
  return where === file ? cause : new MareyError(code, where, what, remedy, { cause });
}

function nothingIn(name: string, count: number, broken: number, range: Range): MareyError {
  if (broken > 0)
    return new MareyError(
      "LIST_EMPTY",
      name,
      "none of its pictures can be read",
      "Check their paths, or copy them again",
    );
  if (count === 0)
    return new MareyError(
      "LIST_EMPTY",
      name,
      "it names no picture",
      "Give the path of a picture in each line",
    );
  const what = `no picture lies ${describeRange(range)}; it has ${count}`;
  return new MareyError("FRAME_RANGE", name, what, "Choose a range inside them");
}
