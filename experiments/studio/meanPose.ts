import { basename, dirname } from "node:path";
import { type Placing, type PoserScore, scorePlacings } from "@marey/core/model/simpleBaseline";
import { coco17 } from "@marey/core/skeleton";
import { trainingPictures } from "marey";

/**
 * What somebody reaches who looks at no picture: in each person's box the mean pose of all. What doesn't beat this has learned
 * nothing.
 *
 * @param file Annotations, their pictures beside them.
 */
export async function meanPoseScore(file: string): Promise<PoserScore> {
  const set = await trainingPictures(dirname(file), basename(file), coco17);
  const people = set.pictures.flatMap((picture, at) => picture.people.map((person) => ({ ...person, at })));
  const J = coco17.joints.length;
  const sums = new Float64Array(3 * J);
  for (const { joints, box } of people) {
    const [left, top, right, bottom] = box;
    for (let i = 0; i < 3 * J; i += 3) {
      if (joints[i + 2] === 0) continue;
      sums[i]! += (joints[i]! - left) / (right - left);
      sums[i + 1]! += (joints[i + 1]! - top) / (bottom - top);
      sums[i + 2]! += 1;
    }
  }
  const placings = people.map(({ joints: truth, box, at }): Placing => {
    const [left, top, right, bottom] = box;
    const joints = Float32Array.from(sums, (sum, i) => {
      if (i % 3 === 2) return 1;
      const [from, to] = i % 3 === 0 ? [left, right] : [top, bottom];
      return from + ((to - from) * sum) / Math.max(1, sums[i - (i % 3) + 2]!);
    });
    return { picture: at, joints, truth, side: Math.max(right - left, bottom - top) };
  });
  return scorePlacings(placings, coco17, set);
}
