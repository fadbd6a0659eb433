import { MareyError } from "../error.js";
import type { Detection, Detections } from "../motion/keypoints.js";
import { body25, body25b, skeletons } from "../skeleton/layouts.js";
import type { Skeleton } from "../skeleton/skeleton.js";
import { type OpenPosePerson, readOpenPoseFrame } from "./openPoseFrame.js";
import { detectionsOf, withPartsOf } from "./openPoseParts.js";

/** A file with its name, as handed to readers of several files. */
export interface NamedBytes {
  name: string;
  bytes: Uint8Array;
}

export interface OpenPoseOptions {
  /**
   * The body's joint layout, or one with face and hands; recognised from the number and arrangement of the keypoints when
   * absent.
   */
  skeleton?: Skeleton;
  /** Leave face and hands out, if the files have any. */
  bodyOnly?: boolean;
  /** Hz; 30 when absent: the files don't say. */
  frameRate?: number;
  /** Size of the pictures in pixels; 0 when absent: the files don't say. */
  width?: number;
  height?: number;
  /** Where the files lie, for messages. */
  where?: string;
}

/**
 * Reads the files of one view, sorted by the last number in their names, which is the frame's number. Numbers that
 * are left out become frames without people; slots without keypoints are dropped. Where anybody's face or hands were found,
 * the layout is the body's extended by them (`body25+face70+hands`); the score is the mean confidence of the body.
 *
 * @throws MareyError `OPENPOSE_INVALID` naming the file: no number in its name, a number twice, keypoints of another
 *   count than the skeleton's; `OPENPOSE_SKELETON`; and the errors of `readOpenPoseFrame`.
 */
export function readOpenPose(files: Iterable<NamedBytes>, options: OpenPoseOptions = {}): Detections {
  const where = options.where ?? "OpenPose files";
  const numbered = numberFiles(files, where);
  const people = numbered.map(({ name, bytes }) => readOpenPoseFrame(bytes, name));
  const body = options.skeleton ?? recogniseOpenPose(people.flat(), where);
  const skeleton = options.bodyOnly ? body : withPartsOf(body, people.flat(), where);
  const firstFrame = numbered[0].number;
  const frames: Detection[][] = [];
  numbered.forEach(({ number, name }, i) => {
    while (frames.length < number - firstFrame) frames.push([]);
    frames.push(detectionsOf(people[i], skeleton, name));
  });
  const { frameRate = 30, width = 0, height = 0 } = options;
  return { skeleton, frameRate, width, height, firstFrame, frames };
}

function numberFiles(files: Iterable<NamedBytes>, where: string) {
  const invalid = (at: string, what: string, remedy: string) =>
    new MareyError("OPENPOSE_INVALID", at, what, remedy);
  const numbered = [...files].map(({ name, bytes }) => {
    const number = lastNumber(name);
    if (number === undefined)
      throw invalid(name, "its name has no frame number", "Name the files with one, as OpenPose does");
    return { name, bytes, number };
  });
  if (numbered.length === 0)
    throw invalid(where, "there are no files", "Point to a folder of OpenPose files");
  numbered.sort((a, b) => a.number - b.number);
  numbered.forEach(({ name, number }, i) => {
    const before = numbered[i - 1];
    if (before?.number === number)
      throw invalid(name, `has the same frame number as ${before.name}`, "Keep the files of one view only");
  });
  const span = numbered[numbered.length - 1].number - numbered[0].number + 1;
  // Numbers that aren't frame numbers (dates, identifiers) must not become millions of empty frames.
  if (span > 1000 + 20 * numbered.length)
    throw invalid(
      where,
      `${numbered.length} files span ${span} frame numbers (${numbered[0].name} to ${numbered[numbered.length - 1].name})`,
      "Check that the last number in each name is the number of its frame",
    );
  return numbered;
}

/** The last number in a file's name, its folder and extension aside; undefined when there is none. */
export function lastNumber(name: string): number | undefined {
  const stem = name.replace(/^.*[\\/]/, "").replace(/\.[^.]*$/, "");
  const digits = /(\d+)\D*$/.exec(stem.replace(/_keypoints$/, ""))?.[1];
  const number = digits === undefined ? undefined : Number(digits);
  return Number.isSafeInteger(number) ? number : undefined;
}

/**
 * The layout of OpenPose keypoints, from their number; BODY_25 and BODY_25B, which have equally many, from how far
 * apart keypoints 15 to 18 lie: eyes and ears of the one, ankles, neck and crown of the other.
 *
 * @throws MareyError `OPENPOSE_SKELETON` when no layout that ships has so many; BODY_25 when there are no people.
 */
export function recogniseOpenPose(
  people: readonly (OpenPosePerson | undefined)[],
  where = "OpenPose files",
): Skeleton {
  const isBody = (person?: OpenPosePerson) => person !== undefined && person.keypoints.length > 0;
  const count = (people.find(isBody)?.keypoints.length ?? 75) / 3;
  if (count === 25) return isBody25b(people) ? body25b : body25;
  const found = skeletons.find(({ joints }) => joints.length === count);
  if (found) return found;
  const known = [...new Set(skeletons.map(({ joints }) => joints.length))].join(", ");
  throw new MareyError(
    "OPENPOSE_SKELETON",
    where,
    `${count} keypoints a person, no known layout has so many (known: ${known})`,
    "State the skeleton, or detect with one of the known layouts",
  );
}

/**
 * Keypoints 15 to 18 are eyes and ears of BODY_25, close together, but ankles, neck and crown of BODY_25B, as far apart as
 * anything of a body. Whoever shows his back lacks some of them in either.
 */
function isBody25b(people: readonly (OpenPosePerson | undefined)[]): boolean {
  let apart = 0;
  let whole = 0;
  for (const person of people) {
    const k = person?.keypoints;
    if (k?.length !== 75) continue;
    const head = diameter(k.subarray(3 * 15, 3 * 19));
    if (head === 0) continue;
    apart += head;
    whole += diameter(k);
  }
  return apart > 0.4 * whole;
}

/** Diagonal of the upright rectangle around points that are known; 0 for less than two. */
function diameter(keypoints: Float64Array): number {
  const [low, high] = [
    [Infinity, Infinity],
    [-Infinity, -Infinity],
  ];
  for (let i = 0; i < keypoints.length; i += 3)
    for (let c = 0; c < 2; c++) {
      const value = keypoints[i + c];
      if (value < low[c]) low[c] = value;
      if (value > high[c]) high[c] = value;
    }
  return high[0] >= low[0] ? Math.hypot(high[0] - low[0], high[1] - low[1]) : 0;
}
