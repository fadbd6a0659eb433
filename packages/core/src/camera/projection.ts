import type { Camera } from "./camera.js";
import { distortionCoefficients, distortPoint, undistortPoint } from "./distortion.js";

/** P = K [R | t], 3×4 row-major: maps homogeneous world points to homogeneous pixels, without distortion. */
export function projectionMatrix(camera: Camera): Float64Array {
  const { fx, fy, cx, cy, rotation: R, translation: t } = camera;
  const P = new Float64Array(12);
  for (let c = 0; c < 4; c++) {
    const x = c < 3 ? R[c] : t[0];
    const y = c < 3 ? R[3 + c] : t[1];
    const z = c < 3 ? R[6 + c] : t[2];
    P[c] = fx * x + cx * z;
    P[4 + c] = fy * y + cy * z;
    P[8 + c] = z;
  }
  return P;
}

/** The projection matrices of several cameras, V×3×4. */
export function projectionMatrices(cameras: readonly Camera[]): Float64Array {
  const all = new Float64Array(cameras.length * 12);
  cameras.forEach((camera, v) => {
    all.set(projectionMatrix(camera), v * 12);
  });
  return all;
}

/** The optical centre in the world, −Rᵀt, metres. */
export function cameraCentre({ rotation: R, translation: t }: Camera): Float64Array {
  return Float64Array.of(
    -(R[0] * t[0] + R[3] * t[1] + R[6] * t[2]),
    -(R[1] * t[0] + R[4] * t[1] + R[7] * t[2]),
    -(R[2] * t[0] + R[5] * t[1] + R[8] * t[2]),
  );
}

export interface ProjectOptions {
  /** What a point at or behind the image plane becomes: NaN ("missing", the default) or the bare formula's value. */
  behind?: "missing" | "formula";
}

/**
 * Projects world points through a camera with its Brown–Conrady distortion.
 *
 * @param points N×3, metres, world frame.
 * @returns N×2, pixels. A point at or behind the image plane gives NaN, which every later stage reads as "not seen".
 */
export function project(
  points: ArrayLike<number>,
  camera: Camera,
  { behind = "missing" }: ProjectOptions = {},
): Float64Array {
  const { fx, fy, cx, cy, rotation: R, translation: t } = camera;
  const k = distortionCoefficients(camera.distortion);
  const image = new Float64Array(6);
  const pixels = new Float64Array(Math.floor(points.length / 3) * 2);
  for (let i = 0, j = 0; j < pixels.length; i += 3, j += 2) {
    const x = points[i];
    const y = points[i + 1];
    const z = points[i + 2];
    const depth = R[6] * x + R[7] * y + R[8] * z + t[2];
    const scale = depth > 0 || behind === "formula" ? 1 / depth : NaN;
    const u = (R[0] * x + R[1] * y + R[2] * z + t[0]) * scale;
    const v = (R[3] * x + R[4] * y + R[5] * z + t[1]) * scale;
    distortPoint(u, v, k, image);
    pixels[j] = fx * image[0] + cx;
    pixels[j + 1] = fy * image[1] + cy;
  }
  return pixels;
}

/**
 * Pixels to undistorted coordinates on the plane z = 1 of the camera, (X/Z, Y/Z), with a residual below 1e-12.
 *
 * @param pixels N×2.
 * @returns N×2. NaN where a pixel is NaN or lies beyond what the distortion model can make.
 */
export function normalise(pixels: ArrayLike<number>, camera: Camera): Float64Array {
  const { fx, fy, cx, cy } = camera;
  const k = distortionCoefficients(camera.distortion);
  const plain = k.every((value) => value === 0);
  const rays = new Float64Array(pixels.length - (pixels.length % 2));
  for (let i = 0; i < rays.length; i += 2) {
    rays[i] = (pixels[i] - cx) / fx;
    rays[i + 1] = (pixels[i + 1] - cy) / fy;
    if (!plain) undistortPoint(rays[i], rays[i + 1], k, rays, i);
  }
  return rays;
}

/**
 * Moves pixels to where a camera of the same focal length and centre, but without distortion, would see them.
 *
 * @param pixels N×2.
 * @returns N×2, as exact as `normalise`.
 */
export function undistort(pixels: ArrayLike<number>, camera: Camera): Float64Array {
  const { fx, fy, cx, cy } = camera;
  const ideal = normalise(pixels, camera);
  for (let i = 0; i < ideal.length; i += 2) {
    ideal[i] = fx * ideal[i] + cx;
    ideal[i + 1] = fy * ideal[i + 1] + cy;
  }
  return ideal;
}

/**
 * Directions in the world, of unit length, in which a camera sees pixels; every ray starts at `cameraCentre`.
 *
 * @param pixels N×2.
 * @returns N×3; NaN where `normalise` is.
 */
export function viewingRays(pixels: ArrayLike<number>, camera: Camera): Float64Array {
  const R = camera.rotation;
  const plane = normalise(pixels, camera);
  const rays = new Float64Array((plane.length / 2) * 3);
  for (let i = 0, j = 0; i < plane.length; i += 2, j += 3) {
    const x = plane[i];
    const y = plane[i + 1];
    const length = Math.sqrt(x * x + y * y + 1);
    for (let c = 0; c < 3; c++) rays[j + c] = (R[c] * x + R[3 + c] * y + R[6 + c]) / length;
  }
  return rays;
}
