import { type Camera, distortionCoefficients, undistortPoint } from "../../camera/index.js";
import type { Detection } from "../../motion/keypoints.js";
import type { TrackedPerson } from "../../track/people.js";

/** Frames `[start, end)` of a take. */
export interface FrameRange {
  start: number;
  end: number;
}

/**
 * Collects what each view saw of one person.
 *
 * @param frames The detections of the range by view and frame; the person's indices refer to them.
 * @param joints J.
 * @param cameras When given, joints are moved to where the same camera without distortion would see them.
 * @returns T×J×V×3: x, y in pixels, confidence; NaN, NaN, 0 where not seen. T is the range's length.
 */
export function gatherObservations(
  person: TrackedPerson,
  frames: readonly (readonly Detection[][])[],
  { start, end }: FrameRange,
  joints: number,
  cameras?: readonly Camera[],
): Float64Array {
  const views = frames.length;
  const straighten = cameras?.map(straightener);
  const out = new Float64Array((end - start) * joints * views * 3).fill(NaN);
  for (let i = 2; i < out.length; i += 3) out[i] = 0;
  for (let t = start; t < end; t++)
    for (let v = 0; v < views; v++) {
      const found = frames[v][t - start]?.[person.detections[t * views + v]]?.joints;
      if (!found) continue;
      for (let j = 0; j < joints; j++) {
        const o = (((t - start) * joints + j) * views + v) * 3;
        for (let c = 0; c < 3; c++) out[o + c] = found[3 * j + c];
        straighten?.[v](out, o);
        if (Number.isNaN(out[o])) out[o + 2] = 0;
      }
    }
  return out;
}

/** Undoes a camera's distortion of the pixel at `offset`, in place. */
function straightener(camera: Camera): (pixels: Float64Array, offset: number) => void {
  const { fx, fy, cx, cy } = camera;
  if (camera.distortion.every((k) => k === 0)) return () => {};
  const k = distortionCoefficients(camera.distortion);
  return (pixels, offset) => {
    if (Number.isNaN(pixels[offset])) return;
    undistortPoint((pixels[offset] - cx) / fx, (pixels[offset + 1] - cy) / fy, k, pixels, offset);
    pixels[offset] = pixels[offset] * fx + cx;
    pixels[offset + 1] = pixels[offset + 1] * fy + cy;
  };
}
