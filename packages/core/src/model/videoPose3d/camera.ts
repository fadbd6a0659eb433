import type { Camera } from "../../camera/camera.js";
import { MareyError } from "../../error.js";
import type { Floats } from "./sequence.js";

/**
 * Pixels to the screen units of VideoPose3D: x' = 2x/w − 1, y' = 2y/w − h/w. Both axes are divided by the **width**,
 * so that a circle stays a circle.
 *
 * @param points N×2, pixels; may be `out`.
 */
export function normaliseScreen<A extends Floats>(
  points: ArrayLike<number>,
  width: number,
  height: number,
  out: A,
): A {
  requirePicture(width, height);
  for (let i = 0; i + 1 < points.length; i += 2) {
    out[i] = (2 * points[i]) / width - 1;
    out[i + 1] = (2 * points[i + 1] - height) / width;
  }
  return out;
}

/** The inverse of `normaliseScreen`: x = (x' + 1)·w/2, y = (y' + h/w)·w/2. */
export function denormaliseScreen<A extends Floats>(
  points: ArrayLike<number>,
  width: number,
  height: number,
  out: A,
): A {
  requirePicture(width, height);
  for (let i = 0; i + 1 < points.length; i += 2) {
    out[i] = ((points[i] + 1) * width) / 2;
    out[i + 1] = (points[i + 1] * width + height) / 2;
  }
  return out;
}

function requirePicture(width: number, height: number): void {
  if (width > 0 && height > 0) return;
  throw new MareyError(
    "LIFT_PICTURE_SIZE",
    "videoPose3d",
    `the picture is ${width}×${height} pixels, but joints are measured by its width`,
    "State the size of the picture that the keypoints were found in",
  );
}

/**
 * A camera as nine numbers in screen units: fx, fy, cx, cy, k1, k2, k3, p1, p2. All four intrinsics are divided by
 * the width. Human3.6M numbers the tangential coefficients the other way round than OpenCV: its p1 is OpenCV's p2.
 *
 * @throws MareyError `LIFT_PICTURE_SIZE` without a picture size; `LIFT_DISTORTION` for coefficients beyond k3.
 */
export function cameraVector(camera: Camera): Float32Array {
  const { name, width, height, fx, fy, cx, cy, distortion } = camera;
  requirePicture(width, height);
  const [k1 = 0, k2 = 0, p1 = 0, p2 = 0, k3 = 0, ...rational] = distortion;
  if (rational.some((k) => k !== 0))
    throw new MareyError(
      "LIFT_DISTORTION",
      `camera ${name}`,
      "it has distortion coefficients k4 to k6, but the projection of Human3.6M ends at k3",
      "Undistort the keypoints, or calibrate with five coefficients",
    );
  const s = 2 / width;
  return Float32Array.of(fx * s, fy * s, cx * s - 1, cy * s - height / width, k1, k2, k3, p2, p1);
}

/**
 * World points in a camera's frame: R·X + t.
 *
 * @param points N×3, metres; may be `out`.
 */
export function worldToCamera<A extends Floats>(
  points: ArrayLike<number>,
  { rotation: R, translation: t }: Pick<Camera, "rotation" | "translation">,
  out: A,
): A {
  for (let i = 0; i + 2 < points.length; i += 3) {
    const x = points[i];
    const y = points[i + 1];
    const z = points[i + 2];
    out[i] = R[0] * x + R[1] * y + R[2] * z + t[0];
    out[i + 1] = R[3] * x + R[4] * y + R[5] * z + t[1];
    out[i + 2] = R[6] * x + R[7] * y + R[8] * z + t[2];
  }
  return out;
}

/** The inverse of `worldToCamera`: Rᵀ·(X − t). */
export function cameraToWorld<A extends Floats>(
  points: ArrayLike<number>,
  { rotation: R, translation: t }: Pick<Camera, "rotation" | "translation">,
  out: A,
): A {
  for (let i = 0; i + 2 < points.length; i += 3) {
    const x = points[i] - t[0];
    const y = points[i + 1] - t[1];
    const z = points[i + 2] - t[2];
    out[i] = R[0] * x + R[3] * y + R[6] * z;
    out[i + 1] = R[1] * x + R[4] * y + R[7] * z;
    out[i + 2] = R[2] * x + R[5] * y + R[8] * z;
  }
  return out;
}

/**
 * The projection of Human3.6M, by which VideoPose3D's semi-supervised training compares poses with pictures. With
 * u = X/Z limited to ±1: f·(u·(1 + k1 r² + k2 r⁴ + k3 r⁶ + p·u) + p·r²) + c. Its tangential term has half of OpenCV's
 * weight; a point behind the camera gives a number like any other.
 *
 * @param points N×3, metres, camera frame.
 * @param camera 9 numbers (see `cameraVector`).
 * @returns `out`, N×2, screen units.
 */
export function projectHuman36m<A extends Floats>(
  points: ArrayLike<number>,
  camera: ArrayLike<number>,
  out: A,
): A {
  const [p1, p2] = [camera[7], camera[8]];
  for (let i = 0, o = 0; i + 2 < points.length; i += 3, o += 2) {
    const x = limited(points[i] / points[i + 2]);
    const y = limited(points[i + 1] / points[i + 2]);
    const r2 = x * x + y * y;
    const factor = 1 + r2 * (camera[4] + r2 * (camera[5] + r2 * camera[6])) + p1 * x + p2 * y;
    out[o] = camera[0] * (x * factor + p1 * r2) + camera[2];
    out[o + 1] = camera[1] * (y * factor + p2 * r2) + camera[3];
  }
  return out;
}

/** `projectHuman36m` without distortion: f·u + c. */
export function projectLinear<A extends Floats>(
  points: ArrayLike<number>,
  camera: ArrayLike<number>,
  out: A,
): A {
  for (let i = 0, o = 0; i + 2 < points.length; i += 3, o += 2) {
    out[o] = camera[0] * limited(points[i] / points[i + 2]) + camera[2];
    out[o + 1] = camera[1] * limited(points[i + 1] / points[i + 2]) + camera[3];
  }
  return out;
}

const limited = (u: number) => Math.min(1, Math.max(-1, u));
