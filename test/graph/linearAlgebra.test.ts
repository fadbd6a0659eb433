import * as array from "@marey/core/array";
import * as g from "@marey/core/graph";
import { describe, expect, test } from "vitest";
import { compute, largestDifference } from "./compute.js";

const draw = array.random(11);
const numbers = (count: number, low = -1, high = 1) =>
  Array.from({ length: count }, () => draw.uniform(low, high));
const chunk = (values: ArrayLike<number>, size: number, i: number) =>
  Array.from(values).slice(i * size, (i + 1) * size);

describe("orthogonal Procrustes on graphs", () => {
  /** Random, of determinant below 0, flat, tiny, huge: the gap of the singular values is never next to nothing. */
  const kinds: Record<string, number[]> = Object.fromEntries(
    [
      ["tiny", 1e-4],
      ["usual", 1],
      ["huge", 1e4],
    ].map(([name, size]) => [name, numbers(9 * 40).map((x) => x * (size as number))]),
  );
  const flat = Array.from({ length: 20 }, () => {
    const [a, b, c, d] = [numbers(3), numbers(3), numbers(3), numbers(3)];
    return a!.flatMap((_, i) => b!.map((_, j) => a![i]! * b![j]! + c![i]! * d![j]!));
  }).flat();

  test.each(Object.entries({ ...kinds, flat }))("gives the nearest rotation: %s", async (_, values) => {
    const count = values.length / 9;
    const { rotation } = await compute((m) => ({ rotation: g.orthogonalProcrustes(m!) }), {
      shape: [count, 3, 3],
      values,
    });
    for (let i = 0; i < count; i++) {
      const m = chunk(values, 9, i);
      const [largest, middle, least] = array.svd(m, 3, 3).s;
      const gap = (middle! + Math.sign(array.determinant3(m)) * least!) / largest!;
      const off = largestDifference(chunk(rotation, 9, i), array.nearestRotation(m));
      expect(off * Math.min(1, gap)).toBeLessThan(2e-6);
      expect(array.determinant3(chunk(rotation, 9, i))).toBeCloseTo(1, 5);
    }
  });

  test("what leaves the rotation open gives some rotation and finite gradients", async () => {
    const open = [...numbers(9).fill(0), 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, -1];
    const { rotation, slope } = await compute(
      (m) => {
        const r = g.orthogonalProcrustes(m!);
        return { rotation: r, slope: g.gradients(g.reduceSum(g.mul(r, r)), [m!])[0]! };
      },
      { shape: [3, 3, 3], values: open },
    );
    for (const i of [0, 1, 2]) expect(array.determinant3(chunk(rotation, 9, i))).toBeCloseTo(1, 5);
    expect(slope.every(Number.isFinite)).toBe(true);
  });

  test("in the plane too", async () => {
    const angle = 0.7;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    const { rotation } = await compute((m) => ({ rotation: g.orthogonalProcrustes(m!) }), {
      shape: [2, 2],
      values: [3 * c, -2 * s, 3 * s, 2 * c],
    });
    const { rotation: mirrored } = await compute((m) => ({ rotation: g.orthogonalProcrustes(m!) }), {
      shape: [2, 2],
      values: [3 * c, 2 * s, 3 * s, -2 * c],
    });
    expect(largestDifference(rotation, [c, -s, s, c])).toBeLessThan(1e-6);
    expect(
      array.determinant3([...mirrored.subarray(0, 2), 0, ...mirrored.subarray(2), 0, 0, 0, 1]),
    ).toBeCloseTo(1, 5);
  });

  test("similarity alignment equals the one in doubles, mirrored targets too", async () => {
    const points = 7;
    const source = numbers(2 * points * 3);
    const target = source.map((x, i) => (i % 3 === 0 && i < points * 3 ? -x : 0.3 * x + 0.1 * Math.sin(i)));
    const shape = [2, points, 3];
    const { scale, rotation, translation } = await compute(
      (s, t) => {
        const { scale, rotation, translation } = g.similarityAlignment(s!, t!);
        return { scale, rotation, translation };
      },
      { shape, values: source },
      { shape, values: target },
    );
    for (const i of [0, 1]) {
      const want = array.procrustes(chunk(source, points * 3, i), chunk(target, points * 3, i));
      expect(scale[i]).toBeCloseTo(want.scale, 5);
      expect(largestDifference(chunk(rotation, 9, i), want.rotation)).toBeLessThan(1e-4);
      expect(largestDifference(chunk(translation, 3, i), want.translation)).toBeLessThan(1e-5);
    }
  });
});

describe("small linear algebra on graphs", () => {
  test.each([1, 2, 3, 4, 5, 7])("solves %i equations, with zeros on the diagonal too", async (n) => {
    const a = numbers(4 * n * n).map((x, i) =>
      n > 1 && i % (n + 1) === 0 && i < n * n ? 0 : x + Math.sign(x),
    );
    const y = numbers(4 * n * 2);
    const { found } = await compute(
      (A, Y) => ({ found: g.solve(A!, g.matmul(A!, Y!)) }),
      { shape: [4, n, n], values: a },
      { shape: [4, n, 2], values: y },
    );
    expect(largestDifference(found, y)).toBeLessThan(1e-3);
  });

  test("a cycle of rows, which has no pivot in place, is inverted", async () => {
    const { y } = await compute((x) => ({ y: g.inverse(x!) }), {
      shape: [3, 3],
      values: [0, 2, 0, 0, 0, 4, 8, 0, 0],
    });
    expect(largestDifference(y, [0, 0, 0.125, 0.5, 0, 0, 0, 0.25, 0])).toBeLessThan(1e-6);
  });

  test("the determinant of a singular 3 × 3 matrix has the gradient of its cofactors", async () => {
    const { slope } = await compute((x) => ({ slope: g.gradients(g.determinant(x!), [x!])[0]! }), {
      shape: [3, 3],
      values: [1, 0, 0, 0, 1, 0, 0, 0, 0],
    });
    expect([...slope].map((x) => x + 0)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1]);
  });

  test("the cross product of another axis", async () => {
    const { y } = await compute(
      (a, b) => ({ y: g.cross(a!, b!, 0) }),
      { shape: [3, 2], values: [1, 0, 0, 1, 0, 0] },
      { shape: [3, 2], values: [0, 0, 1, 0, 0, 1] },
    );
    expect([...y].map((x) => x + 0)).toEqual([0, 1, 0, 0, 1, 0]);
  });

  test("what doesn't fit is refused", () => {
    expect(() => g.solve(g.input("a", [2, 3]), g.input("b", [2, 1]))).toThrow(/Solve/);
    expect(() => g.cross(g.input("a", [2, 2]), g.input("b", [2, 2]))).toThrow(/Cross/);
    expect(() => g.orthogonalProcrustes(g.input("a", [4, 4]))).toThrow(/Procrustes/);
  });
});
