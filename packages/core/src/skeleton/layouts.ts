import {
  aic14,
  blazePose33,
  coco17,
  cocoFeet23,
  crowdPose14,
  h36m17,
  halpe26,
  humanArt21,
  jhmdb15,
  lsp14,
  mpii16,
  poseTrack17,
} from "./body.js";
import { aflw19, cofw29, face68, face70, wflw98 } from "./face.js";
import { hand21, interHand42 } from "./hand.js";
import { humanEva15, mpiInf17, mpiInf28, ntu25, panoptic19 } from "./mocap.js";
import { body19, body23, body25, body25b, coco18, mpi15 } from "./openPose.js";
import { withParts } from "./parts.js";
import type { Skeleton } from "./skeleton.js";
import { car12, car22, carFusion14 } from "./vehicle.js";
import { body135, halpe136, wholeBody133 } from "./wholeBody.js";

export {
  aic14,
  blazePose33,
  coco17,
  cocoFeet23,
  crowdPose14,
  h36m17,
  halpe26,
  humanArt21,
  jhmdb15,
  lsp14,
  mpii16,
  poseTrack17,
} from "./body.js";
export { aflw19, cofw29, face68, face70, wflw98 } from "./face.js";
export { hand21, interHand42 } from "./hand.js";
export { humanEva15, mpiInf17, mpiInf28, ntu25, panoptic19 } from "./mocap.js";
export { body19, body23, body25, body25b, coco18, mpi15 } from "./openPose.js";
export { car12, car22, carFusion14 } from "./vehicle.js";
export { body135, halpe136, wholeBody133 } from "./wholeBody.js";

/** Every layout of a whole person that ships; of several with equally many joints, the one that most programs write first. */
export const skeletons: readonly Skeleton[] = [
  coco17,
  coco18,
  body25,
  body25b,
  halpe26,
  h36m17,
  mpii16,
  blazePose33,
  wholeBody133,
  halpe136,
  body135,
  cocoFeet23,
  body23,
  body19,
  mpi15,
  crowdPose14,
  poseTrack17,
  humanArt21,
  lsp14,
  aic14,
  jhmdb15,
  humanEva15,
  mpiInf17,
  mpiInf28,
  ntu25,
  panoptic19,
];

/** Layouts of one hand, two hands, faces and vehicles. */
export const partSkeletons: readonly Skeleton[] = [
  hand21,
  face68,
  face70,
  interHand42,
  aflw19,
  cofw29,
  wflw98,
  carFusion14,
  car12,
  car22,
];

const all = [...skeletons, ...partSkeletons];

/**
 * A layout by its name, as people write it (`body25b`, `BODY_25B`, `COCO-17`), also one that `withParts` made
 * (`coco17+face70+hands`); undefined when no layout has the name.
 */
export function findSkeleton(name: string): Skeleton | undefined {
  const [first, ...parts] = name.toLowerCase().replaceAll(/[_ -]/g, "").split("+");
  const body = all.find((layout) => layout.name === first);
  if (!body || parts.length === 0) return body;
  const hands = parts.at(-1) === "hands";
  const [faceName, ...rest] = hands ? parts.slice(0, -1) : parts;
  const face = partSkeletons.find((layout) => layout.name === faceName && layout.joints.includes("face_0"));
  if (rest.length > 0 || (faceName !== undefined && !face)) return undefined;
  return withParts(body, { hands, ...(face && { face }) });
}

/** Counts of joints that mean a part rather than a body where nothing else is known. */
const partsByCount: readonly Skeleton[] = [hand21, face68, face70];

/**
 * The layout of keypoints that come with a number of joints and, sometimes, the joints' names. Names decide; where
 * there are none, the number does, and of several layouts with that number the one that most programs write: 17 are
 * COCO's, not Human3.6M's; 21 a hand's, not Human-Art's. Undefined when no layout fits, and also when the names are
 * another layout's: keypoints in an unknown order must not pass for known ones.
 */
export function recogniseSkeleton(count: number, names?: readonly string[]): Skeleton | undefined {
  if (names && names.length > 0) {
    const plain = names.map(plainJoint);
    return all.find(
      ({ joints }) => joints.length === plain.length && joints.every((joint, i) => isJoint(joint, plain[i])),
    );
  }
  return [...partsByCount, ...all].find(({ joints }) => joints.length === count);
}

/** CrowdPose's files say "head" of the crown. */
const isJoint = (joint: string, written: string) =>
  joint === written || (joint === "head_top" && written === "head");

/** Data sets' own names for joints that ours call otherwise. */
const synonyms: Record<string, string> = {
  head_bottom: "upper_neck",
  top_head: "head_top",
  wrist: "hand_root",
};

/** `Right Shoulder` → `right_shoulder`, `forefinger1` → `index1`, `head_bottom` → `upper_neck`. */
function plainJoint(name: string): string {
  const plain = name
    .trim()
    .toLowerCase()
    .replaceAll(/[ -]+/g, "_")
    .replace(/^((?:left_|right_)?)forefinger(?=\d$)/, "$1index")
    .replace(/(middle|ring|pinky)_finger(?=\d$)/, "$1");
  return synonyms[plain] ?? plain;
}
