import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { coco17 } from "../skeleton/layouts.js";
import { diagnoseJoints, pairPoses, trueSimilarity } from "./diagnosis.js";

/** A person as a grid of joints, 40 pixels apart, moved. */
const person = (x: number, y: number) =>
  Float64Array.from(
    { length: 51 },
    (_, i) => [x + 40 * (Math.floor(i / 3) % 4), y + 40 * Math.floor(i / 12), 2][i % 3],
  );
const area = 10_000;
const { sigmas } = coco17;
const at = (joint: string) => coco17.joints.indexOf(joint);

describe("diagnosis", () => {
  const truths = [
    { joints: person(0, 0), area },
    { joints: person(1000, 0), area },
  ];

  test("each finds its own, whatever the order", () => {
    const pairs = pairPoses([person(1003, 0), person(2, 0), person(5000, 0)], truths, sigmas);
    expect([...pairs.partner]).toEqual([1, 0]);
    expect(pairs.similarity[0]).toBeGreaterThan(pairs.similarity[1]);
    expect([...pairPoses([], truths, sigmas).partner]).toEqual([-1, -1]);
  });

  test("joints that are right, off, on the other side, another person's, nowhere, unfound", () => {
    const found = person(0, 0);
    const place = (joint: string, source: ArrayLike<number>, from: string, dx = 0) =>
      found.set([source[3 * at(from)] + dx, source[3 * at(from) + 1]], 3 * at(joint));
    place("left_wrist", truths[0].joints, "right_wrist");
    place("left_knee", truths[1].joints, "left_knee");
    place("left_elbow", truths[0].joints, "left_elbow", 12);
    place("left_hip", truths[0].joints, "left_hip", 500);
    found.set([NaN, NaN], 3 * at("nose"));
    const faults = diagnoseJoints(found, truths, 0, coco17);
    const of = (joint: string) => faults[at(joint)];
    expect(of("right_wrist")).toBe("good");
    expect(of("left_elbow")).toBe("jitter");
    expect(of("left_wrist")).toBe("inversion");
    expect(of("left_knee")).toBe("swap");
    expect(of("left_hip")).toBe("miss");
    expect(of("nose")).toBe("miss");
    expect(new Set(diagnoseJoints(undefined, truths, 0, coco17))).toEqual(new Set(["unfound"]));
    const partly = { joints: truths[0].joints.map((v, i) => (i < 3 ? 0 : v)), area };
    expect(diagnoseJoints(found, [partly], 0, coco17)[0]).toBeUndefined();
  });

  test("similarity is 1 with itself and falls with distance", () =>
    fc.assert(
      fc.property(fc.double({ min: 1, max: 300, noNaN: true }), (d) => {
        const near = trueSimilarity(person(d, 0), truths[0], sigmas);
        expect(trueSimilarity(person(0, 0), truths[0], sigmas)).toBe(1);
        expect(near).toBeLessThan(1);
        expect(trueSimilarity(person(d + 5, 0), truths[0], sigmas)).toBeLessThan(near);
      }),
    ));
});
