import { multiply3, transform3 } from "../../array/matrix.js";
import type { Random } from "../../array/random.js";
import { rotationVectorToMatrix } from "../../array/rotation.js";
import type { Camera } from "../../camera/camera.js";
import { drawPart, type Window } from "./window.js";

/** From where, and how near, people are looked at. */
export interface CropOptions {
  /** Of the picture, pixels. */
  width: number;
  height: number;
  /** How much of the picture's height (or width, where that is tighter) the person takes, drawn evenly. */
  share: readonly [low: number, high: number];
  /** Share of pictures that show a part of the person alone. */
  closeUps: number;
  /** Standard deviation of the camera's roll, radians. */
  roll: number;
  /** Share of pictures taken through a lens that bends straight lines. */
  distorted: number;
  /** Metres from the person, evenly in the logarithm. */
  distance: readonly [near: number, far: number];
}

export const CROP_DEFAULTS: CropOptions = {
  width: 192,
  height: 256,
  share: [0.6, 1],
  closeUps: 0.15,
  roll: 0.2,
  distorted: 0.2,
  distance: [1.4, 9],
};

/** Least height of a camera above the floor, metres. */
const LOW = 0.12;
/** Every so many vertices make up for all when the person's extent is measured. */
const STRIDE = 5;

/**
 * A camera of which the whole picture is a crop around a person: somewhere around, low, at eye level or high; tilted a
 * little; the person off its optical axis, as people are who stand at the side of a picture.
 *
 * @param vertices V×3, m: the person's skin; Y up, the floor at 0.
 */
export function drawCropCamera(chance: Random, vertices: ArrayLike<number>, options: CropOptions): Camera {
  const { width, height, share, closeUps, roll, distorted, distance } = options;
  const middle = middleOf(vertices);
  const far = distance[0] * (distance[1] / distance[0]) ** chance.uniform();
  const eye = drawEye(chance, middle, far);
  const aside = rotationVectorToMatrix([turn(chance, 0.12), turn(chance, 0.12), turn(chance, roll)]);
  const rotation = multiply3(aside, lookingAt(eye, middle));
  const translation = transform3(rotation, eye).map((value) => -value);
  const [left, top, right, bottom] = drawPart(chance, extentIn(vertices, rotation, translation), closeUps);
  const filled = chance.uniform(...share);
  const focal = filled * Math.min(height / (bottom - top), width / (right - left));
  const shift = () => chance.normal(0, 0.04);
  const plain: Camera = {
    ...{ name: "crop", width, height, fx: focal, fy: focal, distortion: [] },
    cx: (width - 1) / 2 - (focal * (left + right)) / 2 + shift() * width,
    cy: (height - 1) / 2 - (focal * (top + bottom)) / 2 + shift() * height,
    rotation,
    translation,
  };
  return chance.uniform() < distorted ? { ...plain, distortion: drawLens(chance, plain) } : plain;
}

/** So far from the axis, at z = 1, the strongest lens that is drawn doesn't fold the picture: up to 1.03. */
const UNBENT = 0.7;

/** A lens that bends as much as such do at the side of a picture, and no more in a wide crop's corners. */
function drawLens(chance: Random, { width, height, fx, cx, cy }: Camera): number[] {
  const corner = Math.hypot(Math.max(cx, width - cx), Math.max(cy, height - cy)) / fx;
  const reach = Math.max(1, (corner / UNBENT) ** 2);
  return [chance.uniform(-0.14, 0.03) / reach, chance.uniform(-0.01, 0.03) / reach ** 2];
}

/** An angle of the normal distribution, three deviations at most. */
const turn = (chance: Random, deviation: number) => deviation * Math.max(-3, Math.min(3, chance.normal()));

function middleOf(vertices: ArrayLike<number>): [number, number, number] {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let v = 0; v < vertices.length / 3; v += STRIDE)
    for (let c = 0; c < 3; c++) {
      low[c] = Math.min(low[c], vertices[3 * v + c]);
      high[c] = Math.max(high[c], vertices[3 * v + c]);
    }
  return [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2];
}

/** Mostly from eye level, at times from the ground or from high up. */
function drawEye(chance: Random, middle: readonly number[], distance: number): Float64Array {
  const kind = chance.uniform();
  const steep =
    kind < 0.65
      ? turn(chance, 0.12) + 0.12
      : kind < 0.9
        ? chance.uniform(-0.45, 0.6)
        : chance.uniform(0.5, 1.3);
  const azimuth = chance.uniform(0, 2 * Math.PI);
  const across = distance * Math.cos(steep);
  return Float64Array.of(
    middle[0] + across * Math.sin(azimuth),
    Math.max(LOW, middle[1] + distance * Math.sin(steep)),
    middle[2] + across * Math.cos(azimuth),
  );
}

/** World → camera: z to the target, x level, y down. */
function lookingAt(eye: ArrayLike<number>, target: readonly number[]): Float64Array {
  const forward = target.map((value, c) => value - eye[c]);
  const length = Math.hypot(...forward);
  const [x, y, z] = forward.map((value) => value / length);
  const level = Math.max(1e-9, Math.hypot(x, z));
  // right = forward × up, down = forward × right.
  const right = [-z / level, 0, x / level];
  return Float64Array.of(...right, y * right[2], z * right[0] - x * right[2], -y * right[0], x, y, z);
}

/** A little room around the bare skin, for hair, clothes and shoes: a share of the extent. */
const CLOTHES = 0.03;

/** What a person covers at z = 1. */
function extentIn(vertices: ArrayLike<number>, R: ArrayLike<number>, t: ArrayLike<number>): Window {
  const window = [Infinity, Infinity, -Infinity, -Infinity];
  for (let v = 0; v < vertices.length; v += 3 * STRIDE) {
    const [x, y, z] = [vertices[v], vertices[v + 1], vertices[v + 2]];
    const depth = Math.max(0.1, R[6] * x + R[7] * y + R[8] * z + t[2]);
    const u = (R[0] * x + R[1] * y + R[2] * z + t[0]) / depth;
    const w = (R[3] * x + R[4] * y + R[5] * z + t[1]) / depth;
    window[0] = Math.min(window[0], u);
    window[1] = Math.min(window[1], w);
    window[2] = Math.max(window[2], u);
    window[3] = Math.max(window[3], w);
  }
  const [left, top, right, bottom] = window;
  const room = CLOTHES * Math.max(right - left, bottom - top);
  return [left - room, top - room, right + room, bottom + room];
}
