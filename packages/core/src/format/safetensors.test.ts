import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MareyError } from "../error.js";
import { halfToFloat, readSafetensors } from "./safetensors.js";

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

  test("half floats: subnormals, infinities, NaN", () => {
    expect([0x0001, 0x7c00, 0xfc00, 0x3555].map(halfToFloat)).toEqual([
      2 ** -24,
      Infinity,
      -Infinity,
      1365 / 4096,
    ]);
    expect(halfToFloat(0x7e00)).toBeNaN();
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
