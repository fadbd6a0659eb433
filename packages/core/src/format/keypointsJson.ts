import { z } from "zod";
import type { Detection, Detections, Keypoints, KeypointTrack } from "../motion/keypoints.js";
import type { Skeleton } from "../skeleton/skeleton.js";
import { layoutText, type MareyJsonOptions, parse, rounded, VERSION } from "./jsonHeader.js";
import { readRows, readStates, writeRows, writeStates } from "./jsonRows.js";

/** Writes people followed over time in one view. */
export function* writeKeypointsJson(keypoints: Keypoints, options: MareyJsonOptions = {}): Generator<string> {
  const { skeleton: layout, frameRate, width, height, firstFrame, frameCount, times } = keypoints;
  const joints = layout.joints.length;
  yield `{"format":"marey-keypoints","version":${VERSION},"skeleton":${layoutText(layout)},\n"frameRate":${frameRate},`;
  yield `"width":${width},"height":${height},"firstFrame":${firstFrame},"frameCount":${frameCount},`;
  if (times) yield `"times":${JSON.stringify(Array.from(times))},`;
  yield '"people":[';
  for (const [i, { id, data, state }] of keypoints.people.entries()) {
    yield `${i === 0 ? "\n" : ",\n"}{"id":${id},\n"data":`;
    yield* writeRows(data, frameCount, joints * 3, keypointRounding(options), true);
    yield ',\n"state":';
    yield* writeStates(state, frameCount, joints);
    yield "}";
  }
  yield "]}\n";
}

/** Writes people found frame by frame in one view. */
export function* writeDetectionsJson(
  detections: Detections,
  options: MareyJsonOptions = {},
): Generator<string> {
  const { head, frame, end } = detectionsJson(detections, options);
  yield head(detections.firstFrame);
  for (const people of detections.frames) yield frame(people);
  yield* end(detections);
}

/**
 * The pieces of a file of detections, for a writer to whom frames come one by one: what is known only after the last
 * frame stands at the end.
 */
export function detectionsJson(
  { skeleton: layout, frameRate, width, height }: Omit<Detections, "frames" | "firstFrame">,
  options: MareyJsonOptions = {},
): {
  head(firstFrame: number): string;
  frame(people: readonly Detection[]): string;
  /** Seconds and pictures of each frame, where they are told; in pieces, since a stream's fill no one text. */
  end(told: { times?: ArrayLike<number>; pictures?: ArrayLike<string> }): Iterable<string>;
} {
  const round = keypointRounding(options);
  let count = 0;
  const person = ({ box, score, id, joints }: Detection) =>
    JSON.stringify({
      ...(id !== undefined && { id }),
      ...(box && { box: box.map((value) => round(value, 0)) }),
      score: round(score, 2),
      joints: Array.from(joints, (value, i) => (Number.isFinite(value) ? round(value, i) : null)),
    });
  return {
    head: (firstFrame) =>
      `{"format":"marey-detections","version":${VERSION},"skeleton":${layoutText(layout)},\n"frameRate":${frameRate},` +
      `"width":${width},"height":${height},"firstFrame":${firstFrame},"frames":[`,
    frame: (people) => `${count++ === 0 ? "\n" : ",\n"}[${people.map(person).join(",")}]`,
    *end({ times, pictures }) {
      yield `],\n"frameCount":${count}`;
      if (times) yield* listText("times", times);
      if (pictures) yield* listText("pictures", pictures);
      yield "}\n";
    },
  };
}

function* listText(key: string, values: ArrayLike<unknown>): Generator<string> {
  yield `,"${key}":[`;
  for (let t = 0; t < values.length; t++) yield (t === 0 ? "" : ",") + JSON.stringify(values[t]);
  yield "]";
}

function keypointRounding(options: MareyJsonOptions): (value: number, column: number) => number {
  const pixels = rounded(options.pixels ?? 0.01);
  const confidence = rounded(1e-4);
  return (value, column) => (column % 3 === 2 ? confidence(value) : pixels(value));
}

const detectionSchema = z.object({
  id: z.number().int().optional(),
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]).optional(),
  score: z.number(),
  joints: z.unknown(),
});

/** A person followed over time as parsed. */
export function readTrack(
  person: { id: number; data?: unknown; state?: unknown },
  layout: Skeleton,
  frames: number,
  where: string,
): KeypointTrack {
  const joints = layout.joints.length;
  const data = readRows(person.data, frames, joints * 3, `${where}, "data"`);
  clearMissing(data);
  return { id: person.id, data, state: readStates(person.state, frames, joints, `${where}, "state"`) };
}

/** Somebody found in one frame as parsed. */
export function readDetection(stored: unknown, layout: Skeleton, where: string): Detection {
  const { id, box, score, joints } = parse(detectionSchema, stored, where);
  const values = readRows([joints], 1, layout.joints.length * 3, `${where}, "joints"`);
  clearMissing(values);
  return { ...(id !== undefined && { id }), ...(box && { box }), score, joints: values };
}

/** A joint whose coordinates are missing is NaN, NaN, 0. */
function clearMissing(data: Float32Array): void {
  for (let i = 0; i < data.length; i += 3)
    if (!Number.isFinite(data[i] + data[i + 1] + data[i + 2])) data.set([NaN, NaN, 0], i);
}
