import { random } from "@marey/core/array";
import { network, openLifter, supervised } from "@marey/core/model/videoPose3d";
import { adam, openTrainer } from "@marey/core/nn";
import type { Runtime, Tensor } from "@marey/core/seam";

const JOINTS = 17;
const filterWidths = [3, 3];
/** Left–right partners of the joints, in Human3.6M's order. */
const mirror = [0, 4, 5, 6, 1, 2, 3, 7, 8, 9, 10, 14, 15, 16, 11, 12, 13];

export interface ProofOptions {
  readonly device: "cpu" | "webgpu";
  readonly threads: number;
  readonly steps: number;
}

/** What must be the same wherever it is computed. */
export interface Proof {
  readonly losses: number[];
  /** All parameters, running statistics and the optimiser's state after the last step. */
  readonly kept: Record<string, number[]>;
  /** Poses that the trained network lifts from a sequence, mirrored and averaged. */
  readonly poses: number[];
}

/**
 * Trains a small VideoPose3D for some steps, as a recipe does it (dropout, batch norm, Adam with AMSGrad), and lifts a
 * sequence with it. All that is random follows from seeds.
 */
export async function prove(runtime: Runtime, { device, threads, steps }: ProofOptions): Promise<Proof> {
  const loss = supervised({ filterWidths });
  const params = network.init(random(1), { filterWidths, channels: 32, jointsIn: JOINTS, jointsOut: JOINTS });
  const trainer = openTrainer(
    runtime,
    {
      params,
      optimiser: adam({ amsgrad: true }),
      loss: (tree, batch, { momentum }) => loss(tree, batch, { training: true, momentum }),
    },
    { seed: 5, device, threads },
  );
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const keypoints = uniform([16, 9, JOINTS, 2], step * 2 + 10);
    const target = uniform([16, 1, JOINTS, 3], step * 2 + 11);
    const result = await trainer.step({ keypoints, target }, { rate: 1e-3, momentum: 0.1 });
    losses.push(result.loss as number);
  }
  const trained = trainer.params();
  const kept = [...trainer.state()].map(([name, { data }]) => [name, Array.from(data)] as const);
  await trainer.close();

  const mirrors = { keypoints: mirror, positions: mirror };
  const lifter = openLifter(runtime, trained, { filterWidths, mirrors, device, threads });
  const poses = await lifter.lift(uniform([100, JOINTS, 2], 3).data as Float32Array);
  await lifter.close();
  return { losses, kept: Object.fromEntries(kept), poses: Array.from(poses) };
}

function uniform(dims: number[], seed: number): Tensor {
  const next = random(seed);
  const size = dims.reduce((a, b) => a * b, 1);
  return { type: "float32", dims, data: Float32Array.from({ length: size }, () => next.uniform(-1, 1)) };
}
