/** One of the ten cylinders: which of H36M-17's joints its axis joins, and how thick it is. */
export interface Cylinder {
  name: string;
  from: number;
  to: number;
  /** m; undefined for the trunk, whose radius is half the width of the shoulders. */
  radius?: number;
}

const [HIP, THORAX, HEAD] = [0, 8, 10];
const [RIGHT_HIP, RIGHT_KNEE, RIGHT_ANKLE] = [1, 2, 3];
const [LEFT_HIP, LEFT_KNEE, LEFT_ANKLE] = [4, 5, 6];
const [LEFT_SHOULDER, LEFT_ELBOW, LEFT_WRIST] = [11, 12, 13];
const [RIGHT_SHOULDER, RIGHT_ELBOW, RIGHT_WRIST] = [14, 15, 16];

/**
 * The Cylinder Man Model (Cheng et al. 2019): a person as ten cylinders between joints of H36M-17, to tell which joints the
 * body hides. Radii are the paper's, except that thighs have 7 cm in place of 5, which people's have.
 */
export const cylinders: readonly Cylinder[] = [
  { name: "head", from: THORAX, to: HEAD, radius: 0.1 },
  { name: "trunk", from: THORAX, to: HIP },
  { name: "left_upper_arm", from: LEFT_SHOULDER, to: LEFT_ELBOW, radius: 0.05 },
  { name: "left_forearm", from: LEFT_ELBOW, to: LEFT_WRIST, radius: 0.05 },
  { name: "right_upper_arm", from: RIGHT_SHOULDER, to: RIGHT_ELBOW, radius: 0.05 },
  { name: "right_forearm", from: RIGHT_ELBOW, to: RIGHT_WRIST, radius: 0.05 },
  { name: "left_thigh", from: LEFT_HIP, to: LEFT_KNEE, radius: 0.07 },
  { name: "left_shank", from: LEFT_KNEE, to: LEFT_ANKLE, radius: 0.05 },
  { name: "right_thigh", from: RIGHT_HIP, to: RIGHT_KNEE, radius: 0.07 },
  { name: "right_shank", from: RIGHT_KNEE, to: RIGHT_ANKLE, radius: 0.05 },
];

/** Numbers of a cylinder in `cylinderMan`'s result. */
export const CYLINDER_NUMBERS = 7;

/**
 * The cylinders of a person.
 *
 * @param joints 17×3 in the order of `h36m17`, m; of a body, the keypoints of its set `h36m17`.
 * @param out 10×7: both ends of the axis and the radius, m, in the order of `cylinders`. A cylinder with an end that isn't
 *   known is NaN there.
 */
export function cylinderMan(
  joints: ArrayLike<number>,
  out: Float64Array = new Float64Array(CYLINDER_NUMBERS * cylinders.length),
): Float64Array {
  for (let c = 0; c < cylinders.length; c++) {
    const { from, to, radius } = cylinders[c];
    const at = CYLINDER_NUMBERS * c;
    for (let axis = 0; axis < 3; axis++) {
      out[at + axis] = joints[3 * from + axis];
      out[at + 3 + axis] = joints[3 * to + axis];
    }
    out[at + 6] = radius ?? distance(joints, LEFT_SHOULDER, RIGHT_SHOULDER) / 2;
  }
  return out;
}

const distance = (joints: ArrayLike<number>, a: number, b: number) =>
  Math.hypot(
    joints[3 * a] - joints[3 * b],
    joints[3 * a + 1] - joints[3 * b + 1],
    joints[3 * a + 2] - joints[3 * b + 2],
  );
