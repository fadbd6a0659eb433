import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { MareyError } from "@marey/core";

/** First line of a demo's Config.toml. */
export const SIGN = "# Written by marey demo; it may replace this folder's contents.";

/** What a demo leaves in its folder. */
const OWN = ["motion", "overlay", "pose", "videos", "truth", "labels", "calibration", "scene.json"];

/**
 * Removes an earlier demo from a folder.
 *
 * @throws MareyError `FOLDER_FILLED` when the folder holds something else and `force` isn't given; `FILE_WRITE` where it
 *   is no folder that can be read.
 */
export async function clearDemo(folder: string, force = false): Promise<void> {
  const isDemo = (await readFile(join(folder, "Config.toml"), "utf8").catch(() => "")).startsWith(SIGN);
  const there = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === "ENOENT") return [];
    throw unusable(folder, error);
  });
  if (there.length > 0 && !isDemo && !force)
    throw new MareyError(
      "FOLDER_FILLED",
      folder,
      "the folder holds files that are not an earlier demo",
      "Choose another folder with --out, or pass --force",
    );
  if (isDemo) for (const name of OWN) await rm(join(folder, name), { recursive: true, force: true });
}

/** What to tell a person whose demo couldn't be written. */
export function unusable(path: string, cause: NodeJS.ErrnoException): MareyError {
  return new MareyError(
    "FILE_WRITE",
    path,
    `it can't be written (${cause.code ?? cause.message})`,
    "Choose another folder with --out, or free some space",
    { cause },
  );
}
