import type { Random } from "../../array/random.js";
import { add, div } from "../../graph/elementwise.js";
import { gather } from "../../graph/indexing.js";
import { concat, reshape, slice } from "../../graph/movement.js";
import { constant, type Node, refuse } from "../../graph/node.js";
import type { Mode } from "../../nn/mode.js";
import type { Symbolic } from "../../nn/tree.js";
import type { Tensor } from "../../seam/runtime.js";
import type { Skeleton } from "../../skeleton/skeleton.js";
import { endlessBatch, type Mirrors } from "./batches.js";
import * as loss from "./loss.js";
import { init, type NetworkOptions, type NetworkParams, receptiveField } from "./network.js";
import type { LiftSequence } from "./sequence.js";
import { type ExampleOptions, exampleSource, forwardTraining, rows, type TrainingForm } from "./train.js";

/** Both networks by the names that the official checkpoints have for them. */
export type SemiSupervisedParams = {
  /** Poses from the root. */
  readonly model_pos: NetworkParams;
  /** The root in the camera's frame: the same network with one joint to give. */
  readonly model_traj: NetworkParams;
};

/** New parameters of both networks. */
export const initSemiSupervised = (random: Random, options: NetworkOptions): SemiSupervisedParams => ({
  model_pos: init(random, options),
  model_traj: init(random, { ...options, jointsOut: 1 }),
});

export interface SemiSupervisedOptions extends TrainingForm {
  /** The joint that each joint of a pose hangs on, −1 for the root. */
  readonly parents: readonly number[];
  /** Which joint of a pose is seen as which keypoint; joint k as keypoint k when absent. */
  readonly pairs?: readonly JointPair[];
  /** Whether the lens of the unlabelled video has no distortion. */
  readonly linear?: boolean;
  /** Compare poses with the keypoints of the unlabelled video; true when absent. */
  readonly projection?: boolean;
  /** Compare the bones of both halves; true when absent. */
  readonly bones?: boolean;
}

/** A joint of a pose and the keypoint that it is seen as. */
export type JointPair = readonly [joint: number, keypoint: number];

/** Joints that a layout of poses and one of keypoints both have, by name. */
export const sharedJoints = (poses: Skeleton, keypoints: Skeleton): JointPair[] =>
  poses.joints.flatMap((name, joint) => {
    const keypoint = keypoints.joints.indexOf(name);
    return keypoint < 0 ? [] : [[joint, keypoint] as const];
  });

/**
 * The semi-supervised loss (Pavllo et al. 2019, §4): poses and trajectories against the labels; where there are none,
 * both together, projected, against the keypoints they came from, and the mean length of each bone against the labelled
 * half's. Both halves go through the networks at once, so that batch norms see them together.
 *
 * A batch has `keypoints`, `target` and `root` (see `examples`), and `unlabelled` and `camera` (see
 * `unlabelledExamples`). Without the latter two, only the labels count: the paper's warm-up.
 *
 * @returns the loss and its terms: `pose`, `trajectory` (metres, metres by depth), `reprojection` (screen units), `bone`
 *   (metres).
 */
export const semiSupervised =
  (options: SemiSupervisedOptions) =>
  (params: Symbolic<SemiSupervisedParams>, batch: Readonly<Record<string, Node>>, mode: Mode) => {
    const { keypoints, target, root, unlabelled } = batch;
    const labelled = keypoints.shape[0];
    const x = unlabelled ? concat([keypoints, unlabelled], 0) : keypoints;
    const pose = forwardTraining(params.model_pos, x, options, mode);
    const trajectory = forwardTraining(params.model_traj, x, options, mode);
    const known = (y: Node) => slice(y, 0, 0, labelled);
    const nearness = div(1, reshape(slice(root, -1, 2, 3), root.shape.slice(0, -1)));
    const terms: Record<string, Node> = {
      pose: loss.mpjpe(known(pose), target),
      trajectory: loss.weightedMpjpe(known(trajectory), root, nearness),
    };
    if (unlabelled) {
      const { projection = true, bones = true, parents } = options;
      const points = add(slice(pose, 0, labelled), slice(trajectory, 0, labelled));
      if (projection) terms.reprojection = reprojection(points, batch, options);
      if (bones) terms.bone = loss.boneLengthTerm(pose, parents, labelled);
    }
    return { loss: Object.values(terms).reduce((sum, term) => add(sum, term)), ...terms };
  };

/** Where poses are seen, against the keypoints of the frames that they belong to. */
function reprojection(
  points: Node,
  { unlabelled, camera }: Readonly<Record<string, Node>>,
  { filterWidths, causal = false, pairs, linear }: SemiSupervisedOptions,
): Node {
  const [, frames, joints] = points.shape;
  if (!pairs && joints !== unlabelled.shape[2])
    refuse(
      "semiSupervised",
      [points, unlabelled],
      `expected as many keypoints as joints (${joints})`,
      "State with `pairs` which joint is seen as which keypoint",
    );
  // The pose belongs to the middle of its window, and to the newest frame where the network is causal.
  const field = receptiveField(filterWidths);
  const first = causal ? field - 1 : (field - 1) / 2;
  const seen = slice(unlabelled, 1, first, first + frames);
  if (!pairs) return loss.reprojectionLoss(points, camera, seen, { linear });
  const chosen = (values: Node, side: 0 | 1) => {
    const indices = pairs.map((pair) => pair[side]);
    return gather(values, constant(indices, [indices.length], "int64"), 2);
  };
  return loss.reprojectionLoss(chosen(points, 0), camera, chosen(seen, 1), { linear });
}

/** Batches without labels that never end: a step of training takes the next one, whatever epoch the labelled are in. */
export interface UnlabelledExamples {
  /** Of the step counted from 0: `unlabelled` N×T×J×2 and `camera` N×9. The memory is the next batch's, too. */
  batch(step: number): { unlabelled: Tensor; camera: Tensor };
}

/** The examples without labels: every frame of every sequence with its window and its camera, and its mirror image. */
export function unlabelledExamples(
  sequences: readonly LiftSequence[],
  mirrors: Mirrors,
  options: ExampleOptions,
): UnlabelledExamples {
  const bare = sequences.map(({ positions: _, ...sequence }) => sequence);
  const source = exampleSource(bare, mirrors, { ...options, dropLast: true });
  const into = source.allocate();
  const { filterWidths, batch, chunk = 1 } = options;
  const window = receptiveField(filterWidths) + chunk - 1;
  return {
    batch(step) {
      endlessBatch(source, step, into);
      return {
        unlabelled: rows(into.keypoints, [batch, window, bare[0].joints, 2]),
        camera: rows(into.cameras as Float32Array, [batch, 9]),
      };
    },
  };
}
