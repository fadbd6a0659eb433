import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { random } from "@marey/core/array";
import { type Camera, project, projectionMatrices } from "@marey/core/camera";
import { body25b } from "@marey/core/skeleton";

const folder = new URL("../../../shared/data/cmu/motion17/", import.meta.url);
export const haveClips = existsSync(folder);

/** Where body25b's joints stand among Human3.6M's 17, right side first as there. */
const joints17: Record<string, number> = {
  right_hip: 1,
  right_knee: 2,
  right_ankle: 3,
  left_hip: 4,
  left_knee: 5,
  left_ankle: 6,
  upper_neck: 9,
  head_top: 10,
  left_shoulder: 11,
  left_elbow: 12,
  left_wrist: 13,
  right_shoulder: 14,
  right_elbow: 15,
  right_wrist: 16,
};

const truthOf = body25b.joints.map((name) => joints17[name] ?? -1);
const legs = ["hip", "knee", "ankle"].map((part) => [
  body25b.joints.indexOf(`left_${part}`),
  body25b.joints.indexOf(`right_${part}`),
]);

/** One person seen by four views, with the truth. */
export interface NoisyTake {
  frames: number;
  /** T×V×J×3 of body25b: x, y in pixels, confidence. */
  observations: Float64Array;
  /** V×3×4. */
  projections: Float64Array;
  /** T×J×3, metres, Y up; NaN for joints without truth. */
  truth: Float64Array;
}

export interface NoisyTakeOptions {
  clip: string;
  /** First frame in the clip, number of frames (60 Hz). */
  first?: number;
  frames?: number;
  seed: number;
  /** Pixels: standard deviations of the constant offset of a joint in a view, and of the correlated noise. */
  bias?: number;
  noise?: number;
}

/**
 * A piece of a motion capture clip as a network would see it from four sides: constant offsets, noise that lasts
 * (AR(1), 0.69 from frame to frame), 4 % of joints missed, 2 % far off with low confidence, legs exchanged in 1 % of the
 * frames, and three dropouts of 2 to 7 frames in each view.
 */
export function noisyTake({
  clip,
  first = 0,
  frames = 200,
  seed,
  bias = 2.5,
  noise = 2.8,
}: NoisyTakeOptions): NoisyTake {
  const source = random(seed);
  const truth = readClip(clip, first, frames);
  const cameras = ring(truth, source.uniform(0, 1.5));
  const joints = body25b.joints.length;
  const observations = new Float64Array(frames * cameras.length * joints * 3);
  const at = (t: number, v: number, j: number) => 3 * ((t * cameras.length + v) * joints + j);
  cameras.forEach((camera, v) => {
    const pixels = project(truth, camera);
    for (let j = 0; j < joints; j++) {
      const offset = [source.normal(0, bias), source.normal(0, bias)];
      const drift = [source.normal(0, noise), source.normal(0, noise)];
      for (let t = 0; t < frames; t++) {
        const i = at(t, v, j);
        const far = source.uniform() < 0.02;
        for (let c = 0; c < 2; c++) {
          drift[c] = 0.69 * drift[c]! + source.normal(0, noise * Math.sqrt(1 - 0.69 ** 2));
          const stray = far ? source.normal(0, 70) : 0;
          observations[i + c] = pixels[2 * (t * joints + j) + c]! + offset[c]! + drift[c]! + stray;
        }
        observations[i + 2] = far ? source.uniform(0.15, 0.6) : Math.min(0.95, source.normal(0.72, 0.08));
        if (truthOf[j]! < 0 || source.uniform() < 0.04) observations.fill(0, i, i + 3);
      }
    }
    for (let t = 0; t < frames; t++)
      if (source.uniform() < 0.01)
        for (const [l, r] of legs) exchange(observations, at(t, v, l!), at(t, v, r!));
    for (let n = 0; n < 3; n++) {
      const start = source.integer(frames);
      const end = Math.min(frames, start + 2 + source.integer(6));
      observations.fill(0, at(start, v, 0), at(end - 1, v, joints));
    }
  });
  return { frames, observations, projections: projectionMatrices(cameras), truth };
}

function exchange(values: Float64Array, i: number, k: number) {
  const first = values.slice(i, i + 3);
  values.copyWithin(i, k, k + 3);
  values.set(first, k);
}

/** T×J×3, metres. */
function readClip(name: string, first: number, frames: number): Float64Array {
  const { clips } = JSON.parse(readFileSync(new URL("motion17_train.json", folder), "utf8"));
  const clip = clips.find((one: { name: string }) => one.name === name);
  const bytes = Uint8Array.from(gunzipSync(readFileSync(new URL("motion17_train.i16.gz", folder))));
  const values = new Int16Array(bytes.buffer);
  const truth = new Float64Array(frames * truthOf.length * 3).fill(NaN);
  for (let t = 0; t < frames; t++)
    truthOf.forEach((from, j) => {
      const i = ((clip.start + first + t) * 17 + from) * 3;
      if (from < 0) return;
      for (let c = 0; c < 3; c++) truth[3 * (t * truthOf.length + j) + c] = values[i + c]! / 2000;
    });
  return truth;
}

/** Four cameras on a circle around the middle of the motion, 3.5 m away and 1.9 m high, held upright. */
function ring(truth: Float64Array, turn: number): Camera[] {
  const middle = [0, 2].map((axis) => {
    const values = truth.filter((value, i) => i % 3 === axis && !Number.isNaN(value));
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  });
  return Array.from({ length: 4 }, (_, v) => {
    const angle = turn + (v * Math.PI) / 2;
    const centre = [middle[0]! + 3.5 * Math.cos(angle), 1.9, middle[1]! + 3.5 * Math.sin(angle)];
    const slope = Math.hypot(3.5, 1);
    const forward = [(-3.5 * Math.cos(angle)) / slope, -1 / slope, (-3.5 * Math.sin(angle)) / slope];
    const right = [-Math.sin(angle), 0, Math.cos(angle)];
    const down = [
      forward[1]! * right[2]! - forward[2]! * right[1]!,
      forward[2]! * right[0]! - forward[0]! * right[2]!,
      forward[0]! * right[1]! - forward[1]! * right[0]!,
    ];
    const axes = [right, down, forward];
    return {
      name: `cam${v}`,
      ...{ width: 1080, height: 1920, fx: 1680, fy: 1680, cx: 540, cy: 960, distortion: [] },
      rotation: Float64Array.from(axes.flat()),
      translation: Float64Array.from(axes, (axis) => -axis.reduce((sum, a, c) => sum + a * centre[c]!, 0)),
    };
  });
}
