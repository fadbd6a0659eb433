import { abs, acos, clip, div, maximum, mul, square, sub } from "../graph/elementwise.js";
import { gather } from "../graph/indexing.js";
import { matmul } from "../graph/linear.js";
import { identity } from "../graph/linearAlgebra.js";
import { reshape, slice } from "../graph/movement.js";
import { constant, type Node } from "../graph/node.js";
import { reduceMean, reduceSum } from "../graph/reduce.js";
import { axisAngleToMatrix } from "../graph/rotation.js";
import { integralPose } from "../graph/softArgmax.js";
import { norm } from "../graph/statistics.js";
import { mseLoss, smoothL1Loss } from "./loss.js";

/** Indices as a constant, for gathering. */
const chosen = (indices: readonly number[]) => constant(indices, [indices.length], "int64");

/** Lengths of bones from joint to joint: poses [..., joint, 3] → [..., bone]. */
export const boneLengths = (pose: Node, from: readonly number[], to: readonly number[]): Node =>
  norm(sub(gather(pose, chosen(to), -2), gather(pose, chosen(from), -2)), 2, [-1]);

/** A bone of the left side and its counterpart: both ends of each, as joint numbers. */
export type BonePair = readonly [leftFrom: number, leftTo: number, rightFrom: number, rightTo: number];

/** How much the left side's bones differ in length from the right's: mean |l − r| of poses [..., joint, 3]. */
export function symmetryLoss(pose: Node, pairs: readonly BonePair[]): Node {
  const ends = (i: number) => pairs.map((pair) => pair[i]);
  return reduceMean(abs(sub(boneLengths(pose, ends(0), ends(1)), boneLengths(pose, ends(2), ends(3)))));
}

/** Unsteadiness of motion: the mean squared length of the second difference over time of poses [batch, time, joint, 3]. */
export function accelerationLoss(pose: Node): Node {
  const [from, to] = [slice(pose, 1, 0, -1), slice(pose, 1, 1)];
  const velocity = sub(to, from);
  const acceleration = sub(slice(velocity, 1, 1), slice(velocity, 1, 0, -1));
  return reduceMean(reduceSum(square(acceleration), [-1]));
}

/**
 * Squared distance of keypoints by confidence (SPIN, VIBE): the mean over joints and coordinates.
 *
 * @param prediction [batch, joint, 2]
 * @param target [batch, joint, 3]: x, y, confidence.
 * @param weight [joint], broadcast: how much each joint counts, besides its confidence.
 */
export function weightedKeypointLoss(prediction: Node, target: Node, weight: Node): Node {
  const confidence = mul(slice(target, 2, 2, 3), reshape(weight, [-1, 1]));
  return reduceMean(mul(confidence, square(sub(prediction, slice(target, 2, 0, 2)))));
}

/**
 * Mean squared difference of joints after both poses' pelvises, the middle of the hips, were moved to the origin (SPIN,
 * VIBE).
 *
 * @param prediction, target [batch, joint, 3]
 * @param joints The joints that count.
 * @param hips Two or more of all joints' numbers; their mean is the pelvis.
 */
export function pelvisAlignedKeypointLoss(
  prediction: Node,
  target: Node,
  joints: readonly number[],
  hips: readonly number[],
): Node {
  const aligned = (pose: Node) =>
    sub(gather(pose, chosen(joints), 1), reduceMean(gather(pose, chosen(hips), 1), [1], true));
  return mseLoss(aligned(prediction), aligned(target));
}

/** Pose (axis-angle, [batch, 3 · joints]) and shape ([batch, betas]) of a SMPL body. */
export interface BodyParameters {
  readonly pose: Node;
  readonly betas: Node;
}

/** Differences of body parameters (SPIN, VIBE): mean squared ones of rotation matrices and of shape coefficients. */
export function smplParameterLoss(prediction: BodyParameters, target: BodyParameters): BodyParameters {
  const matrices = (pose: Node) => axisAngleToMatrix(reshape(pose, [pose.shape[0], -1, 3]));
  return {
    pose: mseLoss(matrices(prediction.pose), matrices(target.pose)),
    betas: mseLoss(prediction.betas, target.betas),
  };
}

/**
 * Mean absolute difference of visible keypoints (HMR, Kanazawa et al. 2018); 0 if none is visible.
 *
 * @param prediction, target [batch, joint, 2]
 * @param visible [batch, joint]: 1 or 0.
 */
export function visibleKeypointL1(prediction: Node, target: Node, visible: Node): Node {
  const difference = mul(abs(sub(prediction, target)), reshape(visible, [...visible.shape, 1]));
  return div(reduceSum(difference), maximum(mul(reduceSum(visible), prediction.shape[2]), 1));
}

/** Keeps arccos away from ±1, where its slope is infinite. */
const COSINE_LIMIT = 1 - 1e-7;

/** Angles between rotations, radians: arccos((tr(AᵀB) − 1) / 2) of [..., 3, 3]. */
export function geodesicDistance(a: Node, b: Node): Node {
  const trace = reduceSum(mul(matmul(a, b, { transA: true }), identity(3)), [-2, -1]);
  return acos(clip(mul(sub(trace, 1), 0.5), -COSINE_LIMIT, COSINE_LIMIT));
}

/** How a difference of coordinates counts. */
export type CoordinateLoss = "l1" | "l2" | "smooth_l1";

/**
 * The loss of a volumetric network whose joints are read out by integration (Sun et al. 2018; EpipolarPose, Kocabas et
 * al. 2019): weighted, summed over coordinates, for one image on average.
 *
 * @param volume [batch, joint · depth, height, width]; see `integralPose`.
 * @param target, weight [batch, 3 · joint]: x, y, z of joint after joint, −0.5…0.5.
 */
export function integralJointLoss(
  volume: Node,
  target: Node,
  weight: Node,
  { joints, kind }: { joints: number; kind: CoordinateLoss },
): Node {
  const prediction = reshape(integralPose(volume, joints), target.shape);
  const difference = sub(prediction, target);
  const each = {
    l1: () => abs(difference),
    l2: () => square(difference),
    smooth_l1: () => smoothL1Loss(prediction, target, { reduction: "none" }),
  }[kind]();
  return mul(reduceSum(mul(each, weight)), 1 / volume.shape[0]);
}
