import { constant, gradients, input, type Node, reduceSum } from "@marey/core/graph";
import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  type CrossEntropyOptions,
  crossEntropy,
  huberLoss,
  klDivergence,
  smoothL1Loss,
} from "@marey/core/nn";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { filled, float, values } from "./values.js";

/** A loss of predictions, and its slope. */
async function at(build: (x: Node) => Node, places: readonly number[]) {
  const x = input("x", [places.length]);
  const y = build(x);
  const [slope] = gradients(reduceSum(y), [x]);
  const result = await values({ y, slope: slope! }, { x: float(x.shape, Float32Array.from(places)) });
  return { y: [...result.y!], slope: [...result.slope!] };
}

describe("binary cross-entropy", () => {
  test("of a certain and wrong probability is 100, with a slope that isn't infinite", async () => {
    const { y, slope } = await at(
      (p) => binaryCrossEntropy(p, constant([1, 0, 1, 0]), { reduction: "none" }),
      [0, 1, 1, 0],
    );
    expect(y.map(Math.abs)).toEqual([100, 100, 0, 0]);
    expect(slope.every(Number.isFinite)).toBe(true);
  });

  test("of logits is finite wherever they are, and equals that of their probabilities", async () => {
    const target = constant([0, 1, 0.3, 1, 0]);
    const { y, slope } = await at(
      (x) => binaryCrossEntropyWithLogits(x, target, { reduction: "none" }),
      [1e4, -1e4, 0.7, 1e4, -1e4],
    );
    expect([y[0], y[1], y[3], y[4]]).toEqual([1e4, 1e4, 0, 0]);
    const p = 1 / (1 + Math.exp(-0.7));
    expect(y[2]).toBeCloseTo(-0.3 * Math.log(p) - 0.7 * Math.log(1 - p), 5);
    expect(slope[2]).toBeCloseTo(p - 0.3, 5);
    expect(slope.every(Number.isFinite)).toBe(true);
  });
});

test("Huber's loss and the smooth L1 loss meet their lines without a step, and differ by the threshold", async () => {
  const target = constant([0, 0, 0, 0]);
  const places = [0.2, -0.5, 0.5000001, -3];
  const smooth = await at((x) => smoothL1Loss(x, target, { beta: 0.5, reduction: "none" }), places);
  const huber = await at((x) => huberLoss(x, target, { delta: 0.5, reduction: "none" }), places);
  [0.04, 0.25, 0.25, 2.75].forEach((want, i) => {
    expect(smooth.y[i]).toBeCloseTo(want, 5);
    expect(huber.y[i]).toBeCloseTo(want / 2, 5);
  });
  expect((await at((x) => smoothL1Loss(x, target, { beta: 0, reduction: "none" }), places)).slope).toEqual([
    1, -1, 1, -1,
  ]);
});

test("a divergence counts nothing where the target is 0", async () => {
  const { y, slope } = await at((x) => klDivergence(x, constant([0, 1]), { reduction: "none" }), [-3e38, -2]);
  expect(y).toEqual([0, 2]);
  expect([...slope].map(Math.abs)).toEqual([0, 1]);
});

describe("cross-entropy", () => {
  /** By its definition (PyTorch's documentation of CrossEntropyLoss), over rows of classes. */
  function reference(
    logits: number[][],
    targets: number[],
    { labelSmoothing = 0, ignoreIndex = -100 }: CrossEntropyOptions,
    weights: number[],
  ) {
    let [sum, whole] = [0, 0];
    logits.forEach((row, i) => {
      const target = targets[i]!;
      if (target === ignoreIndex) return;
      const most = Math.max(...row);
      const partition = most + Math.log(row.reduce((total, value) => total + Math.exp(value - most), 0));
      const cost = (c: number) => weights[c]! * (partition - row[c]!);
      const even = row.reduce((total, _, c) => total + cost(c), 0) / row.length;
      sum += (1 - labelSmoothing) * cost(target) + labelSmoothing * even;
      whole += weights[target]!;
    });
    return { sum, mean: whole === 0 ? 0 : sum / whole };
  }

  const classes = 3;
  test("equals its definition with weights, ignored classes and smoothed labels together", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(0, 1, 2, -1), { minLength: 1, maxLength: 5 }),
        fc.constantFrom(0, 0.1, 0.4),
        fc.boolean(),
        async (targets, labelSmoothing, weighed) => {
          const weights = weighed ? [0.5, 2, 1.25] : [1, 1, 1];
          const logits = filled([targets.length, classes]);
          const x = input("x", [targets.length, classes]);
          const options: CrossEntropyOptions = {
            labelSmoothing,
            ignoreIndex: -1,
            ...(weighed && { weight: constant(weights) }),
          };
          const target = constant(targets, [targets.length], "int64");
          const mean = crossEntropy(x, target, options);
          const sum = crossEntropy(x, target, { ...options, reduction: "sum" });
          const [slope] = gradients(mean, [x]);
          const got = await values({ mean, sum, slope: slope! }, { x: float(x.shape, logits) });
          const rows = targets.map((_, i) => [...logits.subarray(i * classes, (i + 1) * classes)]);
          const want = reference(rows, targets, options, weights);
          expect(got.mean![0]).toBeCloseTo(want.mean, 5);
          expect(got.sum![0]).toBeCloseTo(want.sum, 5);
          expect([...got.slope!].every(Number.isFinite)).toBe(true);
        },
      ),
      { numRuns: 40 },
    ));

  test("classes and the probabilities that stand for them cost the same", async () => {
    const x = input("x", [2, classes, 2]);
    const target = constant([2, 0, 1, 2], [2, 2], "int64");
    const sure = constant([0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1], [2, classes, 2]);
    const options = { labelSmoothing: 0.2 };
    const outputs = { a: crossEntropy(x, target, options), b: crossEntropy(x, sure, options) };
    const got = await values(outputs, { x: float(x.shape, filled(x.shape)) });
    expect(got.a![0]).toBeCloseTo(got.b![0]!, 5);
  });

  test("weights for other classes are refused", () => {
    const target = constant([0], [1], "int64");
    expect(() => crossEntropy(input("x", [1, 3]), target, { weight: constant([1, 2]) })).toThrow(
      /weights for 3 classes/,
    );
  });
});
