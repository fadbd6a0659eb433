import { COCO_18, officialSkeleton, partBoxes } from "@marey/core/model/openPose";
import type { Detection } from "@marey/core/motion";
import type { Network } from "@marey/core/seam";
import { partsOf } from "@marey/core/skeleton";
import { expect, test } from "vitest";
import { handFollower } from "./officialHands.js";

const skeleton = officialSkeleton(COCO_18, { hand: {} as Network });
const { leftHand, rightHand } = partsOf(skeleton);

/** Somebody who holds both arms down, the left hand's points around a place; all of them sure. */
function person(x: number, y: number): Detection {
  const joints = new Float32Array(3 * skeleton.joints.length);
  const put = (name: string, place: readonly number[]) =>
    joints.set([...place, 0.9], 3 * skeleton.joints.indexOf(name));
  [200, 80].forEach((column, side) => {
    const name = ["left", "right"][side];
    put(`${name}_shoulder`, [column, 100]);
    put(`${name}_elbow`, [column, 160]);
    put(`${name}_wrist`, [column, 220]);
  });
  leftHand.forEach((joint, i) => {
    joints.set([x + 20 * (i % 2), y + 20 * Number(i > 10), 0.9], 3 * joint);
  });
  return { score: 0.9, joints };
}

test("hands are looked for between where the arm leads and where they were, each side by itself", () => {
  const { boxesOf, seen } = handFollower(COCO_18, skeleton);
  const now = person(0, 0);
  const plain = partBoxes(now.joints, COCO_18);
  expect(boxesOf(now, undefined)).toEqual(plain);
  expect(boxesOf(now, { people: [], sinceFound: 0 })).toEqual(plain);
  const { left, top, side } = plain.leftHand!;
  const before = seen({ people: [person(left + side / 2, top + side / 2)], sinceFound: 0 });
  const followed = boxesOf(now, before);
  expect(followed.rightHand).toEqual(plain.rightHand);
  // The mean of the box and of that of the points, 20 pixels wide and half of them right and below of the middle.
  expect(followed.leftHand!.side).toBeCloseTo(side + 10, 3);
  const middle = followed.leftHand!.left + followed.leftHand!.side / 2;
  expect(middle).toBeCloseTo(left + side / 2 + 5, 3);
  expect(rightHand).toHaveLength(21);
});
