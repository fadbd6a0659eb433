import { factorBanded, solveBanded } from "./bandedCholesky.js";
import { addSmoothness, type BodyProblem, biasAt, lengthAt, order, sidePrecision } from "./bodyProblem.js";

/** Half-bandwidth of a joint's system over time. */
export const band = 3 * order;

/** Working space for solving a problem of a certain size. */
export interface BodySolver {
  /** J × 3T×(band + 1): the Cholesky factor of each joint's own system over time. */
  readonly chains: Float64Array;
  /** J × 2V × 3T: that system's inverse times its coupling to the biases. */
  readonly reach: Float64Array;
  /** J × 2V×2V: the Cholesky factor of what is left of the biases' system. */
  readonly rest: Float64Array;
  /** The increment of the unknowns, and the vectors of conjugate gradients. */
  readonly step: Float64Array;
  readonly residual: Float64Array;
  readonly preconditioned: Float64Array;
  readonly direction: Float64Array;
  readonly product: Float64Array;
}

export function bodySolver({ frames, joints, views, x }: BodyProblem): BodySolver {
  const vector = () => new Float64Array(x.length);
  return {
    chains: new Float64Array(joints * 3 * frames * (band + 1)),
    reach: new Float64Array(joints * 2 * views * 3 * frames),
    rest: new Float64Array(joints * 4 * views * views),
    step: vector(),
    residual: vector(),
    preconditioned: vector(),
    direction: vector(),
    product: vector(),
  };
}

/**
 * The Gauss–Newton step from the linearised problem, left in `solver.step`: preconditioned conjugate gradients.
 * The preconditioner solves each joint with its biases exactly (a banded system over time with a border of 2V), so
 * only the ties between joints are iterated. @returns the number of iterations.
 */
export function solveStep(problem: BodyProblem, solver: BodySolver, tolerance: number, most: number): number {
  const { step, residual: r, preconditioned: z, direction: d, product: q } = solver;
  factorJoints(problem, solver);
  step.fill(0);
  r.set(problem.pull);
  precondition(problem, solver);
  d.set(z);
  let rz = dotProduct(r, z);
  const enough = tolerance * tolerance * rz;
  let n = 0;
  for (; n < most && rz > enough; n++) {
    multiply(problem, d, q);
    const alpha = rz / dotProduct(d, q);
    if (!Number.isFinite(alpha)) break;
    for (let i = 0; i < r.length; i++) {
      step[i] += alpha * d[i];
      r[i] -= alpha * q[i];
    }
    precondition(problem, solver);
    const next = dotProduct(r, z);
    const beta = next / rz;
    rz = next;
    for (let i = 0; i < r.length; i++) d[i] = z[i] + beta * d[i];
  }
  return n;
}

function dotProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

const ridge = 1e-4;

/** out = A·x, A the matrix of the normal equations. */
function multiply(problem: BodyProblem, x: Float64Array, out: Float64Array): void {
  const { frames, joints, views, active, information: H, coupling: C, stiffness, biasInformation } = problem;
  out.fill(0);
  const biases = biasAt(problem);
  for (let j = 0; j < joints; j++) {
    if (!active[j]) continue;
    addSmoothness(frames, j, stiffness, x, out, 1);
    for (let t = 0; t < frames; t++) {
      const at = j * frames + t;
      const i = 3 * at;
      const h = 6 * at;
      const X = x[i];
      const Y = x[i + 1];
      const Z = x[i + 2];
      let ox = (H[h] + ridge) * X + H[h + 1] * Y + H[h + 2] * Z;
      let oy = H[h + 1] * X + (H[h + 3] + ridge) * Y + H[h + 4] * Z;
      let oz = H[h + 2] * X + H[h + 4] * Y + (H[h + 5] + ridge) * Z;
      for (let v = 0; v < views; v++) {
        const c = 6 * (at * views + v);
        const b = biases + 2 * (j * views + v);
        const bu = x[b];
        const bv = x[b + 1];
        ox += C[c] * bu + C[c + 3] * bv;
        oy += C[c + 1] * bu + C[c + 4] * bv;
        oz += C[c + 2] * bu + C[c + 5] * bv;
        out[b] += C[c] * X + C[c + 1] * Y + C[c + 2] * Z;
        out[b + 1] += C[c + 3] * X + C[c + 4] * Y + C[c + 5] * Z;
      }
      out[i] += ox;
      out[i + 1] += oy;
      out[i + 2] += oz;
    }
    for (let v = 0; v < views; v++) {
      const b = biases + 2 * (j * views + v);
      out[b] += biasInformation[j * views + v] * x[b];
      out[b + 1] += biasInformation[j * views + v] * x[b + 1];
    }
  }
  multiplyBones(problem, x, out);
}

function multiplyBones(problem: BodyProblem, x: Float64Array, out: Float64Array): void {
  const { frames, bones, direction: g, boneWeight, lengthPrecision } = problem;
  const lengths = lengthAt(problem);
  for (let n = 0; n < bones.length; n++) {
    const { a, b, mirror } = bones[n];
    const l = lengths + n;
    const length = x[l];
    out[l] += lengthPrecision[n] * length + sidePrecision(problem, n) * (length - x[lengths + mirror]);
    for (let t = 0; t < frames; t++) {
      const w = boneWeight[n * frames + t];
      if (w === 0) continue;
      const i = 3 * (a * frames + t);
      const k = 3 * (b * frames + t);
      const d = 3 * (n * frames + t);
      const force =
        w *
        (g[d] * (x[i] - x[k]) + g[d + 1] * (x[i + 1] - x[k + 1]) + g[d + 2] * (x[i + 2] - x[k + 2]) - length);
      for (let axis = 0; axis < 3; axis++) {
        out[i + axis] += force * g[d + axis];
        out[k + axis] -= force * g[d + axis];
      }
      out[l] -= force;
    }
  }
}

/** Adds the information that joint j's observations and the smoothness give, as a banded matrix. */
export function assembleChain(problem: BodyProblem, j: number, A: Float64Array, at: number): void {
  const { frames, information: H, stiffness } = problem;
  const width = band + 1;
  A.fill(0, at, at + 3 * frames * width);
  for (let t = 0; t < frames; t++) {
    const h = 6 * (j * frames + t);
    const row = at + 3 * t * width;
    A[row] = H[h] + ridge;
    A[row + width + 1] = H[h + 1];
    A[row + width] = H[h + 3] + ridge;
    A[row + 2 * width + 2] = H[h + 2];
    A[row + 2 * width + 1] = H[h + 4];
    A[row + 2 * width] = H[h + 5] + ridge;
  }
  for (let t = 0; t + order < frames; t++) {
    const s = stiffness[j * frames + t];
    for (let p = 0; p <= order; p++)
      for (let q = 0; q <= p; q++) {
        const value = s * difference[p] * difference[q];
        for (let axis = 0; axis < 3; axis++) A[at + (3 * (t + p) + axis) * width + 3 * (p - q)] += value;
      }
  }
}

const difference = [-1, 3, -3, 1];

function factorJoints(problem: BodyProblem, solver: BodySolver): void {
  const { frames, joints, views, bones, active, coupling: C, biasInformation } = problem;
  const { chains, reach, rest } = solver;
  const size = 3 * frames;
  const width = band + 1;
  for (let j = 0; j < joints; j++) if (active[j]) assembleChain(problem, j, chains, j * size * width);
  bones.forEach(({ a, b }, n) => {
    stiffen(problem, n, chains, a * size * width);
    stiffen(problem, n, chains, b * size * width);
  });
  const border = 2 * views;
  for (let j = 0; j < joints; j++) {
    if (!active[j]) continue;
    factorBanded(chains, size, band, j * size * width);
    const S = j * border * border;
    rest.fill(0, S, S + border * border);
    for (let k = 0; k < border; k++) {
      const at = (j * border + k) * size;
      for (let t = 0; t < frames; t++) {
        const c = 6 * ((j * frames + t) * views + (k >> 1)) + 3 * (k & 1);
        for (let axis = 0; axis < 3; axis++) reach[at + 3 * t + axis] = C[c + axis];
      }
      solveBanded(chains, size, band, j * size * width, reach, at);
      couple(problem, j, reach, at);
      for (let l = 0; l <= k; l++) rest[S + k * border + l] = -dots[l];
      rest[S + k * border + k] += biasInformation[j * views + (k >> 1)];
    }
    factorDense(rest, S, border);
  }
}

/** `dots` = joint j's coupling, 2V×3T, times a vector of 3T. */
function couple({ frames, views, coupling: C }: BodyProblem, j: number, x: Float64Array, at: number): void {
  dots.fill(0, 0, 2 * views);
  for (let t = 0, c = 6 * j * frames * views, i = at; t < frames; t++, i += 3) {
    const X = x[i];
    const Y = x[i + 1];
    const Z = x[i + 2];
    for (let k = 0; k < 2 * views; k++, c += 3) dots[k] += C[c] * X + C[c + 1] * Y + C[c + 2] * Z;
  }
}

/** For 32 views. */
const dots = new Float64Array(64);

/** Adds what bone n says of one of its ends while the other is held. */
function stiffen({ frames, direction: g, boneWeight }: BodyProblem, n: number, A: Float64Array, at: number) {
  const width = band + 1;
  for (let t = 0; t < frames; t++) {
    const w = boneWeight[n * frames + t];
    const d = 3 * (n * frames + t);
    const row = at + 3 * t * width;
    A[row] += w * g[d] * g[d];
    A[row + width + 1] += w * g[d] * g[d + 1];
    A[row + width] += w * g[d + 1] * g[d + 1];
    A[row + 2 * width + 2] += w * g[d] * g[d + 2];
    A[row + 2 * width + 1] += w * g[d + 1] * g[d + 2];
    A[row + 2 * width] += w * g[d + 2] * g[d + 2];
  }
}

function factorDense(A: Float64Array, at: number, n: number): void {
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = A[at + i * n + j];
      for (let k = 0; k < j; k++) sum -= A[at + i * n + k] * A[at + j * n + k];
      A[at + i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / A[at + j * n + j];
    }
}

/** z = M⁻¹ r, M the joints' own systems (with their biases) and the lengths' own. */
function precondition(problem: BodyProblem, solver: BodySolver): void {
  const { frames, joints, views, active, bones, boneWeight, lengthPrecision } = problem;
  const { chains, reach, rest, residual: r, preconditioned: z } = solver;
  const size = 3 * frames;
  const border = 2 * views;
  const biases = biasAt(problem);
  z.set(r);
  for (let j = 0; j < joints; j++) {
    if (!active[j]) continue;
    solveBanded(chains, size, band, j * size * (band + 1), z, j * size);
    const b = biases + j * border;
    const S = j * border * border;
    couple(problem, j, z, j * size);
    for (let k = 0; k < border; k++) {
      let sum = z[b + k] - dots[k];
      for (let l = 0; l < k; l++) sum -= rest[S + k * border + l] * z[b + l];
      z[b + k] = sum / rest[S + k * border + k];
    }
    for (let k = border - 1; k >= 0; k--) {
      const value = (z[b + k] /= rest[S + k * border + k]);
      for (let l = 0; l < k; l++) z[b + l] -= rest[S + k * border + l] * value;
    }
    for (let k = 0; k < border; k++) {
      const at = (j * border + k) * size;
      for (let i = 0; i < size; i++) z[j * size + i] -= reach[at + i] * z[b + k];
    }
  }
  const lengths = lengthAt(problem);
  for (let n = 0; n < bones.length; n++) {
    let sum = lengthPrecision[n] + sidePrecision(problem, n);
    for (let t = 0; t < frames; t++) sum += boneWeight[n * frames + t];
    z[lengths + n] = sum > 0 ? z[lengths + n] / sum : 0;
  }
}
