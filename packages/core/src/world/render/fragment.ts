import { type Faces, STRIDE } from "./faces.js";
import type { Piece } from "./piece.js";
import type { Uv } from "./surface.js";
import { alphaAt } from "./texture.js";

/** The barycentric coordinates of the point of face `k` that the ray (dx, dy, 1) meets; on its rim, never beyond. */
export function meet({ shape }: Faces, k: number, dx: number, dy: number, out: Float64Array): void {
  const s = k * STRIDE;
  const a = Math.max(0, shape[s] * dx + shape[s + 1] * dy + shape[s + 2]);
  const b = Math.max(0, shape[s + 3] * dx + shape[s + 4] * dy + shape[s + 5]);
  const c = Math.max(0, shape[s + 6] * dx + shape[s + 7] * dy + shape[s + 8]);
  const scale = 1 / (a + b + c);
  out[0] = a * scale;
  out[1] = b * scale;
  out[2] = c * scale;
}

/** The corner of a triangle that is nearest by barycentric coordinates: 0, 1 or 2. */
export function nearestCorner(at: Float64Array): number {
  return at[0] >= at[1] ? (at[0] >= at[2] ? 0 : 2) : at[1] >= at[2] ? 1 : 2;
}

/** Interpolates three numbers per vertex at a point of triangle `t`. */
export function mix3(
  values: Float32Array,
  triangles: Uint32Array,
  t: number,
  at: Float64Array,
  out: Float64Array,
): void {
  const p = 3 * triangles[3 * t];
  const q = 3 * triangles[3 * t + 1];
  const r = 3 * triangles[3 * t + 2];
  const a = at[0];
  const b = at[1];
  const c = at[2];
  out[0] = a * values[p] + b * values[q] + c * values[r];
  out[1] = a * values[p + 1] + b * values[q + 1] + c * values[r + 1];
  out[2] = a * values[p + 2] + b * values[q + 2] + c * values[r + 2];
}

/** Interpolates texture coordinates at a point of triangle `t`. */
export function mixUv({ coordinates, triangles }: Uv, t: number, at: Float64Array, out: Float64Array): void {
  const p = 2 * triangles[3 * t];
  const q = 2 * triangles[3 * t + 1];
  const r = 2 * triangles[3 * t + 2];
  out[0] = at[0] * coordinates[p] + at[1] * coordinates[q] + at[2] * coordinates[r];
  out[1] = at[0] * coordinates[p + 1] + at[1] * coordinates[q + 1] + at[2] * coordinates[r + 1];
}

const weights = new Float64Array(3);
const place = new Float64Array(2);

/** Whether the ray passes through a hole of the face's texture. */
export function isHole(faces: Faces, k: number, piece: Piece, dx: number, dy: number): boolean {
  meet(faces, k, dx, dy, weights);
  return isHoleAt(piece, faces.triangle[k], weights);
}

function isHoleAt({ holes, uv, alphaLimit }: Piece, t: number, at: Float64Array): boolean {
  if (holes === null || uv === null) return false;
  mixUv(uv, t, at, place);
  return alphaAt(holes, place[0], place[1]) < alphaLimit;
}

/** The corner of triangle `t`, of the given shape, that is nearest to where the ray meets it; −1 when it misses. */
export function hitCorner(shape: Float64Array, piece: Piece, t: number, dx: number, dy: number): number {
  for (let c = 0; c < 3; c++) {
    weights[c] = shape[3 * c] * dx + shape[3 * c + 1] * dy + shape[3 * c + 2];
    if (weights[c] < 0) return -1;
  }
  const sum = weights[0] + weights[1] + weights[2];
  for (let c = 0; c < 3; c++) weights[c] /= sum;
  return isHoleAt(piece, t, weights) ? -1 : nearestCorner(weights);
}
