import type { BodyModel } from "../../body/model.js";
import type { Patch } from "./cut.js";

/** How a surface follows the posed body. */
export type Binding = Shell | Skinned;

/**
 * A surface over the skin: a vertex stands on the posed skin (with its correctives) plus an offset that turns with the
 * joints. Unlike an offset along the posed normals it doesn't crumple in armpits and groins.
 */
export interface Shell {
  kind: "shell";
  from: Uint32Array /* N×2 */;
  share: Float32Array /* N */;
  /** N×3, m, at rest. */
  offsets: Float32Array;
  joints: Uint8Array /* N×4 */;
  weights: Float32Array /* N×4 */;
}

/** A surface of its own, blended between joints (Loper et al. 2015, eq. 2): skirts, shoes, hair, things worn. */
export interface Skinned {
  kind: "skinned";
  /** N×3, m, at rest. */
  rest: Float32Array;
  joints: Uint8Array /* N×4 */;
  weights: Float32Array /* N×4 */;
  /** J×3, m, at rest: those of the shaped body. */
  restJoints: Float64Array;
}

/** Binds a patch of the body with offsets N×3. */
export function shell(model: BodyModel, patch: Patch, offsets: Float32Array): Shell {
  const N = patch.share.length;
  const joints = new Uint8Array(4 * N);
  const weights = new Float32Array(4 * N);
  const sums = new Float64Array(model.joints.length);
  for (let v = 0; v < N; v++) {
    sums.fill(0);
    addWeights(model, patch.from[2 * v], 1 - patch.share[v], sums);
    addWeights(model, patch.from[2 * v + 1], patch.share[v], sums);
    strongest(sums, 4 * v, joints, weights);
  }
  return { kind: "shell", from: patch.from, share: patch.share, offsets, joints, weights };
}

/** Adds a vertex's weights times `by` to one sum for each joint. */
function addWeights(model: BodyModel, vertex: number, by: number, sums: Float64Array): void {
  const { joints, weights, perVertex: K } = model.weights;
  for (let k = K * vertex; k < K * (vertex + 1); k++) sums[joints[k]] += by * weights[k];
}

/** Writes the four largest sums at `at`, scaled to 1 together. */
export function strongest(sums: Float64Array, at: number, joints: Uint8Array, weights: Float32Array): void {
  let total = 0;
  for (let k = 0; k < 4; k++) {
    let best = 0;
    for (let j = 1; j < sums.length; j++) if (sums[j] > sums[best]) best = j;
    if (sums[best] <= 0) break;
    joints[at + k] = best;
    weights[at + k] = sums[best];
    total += sums[best];
    sums[best] = 0;
  }
  for (let k = 0; k < 4; k++) weights[at + k] /= total || 1;
}

/** A posed body: what its skinner gives. */
export interface PosedBody {
  /** V×3, m. */
  vertices: ArrayLike<number>;
  /** J×12: rotation and position of each joint, [R | t] by rows; the positions without the translation. */
  transforms: ArrayLike<number>;
  translation: ArrayLike<number>;
}

/** Places a bound surface on a posed body; allocates nothing. */
export function follow(binding: Binding, body: PosedBody, out: Float32Array): void {
  if (binding.kind === "shell") followShell(binding, body, out);
  else followJoints(binding, body, out);
}

function followShell(
  { from, share, offsets, joints, weights }: Shell,
  body: PosedBody,
  out: Float32Array,
): void {
  const { vertices: p, transforms: T } = body;
  for (let v = 0; v < share.length; v++) {
    const i = 3 * v;
    const x = offsets[i];
    const y = offsets[i + 1];
    const z = offsets[i + 2];
    let ox = 0;
    let oy = 0;
    let oz = 0;
    for (let k = 4 * v; k < 4 * v + 4; k++) {
      const w = weights[k];
      if (w === 0) break;
      const t = 12 * joints[k];
      ox += w * (T[t] * x + T[t + 1] * y + T[t + 2] * z);
      oy += w * (T[t + 4] * x + T[t + 5] * y + T[t + 6] * z);
      oz += w * (T[t + 8] * x + T[t + 9] * y + T[t + 10] * z);
    }
    const a = 3 * from[2 * v];
    const b = 3 * from[2 * v + 1];
    const s = share[v];
    out[i] = p[a] + s * (p[b] - p[a]) + ox;
    out[i + 1] = p[a + 1] + s * (p[b + 1] - p[a + 1]) + oy;
    out[i + 2] = p[a + 2] + s * (p[b + 2] - p[a + 2]) + oz;
  }
}

function followJoints(
  { rest, joints, weights, restJoints: J }: Skinned,
  body: PosedBody,
  out: Float32Array,
): void {
  const { transforms: T, translation } = body;
  for (let v = 0; v < rest.length / 3; v++) {
    const i = 3 * v;
    let ox = translation[0];
    let oy = translation[1];
    let oz = translation[2];
    for (let k = 4 * v; k < 4 * v + 4; k++) {
      const w = weights[k];
      if (w === 0) break;
      const j = joints[k];
      const t = 12 * j;
      const x = rest[i] - J[3 * j];
      const y = rest[i + 1] - J[3 * j + 1];
      const z = rest[i + 2] - J[3 * j + 2];
      ox += w * (T[t] * x + T[t + 1] * y + T[t + 2] * z + T[t + 3]);
      oy += w * (T[t + 4] * x + T[t + 5] * y + T[t + 6] * z + T[t + 7]);
      oz += w * (T[t + 8] * x + T[t + 9] * y + T[t + 10] * z + T[t + 11]);
    }
    out[i] = ox;
    out[i + 1] = oy;
    out[i + 2] = oz;
  }
}
