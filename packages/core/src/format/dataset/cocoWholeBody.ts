import { type Fields, invalidAnnotations, numbersOf } from "./annotations.js";
import type { CocoFile } from "./cocoAnnotations.js";

/** COCO-WholeBody's lists of an annotation in the order of its 133 points, and the flag without which a list is void. */
const parts = [
  { key: "keypoints", points: 17, flag: undefined },
  { key: "foot_kpts", points: 6, flag: "foot_valid" },
  { key: "face_kpts", points: 68, flag: "face_valid" },
  { key: "lefthand_kpts", points: 21, flag: "lefthand_valid" },
  { key: "righthand_kpts", points: 21, flag: "righthand_valid" },
] as const;

/** Whether a file is COCO-WholeBody's (Jin et al. 2020): COCO's, with faces, hands and feet of their own. */
export const isCocoWholeBody = ({ annotations }: CocoFile): boolean =>
  annotations.some(({ face_kpts, foot_kpts }) => face_kpts !== undefined && foot_kpts !== undefined);

/** The 133 points of an annotation; those of a part that isn't valid count as not labelled. */
export function wholeBodyKeypoints(annotation: Fields, where: string): readonly number[] {
  return parts.flatMap(({ key, points, flag }) => {
    const missing = new Array<number>(3 * points).fill(0);
    if (annotation[key] === undefined || (flag && annotation[flag] !== true)) return missing;
    const flat = numbersOf(annotation[key]);
    if (flat?.length === missing.length) return flat;
    throw invalidAnnotations(where, `its "${key}" are not ${points} points`);
  });
}
