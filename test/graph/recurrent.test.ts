import { random } from "@marey/core/array";
import type { Node, RecurrentWeights } from "@marey/core/graph";
import * as g from "@marey/core/graph";
import { describe, expect, test } from "vitest";
import { compute, type Fed, largestDifference } from "./compute.js";

const draw = random(5);
const fed = (...shape: number[]): Fed => ({
  shape,
  values: Array.from({ length: g.sizeOf(shape) }, () => draw.uniform(-0.8, 0.8)),
});

const [steps, batch, features, hidden] = [6, 2, 3, 4];
const NAMES = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"];
const weightsOf = (gates: number, inputs = features) => [
  fed(gates * hidden, inputs),
  fed(gates * hidden, hidden),
  fed(gates * hidden),
  fed(gates * hidden),
];
const named = (nodes: readonly Node[]): RecurrentWeights =>
  Object.fromEntries(nodes.map((node, i) => [`${NAMES[i % 4]}_l${Math.floor(i / 4)}`, node]));

/** The textbook's formulas, step by step out of small operators: what the kernels and their gradients must equal. */
function byHand(kind: "gru" | "lstm", w: RecurrentWeights, x: Node, h0: Node): Node {
  let h = h0;
  let c: Node = g.mul(h0, 0);
  const all: Node[] = [];
  for (let t = 0; t < x.shape[0]!; t++) {
    const now = g.reshape(g.slice(x, 0, t, t + 1), x.shape.slice(1));
    const a = g.add(g.matmul(now, w.weight_ih_l0!, { transB: true }), w.bias_ih_l0!);
    const b = g.add(g.matmul(h, w.weight_hh_l0!, { transB: true }), w.bias_hh_l0!);
    const part = (y: Node, i: number) => g.slice(y, 1, i * hidden, (i + 1) * hidden);
    const sum = (i: number) => g.add(part(a, i), part(b, i));
    if (kind === "gru") {
      const [r, z] = [g.sigmoid(sum(0)), g.sigmoid(sum(1))];
      const n = g.tanh(g.add(part(a, 2), g.mul(r, part(b, 2))));
      h = g.add(g.mul(g.sub(1, z), n), g.mul(z, h));
    } else {
      const fresh = g.mul(g.sigmoid(sum(0)), g.tanh(sum(2)));
      c = g.add(g.mul(g.sigmoid(sum(1)), c), fresh);
      h = g.mul(g.sigmoid(sum(3)), g.tanh(c));
    }
    all.push(h);
  }
  return g.stack(all, 0);
}

describe.each([
  ["gru", 3, g.gru],
  ["lstm", 4, g.lstm],
] as const)("%s", (kind, gates, layer) => {
  test("states and gradients equal the formulas, step by step", async () => {
    const inputs = [fed(steps, batch, features), fed(batch, hidden), ...weightsOf(gates)];
    const both = (y: Node, nodes: readonly Node[]) =>
      Object.fromEntries(
        [y, ...g.gradients(g.reduceSum(g.mul(y, g.sin(y))), nodes)].map((node, i) => [`y${i}`, node]),
      );
    const got = await compute(
      (...nodes) => {
        const [x, h0, ...w] = nodes;
        return both(layer(named(w), x!, { h0: g.unsqueeze(h0!, 0) }).y, nodes);
      },
      ...inputs,
    );
    const want = await compute(
      (...nodes) => {
        const [x, h0, ...w] = nodes;
        return both(byHand(kind, named(w), x!, h0!), nodes);
      },
      ...inputs,
    );
    expect(Object.keys(got)).toHaveLength(inputs.length + 1);
    for (const name of Object.keys(want))
      expect(largestDifference(got[name]!, want[name]!)).toBeLessThan(2e-5);
  });

  test("in both directions, the second half of the features is the first one's on the reversed sequence", async () => {
    const weights = weightsOf(gates);
    const inputs = [fed(steps, batch, features), ...weights];
    const { there, back, plain, last } = await compute(
      (x, ...w) => {
        const forward = named(w);
        const reverse = Object.fromEntries(
          Object.entries(forward).map(([name, node]) => [`${name}_reverse`, node]),
        );
        const { y, hn } = layer({ ...forward, ...reverse }, x!);
        return {
          there: g.slice(y, 2, 0, hidden),
          back: g.flip(layer(forward, g.flip(x!, [0])).y, [0]),
          plain: g.slice(y, 2, hidden),
          last: g.sub(g.slice(hn, 0, 0, 1), g.slice(g.slice(y, 2, 0, hidden), 0, -1)),
        };
      },
      ...inputs,
    );
    expect(largestDifference(plain, back)).toBeLessThan(1e-6);
    expect(largestDifference(plain, there)).toBeGreaterThan(1e-3);
    expect(largestDifference(last, new Array(last.length).fill(0))).toBe(0);
  });

  test("without biases they count as zeros; one step is enough", async () => {
    const [x, ...w] = [fed(1, batch, features), ...weightsOf(gates).slice(0, 2)];
    const { bare, zero, slope } = await compute(
      (x, ih, hh) => {
        const none = g.mul(g.reduceSum(ih!, [1]), 0);
        const weights = { weight_ih_l0: ih!, weight_hh_l0: hh! };
        const { y } = layer(weights, x!);
        return {
          bare: y,
          zero: layer({ ...weights, bias_ih_l0: none, bias_hh_l0: none }, x!).y,
          slope: g.gradients(g.reduceSum(y), [ih!])[0]!,
        };
      },
      x!,
      ...w,
    );
    expect(largestDifference(bare, zero)).toBe(0);
    expect(slope.some((value) => value !== 0)).toBe(true);
  });

  test("hundreds of steps make a graph that grows with them, not with their square", () => {
    const size = (T: number) => {
      const nodes = [
        g.input("x", [T, batch, features]),
        ...weightsOf(gates).map(({ shape }, i) => g.input(`w${i}`, shape)),
      ];
      const { y } = layer(named(nodes.slice(1)), nodes[0]!);
      const grads = g.gradients(g.reduceSum(y), nodes);
      return g.compile(Object.fromEntries(grads.map((node, i) => [`g${i}`, node]))).model.length;
    };
    expect(size(400) / size(100)).toBeLessThan(4.2);
  });

  test("weights under other names, or of other sizes, are refused", () => {
    const x = g.input("x", [steps, batch, features]);
    expect(() => layer({ weight: x }, x)).toThrow(/weight_ih_l0/);
    const nodes = weightsOf(gates, features + 1).map(({ shape }, i) => g.input(`w${i}`, shape));
    expect(() => layer(named(nodes), x)).toThrow(/gates/);
  });
});
