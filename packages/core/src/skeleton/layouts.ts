/**
 * Joint layouts of the field, in the order of their files. Names mean the same place everywhere: `neck` and `thorax`
 * lie between the shoulders, `upper_neck` at the base of the skull, `head_top` at the crown, `pelvis` between the hips.
 * Sigmas: COCO's; feet after COCO-WholeBody; MPII's as its evaluators use them; where a data set publishes none, those
 * of the same joint elsewhere.
 */
import { type JointRow, type Skeleton, skeleton } from "./skeleton.js";

const coco: readonly JointRow[] = [
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

const feet: readonly JointRow[] = [
  ["left_big_toe", "left_ankle", 0.068],
  ["left_small_toe", "left_ankle", 0.066],
  ["left_heel", "left_ankle", 0.066],
  ["right_big_toe", "right_ankle", 0.092],
  ["right_small_toe", "right_ankle", 0.094],
  ["right_heel", "right_ankle", 0.094],
];

const limbs: readonly (readonly [string, string])[] = [
  ["left_shoulder", "left_elbow"],
  ["left_elbow", "left_wrist"],
  ["right_shoulder", "right_elbow"],
  ["right_elbow", "right_wrist"],
  ["left_hip", "left_knee"],
  ["left_knee", "left_ankle"],
  ["right_hip", "right_knee"],
  ["right_knee", "right_ankle"],
];
const torso: readonly (readonly [string, string])[] = [
  ["left_shoulder", "right_shoulder"],
  ["left_hip", "right_hip"],
  ["left_shoulder", "left_hip"],
  ["right_shoulder", "right_hip"],
];
const face: readonly (readonly [string, string])[] = [
  ["nose", "left_eye"],
  ["nose", "right_eye"],
  ["left_eye", "left_ear"],
  ["right_eye", "right_ear"],
];
const footEdges: readonly (readonly [string, string])[] = [
  ["left_ankle", "left_big_toe"],
  ["left_big_toe", "left_small_toe"],
  ["left_ankle", "left_heel"],
  ["right_ankle", "right_big_toe"],
  ["right_big_toe", "right_small_toe"],
  ["right_ankle", "right_heel"],
];

const sigmaOf = new Map([...coco, ...feet].map(([name, , sigma]) => [name, sigma]));

/** Rows from names and parents, with COCO's sigma of the joint or, for joints that COCO lacks, the given one. */
function rows(table: readonly (readonly [string, string | null, number?])[]): JointRow[] {
  return table.map(([name, parent, sigma]) => [name, parent, sigma ?? sigmaOf.get(name) ?? 0.079]);
}

/** COCO keypoints, 17; what MoveNet and most two-dimensional networks give. */
export const coco17: Skeleton = skeleton("coco17", coco, [...limbs, ...torso, ...face]);

/** OpenPose's COCO model, 18: with a neck, in another order. */
export const coco18: Skeleton = skeleton(
  "coco18",
  rows([
    ["nose", "neck"],
    ["neck", null],
    ["right_shoulder", "neck"],
    ["right_elbow", "right_shoulder"],
    ["right_wrist", "right_elbow"],
    ["left_shoulder", "neck"],
    ["left_elbow", "left_shoulder"],
    ["left_wrist", "left_elbow"],
    ["right_hip", "neck"],
    ["right_knee", "right_hip"],
    ["right_ankle", "right_knee"],
    ["left_hip", "neck"],
    ["left_knee", "left_hip"],
    ["left_ankle", "left_knee"],
    ["right_eye", "nose"],
    ["left_eye", "nose"],
    ["right_ear", "right_eye"],
    ["left_ear", "left_eye"],
  ]),
);

/** OpenPose BODY_25: COCO-18, the middle of the hips and six points of the feet. */
export const body25: Skeleton = skeleton(
  "body25",
  rows([
    ["nose", "neck"],
    ["neck", "pelvis"],
    ["right_shoulder", "neck"],
    ["right_elbow", "right_shoulder"],
    ["right_wrist", "right_elbow"],
    ["left_shoulder", "neck"],
    ["left_elbow", "left_shoulder"],
    ["left_wrist", "left_elbow"],
    ["pelvis", null, 0.107],
    ["right_hip", "pelvis"],
    ["right_knee", "right_hip"],
    ["right_ankle", "right_knee"],
    ["left_hip", "pelvis"],
    ["left_knee", "left_hip"],
    ["left_ankle", "left_knee"],
    ["right_eye", "nose"],
    ["left_eye", "nose"],
    ["right_ear", "right_eye"],
    ["left_ear", "left_eye"],
    ["left_big_toe", "left_ankle"],
    ["left_small_toe", "left_big_toe"],
    ["left_heel", "left_ankle"],
    ["right_big_toe", "right_ankle"],
    ["right_small_toe", "right_big_toe"],
    ["right_heel", "right_ankle"],
  ]),
);

/** OpenPose BODY_25B: COCO-17, MPII's neck and top of the head, six points of the feet. */
export const body25b: Skeleton = skeleton(
  "body25b",
  [...coco, ["upper_neck", "nose", 0.026], ["head_top", "upper_neck", 0.026], ...feet],
  [...limbs, ...torso, ...face, ...footEdges, ["upper_neck", "head_top"], ["nose", "upper_neck"]],
);

/** HALPE-26, RTMPose's "body with feet": COCO-17, top of the head, neck, hip, six points of the feet. */
export const halpe26: Skeleton = skeleton(
  "halpe26",
  [
    ...coco.map(([name, parent, sigma]): JointRow => {
      if (name.endsWith("_hip")) return [name, "pelvis", sigma];
      return [name, name.endsWith("_shoulder") || name === "nose" ? "neck" : parent, sigma];
    }),
    ["head_top", "neck", 0.026],
    ["neck", "pelvis", 0.026],
    ["pelvis", null, 0.066],
    ["left_big_toe", "left_ankle", 0.079],
    ["right_big_toe", "right_ankle", 0.079],
    ["left_small_toe", "left_ankle", 0.079],
    ["right_small_toe", "right_ankle", 0.079],
    ["left_heel", "left_ankle", 0.079],
    ["right_heel", "right_ankle", 0.079],
  ],
  [
    ...limbs,
    ...face,
    ...footEdges,
    ["pelvis", "neck"],
    ["neck", "head_top"],
    ["neck", "left_shoulder"],
    ["neck", "right_shoulder"],
    ["pelvis", "left_hip"],
    ["pelvis", "right_hip"],
  ],
);

/** Human3.6M's 17 joints, the layout of three-dimensional lifting. */
export const h36m17: Skeleton = skeleton(
  "h36m17",
  rows([
    ["pelvis", null, 0.107],
    ["right_hip", "pelvis"],
    ["right_knee", "right_hip"],
    ["right_ankle", "right_knee"],
    ["left_hip", "pelvis"],
    ["left_knee", "left_hip"],
    ["left_ankle", "left_knee"],
    ["spine", "pelvis", 0.107],
    ["thorax", "spine"],
    ["upper_neck", "thorax", 0.026],
    ["head_top", "upper_neck", 0.026],
    ["left_shoulder", "thorax"],
    ["left_elbow", "left_shoulder"],
    ["left_wrist", "left_elbow"],
    ["right_shoulder", "thorax"],
    ["right_elbow", "right_shoulder"],
    ["right_wrist", "right_elbow"],
  ]),
);

/** MPII Human Pose, 16. */
export const mpii16: Skeleton = skeleton("mpii16", [
  ["right_ankle", "right_knee", 0.089],
  ["right_knee", "right_hip", 0.083],
  ["right_hip", "pelvis", 0.107],
  ["left_hip", "pelvis", 0.107],
  ["left_knee", "left_hip", 0.083],
  ["left_ankle", "left_knee", 0.089],
  ["pelvis", null, 0.026],
  ["thorax", "pelvis", 0.026],
  ["upper_neck", "thorax", 0.026],
  ["head_top", "upper_neck", 0.026],
  ["right_wrist", "right_elbow", 0.062],
  ["right_elbow", "right_shoulder", 0.072],
  ["right_shoulder", "thorax", 0.179],
  ["left_shoulder", "thorax", 0.179],
  ["left_elbow", "left_shoulder", 0.072],
  ["left_wrist", "left_elbow", 0.062],
]);

/** BlazePose's 33 landmarks. */
export const blazePose33: Skeleton = skeleton(
  "blazepose33",
  rows([
    ["nose", null],
    ["left_eye_inner", "nose", 0.025],
    ["left_eye", "left_eye_inner"],
    ["left_eye_outer", "left_eye", 0.025],
    ["right_eye_inner", "nose", 0.025],
    ["right_eye", "right_eye_inner"],
    ["right_eye_outer", "right_eye", 0.025],
    ["left_ear", "left_eye_outer"],
    ["right_ear", "right_eye_outer"],
    ["left_mouth", "nose", 0.025],
    ["right_mouth", "nose", 0.025],
    ["left_shoulder", "left_hip"],
    ["right_shoulder", "right_hip"],
    ["left_elbow", "left_shoulder"],
    ["right_elbow", "right_shoulder"],
    ["left_wrist", "left_elbow"],
    ["right_wrist", "right_elbow"],
    ["left_pinky", "left_wrist", 0.062],
    ["right_pinky", "right_wrist", 0.062],
    ["left_index", "left_wrist", 0.062],
    ["right_index", "right_wrist", 0.062],
    ["left_thumb", "left_wrist", 0.062],
    ["right_thumb", "right_wrist", 0.062],
    ["left_hip", null],
    ["right_hip", null],
    ["left_knee", "left_hip"],
    ["right_knee", "right_hip"],
    ["left_ankle", "left_knee"],
    ["right_ankle", "right_knee"],
    ["left_heel", "left_ankle"],
    ["right_heel", "right_ankle"],
    ["left_big_toe", "left_ankle"],
    ["right_big_toe", "right_ankle"],
  ]),
  [
    ...limbs,
    ...torso,
    ["nose", "left_eye_inner"],
    ["left_eye_inner", "left_eye"],
    ["left_eye", "left_eye_outer"],
    ["left_eye_outer", "left_ear"],
    ["nose", "right_eye_inner"],
    ["right_eye_inner", "right_eye"],
    ["right_eye", "right_eye_outer"],
    ["right_eye_outer", "right_ear"],
    ["left_mouth", "right_mouth"],
    ["left_wrist", "left_pinky"],
    ["left_wrist", "left_index"],
    ["left_wrist", "left_thumb"],
    ["right_wrist", "right_pinky"],
    ["right_wrist", "right_index"],
    ["right_wrist", "right_thumb"],
    ["left_ankle", "left_heel"],
    ["left_heel", "left_big_toe"],
    ["right_ankle", "right_heel"],
    ["right_heel", "right_big_toe"],
  ],
);

/** Every layout that ships, for looking one up by name. */
export const skeletons: readonly Skeleton[] = [
  coco17,
  coco18,
  body25,
  body25b,
  halpe26,
  h36m17,
  mpii16,
  blazePose33,
];
