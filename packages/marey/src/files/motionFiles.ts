import { basename, dirname, extname, join } from "node:path";
import { MareyError } from "@marey/core";
import { fitMotion } from "@marey/core/fit";
import { type MotionFormat, type MotionWriteOptions, motionFormatOf } from "@marey/core/format";
import type { Motion } from "@marey/core/motion";
import { requireAbsent, type WriteOptions, writeWhole } from "./whole.js";

/** What was written. */
export interface MotionFiles {
  paths: string[];
  /** Mean distance between the given joints and those of the fitted skeleton, metres; absent when none was fitted here. */
  fitDistance?: number;
}

/**
 * Writes a motion in the format that the path's ending names; people go to a file each (`walk_P3.trc`) where the format
 * holds one. A skeleton is fitted first where the format needs one and the motion has none.
 *
 * @throws MareyError `FORMAT_UNKNOWN`, `MOTION_EMPTY`, `FILE_EXISTS` before anything is written, `FILE_WRITE`.
 */
export async function writeMotionFiles(
  path: string,
  motion: Motion,
  options: WriteOptions & MotionWriteOptions = {},
): Promise<MotionFiles> {
  const format = motionFormatOf(path);
  if (motion.people.length === 0)
    throw new MareyError(
      "MOTION_EMPTY",
      path,
      "there are no people to write",
      "Check how the motion was made",
    );
  const split = format.onePerson && motion.people.length > 1;
  const paths = split ? motion.people.map(({ id }) => personPath(path, id)) : [path];
  if (!options.force) for (const each of paths) await requireAbsent(each);
  const { fitted, fitDistance } = fitWhereNeeded(motion, format);
  for (const [i, each] of paths.entries()) {
    const part = split ? { ...fitted, people: fitted.people.slice(i, i + 1) } : fitted;
    await writeWhole(each, await format.write(part, basename(each), options), options);
  }
  return { paths, ...(fitDistance !== undefined && { fitDistance }) };
}

function fitWhereNeeded(motion: Motion, format: MotionFormat): { fitted: Motion; fitDistance?: number } {
  if (!format.fitted || motion.people.every(({ rotations }) => rotations)) return { fitted: motion };
  const { motion: fitted, reports } = fitMotion(motion);
  const sum = reports.reduce((total, { meanDistance }) => total + meanDistance, 0);
  return { fitted, fitDistance: sum / reports.length };
}

/** `walk.trc` → `walk_P3.trc`: Pose2Sim's way to name the files of several people. */
function personPath(path: string, id: number): string {
  const extension = extname(path);
  return join(dirname(path), `${basename(path, extension)}_P${id}${extension}`);
}
