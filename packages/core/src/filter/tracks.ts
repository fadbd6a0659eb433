import type { Motion, MotionPerson } from "../motion/motion.js";
import { JointState } from "../motion/state.js";

/**
 * Filters one coordinate of one joint over the whole clip: reads T samples of `x` (NaN where missing), writes T to `out`
 * (another array), and may set `replaced[t]` to 1 where it threw a measured sample away.
 */
export type TrackFilter = (x: Float64Array, out: Float64Array, replaced: Uint8Array) => void;

/** Applies filters, one after the other, to every coordinate of everybody's joints. See `filterPerson`. */
export function filterMotion(motion: Motion, ...filters: readonly TrackFilter[]): Motion {
  const joints = motion.skeleton.joints.length;
  return { ...motion, people: motion.people.map((person) => filterPerson(person, joints, ...filters)) };
}

/**
 * Applies filters, one after the other, to every coordinate of a person's joints; between them the numbers stay doubles.
 *
 * A joint that was missing and is now placed, or whose sample was replaced as an outlier, becomes `inferred`; one that
 * a filter took away becomes NaN and `missing`; other states are kept. Where a joint was filled in its sigma becomes
 * NaN: these filters don't know it. A skeleton fitted to the old positions is dropped. Whole clip, a column at a time:
 * an hour of motion needs three columns of extra memory besides the result.
 *
 * @param joints J.
 */
export function filterPerson(
  person: MotionPerson,
  joints: number,
  ...filters: readonly TrackFilter[]
): MotionPerson {
  const { rest, rotations, root, ...kept } = person;
  const positions = Float32Array.from(person.positions);
  const frames = positions.length / (3 * joints);
  let column: Float64Array = new Float64Array(frames);
  let spare: Float64Array = new Float64Array(frames);
  const replaced = new Uint8Array(frames);
  const state = Uint8Array.from(person.state);
  const sigma = person.sigma && Float32Array.from(person.sigma);
  for (let joint = 0; joint < joints; joint++) {
    replaced.fill(0);
    for (let axis = 0; axis < 3; axis++) {
      for (let t = 0; t < frames; t++) column[t] = positions[3 * (t * joints + joint) + axis];
      for (const filter of filters) {
        filter(column, spare, replaced);
        [column, spare] = [spare, column];
      }
      for (let t = 0; t < frames; t++) positions[3 * (t * joints + joint) + axis] = column[t];
    }
    for (let t = 0; t < frames; t++) settle(t * joints + joint, replaced[t] === 1, positions, state, sigma);
  }
  return { ...kept, positions, state, ...(sigma && { sigma }) };
}

function settle(
  at: number,
  replaced: boolean,
  positions: Float32Array,
  state: Uint8Array,
  sigma?: Float32Array,
) {
  const i = 3 * at;
  const placed = !Number.isNaN(positions[i] + positions[i + 1] + positions[i + 2]);
  if (!placed) {
    positions.fill(NaN, i, i + 3);
    state[at] = JointState.missing;
  } else if (replaced || state[at] === JointState.missing) state[at] = JointState.inferred;
  else return;
  if (sigma) sigma[at] = NaN;
}
