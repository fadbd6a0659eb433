import { describe, expect, test } from "vitest";
import type { Node } from "./index.js";
import * as g from "./index.js";

const x = g.input("x", [2, 3, 4]);
const names = (y: Node): string[] => g.inOrder([y]).map(({ op }) => op.name);
const values = (y: Node) => Array.from((y.attributes as { data: Float32Array }).data);

describe("what changes nothing is not in the graph", () => {
  const cases: [string, Node][] = [
    ["sums with 0", g.add(0, g.sub(g.add(x, 0), 0))],
    ["products with 1", g.mul(1, g.div(g.mul(x, 1), 1))],
    ["the first power", g.pow(x, 1)],
    ["a double negative", g.neg(g.neg(x))],
    ["a transpose and its inverse", g.transpose(g.transpose(x, [1, 2, 0]), [2, 0, 1])],
    ["a reshape and back", g.reshape(g.reshape(x, [24]), x.shape)],
    ["a cast to its own type", g.cast(x, "float32")],
    ["a slice of everything", g.slice(x, 1, 0)],
    ["an expansion to its own shape", g.expand(x, [2, 3, 4])],
    ["a reduction over nothing", g.reduceSum(x, [])],
    ["pads of 0", g.pad(x, [0, 0, 0, 0, 0, 0])],
  ];
  test.each(cases)("%s", (_, y) => expect(y).toBe(x));

  test("a bool cast and back, a double not", () => {
    const mask = g.greater(x, 0);
    expect(g.cast(g.cast(mask, "float32"), "bool")).toBe(mask);
    expect(g.not(g.not(mask))).toBe(mask);
  });
});

describe("two movements become one", () => {
  const cases: [string, Node, readonly number[]][] = [
    ["Transpose", g.transpose(g.transpose(x, [1, 0, 2]), [2, 0, 1]), [4, 3, 2]],
    ["Reshape", g.reshape(g.reshape(x, [24]), [3, 8]), [3, 8]],
    ["Slice", g.slice(g.slice(x, 0, 1), 2, 0, 3, 2), [1, 3, 2]],
    ["Pad", g.pad(g.pad(x, [1, 0, 0, 0, 0, 0]), [0, 2, 0, 0, 0, 1]), [3, 5, 5]],
  ];
  test.each(cases)("%s", (name, y, shape) => {
    expect(names(y)).toEqual(["Input", name]);
    expect(y.shape).toEqual(shape);
  });

  test("but not slices of one axis, nor pads that crop or have other values", () => {
    const pads = (first: number[], second: number[], value: number) => g.pad(g.pad(x, first), second, value);
    expect(names(g.slice(g.slice(x, 2, 1), 2, 1))).toEqual(["Input", "Slice", "Slice"]);
    expect(names(pads([1, 0, 0, 0, 0, 0], [-1, 0, 0, 0, 0, 0], 0))).toEqual(["Input", "Pad", "Pad"]);
    expect(names(pads([1, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0], 5))).toEqual(["Input", "Pad", "Pad"]);
  });
});

describe("small constants are computed while the graph is built", () => {
  const matrix = g.constant([1, 2, 3, 4, 5, 6], [2, 3]);
  const cases: [string, Node, readonly number[], readonly number[]][] = [
    ["numbers", g.add(g.mul(g.constant(2), 3), g.exp(g.constant(0))), [], [7]],
    ["broadcasting", g.sub(matrix, g.constant([1, 0], [2, 1])), [2, 3], [0, 1, 2, 4, 5, 6]],
    [
      "leading axes",
      g.mul(g.constant([1, 2, 3]), g.constant([1, 10], [2, 1, 1])),
      [2, 1, 3],
      [1, 2, 3, 10, 20, 30],
    ],
    ["functions", g.sqrt(g.constant([4, 9])), [2], [2, 3]],
    ["transpose", g.transpose(matrix), [3, 2], [1, 4, 2, 5, 3, 6]],
    ["reshape", g.reshape(matrix, [6]), [6], [1, 2, 3, 4, 5, 6]],
  ];
  test.each(cases)("%s", (_, y, shape, want) => {
    expect(names(y)).toEqual(["Constant"]);
    expect(y.shape).toEqual(shape);
    expect(values(y)).toEqual(want);
  });

  test("large ones are left to the runtime", () => {
    const large = g.constant(new Float32Array(5000));
    expect(names(g.exp(large))).toEqual(["Constant", "Exp"]);
    const [row, column] = [g.constant(new Float32Array(50)), g.constant(new Float32Array(50), [50, 1])];
    expect(names(g.add(row, column))).toContain("Add");
  });
});

test("kernels broadcast by themselves: what was expanded only for them is not", () => {
  const loss = g.reduceMean(g.square(x));
  const [slope] = g.gradients(loss, [x]);
  expect(names(slope)).not.toContain("Expand");
  expect(g.add(x, g.expand(g.constant(0), [2, 3, 4]))).toBe(x);
  expect(names(g.mul(g.expand(g.input("s", [4]), [5, 4]), g.input("v", [4])))).toContain("Expand"); // it makes the result larger
});

test("the gradient of a layer's weight is one product, whatever the axes of the batch", () => {
  const weight = g.input("w", [4, 5]);
  const [slope] = g.gradients(g.reduceSum(g.tanh(g.matmul(x, weight))), [weight]);
  const products = g.inOrder([slope]).filter(({ op }) => op.name === "MatMul");
  expect(products.at(-1)!.shape).toEqual([4, 5]);
  expect(names(slope)).not.toContain("ReduceSum");
});

test("the gradients of an axis's pieces are joined, not padded and added", () => {
  const pieces = g.split(x, 1, [1, 1, 1]);
  const loss = g.reduceSum(pieces.map((piece, i) => g.pow(piece, i + 2)).reduce(g.add));
  const [slope] = g.gradients(loss, [x]);
  expect([slope.op.name, slope.inputs.length]).toEqual(["Concat", 3]);
  const [outer] = g.gradients(g.reduceSum(g.add(g.exp(pieces[0]), g.exp(pieces[2]))), [x]);
  expect(outer.op.name).toBe("Add"); // they don't touch
});
