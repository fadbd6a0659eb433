import type { Node } from "@marey/core/graph";
import * as g from "@marey/core/graph";
import { describe, expect, test } from "vitest";
import { float, values } from "./values.js";

test("products over axes have right gradients where factors are 0", async () => {
  const x = g.input("x", [2, 3]);
  const product = g.reduceProduct(x, [1]);
  const [grad] = g.gradients(g.reduceSum(product), [x]);
  const feeds = { x: float([2, 3], Float32Array.of(2, 0, 5, 0, 0, 3)) };
  const result = await values({ product, grad: grad!, along: g.cumulativeProduct(x, 1) }, feeds);
  expect([...result.product!]).toEqual([0, 0]);
  expect([...result.grad!]).toEqual([0, 10, 0, 0, 0, 0]);
  expect([...result.along!]).toEqual([2, 0, 0, 0, 0, 0]);
});

describe("at the edges of what float32 holds", () => {
  const at = async (op: (x: Node) => Node, ...places: number[]) => {
    const x = g.input("x", [places.length]);
    const y = op(x);
    const [slope] = g.gradients(g.reduceSum(y), [x]);
    const result = await values(
      { y, slope: slope! },
      { x: float([places.length], Float32Array.from(places)) },
    );
    return { y: [...result.y!], slope: [...result.slope!] };
  };
  const activations = {
    softplus: g.softplus,
    logSigmoid: g.logSigmoid,
    silu: g.silu,
    mish: g.mish,
    gelu: g.gelu,
    elu: g.elu,
    hardSwish: g.hardSwish,
    softsign: g.softsign,
    sigmoid: g.sigmoid,
    tanh: g.tanh,
  };

  test.each(Object.entries(activations))("%s and its slope are finite for ±10⁴", async (_, op) => {
    const { y, slope } = await at((x) => op(x), 1e4, -1e4, 88, -104);
    expect([...y, ...slope].every(Number.isFinite)).toBe(true);
  });

  test("log1p keeps small arguments' digits and meets the logarithm's ends", async () => {
    const { y, slope } = await at(g.log1p, 1e-10, -3e-8, 1, -1, Infinity);
    expect(y[0]! / 1e-10).toBeCloseTo(1, 6);
    expect(y[1]! / -3e-8).toBeCloseTo(1, 6);
    expect(y.slice(2)).toEqual([Math.fround(Math.LN2), -Infinity, Infinity]);
    expect(slope[0]).toBeCloseTo(1, 6);
  });

  test("atan2 knows all quadrants, the axes and the origin", async () => {
    const [a, b] = [
      [0, 1, 0, -1, 1, 1, -1, -1, 0],
      [1, 0, -1, 0, 1, -1, 1, -1, 0],
    ];
    const [p, q] = [g.input("p", [9]), g.input("q", [9])];
    const y = g.atan2(p, q);
    const grads = g.gradients(g.reduceSum(y), [p, q]);
    const feeds = { p: float([9], Float32Array.from(a)), q: float([9], Float32Array.from(b)) };
    const result = await values({ y, dp: grads[0]!, dq: grads[1]! }, feeds);
    a.forEach((value, i) => {
      expect(result.y![i]).toBeCloseTo(Math.atan2(value, b[i]!), 6);
    });
    expect([...result.dp!, ...result.dq!].every(Number.isFinite)).toBe(true);
  });

  test("lengths and deviations of nothing have a slope of 0", async () => {
    for (const op of [
      (x: Node) => g.norm(x),
      (x: Node) => g.norm(x, 3),
      (x: Node) => g.norm(x, 1),
      (x: Node) => g.standardDeviation(x),
      (x: Node) => g.normalize(x, 0, 1),
    ]) {
      const { slope } = await at(op, 0, 0, 0);
      expect(slope.every(Number.isFinite)).toBe(true);
    }
    expect((await at((x) => g.norm(x), 0, 0)).slope).toEqual([0, 0]);
    expect((await at((x) => g.norm(x, Infinity), 3, -4)).slope).toEqual([0, -1]);
  });

  test("logSumExp of infinities is what its limit is", async () => {
    expect((await at((x) => g.logSumExp(x), -Infinity, -Infinity)).y).toEqual([-Infinity]);
    expect((await at((x) => g.logSumExp(x), 1, Infinity)).y).toEqual([Infinity]);
    expect((await at((x) => g.logSumExp(x), 1e4, 1e4)).y[0]).toBeCloseTo(1e4 + Math.LN2, 2);
  });
});
