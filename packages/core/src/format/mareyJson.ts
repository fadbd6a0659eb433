import { z } from "zod";
import { MareyError } from "../error.js";
import type { Detection, Detections, Keypoints, KeypointTrack } from "../motion/keypoints.js";
import type { Motion, MotionPerson } from "../motion/motion.js";
import { JointState } from "../motion/state.js";
import { findSkeleton } from "../skeleton/layouts.js";
import { type Skeleton, skeleton } from "../skeleton/skeleton.js";
import { readRows, readStates, writeRows, writeStates } from "./jsonRows.js";
import { readJson } from "./lines.js";

/** What a Marey JSON file can hold. */
export type MareyFile =
  | { kind: "motion"; motion: Motion }
  | { kind: "keypoints"; keypoints: Keypoints }
  | { kind: "detections"; detections: Detections };

export interface MareyJsonOptions {
  /** Metres that positions are rounded to; 0.00001 when absent. */
  metres?: number;
  /** Pixels that keypoints are rounded to; 0.01 when absent. */
  pixels?: number;
}

const VERSION = 1;
const REMEDY = "Write the file again with Marey, or convert the original again";

const rounded = (step: number) => {
  // Dividing by a whole number gives the shortest decimals; multiplying by 0.01 doesn't.
  const per = Math.round(1 / step);
  return (value: number) => Math.round(value * per) / per;
};

const layoutText = ({ name, joints, parents, edges, sigmas, mirror }: Skeleton) => {
  // Sides in the names say who is whose partner; points of a face have none.
  const isSaid = mirror.every((partner, i) => partner === i || /^(left|right)_/.test(joints[i]));
  return JSON.stringify({ name, joints, parents, edges, sigmas, ...(!isSaid && { mirror }) });
};

/** Writes a motion; NaN is null, states are kept. Pieces of text, to be written one after the other. */
export function* writeMotionJson(motion: Motion, options: MareyJsonOptions = {}): Generator<string> {
  const { skeleton: layout, frameRate, up, firstFrame, frameCount } = motion;
  const metres = rounded(options.metres ?? 1e-5);
  yield `{"format":"marey-motion","version":${VERSION},"units":"m","skeleton":${layoutText(layout)},\n`;
  yield `"frameRate":${frameRate},"up":"${up}","firstFrame":${firstFrame},"frameCount":${frameCount},"people":[`;
  for (const [i, person] of motion.people.entries()) {
    yield `${i === 0 ? "\n" : ",\n"}{"id":${person.id}`;
    for (const [key, width, values, step] of motionArrays(person, layout.joints.length)) {
      if (!values) continue;
      yield `,\n"${key}":`;
      yield* writeRows(values, width === 0 ? 0 : values.length / width, width, step ? rounded(step) : metres);
    }
    yield ',\n"state":';
    yield* writeStates(person.state, frameCount, layout.joints.length);
    yield "}";
  }
  yield "]}\n";
}

type MotionKey = "positions" | "sigma" | "reprojection" | "views" | "rest" | "rotations" | "root" | "shape";

/** The arrays of a person: key, values a row, values, rounding step (metres' own when absent). */
const motionArrays = (person: Partial<MotionPerson>, joints: number) =>
  [
    ["positions", joints * 3, person.positions, undefined],
    ["sigma", joints, person.sigma, undefined],
    ["reprojection", joints, person.reprojection, 0.001],
    ["views", joints, person.views, 1],
    ["rest", 3, person.rest, undefined],
    ["rotations", joints * 4, person.rotations, 1e-6],
    ["root", 3, person.root, undefined],
    ["shape", person.shape?.length ?? 0, person.shape, 1e-6],
  ] as const satisfies readonly (readonly [MotionKey, number, ArrayLike<number> | undefined, number?])[];

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

const whole = z.number().int();
const layoutSchema = z.object({
  name: z.string(),
  joints: z.array(z.string()).min(1),
  parents: z.array(whole),
  edges: z.array(z.tuple([whole, whole])),
  sigmas: z.array(z.number()),
  mirror: z.array(whole).optional(),
});
const header = {
  version: z.literal(VERSION),
  skeleton: layoutSchema,
  frameRate: z.number().positive(),
  firstFrame: whole,
  frameCount: whole.nonnegative(),
};
const view = {
  width: z.number().nonnegative(),
  height: z.number().nonnegative(),
  times: z.array(z.number()).optional(),
};
const rows = z.unknown();
const fileSchema = z.discriminatedUnion("format", [
  z.object({
    format: z.literal("marey-motion"),
    ...header,
    up: z.enum(["y", "z"]),
    people: z.array(z.record(z.string(), rows)),
  }),
  z.object({
    format: z.literal("marey-keypoints"),
    ...header,
    ...view,
    people: z.array(z.object({ id: whole, data: rows, state: rows })),
  }),
  z.object({
    format: z.literal("marey-detections"),
    ...header,
    ...view,
    frames: z.array(z.array(rows)),
    pictures: z.array(z.string()).optional(),
  }),
]);
const detectionSchema = z.object({
  id: whole.optional(),
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]).optional(),
  score: z.number(),
  joints: z.unknown(),
});

/**
 * Reads a Marey JSON file of any kind.
 *
 * @throws MareyError `JSON_INVALID` when it is truncated, `MAREY_JSON_INVALID` when a field is missing or wrong,
 *   `MAREY_JSON_VERSION` when a newer Marey wrote it, `SKELETON_INVALID`.
 */
export function readMareyJson(bytes: Uint8Array, name = "marey.json"): MareyFile {
  const content = readJson(bytes, name);
  const version = (content as { version?: unknown } | null)?.version;
  if (typeof version === "number" && version > VERSION)
    throw new MareyError("MAREY_JSON_VERSION", name, `version ${version} is newer than this Marey reads (${VERSION})`, "Update Marey"); // biome-ignore format: one message
  const file = parse(fileSchema, content, name);
  const layout = readLayout(file.skeleton, name);
  const { frameRate, firstFrame, frameCount } = file;
  const common = { skeleton: layout, frameRate, firstFrame };
  switch (file.format) {
    case "marey-motion": {
      const people = file.people.map((person, i) =>
        readPerson(person, layout, frameCount, `${name}, person ${i}`),
      );
      return { kind: "motion", motion: { ...common, up: file.up, frameCount, people } };
    }
    case "marey-keypoints": {
      const people = file.people.map((person, i) =>
        readTrack(person, layout, frameCount, `${name}, person ${i}`),
      );
      return { kind: "keypoints", keypoints: { ...common, ...readView(file), frameCount, people } };
    }
    default: {
      const { pictures } = file;
      if (file.frames.length !== frameCount)
        throw invalid(name, `${file.frames.length} frames, the file says ${frameCount}`);
      if (pictures && pictures.length !== frameCount)
        throw invalid(name, `${pictures.length} names of pictures for ${frameCount} frames`);
      const frames = file.frames.map((people, t) =>
        people.map((person) => readDetection(person, layout, `${name}, frame ${t}`)),
      );
      const named = pictures && { pictures };
      return { kind: "detections", detections: { ...common, ...readView(file), frames, ...named } };
    }
  }
}

function readView({ width, height, times }: { width: number; height: number; times?: number[] }) {
  return { width, height, ...(times && { times: Float64Array.from(times) }) };
}

function readPerson(
  person: Record<string, unknown>,
  layout: Skeleton,
  frames: number,
  where: string,
): MotionPerson {
  const joints = layout.joints.length;
  if (!Number.isInteger(person.id)) throw invalid(where, "it has no id");
  const read = (key: MotionKey, width: number, count = frames) =>
    readRows(person[key], count, width, `${where}, "${key}"`);
  const optional = <T>(key: MotionKey, make: () => T) => (person[key] === undefined ? {} : { [key]: make() });
  const shape = Array.isArray(person.shape) && Array.isArray(person.shape[0]) ? person.shape[0].length : 0;
  const positions = read("positions", joints * 3);
  const state = readStates(person.state, frames, joints, `${where}, "state"`);
  for (let i = 0; i < state.length; i++) if (Number.isNaN(positions[i * 3])) state[i] = JointState.missing;
  return {
    id: person.id as number,
    positions,
    state,
    ...optional("sigma", () => read("sigma", joints)),
    ...optional("reprojection", () => read("reprojection", joints)),
    ...optional("views", () =>
      readRows(person.views, frames, joints, `${where}, "views"`, (n) => new Uint32Array(n)),
    ),
    ...optional("rest", () => read("rest", 3, joints)),
    ...optional("rotations", () => read("rotations", joints * 4)),
    ...optional("root", () => read("root", 3)),
    ...optional("shape", () => read("shape", shape, 1)),
  };
}

function readTrack(
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

function readDetection(stored: unknown, layout: Skeleton, where: string): Detection {
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

function readLayout(stored: z.infer<typeof layoutSchema>, name: string): Skeleton {
  const { joints, parents, edges, sigmas, mirror = [] } = stored;
  const known = findSkeleton(stored.name);
  const same = (a: readonly unknown[], b: readonly unknown[]) =>
    a.length === b.length && a.every((value, i) => value === b[i]);
  if (known && same(known.joints, joints) && same(known.parents, parents)) return known;
  if (parents.length !== joints.length || sigmas.length !== joints.length)
    throw invalid(name, "the skeleton's parents or sigmas are not as many as its joints");
  const jointName = (i: number) => joints[i] ?? `#${i}`;
  return skeleton(
    stored.name,
    joints.map((joint, i) => [joint, parents[i] < 0 ? null : jointName(parents[i]), sigmas[i]]),
    edges.map(([a, b]) => [jointName(a), jointName(b)]),
    mirror.map((partner, i) => [jointName(i), jointName(partner)]),
  );
}

function parse<T>(schema: z.ZodType<T>, content: unknown, name: string): T {
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const at = issue.path.length === 0 ? "" : `"${issue.path.join(".")}": `;
  throw invalid(name, `${at}${issue.message.replace(/\.$/, "")}`);
}

const invalid = (where: string, what: string) => new MareyError("MAREY_JSON_INVALID", where, what, REMEDY);
