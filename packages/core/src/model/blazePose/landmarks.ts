import { sigmoid } from "../../codec/sigmoid.js";
import type { Region } from "../../image/region.js";
import type { Affine } from "../../image/warp.js";
import type { Detection } from "../../motion/keypoints.js";
import { regionFromCircle } from "./region.js";

/** Side of the landmark network's input, pixels. */
export const landmarkSide = 256;

const body = 33;
/** The body's points, the next region's centre and circle point, four that are never used. */
const all = 39;

/** A person with joints in the picture and in space. */
export interface Body extends Detection {
  /** J×3, metres from the middle of the hips; the camera's axes (x right, y down, z forward), its distance unknown. */
  world: Float32Array;
  /** Where to look for the person in the next picture. */
  next: Region | undefined;
}

/** Outputs of the landmark network. */
export interface LandmarkOutputs {
  /** [39, 5]: x, y, z in input pixels, logits of visibility and of presence. */
  landmarks: ArrayLike<number>;
  /** [39, 3]: metres. */
  world: ArrayLike<number>;
  /** Probability that the region shows a person. */
  presence: number;
  /** [64, 64, 39], 0..1: sharpens the landmarks when given. */
  heatmap?: ArrayLike<number>;
}

/**
 * Reads the landmark network's outputs.
 *
 * @param toPicture Takes pixels of the input to pixels of the picture, see `regionMatrix`.
 * @param rotation Of the region, radians: the world coordinates are turned back by it.
 * @returns Joints in BlazePose's order; confidence is the visibility.
 */
export function decodeBody(outputs: LandmarkOutputs, toPicture: Affine, rotation: number): Body {
  const { landmarks, world, presence, heatmap } = outputs;
  const points = new Float64Array(2 * all);
  for (let j = 0; j < all; j++) {
    const [u, v] = heatmap
      ? sharpen(heatmap, j, landmarks[5 * j], landmarks[5 * j + 1])
      : [landmarks[5 * j], landmarks[5 * j + 1]];
    const x = u - 0.5;
    const y = v - 0.5;
    points[2 * j] = toPicture[0] * x + toPicture[1] * y + toPicture[2];
    points[2 * j + 1] = toPicture[3] * x + toPicture[4] * y + toPicture[5];
  }
  const joints = new Float32Array(3 * body);
  const metric = new Float32Array(3 * body);
  const c = Math.cos(rotation);
  const s = Math.sin(rotation);
  for (let j = 0; j < body; j++) {
    joints.set([points[2 * j], points[2 * j + 1], sigmoid(landmarks[5 * j + 3])], 3 * j);
    const [x, y, z] = [world[3 * j], world[3 * j + 1], world[3 * j + 2]];
    metric.set([c * x - s * y, s * x + c * y, z], 3 * j);
  }
  const next = regionFromCircle(
    points.subarray(2 * body, 2 * body + 2),
    points.subarray(2 * body + 2, 2 * body + 4),
  );
  return { score: presence, joints, world: metric, next };
}

const cells = 64;
const reach = 3;
const sure = 0.5;

/**
 * A landmark moved to the centre of mass of its heatmap in the 7×7 cells around it, if any of these is at least 0.5
 * (MediaPipe's RefineLandmarksFromHeatmap; it counts cells from their corner, and so does this).
 *
 * @returns x, y in input pixels.
 */
function sharpen(heatmap: ArrayLike<number>, joint: number, x: number, y: number): [number, number] {
  const cell = landmarkSide / cells;
  const column = Math.trunc(x / cell);
  const row = Math.trunc(y / cell);
  if (!(column >= 0 && column < cells && row >= 0 && row < cells)) return [x, y];
  let sum = 0;
  let peak = 0;
  let atX = 0;
  let atY = 0;
  for (let r = Math.max(0, row - reach); r <= Math.min(cells - 1, row + reach); r++)
    for (let c = Math.max(0, column - reach); c <= Math.min(cells - 1, column + reach); c++) {
      const value = heatmap[(r * cells + c) * all + joint];
      sum += value;
      peak = Math.max(peak, value);
      atX += value * c;
      atY += value * r;
    }
  return peak >= sure ? [(atX / sum) * cell, (atY / sum) * cell] : [x, y];
}
