import type { Camera } from "../camera/camera.js";
import { normalise } from "../camera/projection.js";
import type { Detection } from "../motion/keypoints.js";

/** A detection as geometry wants it: rays instead of pixels. */
export interface Sighting {
  view: number;
  camera: Camera;
  /** Place in the list of its frame and view. */
  index: number;
  score: number;
  /** J×3: x, y on the plane z = 1 of its camera, without distortion; weight 0..1, 0 where the joint is missing. */
  rays: Float64Array;
  /** J, 0..1: how far each joint is this person's and not that of somebody nearby. */
  share: Float64Array;
}

/**
 * The detections of one frame, all views in a row.
 *
 * @param minConfidence Joints below it are left out.
 */
export function sightings(
  cameras: readonly Camera[],
  frame: readonly (readonly Detection[])[],
  minConfidence: number,
): Sighting[] {
  return frame.flatMap((detections, view) =>
    detections.map((detection, index) => sighting(cameras[view], view, index, detection, minConfidence)),
  );
}

function sighting(
  camera: Camera,
  view: number,
  index: number,
  { joints, score }: Detection,
  minConfidence: number,
): Sighting {
  const total = joints.length / 3;
  const pixels = new Float64Array(2 * total);
  for (let j = 0; j < total; j++) {
    pixels[2 * j] = joints[3 * j];
    pixels[2 * j + 1] = joints[3 * j + 1];
  }
  const plane = normalise(pixels, camera);
  const rays = new Float64Array(3 * total);
  for (let j = 0; j < total; j++) {
    const confidence = joints[3 * j + 2];
    const seen = confidence > 0 && confidence >= minConfidence && !Number.isNaN(plane[2 * j]);
    rays[3 * j] = plane[2 * j];
    rays[3 * j + 1] = plane[2 * j + 1];
    rays[3 * j + 2] = seen ? Math.min(confidence, 1) : 0;
  }
  return { view, camera, index, score, rays, share: new Float64Array(total).fill(1) };
}
