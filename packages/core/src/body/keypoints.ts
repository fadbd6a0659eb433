import { MareyError } from "../error.js";
import type { BodyModel } from "./model.js";

/**
 * Finds named points on a posed body: those of `keypoints` by their vertices, others as joints of that name.
 *
 * @param names In the order of the result; `model.keypointSets` has the usual lists.
 * @returns A function of posed vertices V×3 and joints J×3 that fills `out`, names×3, without allocation.
 * @throws MareyError `BODY_KEYPOINT` for a name that the body doesn't have.
 */
export function bodyKeypoints(
  model: BodyModel,
  names: readonly string[],
): (vertices: ArrayLike<number>, joints: ArrayLike<number>, out: Float32Array | Float64Array) => void {
  const points = names.map((name) => {
    const regressor = model.keypoints[name];
    if (regressor) return { ...regressor, ofJoint: false };
    const joint = model.joints.indexOf(name);
    if (joint >= 0) return { vertices: Uint32Array.of(joint), weights: Float32Array.of(1), ofJoint: true };
    throw new MareyError(
      "BODY_KEYPOINT",
      `body ${model.name}`,
      `it has no keypoint or joint "${name}"`,
      `Take of ${[...new Set([...Object.keys(model.keypoints), ...model.joints])].join(", ")}`,
    );
  });
  return (vertices, joints, out) => {
    for (let p = 0; p < points.length; p++) {
      const { vertices: columns, weights, ofJoint } = points[p];
      const from = ofJoint ? joints : vertices;
      for (let axis = 0; axis < 3; axis++) {
        let sum = 0;
        for (let i = 0; i < columns.length; i++) sum += weights[i] * from[3 * columns[i] + axis];
        out[3 * p + axis] = sum;
      }
    }
  };
}
