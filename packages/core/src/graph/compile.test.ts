import { expect, test } from "vitest";
import type { Node } from "./index.js";
import * as g from "./index.js";

/** The calls that a graph is written as, outputs' names aside. */
const calls = (outputs: Readonly<Record<string, Node>>): string[] =>
  g
    .readOnnx(g.compile(outputs).model)
    .graph!.node.map(({ opType }) => opType)
    .filter((name) => name !== "Identity");

const x = g.input("x", [2, 3]);

test("equal calls are made once, also of compositions made anew", () => {
  const twice = g.add(g.exp(g.mul(x, 2)), g.exp(g.mul(x, 2)));
  expect(calls({ y: twice })).toEqual(["Mul", "Exp", "Add"]);
  expect(calls({ y: g.relu6(x), z: g.relu6(x) })).toEqual(["Clip"]);
  expect(calls({ y: g.reduceSum(x, [1]), z: g.reduceSum(x, [0]) })).toEqual([
    "ReduceSum", "Reshape", "ReduceSum", "Reshape",
  ]); // biome-ignore format: a list
});

test("several results of a kernel are one call", () => {
  const { values, indices } = g.topK(x, 2);
  expect(calls({ values, indices })).toEqual(["TopK"]);
  const [slope] = g.gradients(g.reduceSum(values), [x]);
  expect(calls({ values, slope }).filter((name) => name === "TopK")).toHaveLength(1);
});

test("what no output needs isn't written, nor fed", () => {
  const unused = g.mul(g.input("other", [2, 3]), x);
  g.exp(unused);
  const graph = g.compile({ y: g.exp(x) });
  expect(graph.inputs.map(({ name }) => name)).toEqual(["x"]);
  expect(calls({ y: g.exp(x) })).toEqual(["Exp"]);
  expect(calls({ y: g.stopGradient(x) })).toEqual([]);
});

test("small constants of the same values are stored once; outputs have their own names", () => {
  const bias = () => g.constant([1, 2, 3]);
  const { graph } = g.readOnnx(g.compile({ y: g.mul(g.add(x, bias()), bias()), same: x }).model);
  expect(graph!.initializer).toHaveLength(1);
  expect(graph!.output.map(({ name }) => name)).toEqual(["y", "same"]);
});

test("two inputs of one name are refused", () => {
  expect(() => g.compile({ y: g.add(x, g.input("x", [3])) })).toThrow(/named "x"/);
});

test("a chain of compositions may be thousands deep", () => {
  let y: Node = x;
  for (let i = 0; i < 3000; i++) y = g.relu6(g.sub(y, x));
  expect(calls({ y })).toHaveLength(6000);
});

test("gradients of a chain that is thousands deep", () => {
  let y: Node = x;
  for (let i = 0; i < 5000; i++) y = g.tanh(y);
  const [slope] = g.gradients(g.reduceSum(y), [x]);
  expect(slope.shape).toEqual([2, 3]);
});
