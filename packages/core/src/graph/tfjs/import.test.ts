import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MareyError } from "../../error.js";
import { readOnnx } from "../onnx.js";
import { importTfjs } from "./import.js";

interface Weight {
  name: string;
  shape: number[];
  dtype: string;
  quantization?: { dtype: string; scale?: number; min?: number };
}

/** A convolution with bias and ReLU, a padding, a slice and a reshape: an excerpt of every kind of operator. */
const nodes = [
  {
    name: "x",
    op: "Placeholder",
    attr: { dtype: { type: "DT_FLOAT" }, shape: { shape: { dim: sizes(1, -1, 4, 2) } } },
  },
  { name: "kernel", op: "Const" },
  { name: "bias", op: "Const" },
  { name: "paddings", op: "Const" },
  { name: "begin", op: "Const" },
  { name: "end", op: "Const" },
  { name: "ones", op: "Const" },
  { name: "flat", op: "Const" },
  {
    name: "conv",
    op: "_FusedConv2D",
    input: ["x", "kernel", "bias", "^begin"],
    attr: {
      strides: { list: { i: ["1", "2", "2", "1"] } },
      padding: { s: btoa("SAME") },
      fused_ops: { list: { s: [btoa("BiasAdd"), btoa("Relu")] } },
    },
  },
  { name: "pad", op: "Pad", input: ["conv", "paddings"] },
  {
    name: "slice",
    op: "StridedSlice",
    input: ["pad", "begin", "end", "ones"],
    attr: { begin_mask: { i: "3" }, end_mask: { i: 3 }, shrink_axis_mask: { i: "4" } },
  },
  { name: "parts", op: "Unpack", input: ["slice"], attr: { num: { i: "2" }, axis: { i: "-1" } } },
  { name: "sum", op: "AddV2", input: ["parts:1", "parts"] },
  { name: "y", op: "Reshape", input: ["sum", "flat"] },
];

function sizes(...list: number[]) {
  return list.map((size) => ({ size: String(size) }));
}

const weights: Weight[] = [
  { name: "kernel", shape: [3, 3, 2, 2], dtype: "float32", quantization: { dtype: "float16" } },
  { name: "bias", shape: [2], dtype: "float32", quantization: { dtype: "uint8", scale: 0.5, min: -1 } },
  { name: "paddings", shape: [4, 2], dtype: "int32" },
  { name: "begin", shape: [4], dtype: "int32" },
  { name: "end", shape: [4], dtype: "int32" },
  { name: "ones", shape: [4], dtype: "int32" },
  { name: "flat", shape: [1], dtype: "int32" },
];

const data = new Uint8Array([
  ...new Uint8Array(new Uint16Array(36).fill(0x3c00).buffer),
  ...[0, 4],
  ...new Uint8Array(Int32Array.of(0, 0, 1, 0, 0, 0, 0, 0).buffer),
  ...new Uint8Array(Int32Array.of(0, 0, 0, 0).buffer),
  ...new Uint8Array(Int32Array.of(0, 0, 1, 2).buffer),
  ...new Uint8Array(Int32Array.of(1, 1, 1, 1).buffer),
  ...new Uint8Array(Int32Array.of(-1).buffer),
]);

const model = {
  modelTopology: { node: nodes },
  weightsManifest: [{ paths: ["weights.bin"], weights }],
  signature: {
    outputs: { "result:0": { name: "y:0", dtype: "DT_FLOAT", tensorShape: { dim: sizes(4) } } },
    inputs: { picture: { name: "x:0" } },
  },
};
const json = JSON.stringify(model);

/** The model with its nodes changed. */
const withNodes = (change: (list: typeof nodes) => object[]) =>
  JSON.stringify({ ...model, modelTopology: { node: change(nodes) } });

function refusal(run: () => unknown): MareyError {
  try {
    run();
  } catch (error) {
    if (error instanceof MareyError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("import of TensorFlow.js graph models", () => {
  test("names, types and free sizes come from the model", () => {
    const { inputs, outputs, onnx } = importTfjs(json, data);
    expect(inputs).toEqual([{ name: "picture", type: "float32", shape: [1, "height", 4, 2] }]);
    expect(outputs).toEqual([{ name: "result", type: "float32", shape: [4] }]);
    expect(readOnnx(onnx).graph!.output[0].name).toBe("result");
  });

  test("the order of nodes is free, control inputs are ignored", () => {
    const turned = importTfjs(
      withNodes((list) => list.toReversed()),
      data,
    );
    expect(readOnnx(turned.onnx).graph!.node.length).toBe(
      readOnnx(importTfjs(json, data).onnx).graph!.node.length,
    );
  });

  test("float16 weights stay so in the file, unless float32 is asked for", () => {
    const types = (halves: boolean) => {
      const big = {
        name: "kernel",
        shape: [3, 3, 2, 4],
        dtype: "float32",
        quantization: { dtype: "float16" },
      };
      const text = JSON.stringify({ ...model, weightsManifest: [{ weights: [big, ...weights.slice(1)] }] });
      const onnx = importTfjs(text, new Uint8Array([...new Uint8Array(72), ...data]), { halves }).onnx;
      return readOnnx(onnx).graph!.initializer.map(({ dataType }) => dataType);
    };
    expect(types(true)).toContain(10);
    expect(types(false)).not.toContain(10);
  });

  test("an unknown operator is named with its node", () => {
    const text = withNodes((list) =>
      list.map((node) => (node.name === "sum" ? { ...node, op: "Einsum" } : node)),
    );
    expect(refusal(() => importTfjs(text, data))).toMatchObject({
      code: "TFJS_OPERATOR",
      where: 'node "sum"',
      what: expect.stringContaining('"Einsum"'),
    });
  });

  test("a cycle, a missing node and a repeated name are refused", () => {
    const rewired = (name: string, input: string[]) =>
      withNodes((list) => list.map((node) => (node.name === name ? { ...node, input } : node)));
    expect(refusal(() => importTfjs(rewired("pad", ["y", "paddings"]), data)).what).toContain("cycle");
    expect(refusal(() => importTfjs(rewired("pad", ["nowhere", "paddings"]), data)).what).toContain(
      '"nowhere"',
    );
    expect(refusal(() => importTfjs(rewired("sum", ["parts:2", "parts"]), data)).what).toContain(
      "no output 2",
    );
    expect(
      refusal(() =>
        importTfjs(
          withNodes((list) => [...list, ...list]),
          data,
        ),
      ).what,
    ).toContain("two nodes");
  });

  test("weights that are too short, too long or stored in an unknown form are refused", () => {
    for (const bytes of [data.subarray(1), new Uint8Array([...data, 0]), new Uint8Array()])
      expect(refusal(() => importTfjs(json, bytes)).code).toBe("TFJS_WEIGHTS");
    const texts = JSON.stringify({
      ...model,
      weightsManifest: [{ weights: [{ ...weights[0], dtype: "string" }] }],
    });
    expect(refusal(() => importTfjs(texts, data)).code).toBe("TFJS_WEIGHTS");
  });

  test("what isn't such a model is refused", () => {
    for (const text of ["", "{", "[]", "{}", '{"modelTopology":{"node":[]},"weightsManifest":[]}'])
      expect(refusal(() => importTfjs(text, new Uint8Array())).code).toBe("TFJS_INVALID");
  });

  const value = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      "",
      "x",
      "y:0",
      "conv:3",
      "^x",
      "DT_INT32",
      "-1",
      "99999999999",
      btoa("VALID"),
      true,
      [],
      {},
    ),
    fc.integer({ min: -3, max: 2 ** 33 }),
    fc.double(),
  );
  test("a damaged model gives a network or a MareyError, never a crash or a hang", () => {
    fc.assert(
      fc.property(fc.nat(1e6), value, (at, replacement) => {
        const damaged = JSON.parse(json);
        const places = leaves(damaged);
        const { holder, key } = places[at % places.length];
        holder[key] = replacement;
        try {
          importTfjs(JSON.stringify(damaged), data);
        } catch (error) {
          expect(error).toBeInstanceOf(MareyError);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("a truncated model is refused", () => {
    fc.assert(
      fc.property(fc.nat(json.length - 1), (length) => {
        expect(refusal(() => importTfjs(json.slice(0, length), data)).code).toBe("TFJS_INVALID");
      }),
    );
  });
});

interface Place {
  holder: Record<string, unknown>;
  key: string;
}

/** Every place in a JSON tree. */
function leaves(tree: Record<string, unknown>): Place[] {
  return Object.keys(tree).flatMap((key) => {
    const child = tree[key];
    const here = { holder: tree, key };
    return typeof child === "object" && child !== null
      ? [here, ...leaves(child as Record<string, unknown>)]
      : [here];
  });
}
