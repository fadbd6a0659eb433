import type { Fields } from "./fields.js";
import { sparseOf } from "./fileValue.js";
import type { BodyModel } from "./model.js";

/** Points of SMPL's 6890 vertices that its users take for keypoints of the face and the feet (and finger tips). */
const smplVertices: Readonly<Record<string, number>> = {
  nose: 332, right_eye: 6260, left_eye: 2800, right_ear: 4071, left_ear: 583,
  left_big_toe: 3216, left_small_toe: 3226, left_heel: 3387, right_big_toe: 6617, right_small_toe: 6624, right_heel: 6787,
  left_thumb_tip: 2746, left_index_tip: 2319, left_middle_tip: 2445, left_ring_tip: 2556, left_pinky_tip: 2673,
  right_thumb_tip: 6191, right_index_tip: 5782, right_middle_tip: 5905, right_ring_tip: 6016, right_pinky_tip: 6133,
}; // biome-ignore format: a table
const SMPL_VERTICES = 6890;

/** COCO's keypoints of a body with SMPL's joints: what has no vertex of its own is a joint of the same name. */
const coco17 = [
  "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder", "left_elbow", "right_elbow",
  "left_wrist", "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle",
]; // biome-ignore format: a table

/** The points of HMR's `cocoplus_regressor`: LSP's joints, and COCO's of the face. */
const cocoplus = [
  "right_ankle", "right_knee", "right_hip", "left_hip", "left_knee", "left_ankle", "right_wrist", "right_elbow",
  "right_shoulder", "left_shoulder", "left_elbow", "left_wrist", "neck", "head_top", "nose", "left_eye", "right_eye",
  "left_ear", "right_ear",
].map((point) => `cocoplus_${point}`); // biome-ignore format: a table

/** The keypoints that a body file's mesh is known to have: SMPL's vertices, and the regressor of HMR's file. */
export function fileKeypoints(
  fields: Fields,
  vertices: number,
  name: string,
): Pick<BodyModel, "keypoints" | "keypointSets"> {
  const keypoints: Record<string, { vertices: Uint32Array; weights: Float32Array }> = {};
  const keypointSets: Record<string, readonly string[]> = {};
  if (vertices === SMPL_VERTICES) {
    for (const [point, vertex] of Object.entries(smplVertices))
      keypoints[point] = { vertices: Uint32Array.of(vertex), weights: Float32Array.of(1) };
    keypointSets.coco17 = coco17;
  }
  const stored = fields("cocoplus_regressor");
  if (stored !== undefined) {
    const { offsets, columns, values } = sparseOf(stored, vertices, `${name}, key "cocoplus_regressor"`);
    cocoplus.slice(0, offsets.length - 1).forEach((point, i) => {
      const [from, to] = [offsets[i], offsets[i + 1]];
      keypoints[point] = { vertices: columns.slice(from, to), weights: values.slice(from, to) };
    });
    keypointSets.cocoplus = cocoplus;
  }
  return { keypoints, keypointSets };
}
