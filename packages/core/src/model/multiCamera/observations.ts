import { type Camera, distortionCoefficients, undistortPoint } from "../../camera/index.js";
import type { Detection } from "../../motion/keypoints.js";
import type { TrackedPerson } from "../../track/people.js";

/** Frames `[start, end)` of a take. */
export interface FrameRange {
  start: number;
  end: number;
}

/** In which order observations of a frame lie in memory: all views of a joint together, or all joints of a view. */
export type ObservationOrder = "joint-view" | "view-joint";

/** Distance from one joint to the next and from one view to the next, in observations of three numbers. */
export function observationSteps(
  order: ObservationOrder,
  joints: number,
  views: number,
): [joint: number, view: number] {
  return order === "joint-view" ? [views, 1] : [1, joints];
}

/**
 * Collects what each view saw of one person.
 *
 * @param frames The detections of the range by view and frame; the person's indices refer to them.
 * @param joints J.
 * @param cameras When given, joints are moved to where the same camera without distortion would see them.
 * @param out T×J×V×3 or T×V×J×3, as `order` says: x, y in pixels, confidence; written from the range's first frame on, NaN,
 *   NaN, 0 where not seen.
 */
export function gatherObservations(
  person: TrackedPerson,
  frames: readonly (readonly Detection[][])[],
  { start, end }: FrameRange,
  joints: number,
  out: Float64Array | Float32Array,
  order: ObservationOrder = "joint-view",
  cameras?: readonly Camera[],
): void {
  const views = frames.length;
  const straighten = cameras?.map(straightener);
  const [jointStep, viewStep] = observationSteps(order, joints, views);
  const pixel = new Float64Array(2);
  for (let t = start; t < end; t++)
    for (let v = 0; v < views; v++) {
      const found = frames[v][t - start]?.[person.detections[t * views + v]]?.joints;
      for (let j = 0; j < joints; j++) {
        const o = 3 * ((t - start) * joints * views + j * jointStep + v * viewStep);
        pixel[0] = found ? found[3 * j] : NaN;
        pixel[1] = found ? found[3 * j + 1] : NaN;
        straighten?.[v](pixel);
        out[o] = pixel[0];
        out[o + 1] = pixel[1];
        out[o + 2] = found && !Number.isNaN(pixel[0]) ? found[3 * j + 2] : 0;
      }
    }
}

/** Undoes a camera's distortion of a pixel in place. */
function straightener(camera: Camera): (pixel: Float64Array) => void {
  const { fx, fy, cx, cy } = camera;
  if (camera.distortion.every((k) => k === 0)) return () => {};
  const k = distortionCoefficients(camera.distortion);
  return (pixel) => {
    if (Number.isNaN(pixel[0])) return;
    undistortPoint((pixel[0] - cx) / fx, (pixel[1] - cy) / fy, k, pixel);
    pixel[0] = pixel[0] * fx + cx;
    pixel[1] = pixel[1] * fy + cy;
  };
}
