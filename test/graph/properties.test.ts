import type { Node, Shape } from "@marey/core/graph";
import * as g from "@marey/core/graph";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { filled, float, values } from "./values.js";

const RUNS = { numRuns: 40 };
const size = fc.integer({ min: 1, max: 4 });
const shapes = fc.array(size, { minLength: 1, maxLength: 3 });
const int = (min: number, max: number) => fc.integer({ min, max });

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);

/** Of a linear map L the gradient of Σ L(x)·y is its adjoint of y: L(x)·y = x·Lᵀ(y). */
async function expectAdjoint(shape: Shape, map: (x: Node) => Node): Promise<void> {
  const x = g.input("x", shape);
  const y = map(x);
  const seed = filled(y.shape);
  const [back] = g.gradients(g.reduceSum(g.mul(y, g.constant(seed, y.shape))), [x]);
  expect(back!.shape).toEqual(shape);
  const data = filled(shape);
  const result = await values({ y, back: back! }, { x: float(shape, data) });
  expect(dot(result.y!, seed)).toBeCloseTo(dot(data, result.back!), 4);
}

describe("broadcasting", () => {
  /** Two shapes that broadcast: axes of one size, or of 1; the second may lack leading ones. */
  const pairs = shapes.chain((shape) =>
    fc.tuple(
      fc.tuple(...shape.map((n) => fc.constantFrom(n, 1))),
      fc
        .tuple(...shape.map((n) => fc.constantFrom(n, 1)))
        .chain((other) => int(0, other.length).map((from) => other.slice(from))),
    ),
  );

  test("gradients have their inputs' shapes and count how often an element was used", () =>
    fc.assert(
      fc.asyncProperty(pairs, fc.boolean(), async ([left, right], turned) => {
        const [p, q] = turned ? [right, left] : [left, right];
        const [a, b] = [g.input("a", p), g.input("b", q)];
        const y = g.add(a, g.mul(b, 2));
        const [da, db] = g.gradients(g.reduceSum(y), [a, b]) as [Node, Node];
        expect([da.shape, db.shape]).toEqual([p, q]);
        const feeds = { a: float(p, filled(p)), b: float(q, filled(q)) };
        const result = await values({ y, da, db }, feeds);
        const used = (shape: Shape) => g.sizeOf(y.shape) / g.sizeOf(shape);
        expect([...result.da!]).toEqual(new Array(g.sizeOf(p)).fill(used(p)));
        expect([...result.db!]).toEqual(new Array(g.sizeOf(q)).fill(2 * used(q)));
      }),
      RUNS,
    ));
});

describe("movements", () => {
  test("slices with any begin, end and step take what ONNX says, and their gradients put it back", () =>
    fc.assert(
      fc.asyncProperty(
        int(1, 7),
        int(-9, 9),
        fc.option(int(-9, 9), { nil: undefined }),
        fc.constantFrom(-3, -2, -1, 1, 2, 3),
        async (n, start, end, step) => {
          const x = g.input("x", [1, n]);
          const places = Float32Array.from({ length: n }, (_, i) => i);
          const { y } = await values({ y: g.slice(x, 1, start, end, step) }, { x: float([1, n], places) });
          expect([...y!]).toEqual(taken(n, start, end, step));
          await expectAdjoint([2, n], (node) => g.slice(node, -1, start, end, step));
        },
      ),
      RUNS,
    ));

  test("pads, cropping ones among them, are undone by their gradients", () =>
    fc.assert(
      fc.asyncProperty(int(3, 5), fc.array(int(-1, 2), { minLength: 4, maxLength: 4 }), async (n, pads) => {
        await expectAdjoint([n, 4], (x) => g.pad(x, pads));
        await expectAdjoint([n, 4], (x) => g.pad(g.pad(x, pads), [0, 1, 2, 0])); // two that merge
        for (const border of ["reflect", "replicate", "circular"] as const)
          if (Math.max(...pads) < n + Math.min(...pads))
            await expectAdjoint([n, 4], (x) => g.padBorder(x, pads, border));
      }),
      { numRuns: 15 },
    ));

  const linear: Record<string, (x: Node) => Node> = {
    "transpose of a transpose": (x) => g.transpose(g.transpose(x, [1, 2, 0]), [2, 1, 0]),
    "reshape of a reshape": (x) => g.reshape(g.reshape(x, [-1]), [x.shape[2]!, -1]),
    "slices of two axes": (x) => g.slice(g.slice(x, 0, 1, undefined, 2), 2, -1, undefined, -1),
    tile: (x) => g.tile(x, [2, 1, 1, 3]),
    roll: (x) => g.roll(x, [0, -1], [1, -2]),
    unfold: (x) => g.unfold(x, 0, 2, 1),
    flip: (x) => g.flip(x, [0, 2]),
    "lower triangle": (x) => g.triangular(x, { diagonal: 1 }),
    "upper triangle": (x) => g.triangular(x, { upper: true, diagonal: -1 }),
    "cumulative sum": (x) => g.cumulativeSum(x, 1),
    "gathered twice": (x) => g.gather(x, g.constant([0, 1, 0, -1], [2, 2], "int64"), 0),
    "mean of one axis": (x) => g.reduceMean(x, [1]),
  };
  test.each(Object.entries(linear))("the gradient of %s is its adjoint", (_, map) =>
    fc.assert(
      fc.asyncProperty(fc.tuple(int(2, 4), size, size), (shape) => expectAdjoint(shape, map)),
      { numRuns: 8 },
    ),
  );
});

/** The places that a slice takes: negative bounds count from the end, then bounds are clamped (ONNX, Slice). */
function taken(n: number, start: number, end: number | undefined, step: number): number[] {
  const places: number[] = [];
  const bound = (at: number, low: number, high: number) =>
    Math.min(Math.max(at < 0 ? at + n : at, low), high);
  const first = step > 0 ? bound(start, 0, n) : bound(start, 0, n - 1);
  const until = end === undefined ? (step > 0 ? n : -1) : step > 0 ? bound(end, 0, n) : bound(end, -1, n - 1);
  for (let at = first; step > 0 ? at < until : at > until; at += step) places.push(at);
  return places;
}
