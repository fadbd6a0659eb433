import { cocoResults } from "@marey/core/format";
import { body25, coco17, face70, wholeBody133, withParts } from "@marey/core/skeleton";
import { expect, test } from "vitest";
import { planOutputs } from "../command/detectPlan.js";
import { cocoPartNames, cocoParts, requireCocoPart } from "./cocoParts.js";

const whole = withParts(body25, { face: face70, hands: true });
/** Each joint's x is its place in the layout. */
const joints = Float32Array.from({ length: 3 * whole.joints.length }, (_, i) => (i % 3 === 0 ? i / 3 : 0.5));

test("feet, face and hands in OpenPose's order", () => {
  const order = (name: keyof typeof cocoParts) => {
    const { layout } = cocoParts[name];
    requireCocoPart(name, whole);
    const [entry] = cocoResults({ skeleton: whole, layout, flags: true })(7, [{ score: 1, joints }]);
    const { keypoints, image_id } = JSON.parse(entry!);
    expect(image_id).toBe(7);
    expect(keypoints.filter((_: number, i: number) => i % 3 === 2).every((v: number) => v === 1)).toBe(true);
    return keypoints.filter((_: number, i: number) => i % 3 === 0);
  };
  const run = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);
  expect(order("cocoFoot")).toEqual([19, 20, 21, 22, 23, 24]);
  expect(order("cocoFace")).toEqual(run(25, 68));
  expect(order("cocoHand42")).toEqual(run(95, 42));
  expect(order("cocoHand21")).toEqual(run(116, 21)); // the right one
});

test("who lacks the part in this picture is left out; who never has it is told", () => {
  const body = joints.map((value, i) => (i < 75 ? value : i % 3 === 2 ? 0 : NaN));
  const { layout } = cocoParts.cocoHand21;
  expect(cocoResults({ skeleton: whole, layout })(0, [{ score: 1, joints: body }])).toEqual([]);
  for (const name of cocoPartNames) {
    expect(() => requireCocoPart(name, coco17)).toThrow(/don't have.*leave \d+ out of the sum/);
    expect(() => requireCocoPart(name, wholeBody133)).not.toThrow();
  }
});

test("the sum says which files there are", async () => {
  const files = async (cocoVariants?: number) =>
    Object.values(
      (
        await planOutputs("a.png", {
          openPose: { writeCocoJson: "r/x.json", ...(cocoVariants !== undefined && { cocoVariants }) },
        })
      ).files,
    ).map((path) => path.replaceAll("\\", "/"));
  expect(await files()).toEqual(["r/x.json"]);
  expect(await files(2 + 16)).toEqual(["r/x_foot.json", "r/x_hand42.json"]);
  expect(await files(0)).toEqual([
    "r/x.json",
    "r/x_foot.json",
    "r/x_face.json",
    "r/x_hand21.json",
    "r/x_hand42.json",
  ]);
});
