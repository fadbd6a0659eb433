import { MareyError } from "../error.js";
import type { Motion, MotionPerson } from "../motion/motion.js";
import { skeletons } from "../skeleton/layouts.js";
import { type Skeleton, skeleton } from "../skeleton/skeleton.js";
import type { NpyInput, NpyReadOptions } from "./npy.js";
import { type Npz, npzArray, npzPieces, readNpz } from "./npz.js";
import { joinPieces } from "./pieces.js";

/** Per-person arrays with their shape after the person axis: T frames, J joints. */
const PARTS = [
  ["positions", ["T", "J", 3]],
  ["state", ["T", "J"]],
  ["sigma", ["T", "J"]],
  ["reprojection", ["T", "J"]],
  ["views", ["T", "J"]],
  ["rest", ["J", 3]],
  ["rotations", ["T", "J", 4]],
  ["root", ["T", 3]],
] as const;

/**
 * Writes a motion as a NumPy archive: `frame_rate`, `first_frame` (scalars); `up`, `skeleton` (one text each), `joints`
 * (J texts), `parents` (J, int32), `people` (P ids, int32); for each person n = 0 … P−1 `positions_n` (T×J×3, float32,
 * metres, NaN where missing), `state_n` (T×J, uint8: 0 missing, 1 visible, 2 occluded, 3 inferred) and, where known,
 * `sigma_n`, `reprojection_n`, `views_n`, `rest_n` (J×3), `rotations_n` (T×J×4, quaternions x, y, z, w), `root_n` (T×3).
 */
export function writeMotionNpz(motion: Motion): Uint8Array<ArrayBuffer> {
  return joinPieces(motionNpzPieces(motion));
}

/** `writeMotionNpz` in pieces, without a copy of the motion. */
export function motionNpzPieces(motion: Motion): Generator<Uint8Array> {
  const { skeleton: layout, frameRate, firstFrame, frameCount, up, people } = motion;
  const arrays: Record<string, NpyInput> = {
    frame_rate: { shape: [], data: Float64Array.of(frameRate) },
    first_frame: { shape: [], data: Int32Array.of(firstFrame) },
    up: [up],
    skeleton: [layout.name],
    joints: [...layout.joints],
    parents: { shape: [layout.joints.length], data: Int32Array.from(layout.parents) },
    people: { shape: [people.length], data: Int32Array.from(people, ({ id }) => id) },
  };
  people.forEach((person, n) => {
    for (const [key, axes] of PARTS) {
      const data = person[key];
      if (data) arrays[`${key}_${n}`] = { shape: sizes(axes, frameCount, layout.joints.length), data };
    }
  });
  return npzPieces(arrays);
}

const sizes = (axes: readonly (number | "T" | "J")[], frames: number, joints: number) =>
  axes.map((axis) => (axis === "T" ? frames : axis === "J" ? joints : axis));

/**
 * Reads an archive that `writeMotionNpz` or a program following its description wrote.
 *
 * @throws MareyError `NPZ_ARRAY` naming the array that is missing or of another shape, and the errors of `readNpz`.
 */
export function readMotionNpz(bytes: Uint8Array, name = "npz", options: NpyReadOptions = {}): Motion {
  const npz = readNpz(bytes, name, options);
  const scalar = (key: string) => Number(npzArray(npz, key, [], name).data[0]);
  const layout = readLayout(npz, name);
  const joints = layout.joints.length;
  const ids = Array.from(npzArray(npz, "people", [-1], name).data, Number);
  const up = texts(npz, "up", name)[0];
  if (up !== "y" && up !== "z") throw wrong(name, `array "up" is "${up}", not "y" or "z"`);
  const frameRate = scalar("frame_rate");
  if (!(frameRate > 0 && frameRate < Infinity)) throw wrong(name, `array "frame_rate" is ${frameRate}`);
  const frameCount = ids.length === 0 ? 0 : npzArray(npz, "positions_0", [-1, joints, 3], name).shape[0];
  const people = ids.map((id, n) => readPerson(npz, id, n, frameCount, joints, name));
  return { skeleton: layout, frameRate, up, firstFrame: scalar("first_frame"), frameCount, people };
}

function readPerson(
  npz: Npz,
  id: number,
  n: number,
  frames: number,
  joints: number,
  name: string,
): MotionPerson {
  const read = (key: (typeof PARTS)[number][0]) => {
    const axes = PARTS.find(([part]) => part === key)?.[1] ?? [];
    return npzArray(npz, `${key}_${n}`, sizes(axes, frames, joints), name).data;
  };
  // What was read belongs to nobody else.
  const floats = (key: (typeof PARTS)[number][0]) => {
    const data = read(key);
    return data instanceof Float32Array ? data : Float32Array.from(data, Number);
  };
  const optional = (key: "sigma" | "reprojection" | "rest" | "rotations" | "root") =>
    npz.has(`${key}_${n}`) ? { [key]: floats(key) } : {};
  const positions = floats("positions");
  const states = read("state");
  const state = states instanceof Uint8Array ? states : Uint8Array.from(states, Number);
  const masks = npz.has(`views_${n}`) && read("views");
  if (state.some((value) => value > 3)) throw wrong(name, `array "state_${n}" holds values above 3`);
  for (let i = 0; i < state.length; i++) if (Number.isNaN(positions[i * 3])) state[i] = 0;
  return {
    id,
    positions,
    state,
    ...optional("sigma"),
    ...optional("reprojection"),
    ...(masks && { views: masks instanceof Uint32Array ? masks : Uint32Array.from(masks, Number) }),
    ...optional("rest"),
    ...optional("rotations"),
    ...optional("root"),
  };
}

function readLayout(npz: Npz, name: string): Skeleton {
  const joints = texts(npz, "joints", name);
  const parents = Array.from(npzArray(npz, "parents", [joints.length], name).data, Number);
  const [title] = texts(npz, "skeleton", name);
  const known = skeletons.find(
    (layout) =>
      layout.name === title &&
      layout.joints.length === joints.length &&
      layout.joints.every((joint, i) => joint === joints[i] && layout.parents[i] === parents[i]),
  );
  return (
    known ??
    skeleton(
      title ?? name,
      joints.map((joint, i) => [
        joint,
        parents[i] < 0 ? null : (joints[parents[i]] ?? `#${parents[i]}`),
        0.107,
      ]),
    )
  );
}

function texts(npz: Npz, key: string, name: string): string[] {
  const array = npz.get(key);
  if (array && "text" in array && array.text.length > 0) return array.text;
  throw wrong(name, `array "${key}" ${array ? "holds no text" : "is missing"}`);
}

const wrong = (name: string, what: string) =>
  new MareyError("NPZ_ARRAY", name, what, "Write the file with Marey, or as the format page describes");
