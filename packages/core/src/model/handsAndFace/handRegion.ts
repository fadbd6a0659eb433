import type { Region } from "../../image/region.js";

/** Points of the palm that the detector finds: wrist, base of the middle finger. */
const palmWrist = 0;
const palmMiddle = 2;

/**
 * The region of a hand from what the palm detector finds (MediaPipe's palm_detection_detection_to_roi): turned so that
 * the base of the middle finger stands above the wrist, moved towards the fingers, 2.6 times as large as the palm.
 *
 * @param box Left, top, right, bottom of the palm.
 * @param points 7×2: wrist, bases of index, middle, ring and little finger, two of the thumb.
 */
export function regionOfPalm(
  box: readonly [number, number, number, number],
  points: ArrayLike<number>,
): Region | undefined {
  const rotation = upright(
    points[2 * palmWrist],
    points[2 * palmWrist + 1],
    points[2 * palmMiddle],
    points[2 * palmMiddle + 1],
  );
  const height = box[3] - box[1];
  return moved((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, rotation, {
    up: 0.5 * height,
    size: 2.6 * Math.max(box[2] - box[0], height),
  });
}

/** Joints of the palm and the lower halves of the fingers: what a hand does with its fingertips must not move the region. */
const steady = [0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18];
const [indexMiddle, middleMiddle, ringMiddle] = [6, 10, 14];

/**
 * The region of a hand from its joints in the picture before (MediaPipe's hand_landmark_landmarks_to_roi): turned from
 * the wrist to the middle joints of index, middle (half of the weight) and ring finger, twice as large as palm and lower
 * fingers.
 *
 * @param joints 21×`stride`: x, y first.
 * @returns undefined when the joints coincide or aren't finite.
 */
export function regionOfHand(joints: ArrayLike<number>, stride = 3): Region | undefined {
  const x = (j: number) => joints[j * stride];
  const y = (j: number) => joints[j * stride + 1];
  const towards = (at: (j: number) => number) =>
    (at(indexMiddle) + at(ringMiddle)) / 4 + at(middleMiddle) / 2;
  const rotation = upright(x(0), y(0), towards(x), towards(y));
  const [c, s] = [Math.cos(rotation), Math.sin(rotation)];
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  for (const j of steady) {
    const turned = [c * x(j) + s * y(j), c * y(j) - s * x(j)];
    for (let k = 0; k < 2; k++) {
      low[k] = Math.min(low[k], turned[k]);
      high[k] = Math.max(high[k], turned[k]);
    }
  }
  const [u, v] = [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2];
  const height = high[1] - low[1];
  return moved(c * u - s * v, s * u + c * v, rotation, {
    up: 0.1 * height,
    size: 2 * Math.max(high[0] - low[0], height),
  });
}

/** How far a hand leans to the right whose fingers point from a to b. */
const upright = (ax: number, ay: number, bx: number, by: number) => Math.atan2(bx - ax, ay - by);

function moved(
  x: number,
  y: number,
  rotation: number,
  { up, size }: { up: number; size: number },
): Region | undefined {
  if (!(size > 0 && size < Infinity && Number.isFinite(rotation))) return undefined;
  return { centre: [x + up * Math.sin(rotation), y - up * Math.cos(rotation)], size, rotation };
}
