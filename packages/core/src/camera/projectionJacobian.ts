import { rotationVectorToMatrix, rotationVectorToMatrixJacobian } from "../array/rotation.js";
import type { Camera } from "./camera.js";
import { distortionCoefficients, distortPoint } from "./distortion.js";

/** Pixels with their derivatives; every block is N×2×parameters. */
export interface ProjectionJacobian {
  /** N×2. */
  pixels: Float64Array;
  /** By the components of the rotation vector. */
  rotation: Float64Array;
  translation: Float64Array;
  /** By fx and fy. */
  focal: Float64Array;
  /** By cx and cy. */
  principalPoint: Float64Array;
  /** By the eight coefficients k1, k2, p1, p2, k3, k4, k5, k6. */
  distortion: Float64Array;
  /** By the world point. */
  point: Float64Array;
}

/**
 * Projects points and differentiates their pixels by pose, intrinsics and position, for calibration and pose estimation.
 * Points behind the camera follow the bare formula.
 *
 * @param points N×3, world.
 * @param rotationVector the camera's rotation; used in place of `camera.rotation`.
 */
export function projectionJacobian(
  points: ArrayLike<number>,
  camera: Omit<Camera, "rotation">,
  rotationVector: ArrayLike<number>,
): ProjectionJacobian {
  const { fx, fy, cx, cy, translation: t } = camera;
  const R = rotationVectorToMatrix(rotationVector);
  const dR = rotationVectorToMatrixJacobian(rotationVector);
  const k = distortionCoefficients(camera.distortion);
  const count = points.length / 3;
  const blocks = (width: number) => new Float64Array(count * 2 * width);
  const out = {
    pixels: blocks(1),
    rotation: blocks(3),
    translation: blocks(3),
    focal: blocks(2),
    principalPoint: blocks(2),
    distortion: blocks(8),
    point: blocks(3),
  };
  const image = new Float64Array(6);
  for (let n = 0; n < count; n++) {
    const X = [points[3 * n], points[3 * n + 1], points[3 * n + 2]];
    const [x, y, z] = [0, 1, 2].map(
      (r) => R[3 * r] * X[0] + R[3 * r + 1] * X[1] + R[3 * r + 2] * X[2] + t[r],
    );
    const [u, v] = [x / z, y / z];
    distortPoint(u, v, k, image);
    out.pixels.set([fx * image[0] + cx, fy * image[1] + cy], 2 * n);
    out.focal.set([image[0], 0, 0, image[1]], 4 * n);
    out.principalPoint.set([1, 0, 0, 1], 4 * n);
    differentiateDistortion(u, v, k, fx, fy, out.distortion, 16 * n);
    for (let row = 0; row < 2; row++) {
      const f = (row === 0 ? fx : fy) / z;
      const du = f * image[2 + 2 * row];
      const dv = f * image[3 + 2 * row];
      const byCamera = [du, dv, -(u * du + v * dv)]; // by the point in the camera's frame
      for (let c = 0; c < 3; c++) {
        const at = 6 * n + 3 * row + c;
        out.translation[at] = byCamera[c];
        for (let r = 0; r < 3; r++) {
          out.point[at] += byCamera[r] * R[3 * r + c];
          for (let j = 0; j < 3; j++) out.rotation[at] += byCamera[r] * dR[3 * (3 * r + j) + c] * X[j];
        }
      }
    }
  }
  return out;
}

/** The derivative of a pixel by the eight coefficients, 2×8, into `out` from `at` on. */
function differentiateDistortion(
  x: number,
  y: number,
  k: Float64Array,
  fx: number,
  fy: number,
  out: Float64Array,
  at: number,
): void {
  const r2 = x * x + y * y;
  const below = 1 + r2 * (k[5] + r2 * (k[6] + r2 * k[7]));
  const g = (1 + r2 * (k[0] + r2 * (k[1] + r2 * k[4]))) / below;
  const radial = [r2 / below, (r2 * r2) / below, r2 ** 3 / below];
  for (let row = 0; row < 2; row++) {
    const f = row === 0 ? fx : fy;
    const along = row === 0 ? x : y;
    const [k1, k2, k3] = radial.map((value) => f * along * value);
    const straight = f * (r2 + 2 * along * along);
    const crossed = f * 2 * x * y;
    const tangential = row === 0 ? [crossed, straight] : [straight, crossed];
    out.set([k1, k2, ...tangential, k3, -g * k1, -g * k2, -g * k3], at + 8 * row);
  }
}
