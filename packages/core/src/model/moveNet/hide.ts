import type { Affine } from "../../image/warp.js";
import { extent, type Pose } from "../../metric/oks.js";
import { coco17 } from "../../skeleton/layouts.js";

/** Whose body is painted over, and whose is spared where the two cross. */
export interface Hiding {
  /** J×3 in pixels of the picture. */
  others: readonly Pose[];
  own?: Pose;
}

/** Joints with less confidence than this draw no limb. */
const seen = 0.2;
/** Half the width of a limb, relative to the person's larger extent; a spared limb is thinner. */
const thickness = 0.075;
const spared = 0.045;
const grey = 128;

/**
 * Paints other people's bodies grey in the picture shown to a single-person network, which otherwise may take the
 * joints of whoever stands in front. Limbs are capsules around the lines between joints; head and shoulders are one.
 *
 * @param pixels side × side × 3 bytes, changed in place.
 * @param toPicture Takes pixels of the crop to pixels of the picture; without rotation.
 */
export function hideOthers(
  pixels: Uint8Array,
  side: number,
  toPicture: Affine,
  { others, own }: Hiding,
): void {
  const keep = own ? capsules(own, toPicture, spared) : [];
  for (const other of others)
    for (const capsule of capsules(other, toPicture, thickness)) paint(pixels, side, capsule, keep);
}

/** From x0, y0 to x1, y1, radius; pixels of the crop. */
type Capsule = readonly [number, number, number, number, number];

function capsules(pose: Pose, m: Affine, share: number): Capsule[] {
  const [scaleX, left, scaleY, top] = [m[0], m[2], m[4], m[5]];
  const [x0, y0, x1, y1] = extent(pose, seen);
  const radius = (share * Math.max(x1 - x0, y1 - y0)) / scaleX;
  if (!(radius > 0 && radius < Infinity)) return [];
  const limbs: Capsule[] = [];
  for (const [a, b] of limbsOfBody) {
    if (!(pose[3 * a + 2] > seen && pose[3 * b + 2] > seen)) continue;
    const place = (j: number) => [(pose[3 * j] - left) / scaleX, (pose[3 * j + 1] - top) / scaleY] as const;
    limbs.push([...place(a), ...place(b), radius]);
  }
  return limbs;
}

const index = (name: string) => coco17.joints.indexOf(name);
/** COCO's limbs, the trunk's diagonals, and the neck as lines from nose to shoulders. */
const limbsOfBody: readonly (readonly [number, number])[] = [
  ...coco17.edges,
  [index("left_shoulder"), index("right_hip")],
  [index("right_shoulder"), index("left_hip")],
  [index("nose"), index("left_shoulder")],
  [index("nose"), index("right_shoulder")],
];

function paint(pixels: Uint8Array, side: number, capsule: Capsule, keep: readonly Capsule[]): void {
  const [x0, y0, x1, y1, radius] = capsule;
  const top = Math.max(0, Math.ceil(Math.min(y0, y1) - radius));
  const bottom = Math.min(side - 1, Math.floor(Math.max(y0, y1) + radius));
  const left = Math.max(0, Math.ceil(Math.min(x0, x1) - radius));
  const right = Math.min(side - 1, Math.floor(Math.max(x0, x1) + radius));
  for (let y = top; y <= bottom; y++)
    for (let x = left; x <= right; x++)
      if (within(capsule, x, y) && !keep.some((limb) => within(limb, x, y)))
        pixels.fill(grey, 3 * (y * side + x), 3 * (y * side + x) + 3);
}

function within([x0, y0, x1, y1, radius]: Capsule, x: number, y: number): boolean {
  const dx = x1 - x0;
  const dy = y1 - y0;
  const length = dx * dx + dy * dy;
  const t = length > 0 ? Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / length)) : 0;
  const u = x - x0 - t * dx;
  const v = y - y0 - t * dy;
  return u * u + v * v <= radius * radius;
}
