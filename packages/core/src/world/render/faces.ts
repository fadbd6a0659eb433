import type { Camera } from "../../camera/camera.js";
import type { Piece } from "./piece.js";

/** Nothing nearer to the camera than this is drawn, metres. */
export const NEAR = 0.05;

/** Numbers per face in `Faces.shape`. */
export const STRIDE = 14;
/** Where in a face's shape its plane, its volume and its greatest 1/z lie. */
export const PLANE = 9;
export const VOLUME = 12;
export const NEAREST = 13;

/**
 * Triangles that face the camera and may meet a sample, ready to be drawn.
 *
 * A face's shape is that of homogeneous rasterisation (Olano & Greer 1997): with corners a, b, c in the camera's frame
 * and a ray d = (x, y, 1), the numbers (b×c)·d, (c×a)·d, (a×b)·d are proportional to the perspective-correct
 * barycentric coordinates of the point that the ray meets, and 1/z is linear in d. So nothing need be clipped, even
 * where a triangle passes beside or behind the eye; and two triangles that share an edge get the same products with
 * opposite signs, so that no sample between them is lost or drawn twice.
 */
export interface Faces {
  count: number;
  /**
   * Count × STRIDE: edges of corners 0, 1, 2 (3 × 3, signed so that all are ≥ 0 inside), the plane p with 1/z = p·d,
   * |a·(b×c)|, and the greatest 1/z.
   */
  shape: Float64Array;
  /** Count × 4, pixels: left, right, top, bottom. */
  bounds: Float64Array;
  /** Index of the surface. */
  surface: Uint16Array;
  /** Index of the triangle in its surface. */
  triangle: Uint32Array;
  /** 1 when the triangle shows its back. */
  back: Uint8Array;
}

export function emptyFaces(): Faces {
  return {
    count: 0,
    shape: new Float64Array(0),
    bounds: new Float64Array(0),
    surface: new Uint16Array(0),
    triangle: new Uint32Array(0),
    back: new Uint8Array(0),
  };
}

/** Makes room for `more` faces; it grows by half at least, so that a stream of frames soon allocates nothing. */
function reserve(faces: Faces, more: number): void {
  const needed = faces.count + more;
  if (needed <= faces.surface.length) return;
  const room = Math.max(needed, Math.ceil(faces.surface.length * 1.5));
  const { shape, bounds, surface, triangle, back } = faces;
  (faces.shape = new Float64Array(room * STRIDE)).set(shape);
  (faces.bounds = new Float64Array(room * 4)).set(bounds);
  (faces.surface = new Uint16Array(room)).set(surface);
  (faces.triangle = new Uint32Array(room)).set(triangle);
  (faces.back = new Uint8Array(room)).set(back);
}

/** Vertices in the camera's frame, V×3, and on the picture, V×2 (meaningless nearer than `NEAR`). */
export interface Projected {
  camera: Float64Array;
  pixel: Float64Array;
}

/** Brings world points before a pinhole camera; grows `out` when it is too small. */
export function projectVertices(positions: Float32Array, camera: Camera, out: Projected): void {
  if (out.camera.length < positions.length) {
    out.camera = new Float64Array(positions.length);
    out.pixel = new Float64Array((positions.length / 3) * 2);
  }
  const { fx, fy, cx, cy, translation } = camera;
  const [r0, r1, r2, r3, r4, r5, r6, r7, r8] = camera.rotation;
  const [t0, t1, t2] = translation;
  const { camera: placed, pixel } = out;
  for (let i = 0, j = 0; i < positions.length; i += 3, j += 2) {
    const x = positions[i];
    const y = positions[i + 1];
    const z = positions[i + 2];
    const u = r0 * x + r1 * y + r2 * z + t0;
    const v = r3 * x + r4 * y + r5 * z + t1;
    const w = r6 * x + r7 * y + r8 * z + t2;
    placed[i] = u;
    placed[i + 1] = v;
    placed[i + 2] = w;
    pixel[j] = (fx * u) / w + cx;
    pixel[j + 1] = (fy * v) / w + cy;
  }
}

/**
 * Writes the shape of the triangle with corners at `a`, `b`, `c` (offsets into `at`, camera's frame) to `shape`.
 *
 * @returns 1 for the front, 2 for the back, 0 for a triangle seen edge-on, or from its back when `backToo` is false.
 */
export function shapeFace(
  at: Float64Array,
  a: number,
  b: number,
  c: number,
  backToo: boolean,
  shape: Float64Array,
  k: number,
): 0 | 1 | 2 {
  const ax = at[a];
  const ay = at[a + 1];
  const az = at[a + 2];
  const bx = at[b];
  const by = at[b + 1];
  const bz = at[b + 2];
  const cx = at[c];
  const cy = at[c + 1];
  const cz = at[c + 2];
  const ex = by * cz - bz * cy;
  const ey = bz * cx - bx * cz;
  const ez = bx * cy - by * cx;
  const volume = ax * ex + ay * ey + az * ez;
  if (volume === 0 || (volume > 0 && !backToo)) return 0;
  const s = volume < 0 ? -1 : 1;
  const size = s * volume;
  const fx = cy * az - cz * ay;
  const fy = cz * ax - cx * az;
  const fz = cx * ay - cy * ax;
  const gx = ay * bz - az * by;
  const gy = az * bx - ax * bz;
  const gz = ax * by - ay * bx;
  shape[k] = s * ex;
  shape[k + 1] = s * ey;
  shape[k + 2] = s * ez;
  shape[k + 3] = s * fx;
  shape[k + 4] = s * fy;
  shape[k + 5] = s * fz;
  shape[k + 6] = s * gx;
  shape[k + 7] = s * gy;
  shape[k + 8] = s * gz;
  shape[k + PLANE] = (ex + fx + gx) / volume;
  shape[k + PLANE + 1] = (ey + fy + gy) / volume;
  shape[k + PLANE + 2] = (ez + fz + gz) / volume;
  shape[k + VOLUME] = size;
  shape[k + NEAREST] = 1 / Math.max(NEAR, Math.min(az, bz, cz));
  return s < 0 ? 1 : 2;
}

/** Bounds of the part of a triangle beyond `NEAR`, pixels, where a corner lies nearer. False: all of it does. */
export function clippedBounds(
  at: Float64Array,
  corners: readonly [number, number, number],
  { fx, fy, cx, cy }: Camera,
  bounds: Float64Array,
): boolean {
  bounds[0] = bounds[2] = Infinity;
  bounds[1] = bounds[3] = -Infinity;
  const add = (x: number, y: number, z: number) => {
    const u = (fx * x) / z + cx;
    const v = (fy * y) / z + cy;
    bounds[0] = Math.min(bounds[0], u);
    bounds[1] = Math.max(bounds[1], u);
    bounds[2] = Math.min(bounds[2], v);
    bounds[3] = Math.max(bounds[3], v);
  };
  corners.forEach((p, i) => {
    const q = corners[(i + 1) % 3];
    const z = at[p + 2];
    const zNext = at[q + 2];
    if (z >= NEAR) add(at[p], at[p + 1], z);
    if (z >= NEAR === zNext >= NEAR) return;
    const f = (NEAR - z) / (zNext - z);
    add(at[p] + f * (at[q] - at[p]), at[p + 1] + f * (at[q + 1] - at[p + 1]), NEAR);
  });
  return bounds[0] <= bounds[1];
}

/** Rows and columns of samples, `step` pixels apart, the first one at `first`. */
export interface Spacing {
  first: number;
  step: number;
}

/** Whether a rectangle of the picture, pixels, holds a sample; a rounding error more is taken for within. */
function holdsSample(
  left: number,
  right: number,
  top: number,
  bottom: number,
  { first, step }: Spacing,
): boolean {
  const scale = 1 / step;
  const low = (-1e-6 - first) * scale;
  const high = (1e-6 - first) * scale;
  return (
    Math.ceil(left * scale + low) <= Math.floor(right * scale + high) &&
    Math.ceil(top * scale + low) <= Math.floor(bottom * scale + high)
  );
}

const clip = new Float64Array(4);

/** Adds the faces of one piece that a camera sees and that may meet a sample of either spacing. */
export function addFaces(
  faces: Faces,
  { triangles, twoSided }: Piece,
  index: number,
  { camera: at, pixel }: Projected,
  camera: Camera,
  centres: Spacing,
  finest: Spacing,
): void {
  const right = camera.width - 0.5;
  const bottom = camera.height - 0.5;
  reserve(faces, triangles.length / 3);
  const { shape, bounds } = faces;
  let count = faces.count;
  for (let t = 0; t < triangles.length; t += 3) {
    const a = triangles[t];
    const b = triangles[t + 1];
    const c = triangles[t + 2];
    let left = 0;
    let far = 0;
    let top = 0;
    let low = 0;
    if (at[3 * a + 2] >= NEAR && at[3 * b + 2] >= NEAR && at[3 * c + 2] >= NEAR) {
      const x0 = pixel[2 * a];
      const x1 = pixel[2 * b];
      const x2 = pixel[2 * c];
      const y0 = pixel[2 * a + 1];
      const y1 = pixel[2 * b + 1];
      const y2 = pixel[2 * c + 1];
      // Most of what a closed skin turns away goes here; what is in doubt, below.
      if (!twoSided && (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0) > 1e-6) continue;
      left = Math.min(x0, x1, x2);
      far = Math.max(x0, x1, x2);
      top = Math.min(y0, y1, y2);
      low = Math.max(y0, y1, y2);
    } else {
      if (!clippedBounds(at, [3 * a, 3 * b, 3 * c], camera, clip)) continue;
      [left, far, top, low] = clip;
    }
    if (!(left < right && far > -0.5 && top < bottom && low > -0.5)) continue;
    if (!holdsSample(left, far, top, low, finest) && !holdsSample(left, far, top, low, centres)) continue;
    const side = shapeFace(at, 3 * a, 3 * b, 3 * c, twoSided, shape, count * STRIDE);
    if (side === 0) continue;
    bounds[4 * count] = left;
    bounds[4 * count + 1] = far;
    bounds[4 * count + 2] = top;
    bounds[4 * count + 3] = low;
    faces.surface[count] = index;
    faces.triangle[count] = t / 3;
    faces.back[count] = side - 1;
    count++;
  }
  faces.count = count;
}
