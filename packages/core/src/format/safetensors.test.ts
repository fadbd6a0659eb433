import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MareyError } from "../error.js";
import { readSafetensors, writeSafetensors } from "./safetensors.js";
import type { StoredTensor } from "./storedTensor.js";

function sample(): Uint8Array {
  const header = JSON.stringify({
    __metadata__: { format: "pt" },
    a: { dtype: "F32", shape: [2, 2], data_offsets: [0, 16] },
    b: { dtype: "I64", shape: [1], data_offsets: [16, 24] },
    c: { dtype: "F16", shape: [2], data_offsets: [24, 28] },
  });
  const bytes = new Uint8Array(8 + header.length + 28);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(new TextEncoder().encode(header), 8);
  bytes.set(new Uint8Array(Float32Array.of(1, -2, 3.5, NaN).buffer), 8 + header.length);
  bytes.set(new Uint8Array(BigInt64Array.of(-7n).buffer), 8 + header.length + 16);
  bytes.set([0x00, 0x3c, 0x00, 0xc4], 8 + header.length + 24);
  return bytes;
}

describe("safetensors", () => {
  test("values, shapes and metadata are read, from an unaligned buffer too", () => {
    const shifted = new Uint8Array(sample().length + 3);
    shifted.set(sample(), 3);
    const { tensors, metadata } = readSafetensors(shifted.subarray(3));
    expect(metadata).toEqual({ format: "pt" });
    expect(tensors.get("a")).toEqual({ dtype: "F32", shape: [2, 2], data: Float32Array.of(1, -2, 3.5, NaN) });
    expect(tensors.get("b")?.data).toEqual(BigInt64Array.of(-7n));
    expect(tensors.get("c")?.data).toEqual(Float32Array.of(1, -4));
  });

  test("metadata that isn't a record of texts is refused", () => {
    for (const metadata of ["null", "[]", '{"a":1}']) {
      const text = new TextEncoder().encode(`{"__metadata__":${metadata}}`);
      const file = new Uint8Array([text.length, 0, 0, 0, 0, 0, 0, 0, ...text]);
      expect(() => readSafetensors(file)).toThrow(expect.objectContaining({ code: "SAFETENSORS_INVALID" }));
    }
  });

  test("every type is written as it was read", () => {
    const tensors = new Map<string, StoredTensor>([
      ["f64", { dtype: "F64", shape: [2], data: Float64Array.of(0.1, -1e300) }],
      ["f32", { dtype: "F32", shape: [1, 2], data: Float32Array.of(0.1, NaN) }],
      ["f16", { dtype: "F16", shape: [3], data: Float32Array.of(0.5, -65504, Infinity) }],
      ["bf16", { dtype: "BF16", shape: [3], data: Float32Array.of(1, -2.5, 2 ** 100) }],
      ["i64", { dtype: "I64", shape: [], data: BigInt64Array.of(-(2n ** 60n)) }],
      ["u64", { dtype: "U64", shape: [1], data: BigInt64Array.of(5n) }],
      ["i32", { dtype: "I32", shape: [1], data: Int32Array.of(-7) }],
      ["u32", { dtype: "U32", shape: [1], data: BigInt64Array.of(2n ** 32n - 1n) }],
      ["i16", { dtype: "I16", shape: [2], data: Int32Array.of(-7, 32767) }],
      ["u16", { dtype: "U16", shape: [1], data: Int32Array.of(65535) }],
      ["i8", { dtype: "I8", shape: [1], data: Int32Array.of(-128) }],
      ["u8", { dtype: "U8", shape: [3], data: Uint8Array.of(1, 2, 255) }],
      ["bool", { dtype: "BOOL", shape: [1], data: Uint8Array.of(1) }],
      ["empty", { dtype: "F32", shape: [0, 3], data: new Float32Array(0) }],
      ["10", { dtype: "F32", shape: [1], data: Float32Array.of(10) }],
      ["__proto__", { dtype: "F32", shape: [1], data: Float32Array.of(1) }],
    ]);
    const back = readSafetensors(writeSafetensors(tensors, { note: "ü" }));
    expect(back.metadata).toEqual({ note: "ü" });
    expect(new Map([...back.tensors].sort())).toEqual(new Map([...tensors].sort()));
  });

  test("the header is the official writer's: wide types first, then names, padded with spaces to 8 bytes", () => {
    const one = (dtype: string, data: StoredTensor["data"]) => ({ dtype, shape: [1], data });
    const file = writeSafetensors(
      new Map([
        ["b", one("F32", Float32Array.of(1))],
        ["c", one("U8", Uint8Array.of(7))],
        ["a", one("F32", Float32Array.of(2))],
        ["d", one("I64", BigInt64Array.of(3n))],
      ]),
      { z: "1", format: "pt" },
    );
    const header =
      '{"__metadata__":{"format":"pt","z":"1"},"d":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},' +
      '"a":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]},' +
      '"c":{"dtype":"U8","shape":[1],"data_offsets":[16,17]}}';
    const length = Math.ceil(header.length / 8) * 8;
    expect(new DataView(file.buffer).getBigUint64(0, true)).toBe(BigInt(length));
    expect(new TextDecoder().decode(file.subarray(8, 8 + length))).toBe(header.padEnd(length));
    expect([...file.subarray(8 + length)]).toEqual([3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0, 128, 63, 7]);
  });

  test("bfloat16 goes to the nearest, of two as near the even one", () => {
    const values = Float32Array.of(1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -8 + 2 ** -20, 3.4e38, NaN);
    const file = writeSafetensors(new Map([["x", { dtype: "BF16", shape: [5], data: values }]]));
    expect([...(readSafetensors(file).tensors.get("x")?.data ?? [])]).toEqual([
      1,
      1 + 2 ** -6,
      1 + 2 ** -7,
      Infinity,
      NaN,
    ]);
  });

  test("a tensor whose parts don't belong together is refused by name", () => {
    const refuses = (tensor: StoredTensor, words: RegExp, name = "layer.weight") =>
      expect(() => writeSafetensors(new Map([[name, tensor]]))).toThrow(
        expect.objectContaining({ code: "TENSOR_VALUES", message: expect.stringMatching(words) }),
      );
    refuses({ dtype: "F8", shape: [1], data: Float32Array.of(1) }, /"layer.weight".*"F8" is unknown/);
    refuses({ dtype: "F32", shape: [2], data: Float32Array.of(1) }, /1 numbers.*\[2\]/);
    refuses({ dtype: "I64", shape: [1], data: Float32Array.of(1) }, /Float32Array/);
    refuses({ dtype: "F32", shape: [1], data: Float32Array.of(1) }, /keeps this name/, "__metadata__");
  });

  test("mutated files end in a MareyError or tensors of their shape", () =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(sample().length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 5 }),
        fc.option(fc.nat(sample().length)),
        (edits, cut) => {
          const copy = sample().slice(0, cut ?? undefined);
          for (const [at, value] of edits) if (at < copy.length) copy[at] = value;
          try {
            for (const { shape, data } of readSafetensors(copy).tensors.values())
              expect(data.length).toBe(shape.reduce((product, n) => product * n, 1));
          } catch (error) {
            if (!(error instanceof MareyError)) throw error;
          }
        },
      ),
      { numRuns: 500 },
    ));
});
