import * as array from "@marey/core/array";
import * as g from "@marey/core/graph";
import { describe, expect, test } from "vitest";
import { compute, largestDifference } from "./compute.js";

const draw = array.random(7);
const normal = () => Array.from({ length: 3 }, () => draw.uniform(-1, 1));
const scaled = (v: readonly number[], length: number) => v.map((x) => (x * length) / Math.hypot(...v));

/** Quaternions in `array`'s order (x, y, z, w) put w first, as graphs have it. */
const wFirst = ([x, y, z, w]: ArrayLike<number> & Iterable<number>) => [w!, x!, y!, z!];

/** Axis-angle vectors of every length that matters: zero, tiny, where series end, right angles, next to π. */
const lengths = [0, 1e-30, 1e-8, 1e-4, 0.09, 0.1, 0.11, 1, Math.PI / 2, 2, 3.14, Math.PI - 1e-4];
const vectors = lengths.flatMap((length) => [1, 2, 3].map(() => scaled(normal(), length)));
const given = { shape: [vectors.length, 3], values: vectors.flat() };

describe("rotations on graphs", () => {
  test("equal those in doubles at every angle", async () => {
    const { matrix, q } = await compute(
      (x) => ({ matrix: g.axisAngleToMatrix(x!), q: g.axisAngleToQuaternion(x!) }),
      given,
    );
    const want = vectors.flatMap((v) => [...array.rotationVectorToMatrix(v)]);
    expect(largestDifference(matrix, want)).toBeLessThan(5e-7);
    const quaternions = vectors.flatMap((v) => wFirst(array.rotationVectorToQuaternion(v)));
    expect(largestDifference(q, quaternions)).toBeLessThan(5e-7);
  });

  test("an axis and angle come back out of the matrix", async () => {
    const { back } = await compute((x) => ({ back: g.matrixToAxisAngle(g.axisAngleToMatrix(x!)) }), given);
    vectors.forEach((v, i) => {
      const got = [...back.subarray(3 * i, 3 * i + 3)];
      const off = Math.min(
        largestDifference(got, v),
        largestDifference(
          got.map((x) => -x),
          v,
        ) + (Math.hypot(...v) > 3.1 ? 0 : Infinity),
      );
      expect(off, `length ${Math.hypot(...v)}`).toBeLessThan(5e-4); // float32 near π; 1e-6 elsewhere
      if (Math.hypot(...v) < 3) expect(off).toBeLessThan(2e-6);
    });
  });

  test("turns by right and half turns about every axis have quaternions, w ≥ 0", async () => {
    const axes = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
      [1, 1, 0],
      [0, -1, 1],
      [1, 1, 1],
    ];
    const turns = axes.flatMap((axis) =>
      [Math.PI / 2, -Math.PI / 2, Math.PI].map((angle) => scaled(axis, angle)),
    );
    const matrices = turns.flatMap((v) => [...array.rotationVectorToMatrix(v)]);
    const { q, again } = await compute(
      (m) => {
        const quaternion = g.matrixToQuaternion(m!);
        return { q: quaternion, again: g.quaternionToMatrix(quaternion) };
      },
      { shape: [turns.length, 3, 3], values: matrices },
    );
    expect(largestDifference(again, matrices)).toBeLessThan(1e-6);
    for (let i = 0; i < turns.length; i++) expect(q[4 * i]).toBeGreaterThanOrEqual(0);
  });

  test("the gradient through the matrix and back is finite and right, at zero too", async () => {
    const { back } = await compute(
      (x, w) => {
        const there = g.matrixToAxisAngle(g.axisAngleToMatrix(x!));
        return { back: g.gradients(g.reduceSum(g.mul(there, w!)), [x!])[0]! };
      },
      given,
      { shape: given.shape, values: given.values.map((_, i) => Math.sin(i)) },
    );
    vectors.forEach((v, i) => {
      if (Math.hypot(...v) > 3) return; // the map's inverse is steep there
      const want = [0, 1, 2].map((k) => Math.sin(3 * i + k));
      expect(largestDifference(back.subarray(3 * i, 3 * i + 3), want)).toBeLessThan(1e-4);
    });
    expect(back.every(Number.isFinite)).toBe(true);
  });

  test("products of quaternions turn one after the other", async () => {
    const [a, b] = [normal(), normal()].map((v) => array.rotationVectorToQuaternion(v));
    const { q } = await compute(
      (x, y) => ({ q: g.quaternionMultiply(x!, y!) }),
      ...[a!, b!].map((values) => ({ shape: [4], values: wFirst(values) })),
    );
    expect(largestDifference(q, wFirst(array.quaternionMultiply(a!, b!)))).toBeLessThan(1e-6);
  });

  test("wrong sizes are refused by name", () => {
    expect(() => g.axisAngleToMatrix(g.input("x", [2, 4]))).toThrow(/AxisAngle.*\[2,4\]/);
    expect(() => g.rotation6dToMatrix(g.input("x", [2, 5]), "rows")).toThrow(/Rotation6d/);
  });
});
