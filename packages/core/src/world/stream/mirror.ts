import type { Camera } from "../../camera/camera.js";
import type { Image } from "../../image/image.js";
import type { Sample, SampleBody, SamplePerson } from "./sample.js";

/** Partners of left and right: of the layout's joints, and of the body's. */
export interface Partners {
  /** J, as `Skeleton.mirror`. */
  joints: readonly number[];
  /** The body model's; needed where samples have bodies. */
  body?: readonly number[];
}

/** Left–right partners of joints by their names. */
export const partnersOf = (names: readonly string[]): number[] =>
  names.map((name, i) => {
    const partner = name.replace(/^(left|right)_/, (_, side) => (side === "left" ? "right_" : "left_"));
    const at = names.indexOf(partner);
    return at < 0 ? i : at;
  });

/** A sample in the mirror, left joints as right ones; the picture is turned over in place. Channels aren't kept. */
export function mirrorSample(sample: Sample, partners: Partners): Sample {
  const { image, people, known, mask, camera, source } = sample;
  turnOver(image);
  if (mask) turnOver({ ...image, channels: 1, data: mask });
  return {
    ...{ image, source },
    people: people.map((person) => mirrorPerson(person, image.width, partners)),
    known: partners.joints.map((partner) => known[partner]),
    ...(mask && { mask }),
    ...(camera && { camera: mirrorCamera(camera) }),
  };
}

function turnOver({ width, height, channels, data }: Image): void {
  for (let y = 0; y < height; y++) {
    let a = y * width * channels;
    let b = a + (width - 1) * channels;
    for (; a < b; a += channels, b -= channels)
      for (let c = 0; c < channels; c++) {
        const kept = data[a + c];
        data[a + c] = data[b + c];
        data[b + c] = kept;
      }
  }
}

function mirrorPerson(
  { keypoints, box: [left, top, right, bottom], area, joints3d, body }: SamplePerson,
  width: number,
  partners: Partners,
): SamplePerson {
  return {
    keypoints: swapped(keypoints, partners.joints, (x) => width - 1 - x),
    box: [width - 1 - right, top, width - 1 - left, bottom],
    area,
    ...(joints3d && { joints3d: swapped(joints3d, partners.joints, (x) => -x) }),
    ...(body && partners.body && { body: mirrorBody(body, partners.body) }),
  };
}

/** N×3 values in their partners' places, the first of each three turned over. */
function swapped(values: Float32Array, partners: readonly number[], turn: (x: number) => number) {
  const out = new Float32Array(values.length);
  partners.forEach((partner, j) => {
    const from = 3 * partner;
    out.set([turn(values[from]), values[from + 1], values[from + 2]], 3 * j);
  });
  return out;
}

/** With M = diag(−1, 1, 1), M·R·M turns by (x, −y, −z) where R does by (x, y, z). Bodies are taken as symmetric. */
function mirrorBody({ betas, pose, translation, root }: SampleBody, partners: readonly number[]): SampleBody {
  const turned = swapped(pose, partners, (x) => x);
  for (let i = 0; i < turned.length; i += 3) {
    turned[i + 1] *= -1;
    turned[i + 2] *= -1;
  }
  return {
    betas,
    pose: turned,
    translation: Float32Array.of(-translation[0], translation[1], translation[2]),
    root: Float32Array.of(-root[0], root[1], root[2]),
  };
}

/** The camera that sees the world's mirror image so. */
function mirrorCamera(camera: Camera): Camera {
  const { width, cx, distortion, rotation, translation: t } = camera;
  const p2 = 3;
  return {
    ...camera,
    cx: width - 1 - cx,
    distortion: distortion.map((k, i) => (i === p2 ? -k : k)),
    rotation: rotation.map((value, i) => ([1, 2, 3, 6].includes(i) ? -value : value)),
    translation: Float64Array.of(-t[0], t[1], t[2]),
  };
}
