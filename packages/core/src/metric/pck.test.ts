import fc from "fast-check";
import { expect, test } from "vitest";
import { meanKeypointError, pck, pckAuc } from "./pck.js";
import { pck3d, pck3dCurve } from "./pck3d.js";
import { pckh } from "./pckh.js";
import { pcp, pdj } from "./pcp.js";

// Two people of three joints; the second joint of the first lies 3 too far right, 4 too low; the third is off by 20.
const pairs = {
  truth: [0, 0, 10, 0, 20, 0, 0, 50, 10, 50, 20, 50],
  predicted: [0, 0, 13, 4, 20, 20, 0, 50, 10, 50, 20, 50],
  visible: [1, 1, 1, 1, 1, 0],
  joints: 3,
};

test("PCK counts errors strictly below a share of each person's size", () => {
  const share = (threshold: number) => [...pck(pairs, [10, 10, 10, 10], threshold).perKeypoint];
  expect(share(0.5)).toEqual([1, 0.5, 0]);
  expect(share(0.51)).toEqual([1, 1, 0]);
  expect(share(2.1)).toEqual([1, 1, 1]);
  expect(pck(pairs, [10, 10, 10, 10], 0.51).average).toBeCloseTo(2 / 3, 12);
});

test("PCK leaves out a person without a size and marks a keypoint that nobody has", () => {
  const only = pck(pairs, [0, 10, 10, 10], 0.1);
  expect([...only.perKeypoint]).toEqual([1, 1, -1]);
  expect(only).toMatchObject({ average: 1, counted: 2 });
  expect(pck({ ...pairs, visible: new Array(6).fill(0) }, [1, 1, 1, 1], 1).average).toBe(0);
});

test("mean errors and the area under the curve", () => {
  expect(meanKeypointError(pairs)).toBe(5);
  expect(meanKeypointError(pairs, [5, 5, 5, 5])).toBe(1);
  // Joint by joint at thresholds 0, 1/4, 2/4, 3/4: size 16 puts the errors at 0.3125 and 1.25.
  const mean = (first: number, second: number) => (first + second + 0) / 3;
  expect(pckAuc(pairs, 16, 4)).toBeCloseTo((0 + mean(1, 0.5) + 2 * mean(1, 1)) / 4, 12);
});

test("PCKh counts errors up to 0.6 of the head's diagonal times the threshold", () => {
  // Heads of diagonal 50/3 are 10 in size: errors are 0.5 and 2 of it.
  const heads = [10, 40 / 3, 10, 40 / 3];
  const { perJoint, mean } = pckh(pairs, heads, 0.5 + 1e-12, { excluded: [] });
  expect([...perJoint]).toEqual([100, 100, 0]);
  expect(mean).toBeCloseTo(80, 9);
  expect(pckh(pairs, heads, 0.49, { excluded: [0] }).mean).toBeCloseTo((100 * 1) / 3, 9);
  expect(pckh({ ...pairs, visible: [1, 1, 0, 1, 1, 0] }, heads).perJoint[2]).toBeNaN();
});

test("a limb is right when both ends, or their mean, are near enough", () => {
  const limbs = [
    [0, 1],
    [1, 2],
  ] as const;
  const { strict, loose } = pcp(pairs, limbs, 0.4);
  expect([...strict]).toEqual([50, 0]);
  expect([...loose]).toEqual([100, 0]);
  expect([...pcp(pairs, limbs, 0.5).strict]).toEqual([100, 0]);
  expect([...pdj(pairs, [0, 2], 0.2)]).toEqual([100, 50, 0]);
});

test("a threshold above all errors gives everything; curves rise", () =>
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 12, maxLength: 12 }),
      (values) => {
        const truth = new Float64Array(12);
        const curve = pck3dCurve(values, truth, 2, [0, 0.1, 0.5, 2]);
        expect(curve[0]).toBe(0);
        expect(curve[3]).toBe(100);
        expect([...curve]).toEqual([...curve].sort((a, b) => a - b));
      },
    ),
  ));

test("3DPCK by joint, missing joints left out", () => {
  const truth = new Float64Array(12);
  const predicted = [0, 0, 0.1, NaN, 0, 0, 0, 0, 0.2, 0, 0, 0.15];
  const { all, perJoint } = pck3d(predicted, truth, 2, 0.15);
  expect([...perJoint]).toEqual([50, 0]);
  expect(all).toBeCloseTo(100 / 3, 12);
});

test("arrays that don't fit together are refused", () => {
  expect(() => pck({ ...pairs, joints: 4 }, [1, 1], 1)).toThrow("12 numbers are compared with 12");
  expect(() => pck(pairs, [1, 1], 1)).toThrow("2 sizes are given for 2 people");
  expect(() => pckh(pairs, [1], 1)).toThrow("1 numbers describe the heads");
  expect(() => pck3d([1, 2, 3], [1, 2, 3], 2, 1)).toThrow("frames of 2 joints");
});
