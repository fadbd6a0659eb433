import type { Camera } from "../../camera/camera.js";
import { distortionCoefficients, distortPoint, undistortPoint } from "../../camera/distortion.js";
import { MareyError } from "../../error.js";

/**
 * A lens as a map between two pictures: the renderer knows pinholes only, so that a camera with distortion is rendered by
 * a larger pinhole, whose picture is bent afterwards.
 */
export interface Lens {
  camera: Camera;
  /** Renders all that the camera sees. The camera itself when it doesn't distort. */
  pinhole: Camera;
  /** For each pixel of the camera's picture, x and y in the pinhole's; null when they are the same. */
  map: Float32Array | null;
}

/** Undistorting is iterative: pixels between the knots of a grid are interpolated, right to a few hundredths of a pixel. */
const KNOT = 4;

/**
 * @throws MareyError `LENS_FOLDS` when the distortion bends the picture's corners back, so that nothing is seen there.
 */
export function lensOf(camera: Camera): Lens {
  const { width, height } = camera;
  if (camera.distortion.every((k) => k === 0)) return { camera, pinhole: camera, map: null };
  const knots = undistortedKnots(camera);
  const columns = Math.ceil((width - 1) / KNOT) + 1;
  const [left, top, right, bottom] = bounds(knots);
  const dx = -Math.floor(left);
  const dy = -Math.floor(top);
  const map = new Float32Array(width * height * 2);
  for (let y = 0, o = 0; y < height; y++) {
    const fy = (y % KNOT) / KNOT;
    for (let x = 0; x < width; x++) {
      const fx = (x % KNOT) / KNOT;
      const i = 2 * (Math.floor(y / KNOT) * columns + Math.floor(x / KNOT));
      const across = fx === 0 ? 0 : 2;
      const down = fy === 0 ? 0 : 2 * columns;
      for (let c = 0; c < 2; c++) {
        const above = knots[i + c] * (1 - fx) + knots[i + across + c] * fx;
        const below = knots[i + down + c] * (1 - fx) + knots[i + down + across + c] * fx;
        map[o++] = above * (1 - fy) + below * fy + (c === 0 ? dx : dy);
      }
    }
  }
  const pinhole = {
    ...camera,
    distortion: [],
    cx: camera.cx + dx,
    cy: camera.cy + dy,
    width: Math.ceil(right) + dx + 1,
    height: Math.ceil(bottom) + dy + 1,
  };
  return { camera, pinhole, map };
}

/** Pixels of the undistorted picture at every `KNOT`th pixel of the camera's, the ones past its edge included. */
function undistortedKnots(camera: Camera): Float64Array {
  const { width, height, fx, fy, cx, cy } = camera;
  const k = distortionCoefficients(camera.distortion);
  const columns = Math.ceil((width - 1) / KNOT) + 1;
  const rows = Math.ceil((height - 1) / KNOT) + 1;
  const knots = new Float64Array(2 * columns * rows);
  for (let i = 0; i < columns * rows; i++) {
    const x = (i % columns) * KNOT;
    const y = Math.floor(i / columns) * KNOT;
    undistortPoint((x - cx) / fx, (y - cy) / fy, k, knots, 2 * i);
    if (Number.isNaN(knots[2 * i]))
      throw new MareyError(
        "LENS_FOLDS",
        camera.name,
        `the distortion ${camera.distortion.join(", ")} folds the picture back at pixel ${x}, ${y}`,
        "Use smaller coefficients, or a smaller picture",
      );
    knots[2 * i] = knots[2 * i] * fx + cx;
    knots[2 * i + 1] = knots[2 * i + 1] * fy + cy;
  }
  return knots;
}

function bounds(points: Float64Array): [number, number, number, number] {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < points.length; i += 2) {
    left = Math.min(left, points[i]);
    right = Math.max(right, points[i]);
    top = Math.min(top, points[i + 1]);
    bottom = Math.max(bottom, points[i + 1]);
  }
  return [left, top, right, bottom];
}

/** A rendered colour picture as the lens shows it, bilinear. @param out width × height × channels of the camera. */
export function bendColour({ camera, pinhole, map }: Lens, data: Uint8Array, out: Uint8Array): void {
  if (!map) return void out.set(data);
  const channels = out.length / (camera.width * camera.height);
  const row = pinhole.width * channels;
  for (let i = 0, o = 0; i < map.length; i += 2) {
    const x = Math.min(Math.floor(map[i]), pinhole.width - 2);
    const y = Math.min(Math.floor(map[i + 1]), pinhole.height - 2);
    const fx = map[i] - x;
    const fy = map[i + 1] - y;
    let p = y * row + x * channels;
    for (let c = 0; c < channels; c++, p++) {
      const above = data[p] + fx * (data[p + channels] - data[p]);
      const below = data[p + row] + fx * (data[p + row + channels] - data[p + row]);
      out[o++] = above + fy * (below - above) + 0.5;
    }
  }
}

/** Labels as the lens shows them: those of the nearest pixels, for what lies between two labels is neither. */
export function bendLabels<T extends Uint8Array | Float32Array>(
  { camera, pinhole, map }: Lens,
  labels: T,
  out: T,
): void {
  if (!map) return void out.set(labels);
  const channels = out.length / (camera.width * camera.height);
  for (let i = 0, o = 0; i < map.length; i += 2) {
    const p = (Math.round(map[i + 1]) * pinhole.width + Math.round(map[i])) * channels;
    for (let c = 0; c < channels; c++) out[o++] = labels[p + c];
  }
}

/** Optical flow as the lens shows it: where a pixel's content goes, in pixels of the camera's picture. */
export function bendFlow({ camera, pinhole, map }: Lens, flow: Float32Array, out: Float32Array): void {
  if (!map) return void out.set(flow);
  const { width, fx, fy, cx, cy } = camera;
  const k = distortionCoefficients(camera.distortion);
  const bent = new Float64Array(6);
  for (let i = 0; i < map.length; i += 2) {
    const p = 2 * (Math.round(map[i + 1]) * pinhole.width + Math.round(map[i]));
    const x = (map[i] + flow[p] - pinhole.cx) / fx;
    const y = (map[i + 1] + flow[p + 1] - pinhole.cy) / fy;
    distortPoint(x, y, k, bent);
    out[i] = bent[0] * fx + cx - ((i / 2) % width);
    out[i + 1] = bent[1] * fy + cy - Math.floor(i / 2 / width);
  }
}
