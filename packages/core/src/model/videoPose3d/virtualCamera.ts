import type { Random } from "../../array/random.js";
import type { Camera } from "../../camera/camera.js";
import { MareyError } from "../../error.js";
import type { UpAxis } from "../../motion/motion.js";

/** Where virtual cameras may stand, each range `[lowest, highest]`. */
export interface VirtualCameraOptions {
  /** Metres above the floor; a camera that has to step back rises or sinks no further than this. */
  height: readonly [number, number];
  /** Metres from the middle of the motion, before it steps back to see all of it. */
  distance: readonly [number, number];
  /** Focal length as a multiple of the picture's longer side. */
  focal: readonly [number, number];
  /** Standard deviation of the roll, radians. */
  roll: number;
  /** Standard deviation of the point aimed at, metres along each axis. */
  aim: number;
  /** Pictures' sizes, one of which is taken. */
  pictures: readonly (readonly [width: number, height: number])[];
  /** Share of the picture along each border that stays free of joints. */
  margin: number;
}

/**
 * From a phone on the floor to a camera above the heads; focal lengths from a phone's wide lens to Human3.6M's. A wide
 * enough choice matters more than any of its numbers, since the lifter is to work with cameras that nobody describes.
 */
export const VIRTUAL_CAMERA_DEFAULTS: VirtualCameraOptions = {
  height: [0.3, 2.8],
  distance: [2.2, 6.5],
  focal: [0.65, 1.35],
  roll: 0.05,
  aim: 0.25,
  pictures: [
    [1920, 1080],
    [1080, 1920],
    [1440, 1080],
    [1000, 1000],
  ],
  margin: 0.02,
};

/** Metres that every joint keeps from the camera. */
const NEAREST = 0.5;
/** Times a camera steps back before the motion counts as endless. */
const STEPS = 200;

/**
 * A camera that stands still and sees every joint in every frame. The random numbers it takes are the same in number
 * for every motion, so that one motion's change does not change the cameras of the next.
 *
 * @param positions T×J×3, metres, world; the floor is at 0.
 * @throws MareyError `VIRTUAL_CAMERA` when positions are not finite.
 */
export function virtualCamera(
  positions: ArrayLike<number>,
  up: UpAxis,
  random: Random,
  options: VirtualCameraOptions = VIRTUAL_CAMERA_DEFAULTS,
): Camera {
  const { pictures, margin } = options;
  const [width, height] = pictures[random.integer(pictures.length)];
  const focal = random.uniform(...options.focal) * Math.max(width, height);
  const azimuth = random.uniform(0, 2 * Math.PI);
  const stand = random.uniform(...options.height);
  const roll = random.normal(0, options.roll);
  let distance = random.uniform(...options.distance);
  const [u, v] = up === "y" ? [2, 0] : [0, 1];
  const w = up === "y" ? 1 : 2;
  const aim = middle(positions);
  for (let k = 0; k < 3; k++) aim[k] += random.normal(0, options.aim);
  const reach = (size: number) => ((0.5 - margin) * size) / focal;
  const rotation = new Float64Array(9);
  for (let step = 0; step < STEPS; step++) {
    const pitch = Math.asin(Math.max(-0.9, Math.min(0.9, (stand - aim[w]) / distance)));
    look(rotation, [u, v, w], azimuth, pitch, roll);
    const needed = distanceNeeded(positions, aim, rotation, reach(width), reach(height));
    if (needed <= distance) {
      const translation = translated(rotation, aim, distance);
      const name = `virtual ${width}×${height}`;
      const [cx, cy] = [width / 2, height / 2];
      return { name, width, height, fx: focal, fy: focal, cx, cy, distortion: [], rotation, translation };
    }
    distance = Math.max(needed, 1.01 * distance);
  }
  throw new MareyError(
    "VIRTUAL_CAMERA",
    "virtual camera",
    "no place was found from which all joints are seen",
    "Check the motion for joints that are NaN or kilometres away",
  );
}

/** The middle of the box around all points. */
function middle(positions: ArrayLike<number>): Float64Array {
  const low = new Float64Array(3).fill(Infinity);
  const high = new Float64Array(3).fill(-Infinity);
  for (let i = 0; i < positions.length; i++) {
    low[i % 3] = Math.min(low[i % 3], positions[i]);
    high[i % 3] = Math.max(high[i % 3], positions[i]);
  }
  return low.map((value, k) => (value + high[k]) / 2);
}

/** World → camera for a camera that stands at `azimuth`, looks down by `pitch` and is rolled about its axis. */
function look(
  R: Float64Array,
  [u, v, w]: readonly number[],
  azimuth: number,
  pitch: number,
  roll: number,
): void {
  const [ca, sa, cp, sp] = [Math.cos(azimuth), Math.sin(azimuth), Math.cos(pitch), Math.sin(pitch)];
  // In the axes (u, v, w), w up: forward, right = forward × up, down = forward × right.
  const forward = [-ca * cp, -sa * cp, -sp];
  const right = [-sa, ca, 0];
  const down = [ca * sp, sa * sp, -cp];
  const [c, s] = [Math.cos(roll), Math.sin(roll)];
  [u, v, w].forEach((axis, k) => {
    R[axis] = c * right[k] + s * down[k];
    R[3 + axis] = c * down[k] - s * right[k];
    R[6 + axis] = forward[k];
  });
}

/** How far from `aim` along its axis the camera must stand so that |x| ≤ reachX·z and |y| ≤ reachY·z for all points. */
function distanceNeeded(
  positions: ArrayLike<number>,
  aim: Float64Array,
  R: Float64Array,
  reachX: number,
  reachY: number,
): number {
  let needed = 0;
  for (let i = 0; i < positions.length; i += 3) {
    const a = positions[i] - aim[0];
    const b = positions[i + 1] - aim[1];
    const c = positions[i + 2] - aim[2];
    const x = Math.abs(R[0] * a + R[1] * b + R[2] * c) / reachX;
    const y = Math.abs(R[3] * a + R[4] * b + R[5] * c) / reachY;
    const depth = R[6] * a + R[7] * b + R[8] * c;
    needed = Math.max(needed, Math.max(x, y, NEAREST) - depth);
  }
  return needed;
}

/** t of x_cam = R·X + t for a camera at `distance` before `aim`. */
function translated(R: Float64Array, aim: Float64Array, distance: number): Float64Array {
  return Float64Array.from(
    { length: 3 },
    (_, r) => (r === 2 ? distance : 0) - (R[3 * r] * aim[0] + R[3 * r + 1] * aim[1] + R[3 * r + 2] * aim[2]),
  );
}
