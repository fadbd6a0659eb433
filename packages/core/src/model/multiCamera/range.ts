import type { MotionPerson } from "../../motion/motion.js";
import { JointState } from "../../motion/state.js";
import type { FrameRange } from "./observations.js";

/** A person's frames `[start, end)`; a fitted skeleton is dropped. The memory is the person's. */
export function slicePerson(person: MotionPerson, { start, end }: FrameRange, joints: number): MotionPerson {
  const { id, positions, state, sigma, reprojection, views } = person;
  const [from, to] = [start * joints, end * joints];
  return {
    id,
    positions: positions.subarray(3 * from, 3 * to),
    state: state.subarray(from, to),
    ...(sigma && { sigma: sigma.subarray(from, to) }),
    ...(reprojection && { reprojection: reprojection.subarray(from, to) }),
    ...(views && { views: views.subarray(from, to) }),
  };
}

/** A person known in the frames of `range` only, laid into a take of `frameCount` frames; missing elsewhere. */
export function padPerson(
  person: MotionPerson,
  { start }: FrameRange,
  frameCount: number,
  joints: number,
): MotionPerson {
  const { id, positions, state, sigma, reprojection, views } = person;
  const at = start * joints;
  const size = frameCount * joints;
  const floats = (values: Float32Array, width = 1) => {
    const out = new Float32Array(size * width).fill(NaN);
    out.set(values, at * width);
    return out;
  };
  const states = new Uint8Array(size).fill(JointState.missing);
  states.set(state, at);
  const masks = views && new Uint32Array(size);
  if (views) masks?.set(views, at);
  return {
    id,
    positions: floats(positions, 3),
    state: states,
    ...(sigma && { sigma: floats(sigma) }),
    ...(reprojection && { reprojection: floats(reprojection) }),
    ...(masks && { views: masks }),
  };
}
