import { quaternionToMatrix } from "../array/rotation.js";

/** Joint indices such that each parent stands before its children. */
export function parentsFirst(parents: readonly number[]): number[] {
  const order: number[] = [];
  const visit = (joint: number) => {
    order.push(joint);
    for (let child = 0; child < parents.length; child++) if (parents[child] === joint) visit(child);
  };
  parents.forEach((parent, joint) => {
    if (parent < 0) visit(joint);
  });
  return order;
}

/**
 * World positions of a posed skeleton: a root stands at `root`, a child at its parent plus the parent's world rotation
 * times its rest offset.
 *
 * @param rest J×3, metres.
 * @param rotations T×J×4 quaternions (x, y, z, w), relative to the parent.
 * @param root T×3, metres.
 * @returns T×J×3, metres.
 */
export function forwardKinematics(
  parents: readonly number[],
  rest: ArrayLike<number>,
  rotations: Float32Array | Float64Array,
  root: ArrayLike<number>,
): Float64Array {
  const joints = parents.length;
  const frames = root.length / 3;
  const order = parentsFirst(parents);
  const positions = new Float64Array(frames * joints * 3);
  const world = new Float64Array(joints * 9);
  const local = new Float64Array(9);
  for (let t = 0; t < frames; t++)
    for (const joint of order) {
      const o = (t * joints + joint) * 3;
      const q = (t * joints + joint) * 4;
      quaternionToMatrix(rotations.subarray(q, q + 4), local);
      const parent = parents[joint];
      if (parent < 0) {
        world.set(local, joint * 9);
        for (let k = 0; k < 3; k++) positions[o + k] = root[t * 3 + k];
        continue;
      }
      const p = (t * joints + parent) * 3;
      placeChild(world, parent * 9, rest, joint * 3, positions, p, o);
      multiply(world, parent * 9, local, world, joint * 9);
    }
  return positions;
}

/** positions[o…] = positions[p…] + W·offset. */
export function placeChild(
  W: Float64Array,
  w: number,
  offsets: ArrayLike<number>,
  f: number,
  positions: Float64Array,
  p: number,
  o: number,
): void {
  for (let k = 0; k < 3; k++)
    positions[o + k] =
      positions[p + k] +
      W[w + 3 * k] * offsets[f] +
      W[w + 3 * k + 1] * offsets[f + 1] +
      W[w + 3 * k + 2] * offsets[f + 2];
}

/** out[o…] = A[a…]·B, 3×3 row-major; out may not be B. */
export function multiply(A: Float64Array, a: number, B: Float64Array, out: Float64Array, o: number): void {
  for (let r = 0; r < 9; r += 3)
    for (let c = 0; c < 3; c++)
      out[o + r + c] = A[a + r] * B[c] + A[a + r + 1] * B[3 + c] + A[a + r + 2] * B[6 + c];
}
