import type { BodyModel } from "./model.js";

/**
 * Moves points by blended transforms: pᵢ' = (Σ w A) [pᵢ; 1].
 *
 * Half of a body's vertices follow one joint alone and skip the sum; the others' weights are in falling order, so that
 * the first 0 ends it.
 *
 * @param transforms J×12, [R | t] by rows.
 * @param points V×3.
 * @param out V×3.
 */
export function blend(
  { joints, weights, perVertex }: BodyModel["weights"],
  transforms: Float64Array,
  points: Float32Array,
  out: Float32Array | Float64Array,
): void {
  for (let v = 0, k = 0; v < points.length; v += 3, k += perVertex) {
    let at = 12 * joints[k];
    let w = weights[k];
    let a = transforms[at];
    let b = transforms[at + 1];
    let c = transforms[at + 2];
    let d = transforms[at + 3];
    let e = transforms[at + 4];
    let f = transforms[at + 5];
    let g = transforms[at + 6];
    let h = transforms[at + 7];
    let i = transforms[at + 8];
    let j = transforms[at + 9];
    let l = transforms[at + 10];
    let m = transforms[at + 11];
    if (w !== 1) {
      a *= w;
      b *= w;
      c *= w;
      d *= w;
      e *= w;
      f *= w;
      g *= w;
      h *= w;
      i *= w;
      j *= w;
      l *= w;
      m *= w;
      for (let n = k + 1; n < k + perVertex; n++) {
        w = weights[n];
        if (w === 0) break;
        at = 12 * joints[n];
        a += w * transforms[at];
        b += w * transforms[at + 1];
        c += w * transforms[at + 2];
        d += w * transforms[at + 3];
        e += w * transforms[at + 4];
        f += w * transforms[at + 5];
        g += w * transforms[at + 6];
        h += w * transforms[at + 7];
        i += w * transforms[at + 8];
        j += w * transforms[at + 9];
        l += w * transforms[at + 10];
        m += w * transforms[at + 11];
      }
    }
    const x = points[v];
    const y = points[v + 1];
    const z = points[v + 2];
    out[v] = a * x + b * y + c * z + d;
    out[v + 1] = e * x + f * y + g * z + h;
    out[v + 2] = i * x + j * y + l * z + m;
  }
}
