import { assign } from "@marey/core/track";

/** What a decoder recovered of a crowd, by the rule of the golden group `openpose`. */
export interface Recovery {
  true_people: number;
  decoded: number;
  found: number;
  joints_visible: number;
  joints_right: number;
  joints_decoded: number;
  split: number;
  merged: number;
}

/** Parts that feed another person count from this many joints on. */
const FEEDS = 3;

/**
 * Compares decoded people with the true ones, both ?×J×3: x, y in pixels, above 0 where visible or found.
 *
 * @param reach Pixels within which a joint is right.
 * @param share Of its visible joints that must be right for a person to be found.
 */
export function recovery(
  truth: Float32Array,
  decoded: Float32Array,
  joints: number,
  reach: number,
  share: number,
): Recovery {
  const [P, Q] = [truth.length / joints / 3, decoded.length / joints / 3];
  const is = (people: Float32Array, p: number, j: number) => people[(p * joints + j) * 3 + 2]! > 0;
  const apart = (p: number, q: number, j: number) => {
    const [a, b] = [(p * joints + j) * 3, (q * joints + j) * 3];
    return Math.hypot(truth[a]! - decoded[b]!, truth[a + 1]! - decoded[b + 1]!);
  };
  const right = new Float64Array(P * Q);
  const fed = new Int32Array(P * Q);
  let found = 0;
  let jointsRight = 0;
  let jointsDecoded = 0;
  for (let q = 0; q < Q; q++)
    for (let j = 0; j < joints; j++) {
      if (!is(decoded, q, j)) continue;
      jointsDecoded++;
      let nearest = -1;
      for (let p = 0; p < P; p++) {
        if (!is(truth, p, j) || !(apart(p, q, j) <= reach)) continue;
        right[p * Q + q]!++;
        if (nearest < 0 || apart(p, q, j) < apart(nearest, q, j)) nearest = p;
      }
      if (nearest >= 0) fed[nearest * Q + q]!++;
    }
  const visible = Array.from({ length: P }, (_, p) =>
    Array.from({ length: joints }, (_, j) => Number(is(truth, p, j))).reduce((a, b) => a + b, 0),
  );
  const { rows, columns } = assign(right, P, Q, { maximise: true });
  rows.forEach((p, i) => {
    const count = right[p * Q + columns[i]!]!;
    jointsRight += count;
    if (count > 0 && count >= share * visible[p]!) found++;
  });
  const feeds = (p: number, q: number) => fed[p * Q + q]! >= FEEDS;
  const all = (n: number) => [...Array(n).keys()];
  return {
    true_people: P,
    decoded: Q,
    found,
    joints_visible: visible.reduce((a, b) => a + b, 0),
    joints_right: jointsRight,
    joints_decoded: jointsDecoded,
    split: all(P).filter((p) => all(Q).filter((q) => feeds(p, q)).length > 1).length,
    merged: all(Q).filter((q) => all(P).filter((p) => feeds(p, q)).length > 1).length,
  };
}
