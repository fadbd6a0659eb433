import { writeNpz, writeSafetensors } from "@marey/core/format";
import { elementTypes, tensor, writeOnnx } from "@marey/core/graph";
import { expect, test } from "vitest";
import { readAnyWeights } from "./weights.js";

const model = (initialisers: Parameters<typeof writeOnnx>[0]["initialisers"]) =>
  writeOnnx({ name: "net", inputs: [], outputs: [], nodes: [], initialisers });

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

test("the bytes tell what a file is, whatever it is called", () => {
  const data = Float32Array.of(1, 2);
  const same = { dtype: "F32", shape: [2], data };
  const files = {
    ONNX: model([tensor("w", "float32", [2], data)]),
    safetensors: writeSafetensors(new Map([["w", same]])),
    npz: writeNpz({ w: { shape: [2], data }, names: ["not", "numbers"] }),
  };
  for (const [format, file] of Object.entries(files)) {
    const read = readAnyWeights(file, "weights.bin");
    expect(read).toEqual({ format, tensors: new Map([["w", same]]) });
  }
  const refuses = (file: Uint8Array) =>
    expect(() => readAnyWeights(file, "x.pt")).toThrow(expect.objectContaining({ code: "WEIGHTS_FORMAT" }));
  for (const text of ["", "<html>", '{"a": 1}', "\x93NUMPY"]) refuses(bytes(text));
  refuses(writeNpz({ names: ["text"] }));
  // Files of the right kind that hold nothing.
  const magic = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.";
  const code = (text: string, expected: string) =>
    expect(() => readAnyWeights(bytes(text), "x")).toThrow(expect.objectContaining({ code: expected }));
  code(`${magic}}.}.].`, "STATE_DICT");
  code("\x0a\x03net", "CAFFE_INVALID");
  expect(() => readAnyWeights(bytes("\x80\x04cos\nsystem\n."), "x.pt")).toThrow(/"os\.system"/);
});

test("a safetensors file is one whatever byte the length of its header begins with", () => {
  const first = new Set<number>();
  for (let padding = 0; padding < 300; padding += 7) {
    const file = writeSafetensors(new Map([["w", { dtype: "U8", shape: [1], data: Uint8Array.of(1) }]]), {
      note: "x".repeat(padding),
    });
    first.add(file[0]!);
    expect(readAnyWeights(file, "weights").format).toBe("safetensors");
  }
  expect([...first]).toEqual(expect.arrayContaining([0x08, 0x80]));
});

test("ONNX initialisers, raw or in fields of their own", () => {
  const field = (dataType: number, values: object) => ({ name: "w", dims: [2n], dataType, ...values });
  const read = (entry: object) => readAnyWeights(model([entry]), "net").tensors.get("w");
  expect(read(field(elementTypes.float32, { floatData: [0.5, -1] }))?.data).toEqual(Float32Array.of(0.5, -1));
  expect(read(field(elementTypes.float64, { doubleData: [0.1, 2] }))?.data).toEqual(Float64Array.of(0.1, 2));
  expect(read(field(elementTypes.int64, { int64Data: [1n, -2n] }))?.data).toEqual(BigInt64Array.of(1n, -2n));
  expect(read(field(elementTypes.uint8, { int32Data: [1, 255] }))?.data).toEqual(Uint8Array.of(1, 255));
  expect(read(field(elementTypes.float16, { int32Data: [0x3c00, 0xc400] }))).toEqual({
    dtype: "F16",
    shape: [2],
    data: Float32Array.of(1, -4),
  });
  expect(read(tensor("w", "int32", [2], Int32Array.of(-1, 5)))?.data).toEqual(Int32Array.of(-1, 5));
});

test("initialisers that are in another file, of another length or type, are refused by name", () => {
  const refuses = (entry: object, code: string, words: RegExp) =>
    expect(() => readAnyWeights(model([entry]), "net")).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(words) }),
    );
  refuses({ name: "w", dims: [2n], dataType: 1 }, "ONNX_INVALID", /"w".*0 values for the shape \[2\]/);
  const raw = { name: "w", rawData: new Uint8Array(8) };
  refuses({ ...raw, dims: [2n ** 62n], dataType: 1 }, "ONNX_INVALID", /2 values for the shape/);
  refuses({ ...raw, dims: [1n], dataType: 8 }, "ONNX_UNSUPPORTED", /type 8/);
});
