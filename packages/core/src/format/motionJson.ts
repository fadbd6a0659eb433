import type { Motion, MotionPerson } from "../motion/motion.js";
import { JointState } from "../motion/state.js";
import type { Skeleton } from "../skeleton/skeleton.js";
import { layoutText, type MareyJsonOptions, rounded, VERSION } from "./jsonHeader.js";
import { invalidMareyJson, readRows, readStates, writeRows, writeStates } from "./jsonRows.js";

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

/** A person of a motion as parsed. */
export function readMotionPerson(
  person: Record<string, unknown>,
  layout: Skeleton,
  frames: number,
  where: string,
): MotionPerson {
  const joints = layout.joints.length;
  if (!Number.isInteger(person.id)) throw invalidMareyJson(where, "it has no id");
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
