import { multiply3, transform3 } from "../../array/matrix.js";
import type { Random } from "../../array/random.js";
import { rotationVectorToMatrix } from "../../array/rotation.js";
import type { Camera } from "../../camera/camera.js";
import { type Affine, cropMatrix, warpAffine } from "../../image/warp.js";
import { turnBody } from "./bodyInCamera.js";
import type { CropOptions } from "./cropCamera.js";
import type { Sample, SamplePerson } from "./sample.js";
import { drawPart, type Window } from "./window.js";

/**
 * A crop around a person of a picture that was taken already, varied as the studio's cameras are: in size, roll and place,
 * whole people and parts.
 *
 * @param box Left, top, right, bottom, pixels.
 * @returns Crop pixels → picture pixels, for `cutSample`.
 */
export function drawCut(
  chance: Random,
  box: Window,
  { width, height, share, closeUps, roll }: Omit<CropOptions, "distorted" | "distance">,
): Float64Array {
  const [left, top, right, bottom] = drawPart(chance, box, closeUps);
  const tall = Math.max(1, bottom - top, ((right - left) * height) / width) / chance.uniform(...share);
  const wide = (tall * width) / height;
  const shift = (side: number) => side * chance.normal(0, 0.04);
  return cropMatrix(
    [(left + right) / 2 + shift(wide), (top + bottom) / 2 + shift(tall)],
    [wide, tall],
    roll * Math.max(-3, Math.min(3, chance.normal())),
    [width, height],
  );
}

/**
 * A crop a little off another: nearer, turned and shifted by as much as that leaves room for. A rendered picture so gives
 * several samples for a fraction of what as many would cost.
 *
 * @returns Crop pixels → picture pixels, both of that size, for `cutSample`.
 */
export function drawNearer(chance: Random, width: number, height: number): Float64Array {
  const zoom = chance.uniform(1.02, 1.35);
  const size = [width / zoom, height / zoom] as const;
  const place = (all: number, part: number) =>
    (all - 1) / 2 + (chance.uniform(-0.5, 0.5) * (all - part)) / 1.2;
  const centre = [place(width, size[0]), place(height, size[1])] as const;
  return cropMatrix(centre, size, 0.12 * Math.max(-2, Math.min(2, chance.normal())), [width, height]);
}

/**
 * Cuts a sample out of a picture. People of whom nothing is in the crop are left out, but for the first, whom
 * it is of; joints that come to lie outside are
 * labelled so. Where the camera is known, the crop's is the same one rolled and zoomed, exactly, and what is known in its
 * frame comes along. Channels and masks don't.
 *
 * @param matrix Crop pixels → picture pixels: a turn, a scale and a shift, as of `cropMatrix`.
 * @throws MareyError `IMAGE_SIZE` when a side isn't a positive whole number.
 */
export function cutSample(
  { image, people, known, camera, source }: Sample,
  matrix: Affine,
  width: number,
  height: number,
): Sample {
  const m = Array.from(matrix) as [number, number, number, number, number, number];
  const determinant = m[0] * m[4] - m[1] * m[3];
  const place = (x: number, y: number): [number, number] => {
    const [u, v] = [x - m[2], y - m[5]];
    return [(m[4] * u - m[1] * v) / determinant, (m[0] * v - m[3] * u) / determinant];
  };
  const scale = 1 / Math.abs(determinant);
  const roll = rotationVectorToMatrix([0, 0, -Math.atan2(m[3], m[0])]);
  const placed = people.flatMap(({ keypoints, box, area, joints3d, body }, p): SamplePerson[] => {
    const [left, top, right, bottom] = boundsOf(box, place);
    if (p > 0 && (right < 0 || bottom < 0 || left > width - 1 || top > height - 1)) return [];
    return [
      {
        keypoints: placeJoints(keypoints, place, width, height),
        box: [Math.max(0, left), Math.max(0, top), Math.min(width - 1, right), Math.min(height - 1, bottom)],
        area: area * scale,
        ...(camera && joints3d && { joints3d: turnPoints(joints3d, roll) }),
        ...(camera && body && { body: turnBody(body, roll) }),
      },
    ];
  });
  return {
    ...{ image: warpAffine(image, matrix, width, height), people: placed, known, source },
    ...(camera && { camera: rollCamera(camera, roll, place, Math.sqrt(scale), width, height) }),
  };
}

type Place = (x: number, y: number) => [number, number];

function placeJoints(keypoints: Float32Array, place: Place, width: number, height: number): Float32Array {
  const placed = new Float32Array(keypoints.length);
  for (let i = 0; i < keypoints.length; i += 3) {
    const [x, y] = place(keypoints[i], keypoints[i + 1]);
    const isInside = x >= -0.5 && y >= -0.5 && x < width - 0.5 && y < height - 0.5;
    placed.set([x, y, isInside ? keypoints[i + 2] : 0], i);
  }
  return placed;
}

/** Of the box's corners, turned. */
function boundsOf([left, top, right, bottom]: Window, place: Place): Window {
  const corners = [place(left, top), place(right, top), place(left, bottom), place(right, bottom)];
  const x = corners.map((corner) => corner[0]);
  const y = corners.map((corner) => corner[1]);
  return [Math.min(...x), Math.min(...y), Math.max(...x), Math.max(...y)];
}

/** The camera whose picture is another's turned about the optical axis, scaled and shifted. */
function rollCamera(
  camera: Camera,
  roll: ArrayLike<number>,
  place: Place,
  scale: number,
  width: number,
  height: number,
): Camera {
  const { fx, fy, cx, cy, rotation, translation } = camera;
  const [x, y] = place(cx, cy);
  return {
    ...camera,
    ...{ width, height, fx: scale * fx, fy: scale * fy, cx: x, cy: y },
    rotation: multiply3(roll, rotation),
    translation: transform3(roll, translation),
  };
}

function turnPoints(points: Float32Array, R: ArrayLike<number>): Float32Array {
  const turned = new Float32Array(points.length);
  for (let i = 0; i < points.length; i += 3) turned.set(transform3(R, points.subarray(i, i + 3)), i);
  return turned;
}
