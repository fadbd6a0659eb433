import { expect, test } from "vitest";
import { writeNpy } from "../format/npy.js";
import { writeNpz } from "../format/npz.js";
import { handPose, readHandSpace } from "./handPose.js";
import { readRegressor } from "./regressorFile.js";
import { regress } from "./skinning.js";

test("a hand's pose is its mean and some components", () => {
  const numbers = (...values: number[]) => Float64Array.from(values);
  const file = writeNpz({
    hands_meanl: { shape: [3], data: numbers(1, 2, 3) },
    hands_componentsl: { shape: [3, 3], data: numbers(1, 0, 0, 0, 10, 0, 0, 0, 100) },
    hands_meanr: { shape: [2], data: numbers(1, 2) },
    hands_componentsr: { shape: [1, 3], data: numbers(1, 0, 0) },
  });
  const left = readHandSpace(file, "left");
  expect([...handPose(left, [2, 0.5])]).toEqual([3, 7, 3]);
  expect([...handPose(left, [2, 0.5], true)]).toEqual([2, 5, 0]);
  expect(() => readHandSpace(file, "right")).toThrow(/"hands_componentsr": is \[1,3\], expected any × 2/);
  expect(() => readHandSpace(file, "only")).toThrow(/"hands_mean": is nothing/);
});

test("a regressor is read upright or on its side, and only for its body", () => {
  const upright = writeNpy({ shape: [2, 4], data: Float32Array.of(0.5, 0, 0.5, 0, 0, 1, 0, 0) });
  const onItsSide = writeNpy({ shape: [4, 2], data: Float32Array.of(0.5, 0, 0, 1, 0.5, 0, 0, 0) });
  const rows = readRegressor(upright, 4);
  expect(readRegressor(onItsSide, 4)).toEqual(rows);
  const out = new Float64Array(6);
  regress(rows, [2, 0, 0, 0, 3, 0, 0, 0, 4, 9, 9, 9], out);
  expect([...out]).toEqual([1, 0, 2, 0, 3, 0]);
  expect(() => readRegressor(upright, 5)).toThrow(/is \[2,4\], expected joints × 5/);
});
