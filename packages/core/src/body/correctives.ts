import type { Corrective } from "./model.js";

/** Below this a rotation is none: its correctives are less than a nanometre. */
const STILL = 1e-9;

/**
 * Adds what a joint's rotation does to the skin near it before blending: D · vec(R − I).
 *
 * @param rotations J×9, by rows.
 * @param out V×3, added to.
 */
export function correct(
  { joint, vertices, offsets }: Corrective,
  rotations: Float64Array,
  out: Float32Array,
): void {
  const R = 9 * joint;
  const a = rotations[R] - 1;
  const b = rotations[R + 1];
  const c = rotations[R + 2];
  const d = rotations[R + 3];
  const e = rotations[R + 4] - 1;
  const f = rotations[R + 5];
  const g = rotations[R + 6];
  const h = rotations[R + 7];
  const i = rotations[R + 8] - 1;
  if (Math.max(Math.abs(b - d), Math.abs(c - g), Math.abs(f - h), Math.abs(a + e + i)) < STILL) return;
  for (let n = 0, at = 0; n < vertices.length; n++) {
    const v = 3 * vertices[n];
    for (let axis = 0; axis < 3; axis++, at += 9)
      out[v + axis] +=
        offsets[at] * a +
        offsets[at + 1] * b +
        offsets[at + 2] * c +
        offsets[at + 3] * d +
        offsets[at + 4] * e +
        offsets[at + 5] * f +
        offsets[at + 6] * g +
        offsets[at + 7] * h +
        offsets[at + 8] * i;
  }
}
