import { expect, test } from "vitest";
import { car12, coco17, coco18 } from "./layouts.js";
import { limbProportions } from "./proportions.js";

const limb = (layout: typeof coco17, from: string, to: string) =>
  limbProportions(layout, [[layout.joints.indexOf(from), layout.joints.indexOf(to)]])[0];

test("lengths are those of an adult: thigh and shank alike, the trunk longer, both sides the same", () => {
  const { length: thigh } = limb(coco17, "left_hip", "left_knee");
  expect(thigh).toBeCloseTo(0.245, 3);
  expect(limb(coco17, "right_knee", "right_ankle").length).toBeCloseTo(thigh, 2);
  expect(limb(coco18, "neck", "right_hip").length).toBeGreaterThan(thigh);
  expect(limb(coco18, "neck", "left_hip")).toEqual(limb(coco18, "neck", "right_hip"));
});

test("what lies across the body tells nothing of its size, what hangs down tells most", () => {
  expect(limb(coco18, "neck", "left_shoulder").weight).toBe(0);
  expect(limb(coco18, "left_elbow", "left_wrist").weight).toBe(1);
});

test("joints of other things are unknown", () => {
  expect(limbProportions(car12, [[0, 1]])).toEqual([{ length: NaN, weight: 0 }]);
});
