import type { Node } from "../../graph/node.js";
import type { Mode } from "../../nn/mode.js";
import type { Symbolic } from "../../nn/tree.js";
import type { Tensor } from "../../seam/runtime.js";
import { type ChunkOptions, type ChunkSource, chunkSource, type Mirrors } from "./batches.js";
import * as loss from "./loss.js";
import { type ForwardOptions, forward, type NetworkParams, receptiveField } from "./network.js";
import { type LiftSequence, relativeToRoot } from "./sequence.js";

/** What the paper trains with (Pavllo et al. 2019, §5). */
export const DROPOUT = 0.25;

/** Settings of the examples: windows of a whole receptive field around every pose that is asked for. */
export interface ExampleOptions extends Partial<Omit<ChunkOptions, "pad">> {
  filterWidths: readonly number[];
  batch: number;
}

/** Batches of examples as tensors. Without `dropLast: false` all are full. Their memory is the next batch's, too. */
export interface Examples {
  /** Batches in an epoch. */
  readonly length: number;
  /**
   * The batch at a position of an epoch: `keypoints` N×T×J×2; `target` N×chunk×J'×3, metres from the root (itself zero);
   * `root` N×chunk×1×3, metres, camera frame.
   */
  batch(epoch: number, position: number): { keypoints: Tensor; target: Tensor; root: Tensor };
}

/** The examples of supervised training: every frame of every sequence with its window, and its mirror image. */
export function examples(
  sequences: readonly LiftSequence[],
  mirrors: Mirrors,
  options: ExampleOptions,
): Examples {
  const source = exampleSource(sequences, mirrors, options);
  const into = source.allocate();
  const [{ joints, poseJoints }] = sequences;
  const positions = into.positions as Float32Array;
  const { chunk = 1 } = options;
  const window = receptiveField(options.filterWidths) + chunk - 1;
  const roots = new Float32Array(options.batch * chunk * 3);
  return {
    length: source.batches,
    batch(epoch, position) {
      const count = source.fill(epoch, position, into);
      relativeToRoot(positions, poseJoints);
      for (let i = 0, r = 0; r < roots.length; i += poseJoints * 3, r += 3) {
        roots.set(positions.subarray(i, i + 3), r);
        positions.fill(0, i, i + 3);
      }
      return {
        keypoints: rows(into.keypoints, [count, window, joints, 2]),
        target: rows(positions, [count, chunk, poseJoints, 3]),
        root: rows(roots, [count, chunk, 1, 3]),
      };
    },
  };
}

/** The generator behind examples. */
export function exampleSource(
  sequences: readonly LiftSequence[],
  mirrors: Mirrors,
  { filterWidths, ...options }: ExampleOptions,
): ChunkSource {
  const pad = (receptiveField(filterWidths) - 1) / 2;
  return chunkSource(sequences, mirrors, { dropLast: true, ...options, pad });
}

/** The first rows of an array that holds a whole batch. */
export const rows = (values: Float32Array, dims: readonly number[]): Tensor => ({
  type: "float32",
  dims,
  data: values.subarray(
    0,
    dims.reduce((product, size) => product * size, 1),
  ),
});

/** How a network is trained: its form, and the share of values that dropout drops (the paper's when absent). */
export type TrainingForm = Pick<ForwardOptions, "filterWidths" | "causal" | "dropout"> & {
  /** The paper's ablation, whose weights fit no other variant. */
  readonly dense?: boolean;
};

/** A network in training: the strided one where one pose is asked for, as in the official code. */
export function forwardTraining(
  params: Symbolic<NetworkParams>,
  x: Node,
  { dense = false, ...form }: TrainingForm,
  mode: Mode,
): Node {
  const single = x.shape[1] === receptiveField(form.filterWidths);
  const variant = dense ? "dense" : single ? "strided" : "dilated";
  return forward(params, x, { dropout: DROPOUT, ...form, variant, mode });
}

/** The loss of supervised training (MPJPE) on such batches. */
export const supervised =
  (form: TrainingForm) =>
  (params: Symbolic<NetworkParams>, batch: Readonly<Record<string, Node>>, mode: Mode): Node =>
    loss.mpjpe(forwardTraining(params, batch.keypoints, form, mode), batch.target);
