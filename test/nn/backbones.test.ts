import { random } from "@marey/core/array";
import { gradients, input, reduceSum } from "@marey/core/graph";
import { baked, count, EVALUATION, leaves, mobileNet, resNet } from "@marey/core/nn";
import { expect, test } from "vitest";
import { compute } from "../graph/compute.js";

/** Makes no numbers: these networks have millions. */
const still = { uniform: () => 0, normal: () => 0, integer: () => 0 };

test("the number of parameters is torchvision's", () => {
  const classes = 1000;
  expect(count(resNet.init(still, { depth: 18, classes }))).toBe(11_689_512);
  expect(count(resNet.init(still, { depth: 34, classes }))).toBe(21_797_672);
  expect(count(resNet.init(still, { depth: 50, classes }))).toBe(25_557_032);
  expect(count(mobileNet.init(still, { classes }))).toBe(3_504_872);
  expect(count(mobileNet.init(still, { classes, width: 0.5 }))).toBe(1_968_680);
});

test("paths are torchvision's", () => {
  const resNetPaths = leaves(resNet.init(random(1), { depth: 50, width: 2, classes: 3 }));
  for (const path of ["layer1.0.downsample.1.running_var", "layer3.5.conv3.weight", "fc.bias"])
    expect(resNetPaths.has(path)).toBe(true);
  expect(resNetPaths.has("layer1.1.downsample.0.weight")).toBe(false);
  const mobileNetPaths = leaves(mobileNet.init(random(1), { width: 0.1, classes: 3 }));
  for (const path of [
    "features.0.1.weight",
    "features.1.conv.1.weight",
    "features.2.conv.1.0.weight",
    "features.17.conv.3.running_mean",
    "features.18.0.weight",
    "classifier.1.bias",
  ])
    expect([path, mobileNetPaths.has(path)]).toEqual([path, true]);
});

test("features lie at strides 4, 8, 16 and 32, sizes rounded up", () => {
  const x = input("x", [2, 3, 65, 96]);
  const sizes = { depth: 50, width: 2 } as const;
  const deep = resNet.features(baked(resNet.init(random(1), sizes)), x, EVALUATION);
  expect(deep.map(({ shape }) => shape)).toEqual(
    resNet
      .featureWidths(sizes)
      .map((channels, i) => [2, channels, Math.ceil(65 / 2 ** (i + 2)), 24 / 2 ** i]),
  );
  const small = mobileNet.features(baked(mobileNet.init(random(1), { width: 0.1 })), x, EVALUATION);
  expect(small.map(({ shape }) => shape.slice(2))).toEqual([
    [17, 24],
    [9, 12],
    [5, 6],
    [3, 3],
  ]);
});

test("a small network of each kind computes, and its first weight has a gradient", async () => {
  const resNetParams = baked(resNet.init(random(3), { depth: 18, width: 4, classes: 5 }));
  const mobileNetParams = baked(mobileNet.init(random(3), { width: 0.1, classes: 5 }));
  const draw = random(5);
  const shape = [2, 3, 32, 32];
  const x = { shape, values: Float32Array.from({ length: 2 * 3 * 32 * 32 }, () => draw.normal()) };
  const results = await compute((node) => {
    const [a, b] = [
      resNet.forward(resNetParams, node, { training: true }),
      mobileNet.forward(mobileNetParams, node, EVALUATION),
    ];
    return {
      a,
      b,
      da: gradients(reduceSum(a), [node])[0]!,
      db: gradients(reduceSum(b), [node])[0]!,
    };
  }, x);
  for (const values of Object.values(results)) {
    expect(values.every(Number.isFinite)).toBe(true);
    expect(new Set(values).size).toBeGreaterThan(5);
  }
  expect([results.a.length, results.b.length]).toEqual([10, 10]);
});
