import {
  add,
  asin,
  clip,
  div,
  log,
  mul,
  neg,
  reciprocal,
  relu,
  square,
  stopGradient,
  sub,
} from "../graph/elementwise.js";
import { matmul } from "../graph/linear.js";
import { identity } from "../graph/linearAlgebra.js";
import { unsqueeze } from "../graph/movement.js";
import { constant, type Node } from "../graph/node.js";
import { orthogonalProcrustes } from "../graph/procrustes.js";
import { reduceMean, reduceSum } from "../graph/reduce.js";
import { spatialSoftmax } from "../graph/softArgmax.js";
import { norm } from "../graph/statistics.js";

/** Squared distances of all pairs of points: [batch, N, 3] → [batch, N, N]. */
const pairwise = (points: Node) => reduceSum(square(sub(unsqueeze(points, 2), unsqueeze(points, 1))), [-1]);

/**
 * Keeps discovered keypoints apart (KeypointNet, Suwajanakorn et al. 2018, eq. 5): pairs nearer than δ.
 *
 * @param points [batch, keypoint, 3]
 * @param delta δ, in the unit of the points.
 */
export function separationLoss(points: Node, delta: number): Node {
  const count = points.shape[1];
  const others = sub(1, identity(count));
  const near = mul(relu(sub(delta ** 2, pairwise(points))), others);
  return mul(reduceMean(reduceSum(near, [1, 2])), 1 / count ** 2);
}

/**
 * Keeps discovered keypoints' maps narrow (KeypointNet, Suwajanakorn et al. 2018, eq. 6): the expected squared distance
 * from the expected place, where u runs −1…1 from left to right and v 1…−1 from top to bottom.
 *
 * @param logits [batch, keypoint, height, width], before softmax.
 */
export function heatmapVarianceLoss(logits: Node): Node {
  const [height, width] = logits.shape.slice(-2);
  const probability = spatialSoftmax(logits, 2);
  const spread = [marginal(probability, -1, width), marginal(probability, -2, height)].map(
    ({ shares, places }) => {
      const mean = reduceSum(mul(shares, places), [-1], true);
      return reduceSum(mul(shares, square(sub(places, mean))), [-1]);
    },
  );
  return reduceMean(add(spread[0], spread[1])); // the sign of v doesn't matter to its variance
}

/** Shares of an axis' cells [..., size], and the cells' places from −1 to 1. */
function marginal(probability: Node, axis: -1 | -2, size: number): { shares: Node; places: Node } {
  const places = Float32Array.from({ length: size }, (_, i) => (size > 1 ? (2 * i) / (size - 1) - 1 : -1));
  return { shares: reduceSum(probability, [axis === -1 ? -2 : -1]), places: constant(places) };
}

/**
 * Keeps discovered keypoints on the object (KeypointNet, Suwajanakorn et al. 2018): −log of a map's share inside.
 *
 * @param logits [batch, keypoint, height, width], before softmax.
 * @param mask [batch, 1, height, width]: 1 on the object.
 */
export function silhouetteLoss(logits: Node, mask: Node): Node {
  const inside = reduceSum(mul(spatialSoftmax(logits, 2), mask), [2, 3]);
  return neg(reduceMean(log(add(inside, 1e-12))));
}

/** Keeps arcsin away from 1, a half turn, where its slope is infinite; the angle loses 0.001 rad there. */
const SINE_LIMIT = 1 - 1e-7;

/**
 * Makes discovered keypoints say how an object turned between two views (KeypointNet, Suwajanakorn et al. 2018, eq. 4):
 * the angle, in radians, between the rotation that best moves the first ones onto the second ones and the true one.
 *
 * @param first, second [batch, keypoint, 3]
 * @param rotation [batch, 3, 3], the true one: second ≈ R first.
 * @returns The mean angle, and the estimated rotations [batch, 3, 3].
 */
export function relativePoseLoss(first: Node, second: Node, rotation: Node): { loss: Node; estimated: Node } {
  const [x, y] = [first, second].map((points) => sub(points, reduceMean(points, [1], true)));
  const estimated = orthogonalProcrustes(matmul(y, x, { transA: true }));
  const chord = norm(sub(estimated, rotation), 2, [1, 2]);
  const sine = clip(div(chord, 2 * Math.SQRT2), 0, SINE_LIMIT);
  return { loss: reduceMean(mul(asin(sine), 2)), estimated };
}

/**
 * Makes discovered keypoints of two views the same points (KeypointNet, Suwajanakorn et al. 2018, eq. 3): half of the
 * squared distances between where each view sees them and where the other one's project to.
 *
 * @param views For each view, where keypoints are seen and where the other view's are projected to, [batch, keypoint, 2].
 */
export const multiViewConsistencyLoss = (...views: readonly [seen: Node, projected: Node][]): Node =>
  mul(
    views
      .map(([seen, projected]) => reduceMean(reduceSum(square(sub(seen, projected)), [-1])))
      .reduce((a, b) => add(a, b)),
    0.5,
  );

/**
 * Makes the keypoints that cameras found agree (Keypoint3D, Chen et al. 2021): mean squared difference over all ordered
 * pairs of cameras. Each pair's second camera is the first one's target and takes no gradient.
 *
 * @param points [batch, camera, keypoint, 3], in the world.
 */
export const keypoint3dMultiviewLoss = (points: Node): Node =>
  reduceMean(square(sub(unsqueeze(points, 2), stopGradient(unsqueeze(points, 1)))));

/**
 * Keeps discovered keypoints apart (Keypoint3D, Chen et al. 2021): mean of 1 / (1000 d² + 1) over all ordered pairs, each
 * with itself too.
 *
 * @param points [batch, keypoint, 3]
 * @returns [batch]
 */
export const keypoint3dSeparationLoss = (points: Node): Node =>
  reduceMean(reciprocal(add(mul(pairwise(points), 1000), 1)), [1, 2]);
