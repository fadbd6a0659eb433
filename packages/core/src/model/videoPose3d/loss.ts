import { abs, add, clip, div, maximum, mul, square, sub } from "../../graph/elementwise.js";
import { reshape, slice } from "../../graph/movement.js";
import type { Node } from "../../graph/node.js";
import { similarityAlignment } from "../../graph/procrustes.js";
import { reduceMean, reduceSum } from "../../graph/reduce.js";
import { norm } from "../../graph/statistics.js";
import { boneLengths } from "../../nn/poseLoss.js";

/** Distances of joints, [..., joint]. */
const distances = (prediction: Node, target: Node) => norm(sub(prediction, target), 2, [-1]);

/** Mean distance of joints (MPJPE, protocol 1), in the unit of the poses [..., joint, 3]. */
export const mpjpe = (prediction: Node, target: Node): Node => reduceMean(distances(prediction, target));

/**
 * `mpjpe` with weights: VideoPose3D weighs trajectories by 1 / depth (Pavllo et al. 2019, §4).
 *
 * @param weight [..., joint]
 */
export const weightedMpjpe = (prediction: Node, target: Node, weight: Node): Node =>
  reduceMean(mul(weight, distances(prediction, target)));

/** `mpjpe` after each pose [..., joint, 3] was scaled to fit best (N-MPJPE, protocol 3); the scale is differentiated too. */
export function scaleAlignedMpjpe(prediction: Node, target: Node): Node {
  const sum = (x: Node) => reduceSum(x, [-2, -1], true);
  const scale = div(sum(mul(target, prediction)), maximum(sum(square(prediction)), 1e-24));
  return mpjpe(mul(prediction, scale), target);
}

/** `mpjpe` after each pose [..., joint, 3] was moved, turned and scaled to fit best (P-MPJPE, protocol 2), differentiably. */
export const procrustesAlignedMpjpe = (prediction: Node, target: Node): Node =>
  mpjpe(similarityAlignment(prediction, target).aligned, target);

/** Mean distance of velocities (MPJVE): first differences over time of poses [batch, time, joint, 3], per frame. */
export function meanVelocityError(prediction: Node, target: Node): Node {
  const velocity = (x: Node) => sub(slice(x, 1, 1), slice(x, 1, 0, -1));
  return mpjpe(velocity(prediction), velocity(target));
}

/**
 * How much bones of poses without labels differ in mean length from those of poses with labels (Pavllo et al. 2019,
 * §4): the mean of |difference| over bones.
 *
 * @param pose [batch, time, joint, 3]; the first `labelled` of the batch have labels.
 * @param parents The joint that each joint hangs on, −1 for the root.
 */
export function boneLengthTerm(pose: Node, parents: readonly number[], labelled: number): Node {
  const children = parents.flatMap((parent, joint) => (parent >= 0 ? [joint] : []));
  const from = children.map((joint) => parents[joint]);
  const lengths = reduceMean(boneLengths(pose, from, children), [1]); // [batch, bone]
  const known = reduceMean(slice(lengths, 0, 0, labelled), [0]);
  return reduceMean(abs(sub(known, reduceMean(slice(lengths, 0, labelled), [0]))));
}

/** Camera numbers [batch, 9] from `first` to `end`, in a shape that broadcasts to points [batch, …, axes]. */
const parts = (camera: Node, points: Node, first: number, end: number): Node =>
  reshape(slice(camera, 1, first, end), [
    camera.shape[0],
    ...new Array<number>(points.shape.length - 2).fill(1),
    end - first,
  ]);

/** X/Z and Y/Z, kept within ±1: points near the camera would else rule the loss. */
const perspective = (points: Node): Node =>
  clip(div(slice(points, -1, 0, 2), slice(points, -1, 2, 3)), -1, 1);

/**
 * The projection of Human3.6M on graphs: see `projectHuman36m` of `camera.ts` for the formula.
 *
 * @param points [batch, …, 3], metres, camera frame.
 * @param camera [batch, 9]: fx fy cx cy k1 k2 k3 p1 p2.
 * @returns [batch, …, 2], screen units.
 */
export function projectHuman36m(points: Node, camera: Node): Node {
  const [focal, centre] = [parts(camera, points, 0, 2), parts(camera, points, 2, 4)];
  const tangential = parts(camera, points, 7, 9);
  const [k1, k2, k3] = [4, 5, 6].map((i) => parts(camera, points, i, i + 1));
  const u = perspective(points);
  const r2 = reduceSum(square(u), [-1], true);
  const radial = add(1, mul(r2, add(k1, mul(r2, add(k2, mul(r2, k3))))));
  const factor = add(radial, reduceSum(mul(tangential, u), [-1], true));
  return add(mul(focal, add(mul(u, factor), mul(tangential, r2))), centre);
}

/** `projectHuman36m` without distortion. */
export const projectLinear = (points: Node, camera: Node): Node =>
  add(mul(parts(camera, points, 0, 2), perspective(points)), parts(camera, points, 2, 4));

/**
 * Mean distance between where poses project to and where keypoints were seen (Pavllo et al. 2019, §4).
 *
 * @param points [batch, …, 3], metres, camera frame.
 * @param camera [batch, 9]
 * @param target [batch, …, 2], screen units.
 * @param linear Whether the lens has no distortion.
 */
export const reprojectionLoss = (
  points: Node,
  camera: Node,
  target: Node,
  { linear = false }: { linear?: boolean } = {},
): Node => mpjpe((linear ? projectLinear : projectHuman36m)(points, camera), target);
