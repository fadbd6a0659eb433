import { mul, sub } from "./elementwise.js";
import { matmul } from "./linear.js";
import { concat, reshape } from "./movement.js";
import { constant, type Node, refuse } from "./node.js";
import { reduceSum } from "./reduce.js";
import { softmax } from "./softmax.js";

/**
 * The expected index along each of the last `axes` axes of maps that sum to 1 over them.
 *
 * @param probabilities [batch, joint, (depth,) height, width]
 * @returns [batch, joint, axes], the last axis' index (x) first: (x, y) or (x, y, z), 0 for the first cell.
 */
export function expectedIndex(probabilities: Node, axes: number): Node {
  const { shape } = probabilities;
  const lead = shape.length - axes;
  const places = Array.from({ length: axes }, (_, i) => shape.length - 1 - i);
  return concat(
    places.map((axis) => {
      const others = places.filter((other) => other !== axis);
      const index = constant(
        Float32Array.from({ length: shape[axis] }, (_, i) => i),
        [shape[axis], 1],
      );
      return matmul(reduceSum(probabilities, others), index);
    }),
    lead,
  );
}

/** Softmax over the last `axes` axes together. */
export function spatialSoftmax(maps: Node, axes: number): Node {
  const lead = maps.shape.slice(0, maps.shape.length - axes);
  return reshape(softmax(reshape(maps, [...lead, -1])), maps.shape);
}

/**
 * The soft-argmax of heatmaps: the expected place under softmax(β · map), which has a gradient where the highest
 * cell has none (Sun et al. 2018, eq. 2).
 *
 * @param heatmaps [batch, joint, height, width] for two axes, [batch, joint, depth, height, width] for three.
 * @param beta Sharpness β; large values near the highest cell.
 * @returns [batch, joint, 2 or 3]: x, y (, z) in cells, 0 at the centre of the first.
 */
export function softArgmax(heatmaps: Node, axes: 2 | 3, beta = 1): Node {
  if (heatmaps.shape.length <= axes)
    refuse(
      "SoftArgmax",
      [heatmaps],
      `${axes} axes of space`,
      "Give heatmaps with axes of batch and joint in front",
    );
  return expectedIndex(spatialSoftmax(mul(heatmaps, beta), axes), axes);
}

/**
 * Joints read out of a volume by integration (Sun et al. 2018), as EpipolarPose does.
 *
 * @param volume [batch, joint · depth, height, width]; channel = joint · depth + z.
 * @returns [batch, joint, 3]: x, y, z, each index / size − 0.5, so the volume spans −0.5…0.5.
 */
export function integralPose(volume: Node, joints: number): Node {
  const [batch, channels, height, width] = volume.shape;
  if (volume.shape.length !== 4 || channels % joints !== 0)
    refuse("IntegralPose", [volume], `${joints} joints`, "Give [batch, joint · depth, height, width]");
  const depth = channels / joints;
  const cells = softArgmax(reshape(volume, [batch, joints, depth, height, width]), 3);
  return sub(mul(cells, constant([1 / width, 1 / height, 1 / depth])), 0.5);
}
