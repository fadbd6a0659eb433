import { bodyKeypoints } from "../../body/keypoints.js";
import type { BodyModel } from "../../body/model.js";
import { bodySkinner } from "../../body/skinning.js";
import { ownParts } from "../render/visibility.js";

/** What may lie before each of a body's points without hiding it: the flesh and the clothes around it. */
export interface Sight {
  /** N lists of parts (`BodyModel.part`). */
  own: readonly number[][];
  /** N, metres along the ray. */
  margin: Float64Array;
}

/** A point less deep than this below the skin lies on it, metres: noses, eyes and toes, not wrists. */
const SKIN = 0.02;
/** What may cover a point on the skin: hair, a shoe; and one inside the body: flesh and clothes. Metres. */
const COVER = { skin: 0.035, inside: 0.25 };

/**
 * Finds for points of a body which of its parts don't hide them. Inside, those around the point at rest, and the
 * neighbours of its own joint, as far as they aren't of the other side; on the skin, the part it lies on, so that the back of
 * the head hides the nose.
 *
 * @param names As for `bodyKeypoints`.
 */
export function sightOf(model: BodyModel, names: readonly string[]): Sight {
  const { part = new Uint8Array(model.vertices), parents, joints } = model;
  const { rest, restJoints } = bodySkinner(model, { correctives: false });
  const points = new Float64Array(3 * names.length);
  bodyKeypoints(model, names)(rest, restJoints, points);
  const neighbours = ownParts(parents);
  const margin = new Float64Array(names.length);
  const own = names.map((_, i) => {
    const { depth, nearest, within } = around(rest, part, points, i);
    const isOnSkin = depth < SKIN;
    margin[i] = isOnSkin ? COVER.skin : COVER.inside;
    if (isOnSkin) return neighbours[nearest];
    const all = new Set([...within, ...neighbours[nearest]]);
    return [...all].filter((p) => !areOpposite(joints[p], joints[nearest]));
  });
  return { own, margin };
}

/** How deep a point lies below the skin, the nearest vertex's part, and the parts not much farther than that. */
function around(rest: ArrayLike<number>, part: ArrayLike<number>, points: ArrayLike<number>, i: number) {
  const distance = (v: number) =>
    Math.hypot(
      rest[3 * v] - points[3 * i],
      rest[3 * v + 1] - points[3 * i + 1],
      rest[3 * v + 2] - points[3 * i + 2],
    );
  let depth = Infinity;
  let nearest = 0;
  for (let v = 0; v < part.length; v++) {
    if (distance(v) >= depth) continue;
    depth = distance(v);
    nearest = part[v];
  }
  const within = new Set<number>();
  for (let v = 0; v < part.length; v++) if (distance(v) < 1.5 * depth + 0.03) within.add(part[v]);
  return { depth, nearest, within };
}

const areOpposite = (a: string, b: string) =>
  (a.startsWith("left_") && b.startsWith("right_")) || (a.startsWith("right_") && b.startsWith("left_"));
