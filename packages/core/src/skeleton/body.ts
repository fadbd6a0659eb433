/**
 * Joint layouts of the field, in the order of their files. Names mean the same place everywhere: `neck` and `thorax`
 * lie between the shoulders, `upper_neck` at the base of the skull, `head_top` at the crown, `pelvis` between the hips.
 * Sigmas: COCO's; feet after COCO-WholeBody; MPII's as its evaluators use them; where a data set publishes none, those
 * of the same joint elsewhere.
 */
import { cocoRows, footEdges, footRows, headEdges, limbs, rows, torso } from "./rows.js";
import { type JointRow, type Skeleton, skeleton } from "./skeleton.js";

/** COCO keypoints, 17; what MoveNet and most two-dimensional networks give. */
export const coco17: Skeleton = skeleton("coco17", cocoRows, [...limbs, ...torso, ...headEdges]);

/** HALPE-26, RTMPose's "body with feet": COCO-17, top of the head, neck, hip, six points of the feet. */
export const halpe26: Skeleton = skeleton(
  "halpe26",
  [
    ...cocoRows.map(([name, parent, sigma]): JointRow => {
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
    ...headEdges,
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

/** COCO with CMU's six points of the feet, 23. */
export const cocoFeet23: Skeleton = skeleton(
  "cocofeet23",
  [...cocoRows, ...footRows],
  [...limbs, ...torso, ...headEdges, ...footEdges],
);

/** CrowdPose, 14. */
export const crowdPose14: Skeleton = skeleton(
  "crowdpose14",
  rows([
    ["left_shoulder", "neck"],
    ["right_shoulder", "neck"],
    ["left_elbow", "left_shoulder"],
    ["right_elbow", "right_shoulder"],
    ["left_wrist", "left_elbow"],
    ["right_wrist", "right_elbow"],
    ["left_hip", "neck"],
    ["right_hip", "neck"],
    ["left_knee", "left_hip"],
    ["right_knee", "right_hip"],
    ["left_ankle", "left_knee"],
    ["right_ankle", "right_knee"],
    ["head_top", "neck"],
    ["neck", null],
  ]),
  [...limbs, ...torso, ["head_top", "neck"], ["neck", "left_shoulder"], ["neck", "right_shoulder"]],
);

/** AI Challenger, 14. */
export const aic14: Skeleton = skeleton(
  "aic14",
  rows([
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
    ["head_top", "neck"],
    ["neck", null],
  ]),
  [...limbs, ...torso, ["head_top", "neck"], ["neck", "left_shoulder"], ["neck", "right_shoulder"]],
);

/** Leeds Sports Pose and its extension, 14. */
export const lsp14: Skeleton = skeleton(
  "lsp14",
  rows([
    ["right_ankle", "right_knee"],
    ["right_knee", "right_hip"],
    ["right_hip", "neck"],
    ["left_hip", "neck"],
    ["left_knee", "left_hip"],
    ["left_ankle", "left_knee"],
    ["right_wrist", "right_elbow"],
    ["right_elbow", "right_shoulder"],
    ["right_shoulder", "neck"],
    ["left_shoulder", "neck"],
    ["left_elbow", "left_shoulder"],
    ["left_wrist", "left_elbow"],
    ["neck", null],
    ["head_top", "neck"],
  ]),
  [...limbs, ...torso, ["head_top", "neck"], ["neck", "left_shoulder"], ["neck", "right_shoulder"]],
);

/** PoseTrack 2018, 17; its ears are never labelled. */
export const poseTrack17: Skeleton = skeleton(
  "posetrack17",
  rows([
    ["nose", "upper_neck"],
    ["upper_neck", null, 0.025],
    ["head_top", "nose", 0.025],
    ["left_ear", "nose"],
    ["right_ear", "nose"],
    ["left_shoulder", "upper_neck"],
    ["right_shoulder", "upper_neck"],
    ["left_elbow", "left_shoulder"],
    ["right_elbow", "right_shoulder"],
    ["left_wrist", "left_elbow"],
    ["right_wrist", "right_elbow"],
    ["left_hip", "left_shoulder"],
    ["right_hip", "right_shoulder"],
    ["left_knee", "left_hip"],
    ["right_knee", "right_hip"],
    ["left_ankle", "left_knee"],
    ["right_ankle", "right_knee"],
  ]),
  [
    ...limbs,
    ...torso,
    ["nose", "upper_neck"],
    ["nose", "head_top"],
    ["nose", "left_ear"],
    ["nose", "right_ear"],
    ["upper_neck", "left_shoulder"],
    ["upper_neck", "right_shoulder"],
  ],
);

/** J-HMDB, 15: puppets with a belly, and a head whose point is the face. */
export const jhmdb15: Skeleton = skeleton(
  "jhmdb15",
  rows([
    ["neck", "belly"],
    ["belly", null, 0.107],
    ["head", "neck"],
    ["right_shoulder", "neck"],
    ["left_shoulder", "neck"],
    ["right_hip", "belly"],
    ["left_hip", "belly"],
    ["right_elbow", "right_shoulder"],
    ["left_elbow", "left_shoulder"],
    ["right_knee", "right_hip"],
    ["left_knee", "left_hip"],
    ["right_wrist", "right_elbow"],
    ["left_wrist", "left_elbow"],
    ["right_ankle", "right_knee"],
    ["left_ankle", "left_knee"],
  ]),
);

/** Human-Art, 21: COCO's joints with a finger of each hand and a toe of each foot. */
export const humanArt21: Skeleton = skeleton(
  "humanart21",
  [
    ...cocoRows,
    ["left_finger", "left_wrist", 0.062],
    ["right_finger", "right_wrist", 0.062],
    ["left_toe", "left_ankle", 0.089],
    ["right_toe", "right_ankle", 0.089],
  ],
  [
    ...limbs,
    ...torso,
    ...headEdges,
    ["left_wrist", "left_finger"],
    ["right_wrist", "right_finger"],
    ["left_ankle", "left_toe"],
    ["right_ankle", "right_toe"],
    ["left_ear", "left_shoulder"],
    ["right_ear", "right_shoulder"],
  ],
);
