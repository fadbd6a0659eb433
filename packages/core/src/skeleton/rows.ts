import type { JointRow } from "./skeleton.js";

/** COCO's 17 joints with its sigmas. */
export const cocoRows: readonly JointRow[] = [
  ["nose", null, 0.026],
  ["left_eye", "nose", 0.025],
  ["right_eye", "nose", 0.025],
  ["left_ear", "left_eye", 0.035],
  ["right_ear", "right_eye", 0.035],
  ["left_shoulder", "left_hip", 0.079],
  ["right_shoulder", "right_hip", 0.079],
  ["left_elbow", "left_shoulder", 0.072],
  ["right_elbow", "right_shoulder", 0.072],
  ["left_wrist", "left_elbow", 0.062],
  ["right_wrist", "right_elbow", 0.062],
  ["left_hip", null, 0.107],
  ["right_hip", null, 0.107],
  ["left_knee", "left_hip", 0.087],
  ["right_knee", "right_hip", 0.087],
  ["left_ankle", "left_knee", 0.089],
  ["right_ankle", "right_knee", 0.089],
];

/** The six points of the feet, with COCO-WholeBody's sigmas. */
export const footRows: readonly JointRow[] = [
  ["left_big_toe", "left_ankle", 0.068],
  ["left_small_toe", "left_ankle", 0.066],
  ["left_heel", "left_ankle", 0.066],
  ["right_big_toe", "right_ankle", 0.092],
  ["right_small_toe", "right_ankle", 0.094],
  ["right_heel", "right_ankle", 0.094],
];

/** Arms and legs as drawn. */
export const limbs: readonly (readonly [string, string])[] = [
  ["left_shoulder", "left_elbow"],
  ["left_elbow", "left_wrist"],
  ["right_shoulder", "right_elbow"],
  ["right_elbow", "right_wrist"],
  ["left_hip", "left_knee"],
  ["left_knee", "left_ankle"],
  ["right_hip", "right_knee"],
  ["right_knee", "right_ankle"],
];
/** The trunk's four sides. */
export const torso: readonly (readonly [string, string])[] = [
  ["left_shoulder", "right_shoulder"],
  ["left_hip", "right_hip"],
  ["left_shoulder", "left_hip"],
  ["right_shoulder", "right_hip"],
];
/** COCO's lines of the face. */
export const headEdges: readonly (readonly [string, string])[] = [
  ["nose", "left_eye"],
  ["nose", "right_eye"],
  ["left_eye", "left_ear"],
  ["right_eye", "right_ear"],
];
/** The lines of the feet. */
export const footEdges: readonly (readonly [string, string])[] = [
  ["left_ankle", "left_big_toe"],
  ["left_big_toe", "left_small_toe"],
  ["left_ankle", "left_heel"],
  ["right_ankle", "right_big_toe"],
  ["right_big_toe", "right_small_toe"],
  ["right_ankle", "right_heel"],
];

const sigmaOf = new Map([...cocoRows, ...footRows].map(([name, , sigma]) => [name, sigma]));

/** Rows from names and parents, with COCO's sigma of the joint or, for joints that COCO lacks, the given one. */
export function rows(table: readonly (readonly [string, string | null, number?])[]): JointRow[] {
  return table.map(([name, parent, sigma]) => [name, parent, sigma ?? sigmaOf.get(name) ?? 0.079]);
}
