import { existsSync, readFileSync } from "node:fs";
import { MareyError } from "@marey/core";
import { random } from "@marey/core/array";
import {
  compile,
  evaluate,
  fed,
  gradients,
  inOrder,
  input,
  matmul,
  type Node,
  type NodeType,
  type ReadGraph,
  readGraph,
  reduceMean,
  sizeOf,
  square,
  tanh,
  tensor,
} from "@marey/core/graph";
import type { Tensor } from "@marey/core/seam";
import fc from "fast-check";
import { onnxRuntime } from "marey";
import { describe, expect, test } from "vitest";

import { cases } from "./onnxCases.js";
import { file, filled, type Made, one, whole, x234 } from "./onnxFile.js";

/** Runs a file as it is, and as the engine read and wrote it again. */
async function bothWays(bytes: Uint8Array, feeds: Record<string, Tensor>) {
  const shapes = Object.fromEntries(Object.entries(feeds).map(([name, { dims }]) => [name, dims]));
  const graph = readGraph(bytes, { shapes });
  const network = await onnxRuntime.load(bytes);
  const direct = await network.run(feeds);
  await network.close();
  return {
    direct,
    read: await evaluate(onnxRuntime, graph.outputs, { ...feeds, ...weightsOf(graph) }),
    graph,
  };
}

const weightsOf = ({ parameters }: ReadGraph): Record<string, Tensor> =>
  Object.fromEntries(
    [...parameters].map(([name, { shape, data }]) => [name, { type: "float32" as const, dims: shape, data }]),
  );

/** The largest difference, relative to the largest value at the same place of the last axis where that is above 1. */
function largestDifference(a: Tensor, b: Tensor): number {
  expect([b.type, ...b.dims]).toEqual([a.type, ...a.dims]);
  const [x, y] = [a, b].map(({ data }) => Array.from(data as ArrayLike<number | bigint>, Number)) as [
    number[],
    number[],
  ];
  const columns = a.dims.at(-1) ?? 1;
  const scale = new Array<number>(columns).fill(1);
  for (const [i, value] of x.entries()) scale[i % columns] = Math.max(scale[i % columns]!, Math.abs(value));
  return x.reduce(
    (most, value, i) =>
      Object.is(value, y[i]) ? most : Math.max(most, Math.abs(value - y[i]!) / scale[i % columns]!),
    0,
  );
}

async function expectSame(bytes: Uint8Array, feeds: Record<string, Tensor>, tolerance = 1e-5) {
  const { direct, read, graph } = await bothWays(bytes, feeds);
  expect(Object.keys(read).sort()).toEqual(Object.keys(direct).sort());
  for (const [name, value] of Object.entries(direct))
    expect(largestDifference(value, read[name] as Tensor), name).toBeLessThan(tolerance);
  return { graph, direct, read };
}

/** ‖a − b‖ / ‖a‖ */
function relativeDistance(a: Tensor, b: Tensor): number {
  const [x, y] = [a.data, b.data] as [Float32Array, Float32Array];
  const norm = (value: (i: number) => number) => Math.sqrt(x.reduce((sum, _, i) => sum + value(i) ** 2, 0));
  return (
    norm((i) => x[i]! - y[i]!) /
    Math.max(
      1e-3,
      norm((i) => x[i]!),
    )
  );
}

describe("operators read from files do what ONNX Runtime does with the file", () => {
  test.each(Object.keys(cases))("%s", async (name) => {
    const model = cases[name] as Made;
    const feeds = Object.fromEntries(
      Object.entries(model.inputs).map(([port, [type, shape]], i) => [
        port,
        filled(type, shape as number[], i + 1),
      ]),
    );
    await expectSame(file(model), feeds);
  });
});

describe("shapes that are computed from other shapes are known when the file was read", () => {
  test("a flattening as exporters write it leaves a single Reshape", async () => {
    const model = file({
      set: 13,
      inputs: { x: ["float32", ["n", 3, 4]] },
      weights: { zero: ["int64", [], BigInt64Array.of(0n)], minus: whole(-1), axes: whole(0) },
      calls: [
        ["Shape", "x", "shape"],
        ["Gather", "shape zero", "n", { axis: 0 }],
        ["Unsqueeze", "n axes", "rows"],
        ["Concat", "rows minus", "target", { axis: 0 }],
        ["Reshape", "x target", "y"],
      ],
      outputs: ["y"],
    });
    const { graph } = await expectSame(model, { x: filled("float32", [5, 3, 4], 1) });
    const y = graph.outputs.y!;
    expect(inOrder([y]).map(({ op }) => op.name)).toEqual(["Input", "Reshape"]);
    expect(y.shape).toEqual([5, 12]);
  });

  test("arithmetic, ranges, masks and fills of shapes", async () => {
    const model = file({
      set: 13,
      inputs: { x: ["float32", [2, 3, 4]] },
      weights: {
        zero: ["int64", [], BigInt64Array.of(0n)],
        step: ["int64", [], BigInt64Array.of(1n)],
        two: whole(2),
        minus: whole(-1),
        last: ["int64", [], BigInt64Array.of(2n)],
      },
      calls: [
        ["Shape", "x", "shape"],
        ["Gather", "shape last", "four", { axis: 0 }],
        ["Range", "zero four step", "range"],
        ["Cast", "range", "places", { to: 1 }],
        ["Add", "x places", "shifted"],
        ["Mul", "shape two", "doubled"],
        ["Div", "doubled two", "halved"],
        [
          "ConstantOfShape",
          "halved",
          "ones",
          { value: { tensor: tensor("", "float32", [1], Float32Array.of(1)) } },
        ],
        ["Equal", "halved two", "mask"],
        ["Where", "mask minus halved", "target"],
        ["Reshape", "ones target", "same"],
        ["ReduceProd", "shape", "count", { keepdims: 0 }],
        ["Size", "x", "size"],
        ["Sub", "count size", "nothing"],
        ["Cast", "nothing", "none", { to: 1 }],
        ["Add", "shifted same", "more"],
        ["Add", "more none", "y"],
      ],
      outputs: ["y"],
    });
    await expectSame(model, { x: filled("float32", [2, 3, 4], 1) });
  });
});

describe("a network comes back", () => {
  test("as it was compiled", async () => {
    const x = input("x", [4, 3]);
    const w = input("w", [3, 2]);
    const y = tanh(matmul(x, w));
    const loss = reduceMean(square(y));
    const [dw] = gradients(loss, [w]) as [Node];
    const { model } = compile({ loss, dw, y });
    await expectSame(model, { x: filled("float32", [4, 3], 1), w: filled("float32", [3, 2], 2) });
  });

  const folder = "packages/marey/networks";
  const embedded: Record<string, [input: string, type: NodeType, shape: number[]]> = {
    "blazepose-detector": ["input", "float32", [1, 224, 224, 3]],
    "blazepose-full": ["input_1", "float32", [1, 256, 256, 3]],
    "blazepose-lite": ["input_1", "float32", [1, 256, 256, 3]],
    "movenet-lightning": ["input", "int32", [1, 192, 192, 3]],
    "movenet-multipose": ["input", "int32", [1, 160, 192, 3]],
    "movenet-thunder": ["input", "int32", [1, 256, 256, 3]],
  };
  const built = existsSync(`${folder}/movenet-lightning.onnx`);
  if (!built) console.log("readGraph: embedded networks skipped, they are made by `npm run build`");

  /** A picture's bytes, as a network wants them. */
  function noise(type: NodeType, dims: number[]): Tensor {
    const next = random(3);
    const size = sizeOf(dims);
    if (type === "int32")
      return { type, dims, data: Int32Array.from({ length: size }, () => next.integer(256)) };
    return { type: "float32", dims, data: Float32Array.from({ length: size }, () => next.uniform()) };
  }

  test.skipIf(!built).each(Object.keys(embedded))("%s", async (name) => {
    const [port, type, shape] = embedded[name] as [string, NodeType, number[]];
    const bytes = new Uint8Array(readFileSync(`${folder}/${name}.onnx`));
    // Deep networks magnify rounding: with and without the runtime's own optimisations a single value differs by 1e-3.
    const { graph, direct, read } = await expectSame(bytes, { [port]: noise(type, shape) }, 5e-3);
    for (const [output, value] of Object.entries(direct))
      expect(relativeDistance(value, read[output] as Tensor), output).toBeLessThan(1e-4);
    expect(graph.parameters.size).toBeGreaterThan(100);
  });

  test.skipIf(!built)("and its weights have gradients: finite differences agree", async () => {
    const bytes = new Uint8Array(readFileSync(`${folder}/blazepose-detector.onnx`));
    const x = noise("float32", [1, 224, 224, 3]);
    const graph = readGraph(bytes, { shapes: { input: x.dims } });
    const [name, weight] = [...graph.parameters].find(([, { shape }]) => shape.length === 4)!;
    const loss = reduceMean(square(graph.outputs.person!));
    const [gradient] = gradients(loss, [weight.node]) as [Node];
    const compiled = compile({ loss, gradient });
    const network = await onnxRuntime.load(compiled.model, { threads: 2 });
    const at = async (shift: number, index: number) => {
      const data = weight.data.slice();
      data[index]! += shift;
      const feeds = {
        ...weightsOf(graph),
        input: x,
        [name]: { type: "float32" as const, dims: weight.shape, data },
      };
      return network.run(fed(compiled, feeds));
    };
    const exact = (await at(0, 0)).gradient!.data as Float32Array;
    const index = exact.reduce((most, value, i) => (Math.abs(value) > Math.abs(exact[most]!) ? i : most), 0);
    const step = 2e-3;
    const [more, less] = [await at(step, index), await at(-step, index)].map(({ loss: l }) =>
      Number(l!.data[0]),
    );
    const numeric = (more! - less!) / (2 * step);
    expect(Math.abs(numeric / exact[index]! - 1)).toBeLessThan(0.02);
    await network.close();
  });
});

describe("what can't be read is refused", () => {
  const refusal = (model: Made, shapes = {}) => {
    try {
      readGraph(file(model), { shapes, name: "a.onnx" });
    } catch (error) {
      return error;
    }
    return undefined;
  };

  test("all unknown operators are named, but not those that no output needs", () => {
    const error = refusal({
      set: 17,
      inputs: x234,
      calls: [
        ["NonZero", "x", "a"],
        ["Frobnicate", "x", "b"],
        ["Loop", "x", "unused"],
        ["Concat", "a b", "y", { axis: 0 }],
      ],
      outputs: ["y"],
    });
    expect(error).toMatchObject({
      code: "ONNX_UNSUPPORTED",
      message: expect.stringMatching(/^a\.onnx: the engine has no Frobnicate, NonZero\./),
    });
  });

  test("free sizes, foreign sizes, shapes that don't fit, values that nobody gives", () => {
    const free = one(["Neg", "x", "y"], 17, { x: ["float32", ["n", 3]] });
    expect(refusal(free)).toMatchObject({ code: "ONNX_SHAPE", message: expect.stringContaining("[n, 3]") });
    expect(refusal(free, { x: [2, 4] })).toMatchObject({ code: "ONNX_SHAPE" });
    expect(refusal(free, { x: [2, 3] })).toBeUndefined();
    const wrong = one(["MatMul", "x x", "y"]);
    expect(refusal(wrong)).toMatchObject({ code: "ONNX_INVALID", where: 'a.onnx, MatMul "MatMul:y"' });
    expect(refusal(one(["Neg", "z", "y"]))).toMatchObject({ code: "ONNX_INVALID" });
    expect(refusal(one(["Neg", "x", "y"], 3))).toMatchObject({ code: "ONNX_UNSUPPORTED" });
  });

  test("weights that lie elsewhere or are too few", () => {
    const short = one(["Add", "x w", "y"], 17, x234, { w: ["float32", [4], Float32Array.of(1, 2)] });
    expect(refusal(short)).toMatchObject({ code: "ONNX_INVALID", where: 'a.onnx, initialiser "w"' });
  });

  test("shapes that only a run can know", () => {
    const model = one(["Reshape", "x shape", "y"], 17, { x: ["float32", [4]], shape: ["int64", [2]] });
    expect(refusal(model)).toMatchObject({ code: "ONNX_UNSUPPORTED" });
  });

  test("damaged files are read or refused, nothing else", () => {
    const files = Object.values(cases).map(file);
    fc.assert(
      fc.property(fc.nat(files.length - 1), fc.nat(), fc.nat(255), fc.nat(), (which, at, value, other) => {
        const damaged = (files[which] as Uint8Array).slice();
        damaged[at % damaged.length] = value;
        damaged[other % damaged.length]! ^= 1;
        try {
          readGraph(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(MareyError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
