/** A box: left, top, right, bottom in pixels. */
export type Box = readonly [number, number, number, number];

/**
 * Intersection over union of two boxes, 0..1.
 *
 * @param inclusive Count pixels: a box from 3 to 5 is 3 wide (the older convention), not 2.
 */
export function boxIou(a: Box, b: Box, inclusive = false): number {
  const more = inclusive ? 1 : 0;
  const area = (box: Box) => Math.max(0, box[2] - box[0] + more) * Math.max(0, box[3] - box[1] + more);
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]) + more;
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]) + more;
  const shared = Math.max(0, width) * Math.max(0, height);
  const union = area(a) + area(b) - shared;
  return union > 0 ? shared / union : 0;
}
