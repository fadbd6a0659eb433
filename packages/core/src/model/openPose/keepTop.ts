import { extent } from "../../metric/oks.js";
import type { Detection } from "../../motion/keypoints.js";

/** Joints above this confidence span the box by which people are ranked. */
const SEEN = 0.05;

/**
 * The people that `number_people_max` lets through: ranked by score times the root of the area that their joints cover,
 * given back in the order in which they came.
 *
 * @param most Below 0 all stay.
 */
export function keepTopPeople<Person extends Detection>(people: readonly Person[], most: number): Person[] {
  if (most < 0 || people.length <= most) return [...people];
  const ranks = people.map((person) => person.score * Math.sqrt(coveredArea(person.joints)));
  const order = people.map((_, i) => i).sort((a, b) => ranks[b] - ranks[a] || a - b);
  const kept = new Set(order.slice(0, most));
  return people.filter((_, i) => kept.has(i));
}

/** Of the box around the joints that are seen, square pixels. */
function coveredArea(joints: Float32Array): number {
  const [left, top, right, bottom] = extent(joints, SEEN);
  return right >= left ? (right - left) * (bottom - top) : 0;
}
