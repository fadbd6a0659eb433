import { invert3 } from "../array/matrix.js";
import { matrixToRotationVector, rotationVectorToMatrix } from "../array/rotation.js";
import { type Figure, placeJoints } from "./figure.js";

/** Working space for `refine`; K joints. */
export interface Refiner {
  /** K×9 and K×3: curvature and slope of a subtree's cost over a shift of its joint. */
  curvature: Float64Array;
  slope: Float64Array;
  /** K×9, K×9, K×3: the same over its turn: inverse curvature, mixed with the shift, slope. */
  turnInverse: Float64Array;
  mixed: Float64Array;
  turnSlope: Float64Array;
  /** K×9 and K×3: the pose before a step, to go back to. */
  worldBefore: Float64Array;
  positionBefore: Float64Array;
}

export function refiner(joints: number): Refiner {
  const nine = () => new Float64Array(joints * 9);
  const three = () => new Float64Array(joints * 3);
  return {
    curvature: nine(),
    slope: three(),
    turnInverse: nine(),
    mixed: nine(),
    turnSlope: three(),
    worldBefore: nine(),
    positionBefore: three(),
  };
}

/**
 * Moves the root and turns the joints so that Σ weight · |position − target|² + Σ stiffness · |turn from the expected
 * rotation|² is least (Levenberg–Marquardt over world rotations). A subtree's cost depends on its parent through one point only, so each step is solved exactly by going up
 * the tree with 3×3 matrices: linear in the number of joints, no normal equations. What the targets don't determine,
 * such as the turn of a bone around itself, stays as it is.
 *
 * @returns The cost.
 */
export function refine(body: Figure, space: Refiner, steps = 12): number {
  let damping = 1e-7;
  let cost = costOf(body);
  for (let step = 0; step < steps; step++) {
    space.worldBefore.set(body.world);
    space.positionBefore.set(body.position);
    goUp(body, space, damping);
    const moved = goDown(body, space);
    const now = costOf(body);
    if (!(now <= cost * (1 + 1e-12))) {
      body.world.set(space.worldBefore);
      body.position.set(space.positionBefore);
      damping *= 100;
      if (damping > 10) break;
      continue;
    }
    const gained = cost - now;
    cost = now;
    damping = Math.max(1e-9, damping / 10);
    if (moved < 1e-9 || gained < 1e-5 * now) break;
  }
  return cost;
}

function costOf(body: Figure): number {
  const { target, weight, position, stiffness } = body;
  let sum = 0;
  for (let i = 0; i < weight.length; i++) {
    if (stiffness[i] > 0) {
      const [x, y, z] = turnFromExpected(body, i);
      sum += stiffness[i] * (x * x + y * y + z * z);
    }
    if (weight[i] === 0) continue;
    for (let k = 3 * i; k < 3 * i + 3; k++) sum += weight[i] * (position[k] - target[k]) ** 2;
  }
  return sum;
}

/** The rotation vector of R·Eᵀ. */
function turnFromExpected({ world, expected }: Figure, joint: number): Float64Array {
  const c = 9 * joint;
  for (let r = 0; r < 3; r++)
    for (let k = 0; k < 3; k++)
      turn[3 * r + k] =
        world[c + 3 * r] * expected[c + 3 * k] +
        world[c + 3 * r + 1] * expected[c + 3 * k + 1] +
        world[c + 3 * r + 2] * expected[c + 3 * k + 2];
  return matrixToRotationVector(turn);
}

const turn = new Float64Array(9);
const inverse = new Float64Array(9);

/** From the leaves: each subtree's cost as a quadratic in its joint's shift, the turns eliminated. */
function goUp(body: Figure, space: Refiner, damping: number) {
  const { tree, rest, target, weight, world, position, stiffness } = body;
  const { curvature, slope, turnInverse, mixed, turnSlope } = space;
  curvature.fill(0);
  slope.fill(0);
  mixed.fill(0);
  turnSlope.fill(0);
  turnInverse.fill(0);
  for (let n = tree.order.length - 1; n >= 0; n--) {
    const joint = tree.order[n];
    const c = 9 * joint;
    const s = 3 * joint;
    if (weight[joint] > 0)
      for (let k = 0; k < 3; k++) {
        curvature[c + 4 * k] += weight[joint];
        slope[s + k] += weight[joint] * (position[s + k] - target[s + k]);
      }
    if (stiffness[joint] > 0) {
      const away = turnFromExpected(body, joint);
      for (let k = 0; k < 3; k++) {
        turnInverse[c + 4 * k] += stiffness[joint];
        turnSlope[s + k] += stiffness[joint] * away[k];
      }
    }
    if (tree.children[joint].length > 0) eliminateTurn(space, c, s, damping);
    const parent = tree.skeleton.parents[joint];
    if (parent >= 0) addToParent(space, world, rest, joint, parent);
  }
}

/** H ← H − M A⁻¹ Mᵀ, g ← g − M A⁻¹ a; A is kept inverted. */
function eliminateTurn(space: Refiner, c: number, s: number, damping: number) {
  const { curvature: H, slope: g, turnInverse, mixed: M, turnSlope: a } = space;
  for (let i = 0; i < 9; i++) turn[i] = turnInverse[c + i] + (i % 4 === 0 ? damping : 0);
  invert3(turn, inverse);
  for (let i = 0; i < 9; i++) turnInverse[c + i] = inverse[i];
  for (let r = 0; r < 3; r++) {
    const m = c + 3 * r;
    const x = M[m] * inverse[0] + M[m + 1] * inverse[3] + M[m + 2] * inverse[6];
    const y = M[m] * inverse[1] + M[m + 1] * inverse[4] + M[m + 2] * inverse[7];
    const z = M[m] * inverse[2] + M[m + 1] * inverse[5] + M[m + 2] * inverse[8];
    g[s + r] -= x * a[s] + y * a[s + 1] + z * a[s + 2];
    for (let k = 0; k < 3; k++) {
      const n = c + 3 * k;
      H[m + k] -= x * M[n] + y * M[n + 1] + z * M[n + 2];
    }
  }
}

/** A child's shift is its parent's plus the parent's turn × arm; adds its quadratic to the parent's. */
function addToParent(space: Refiner, world: Float64Array, rest: Float64Array, joint: number, parent: number) {
  const { curvature: H, slope: g, turnInverse: A, mixed: M, turnSlope: a } = space;
  const c = 9 * joint;
  const s = 3 * joint;
  const p = 9 * parent;
  const x = world[p] * rest[s] + world[p + 1] * rest[s + 1] + world[p + 2] * rest[s + 2];
  const y = world[p + 3] * rest[s] + world[p + 4] * rest[s + 1] + world[p + 5] * rest[s + 2];
  const z = world[p + 6] * rest[s] + world[p + 7] * rest[s + 1] + world[p + 8] * rest[s + 2];
  for (let r = 0; r < 3; r++) {
    const h0 = H[c + 3 * r];
    const h1 = H[c + 3 * r + 1];
    const h2 = H[c + 3 * r + 2];
    H[p + 3 * r] += h0;
    H[p + 3 * r + 1] += h1;
    H[p + 3 * r + 2] += h2;
    // H·S with S = −[arm]×, so that S·ω = ω × arm
    turn[3 * r] = h2 * y - h1 * z;
    turn[3 * r + 1] = h0 * z - h2 * x;
    turn[3 * r + 2] = h1 * x - h0 * y;
    g[3 * parent + r] += g[s + r];
  }
  for (let i = 0; i < 9; i++) M[p + i] += turn[i];
  // Sᵀ·v = arm × v
  for (let k = 0; k < 3; k++) {
    A[p + k] += y * turn[6 + k] - z * turn[3 + k];
    A[p + 3 + k] += z * turn[k] - x * turn[6 + k];
    A[p + 6 + k] += x * turn[3 + k] - y * turn[k];
  }
  a[3 * parent] += y * g[s + 2] - z * g[s + 1];
  a[3 * parent + 1] += z * g[s] - x * g[s + 2];
  a[3 * parent + 2] += x * g[s + 1] - y * g[s];
}

const shift = new Float64Array(3);
const omega = new Float64Array(3);

/** From the root: the step itself. @returns The longest turn or shift. */
function goDown(body: Figure, space: Refiner): number {
  const { tree, world, position } = body;
  const {
    curvature: H,
    slope: g,
    turnInverse: A,
    mixed: M,
    turnSlope: a,
    positionBefore,
    worldBefore,
  } = space;
  let longest = 0;
  for (const joint of tree.order) {
    const c = 9 * joint;
    const s = 3 * joint;
    const parent = tree.skeleton.parents[joint];
    if (parent < 0) {
      for (let i = 0; i < 9; i++) turn[i] = H[c + i] + (i % 4 === 0 ? 1e-9 : 0);
      invert3(turn, inverse);
      for (let r = 0; r < 3; r++) {
        const by = -(inverse[3 * r] * g[s] + inverse[3 * r + 1] * g[s + 1] + inverse[3 * r + 2] * g[s + 2]);
        position[s + r] += by;
        longest = Math.max(longest, Math.abs(by));
      }
    }
    if (tree.children[joint].length === 0) continue;
    // `linearShift` of its ancestors has left in `position` where they take this joint to first order.
    for (let k = 0; k < 3; k++) shift[k] = position[s + k] - positionBefore[s + k];
    const b0 = a[s] + M[c] * shift[0] + M[c + 3] * shift[1] + M[c + 6] * shift[2];
    const b1 = a[s + 1] + M[c + 1] * shift[0] + M[c + 4] * shift[1] + M[c + 7] * shift[2];
    const b2 = a[s + 2] + M[c + 2] * shift[0] + M[c + 5] * shift[1] + M[c + 8] * shift[2];
    for (let r = 0; r < 3; r++) {
      omega[r] = -(A[c + 3 * r] * b0 + A[c + 3 * r + 1] * b1 + A[c + 3 * r + 2] * b2);
      longest = Math.max(longest, Math.abs(omega[r]));
    }
    turnJoint(world, worldBefore, c);
    linearShift(body, positionBefore, joint);
  }
  placeJoints(body);
  return longest;
}

/** R ← exp([ω]×) R. */
function turnJoint(world: Float64Array, before: Float64Array, c: number) {
  rotationVectorToMatrix(omega, turn);
  for (let r = 0; r < 3; r++)
    for (let k = 0; k < 3; k++)
      world[c + 3 * r + k] =
        turn[3 * r] * before[c + k] +
        turn[3 * r + 1] * before[c + 3 + k] +
        turn[3 * r + 2] * before[c + 6 + k];
}

/** position of the children ← before + shift + ω × arm. */
function linearShift({ tree, position }: Figure, before: Float64Array, joint: number) {
  const s = 3 * joint;
  for (const child of tree.children[joint]) {
    const d = 3 * child;
    const x = before[d] - before[s];
    const y = before[d + 1] - before[s + 1];
    const z = before[d + 2] - before[s + 2];
    position[d] = before[d] + shift[0] + omega[1] * z - omega[2] * y;
    position[d + 1] = before[d + 1] + shift[1] + omega[2] * x - omega[0] * z;
    position[d + 2] = before[d + 2] + shift[2] + omega[0] * y - omega[1] * x;
  }
}
