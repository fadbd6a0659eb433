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

/** Settings of the examples: windows of a whole receptive field, one pose each. */
export interface ExampleOptions extends Partial<Omit<ChunkOptions, "pad" | "chunk">> {
  filterWidths: readonly number[];
  batch: number;
}

/** Batches of examples as tensors: `keypoints` N×T×J×2 and `target` N×1×J'×3, metres from the root (itself zero). */
export interface Examples {
  /** Full batches in an epoch. */
  readonly length: number;
  /** The batch at a position of an epoch. Its memory is the next one's, too. */
  batch(epoch: number, position: number): { keypoints: Tensor; target: Tensor };
}

/** The examples of supervised training: every frame of every sequence with its window, and its mirror image. */
export function examples(
  sequences: readonly LiftSequence[],
  mirrors: Mirrors,
  options: ExampleOptions,
): Examples {
  const { filterWidths, batch } = options;
  const field = receptiveField(filterWidths);
  const source: ChunkSource = chunkSource(sequences, mirrors, {
    ...options,
    chunk: 1,
    pad: (field - 1) / 2,
    dropLast: true,
  });
  const into = source.allocate();
  const [{ joints, poseJoints }] = sequences;
  const positions = into.positions as Float32Array;
  const keypoints: Tensor = { type: "float32", dims: [batch, field, joints, 2], data: into.keypoints };
  const target: Tensor = { type: "float32", dims: [batch, 1, poseJoints, 3], data: positions };
  return {
    length: source.batches,
    batch(epoch, position) {
      source.fill(epoch, position, into);
      relativeToRoot(positions, poseJoints);
      for (let i = 0; i < positions.length; i += poseJoints * 3) positions.fill(0, i, i + 3);
      return { keypoints, target };
    },
  };
}

/** The loss of supervised training (MPJPE) on such batches, by the strided network. */
export const supervised =
  (options: Pick<ForwardOptions, "filterWidths" | "causal" | "dropout">) =>
  (params: Symbolic<NetworkParams>, batch: Readonly<Record<string, Node>>, mode: Mode): Node =>
    loss.mpjpe(
      forward(params, batch.keypoints, { dropout: DROPOUT, ...options, variant: "strided", mode }),
      batch.target,
    );
