import { recogniseSkeleton } from "../skeleton/layouts.js";
import { type JointRow, type Skeleton, skeleton } from "../skeleton/skeleton.js";

type Fields = Record<string, unknown>;

/** The names of a category's joints, where it states any. */
export function categoryJoints({ keypoints }: Fields): string[] | undefined {
  const isNamed =
    Array.isArray(keypoints) &&
    keypoints.length > 0 &&
    keypoints.every((joint: unknown) => typeof joint === "string");
  return isNamed ? keypoints : undefined;
}

/**
 * The layout of keypoints in COCO's format: the one whose joints a category names; a layout of the file's own when the
 * names are nobody else's; without names for so many joints, the usual one of their number. Undefined when none is.
 *
 * @param categories The file's, with `keypoints` (names) and `skeleton` (limbs, pairs of numbers from 1).
 * @param count Keypoints a person.
 */
export function cocoLayout(categories: readonly Fields[], count: number): Skeleton | undefined {
  const category = categories.find((each) => categoryJoints(each)?.length === count);
  const names = category && categoryJoints(category);
  return recogniseSkeleton(count, names) ?? (names && ownLayout(category, names));
}

/** Limbs as the file draws them; a shoulder's sigma for all, since none is known. */
function ownLayout(category: Fields, names: readonly string[]): Skeleton {
  const rows = names.map((joint): JointRow => [joint, null, 0.079]);
  const lines: unknown[] = Array.isArray(category.skeleton) ? category.skeleton : [];
  const edges = lines.flatMap((line): [string, string][] => {
    const [a, b] = Array.isArray(line) ? [names[line[0] - 1], names[line[1] - 1]] : [];
    return a !== undefined && b !== undefined ? [[a, b]] : [];
  });
  return skeleton(typeof category.name === "string" ? category.name : "own", rows, edges);
}
