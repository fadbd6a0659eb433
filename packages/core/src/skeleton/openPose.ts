import { cocoRows, footEdges, footRows, headEdges, limbs, rows, torso } from "./rows.js";
import { type JointRow, type Skeleton, skeleton } from "./skeleton.js";

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
  [...cocoRows, ["upper_neck", "nose", 0.026], ["head_top", "upper_neck", 0.026], ...footRows],
  [...limbs, ...torso, ...headEdges, ...footEdges, ["upper_neck", "head_top"], ["nose", "upper_neck"]],
);

/** OpenPose BODY_19: BODY_25 without the feet. */
export const body19: Skeleton = without("body19", body25, (joint) => /toe$|heel$/.test(joint));

/** OpenPose BODY_23: BODY_25 without neck and middle of the hips. */
export const body23: Skeleton = skeleton(
  "body23",
  rows(
    body25.joints.flatMap((joint, i): [string, string | null][] => {
      if (joint === "neck" || joint === "pelvis") return [];
      const parent = body25.joints[body25.parents[i]] ?? null;
      const side = joint.startsWith("left_") ? "left" : "right";
      if (parent === "neck") return [[joint, joint.endsWith("_shoulder") ? `${side}_hip` : null]];
      return [[joint, parent === "pelvis" ? null : parent]];
    }),
  ),
  [...limbs, ...torso, ...headEdges, ...footEdges],
);

/** OpenPose's MPI model, 15: MPII's joints, the trunk as one point of the chest. */
export const mpi15: Skeleton = skeleton(
  "mpi15",
  rows([
    ["head_top", "neck"],
    ["neck", "chest"],
    ["right_shoulder", "neck"],
    ["right_elbow", "right_shoulder"],
    ["right_wrist", "right_elbow"],
    ["left_shoulder", "neck"],
    ["left_elbow", "left_shoulder"],
    ["left_wrist", "left_elbow"],
    ["right_hip", "chest"],
    ["right_knee", "right_hip"],
    ["right_ankle", "right_knee"],
    ["left_hip", "chest"],
    ["left_knee", "left_hip"],
    ["left_ankle", "left_knee"],
    ["chest", null, 0.107],
  ]),
);

/** The layout without its joints of some names; none of them may be the parent of one that stays. */
function without(name: string, whole: Skeleton, goes: (joint: string) => boolean): Skeleton {
  return skeleton(
    name,
    whole.joints.flatMap((joint, i): JointRow[] =>
      goes(joint) ? [] : [[joint, whole.joints[whole.parents[i]] ?? null, whole.sigmas[i]]],
    ),
  );
}
