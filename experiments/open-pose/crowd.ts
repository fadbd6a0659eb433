/** What the crowds' networks are trained on and judged by. */
import { type Random, random } from "@marey/core/array";
import {
  CONFIDENCE_MAP_DEFAULTS,
  encodeConfidenceMaps,
  type Limb,
  partAffinityEncoder,
} from "@marey/core/codec";
import type { MotionClip } from "@marey/core/model/videoPose3d";
import { figure } from "./figure.js";
import { drawScene, SCENE, type Scene } from "./scene.js";

/** Pixels from one cell of the maps to the next: the trunks here have two poolings. */
export const STRIDE = 4;
/** Of peaks, pixels: the same share of a cell as the paper's 7 of 8. */
export const SIGMA = 3.5;
/** Cells along a side of the maps. */
export const SIDE = SCENE.size / STRIDE;
export const CELLS = SIDE * SIDE;
export const JOINTS = figure.joints.length;

const grid = { columns: SIDE, rows: SIDE, stride: STRIDE };

/** Writes the targets of one scene into a batch's tensor, from `offset` on. */
export interface Encoder {
  readonly channels: number;
  encode(scene: Scene, into: Float32Array): void;
}

/** Confidence maps and the background. */
export const partsEncoder = (): Encoder => ({
  channels: JOINTS + 1,
  encode: ({ people }, into) =>
    encodeConfidenceMaps(people, { ...CONFIDENCE_MAP_DEFAULTS, ...grid, joints: JOINTS, sigma: SIGMA }, into),
});

/** Part affinity fields. */
export function fieldsEncoder(limbs: readonly Limb[]): Encoder {
  const write = partAffinityEncoder({ ...grid, joints: JOINTS, limbs, halfWidth: 1, combine: "average" });
  return { channels: 2 * limbs.length, encode: ({ people }, into) => write(people, into) };
}

/** Gaussians at places along each limb, such as its middle. */
export function midpointsEncoder(limbs: readonly Limb[], shares: readonly number[]): Encoder {
  const points = limbs.length * shares.length;
  const options = { ...CONFIDENCE_MAP_DEFAULTS, ...grid, joints: points, sigma: SIGMA };
  const room = new Float32Array((points + 1) * CELLS);
  return {
    channels: points,
    encode({ people }, into) {
      const count = people.length / (3 * JOINTS);
      const middles = new Float32Array(count * points * 3);
      for (let p = 0; p < count; p++)
        for (const [l, [a, b]] of limbs.entries())
          for (const [s, share] of shares.entries()) {
            const [i, j] = [(p * JOINTS + a) * 3, (p * JOINTS + b) * 3];
            const to = (p * points + l * shares.length + s) * 3;
            for (let k = 0; k < 2; k++)
              middles[to + k] = (1 - share) * people[i + k]! + share * people[j + k]!;
            middles[to + 2] = people[i + 2]! * people[j + 2]!;
          }
      encodeConfidenceMaps(middles, options, room);
      into.set(room.subarray(0, points * CELLS));
    },
  };
}

/** The random numbers of a seed's i-th scene. */
export const sceneRandom = (seed: number, i: number): Random => random(seed * 1_000_003 + i);

/** Scenes from a seed, one after the other. */
export const scenes = (clips: readonly MotionClip[], seed: number, count: number): Scene[] =>
  Array.from({ length: count }, (_, i) => drawScene(clips, sceneRandom(seed, i)));

type Floats = { type: "float32"; dims: readonly number[]; data: Float32Array };

/** A tensor of zeros. */
export const floats = (...dims: number[]): Floats => ({
  type: "float32",
  dims,
  data: new Float32Array(dims.reduce((a, b) => a * b)),
});

/** Batches of new scenes: `picture` and a tensor of targets by each encoder's name. */
export function crowdBatches(
  clips: readonly MotionClip[],
  seed: number,
  batch: number,
  encoders: Readonly<Record<string, Encoder>>,
) {
  const picture = floats(batch, 3, SCENE.size, SCENE.size);
  const targets = Object.entries(encoders).map(
    ([name, { channels }]) => [name, floats(batch, channels, SIDE, SIDE)] as const,
  );
  return (step: number): Record<string, Floats> => {
    for (let b = 0; b < batch; b++) {
      const scene = drawScene(clips, sceneRandom(seed, step * batch + b));
      picture.data.set(scene.picture, b * scene.picture.length);
      for (const [name, { data, dims }] of targets) {
        const size = dims[1]! * CELLS;
        encoders[name]!.encode(scene, data.subarray(b * size, (b + 1) * size));
      }
    }
    return { picture, ...Object.fromEntries(targets) };
  };
}
