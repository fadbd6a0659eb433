/** A small network of OpenPose's second form, fields before parts, trained on crowds by the core's own targets and loss. */
import { random } from "@marey/core/array";
import type { Limb } from "@marey/core/codec";
import { compile, input } from "@marey/core/graph";
import {
  type DenseOptions,
  network,
  supervised,
  type TrunkStep,
  targetEncoder,
} from "@marey/core/model/openPose";
import type { MotionClip } from "@marey/core/model/videoPose3d";
import { adam, baked, openTrainer } from "@marey/core/nn";
import { onnxRuntime } from "marey";
import { CELLS, floats, JOINTS, SIDE, SIGMA, STRIDE, sceneRandom } from "./crowd.js";
import { figure, redundant, tree } from "./figure.js";
import { kept } from "./keep.js";
import { drawScene, SCENE, type Scene } from "./scene.js";

/** All limbs that the network predicts fields of: the tree's first. */
export const limbs: readonly Limb[] = [...tree, ...redundant];

const conv = (name: string, outputs: number): TrunkStep => ({ name, outputs });
const trunk: readonly TrunkStep[] = [
  conv("conv1_1", 12),
  "pool",
  conv("conv2_1", 24),
  conv("conv2_2", 24),
  "pool",
  conv("conv3_1", 32),
  conv("conv3_2", 32),
  conv("conv3_3", 24),
];

/** So many stages of fields, then so many of parts, all of one size. */
export const crowdNetwork = (fieldStages: number, partStages: number): DenseOptions => ({
  kind: "dense",
  parts: JOINTS,
  limbs: limbs.length,
  trunk,
  fieldStages: Array(fieldStages).fill({ triples: 1, width: 16, wide: 48 }),
  partStages: Array(partStages).fill({ triples: 1, width: 16, wide: 48 }),
});

/** How a network is trained. */
export interface CrowdTraining {
  readonly name: string;
  readonly options: DenseOptions;
  readonly steps: number;
  readonly batch: number;
  readonly seed: number;
  readonly threads: number;
  /** Folder for the weights; see `kept`. */
  readonly keep: string;
  /** Share of people whom nobody labels; 0 when absent. */
  readonly unlabelled?: number;
  /** Whether their places are left out of the loss. */
  readonly masked?: boolean;
}

/** Trains a network on new crowds in each step. */
export function trainCrowd(
  clips: readonly MotionClip[],
  training: CrowdTraining,
): Promise<network.NetworkParams> {
  const { name, options, steps, seed, threads, keep } = training;
  const template = network.init(random(seed), options);
  return kept(keep, name, template, async () => {
    const batches = labelledBatches(clips, training);
    const trainer = openTrainer(
      onnxRuntime,
      {
        params: template,
        optimiser: adam(),
        loss: (params, batch) => ({ ...supervised(options)(params, batch) }),
      },
      { seed, threads },
    );
    const begun = performance.now();
    for (let step = 0; step < steps; step++) {
      const told = await trainer.step(batches(step), { rate: 2e-3 * 0.03 ** (step / steps) });
      if (step % 100 !== 0 && step !== steps - 1) continue;
      const seconds = ((performance.now() - begun) / 1000).toFixed(0);
      const values = Object.entries(told).map(([key, value]) => `${key} ${value.toFixed(2)}`);
      console.error(`${name}, step ${step}: ${values.join(", ")}, ${seconds} s`);
    }
    const params = trainer.params();
    await trainer.close();
    return params;
  });
}

function labelledBatches(
  clips: readonly MotionClip[],
  { batch, seed, options, unlabelled = 0, masked }: CrowdTraining,
) {
  const channels = options.parts + 1 + 2 * options.limbs;
  const encode = targetEncoder({
    skeleton: figure,
    limbs,
    columns: SIDE,
    rows: SIDE,
    stride: STRIDE,
    sigma: SIGMA,
  });
  const picture = floats(batch, 3, SCENE.size, SCENE.size);
  const target = floats(batch, channels, SIDE, SIDE);
  const weight = floats(batch, channels, SIDE, SIDE);
  const known = figure.joints.map(() => true);
  const size = channels * CELLS;
  return (step: number) => {
    for (let b = 0; b < batch; b++) {
      const draw = sceneRandom(seed, step * batch + b);
      const scene = drawScene(clips, draw);
      const forgotten = scene.heights.map(() => draw.uniform() < unlabelled);
      const people = scene.people.slice();
      for (let i = 2; i < people.length; i += 3) if (forgotten[Math.floor(i / (3 * JOINTS))]) people[i] = 0;
      const mask = masked ? maskOf(scene, forgotten) : new Float32Array(CELLS).fill(1);
      picture.data.set(scene.picture, b * scene.picture.length);
      const part = ({ data }: { data: Float32Array }) => data.subarray(b * size, (b + 1) * size);
      encode({ people, known, mask }, part(target), part(weight));
    }
    return { picture, target, weight };
  };
}

/** 0 in the cells in which a forgotten person is to be seen. */
function maskOf({ owners }: Scene, forgotten: readonly boolean[]): Float32Array {
  const mask = new Float32Array(CELLS).fill(1);
  owners.forEach((owner, i) => {
    const [x, y] = [i % SCENE.size, Math.floor(i / SCENE.size)];
    if (owner >= 0 && forgotten[owner]) mask[Math.floor(y / STRIDE) * SIDE + Math.floor(x / STRIDE)] = 0;
  });
  return mask;
}

/** What a network sees in a scene: confidence maps and fields. */
export interface Seen {
  readonly scene: Scene;
  readonly maps: Float32Array;
  readonly fields: Float32Array;
}

/** The last maps for each scene. */
export async function look(
  params: network.NetworkParams,
  options: DenseOptions,
  crowds: readonly Scene[],
  threads: number,
): Promise<Seen[]> {
  const dims = [1, 3, SCENE.size, SCENE.size];
  const graph = compile(
    { output: network.forward(baked(params), input("picture", dims), options).output },
    "crowd",
  );
  const loaded = await onnxRuntime.load(graph.model, { threads });
  const seen: Seen[] = [];
  for (const scene of crowds) {
    const { output } = await loaded.run({ picture: { type: "float32", dims, data: scene.picture } });
    const all = Float32Array.from(output!.data as Float32Array);
    const split = (options.parts + 1) * CELLS;
    seen.push({ scene, maps: all.subarray(0, split), fields: all.subarray(split) });
  }
  await loaded.close();
  return seen;
}
