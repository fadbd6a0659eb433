import fc from "fast-check";
import { expect, test } from "vitest";
import { MareyError } from "../error.js";
import { declaredShape, node, readOnnx, tensor, valueInfo, writeOnnx } from "./onnx.js";

const bytes = writeOnnx({
  name: "twice",
  inputs: [valueInfo("x", "float32", ["batch", 3])],
  outputs: [valueInfo("y", "float32")],
  initialisers: [tensor("two", "float32", [1, 3], Float32Array.of(2, 2, 2))],
  nodes: [
    node("Mul", ["x", "two"], ["m"]),
    node("LeakyRelu", ["m"], ["l"], { alpha: { float: 0.5 } }),
    node("Transpose", ["l"], ["y"], { perm: [1, 0] }),
    node("Made", ["", "x"], ["z"], { mode: "up", axis: -1, scales: { floats: [0.5, 2] } }, "our.domain"),
  ],
  domains: { "our.domain": 1 },
  metadata: { licence: "MIT" },
});

test("a model comes back as it was written", () => {
  const { graph, opsetImport, metadataProps } = readOnnx(bytes);
  expect(graph!.node.map(({ opType, input, output }) => [opType, input, output])).toEqual([
    ["Mul", ["x", "two"], ["m"]],
    ["LeakyRelu", ["m"], ["l"]],
    ["Transpose", ["l"], ["y"]],
    ["Made", ["", "x"], ["z"]],
  ]);
  expect(graph!.node[1].attribute[0]).toMatchObject({ name: "alpha", type: 1, f: 0.5 });
  expect(graph!.node[2].attribute[0]).toMatchObject({ name: "perm", type: 7, ints: [1n, 0n] });
  expect(graph!.node[3].attribute.map(({ type }) => type)).toEqual([3, 2, 6]);
  expect(graph!.node[3].attribute[1].i).toBe(-1n);
  expect(declaredShape(graph!, "x")).toEqual(["batch", 3]);
  expect(declaredShape(graph!, "y")).toBeUndefined();
  expect([...new Float32Array(graph!.initializer[0].rawData.slice().buffer)]).toEqual([2, 2, 2]);
  expect(opsetImport.map(({ domain, version }) => [domain, version])).toEqual([
    ["", 17n],
    ["our.domain", 1n],
  ]);
  expect(metadataProps[0]).toMatchObject({ key: "licence", value: "MIT" });
});

test("a tensor keeps the part of a buffer that its array shows", () => {
  const whole = Float32Array.of(1, 2, 3, 4);
  const { rawData } = tensor("part", "float32", [2], whole.subarray(1, 3));
  expect([...new Float32Array(Uint8Array.from(rawData!).buffer)]).toEqual([2, 3]);
});

test("other bytes are refused, damaged ones are read or refused", () => {
  expect(() => readOnnx(new TextEncoder().encode("no model at all"), "x.onnx")).toThrow(
    /^x\.onnx: this is no ONNX/,
  );
  expect(() => readOnnx(new Uint8Array())).toThrow(MareyError);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
      const damaged = bytes.slice();
      damaged[at] = value;
      try {
        readOnnx(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(MareyError);
      }
    }),
  );
});
