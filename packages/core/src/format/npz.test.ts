import fc from "fast-check";
import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { MareyError } from "../error.js";
import { readLiteral } from "./literal.js";
import { type NpyArray, readNpy, writeNpy } from "./npy.js";
import { npzArray, npzPieces, readNpz, writeNpz } from "./npz.js";
import { readZip } from "./zip.js";

const sample = () =>
  writeNpz({
    positions: { shape: [2, 3], data: Float32Array.of(1, 2, NaN, -4, 5e-7, 6) },
    ids: { shape: [2], data: Int32Array.of(3, 7) },
    big: { shape: [], data: BigInt64Array.of(-5n) },
    joints: ["nose", "Füße", ""],
  });

describe("NPZ", () => {
  test("reading undoes writing: numbers, scalars, text", () => {
    const npz = readNpz(sample());
    expect([...npz.keys()]).toEqual(["positions", "ids", "big", "joints"]);
    expect(npz.get("positions")).toEqual({
      dtype: "<f4",
      shape: [2, 3],
      data: Float32Array.of(1, 2, NaN, -4, 5e-7, 6),
    });
    expect(npz.get("big")).toMatchObject({ shape: [], data: BigInt64Array.of(-5n) });
    expect(npz.get("joints")).toMatchObject({ text: ["nose", "Füße", ""] });
  });

  test("a file that is consumed gives the same arrays, in its own memory", () => {
    const whole = readNpz(sample());
    for (let offset = 0; offset < 8; offset++) {
      const bytes = new Uint8Array(sample().length + offset).subarray(offset);
      bytes.set(sample());
      const npz = readNpz(bytes, "npz", { consume: true });
      expect(npz).toEqual(whole);
      expect((npz.get("positions") as NpyArray).data.buffer).toBe(bytes.buffer);
    }
  });

  test("the same arrays give the same bytes", () => expect(sample()).toEqual(sample()));

  test("archives equal, byte by byte, what fflate makes of the same files", () => {
    const arrays = { "joints_ß": ["nose"], empty: { shape: [0], data: new Float32Array(0) }, one: { shape: [1], data: Float64Array.of(1) } }; // biome-ignore format: one record
    const bytes = writeNpz(arrays);
    const files = Object.fromEntries(readZip(bytes));
    expect(Object.keys(files)).toEqual(["joints_ß.npy", "empty.npy", "one.npy"]);
    expect(bytes).toEqual(new Uint8Array(zipSync(files, { level: 0, mtime: new Date(1980, 0, 1) })));
  });

  test("pieces hold the arrays' own memory, not copies of it", () => {
    const data = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    const pieces = [...npzPieces({ a: { shape: [2], data } })];
    expect(
      pieces.some(({ buffer, byteOffset, byteLength }) => {
        return buffer === data.buffer && byteOffset === 4 && byteLength === 8;
      }),
    ).toBe(true);
  });

  test("data begins at a multiple of 64 bytes, as NumPy wants it", () => {
    const bytes = writeNpy({ shape: [1000, 2, 3], data: new Uint8Array(6000) });
    expect((bytes.length - 6000) % 64).toBe(0);
    expect(bytes[bytes.length - 6001]).toBe(10);
  });

  test("an array of another shape is refused by name", () => {
    expect(npzArray(readNpz(sample()), "positions", [-1, 3], "a.npz").data.length).toBe(6);
    expect(() => npzArray(readNpz(sample()), "positions", [3, 3], "a.npz")).toThrow(
      /a\.npz: array "positions"/,
    );
    expect(() => npzArray(readNpz(sample()), "shape", [3], "a.npz")).toThrow(/is missing/);
  });

  test("an element type of no bytes can't make a list of any length", () => {
    const bytes = writeNpy(["a"]);
    const text = new TextDecoder("latin1").decode(bytes);
    const edited = text.replace("<U1", "<U0").replace("(1,)", "(9,)");
    expect(() => readNpy(Uint8Array.from(edited, (c) => c.charCodeAt(0)))).toThrow(MareyError);
  });

  test("mutated files end in a MareyError or arrays of their shape", () => {
    const bytes = sample();
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
        fc.nat(bytes.length),
        fc.boolean(),
        (edits, cut, whole) => {
          const copy = bytes.slice(0, whole ? bytes.length : cut);
          for (const [at, value] of edits) if (at < copy.length) copy[at] = value;
          try {
            for (const array of readNpz(copy).values())
              if ("data" in array) expect(array.data.length).toBe(array.shape.reduce((p, n) => p * n, 1));
          } catch (error) {
            if (!(error instanceof MareyError)) throw error;
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("Python literals", () => {
  test("NumPy's headers", () => {
    expect(
      readLiteral("{'descr': [('x', '<f4', (2,))], 'fortran_order': False, 'shape': (3, 4L), }"),
    ).toEqual(
      new Map<string, unknown>([
        ["descr", [["x", "<f4", [2]]]],
        ["fortran_order", false],
        ["shape", [3, 4]],
      ]),
    );
  });

  test.each(["", "{", "{'a'}", "(1,,2)", "1 2", "__import__('os')", "[".repeat(1000), "'open"])(
    "%s is none",
    (text) => expect(readLiteral(text)).toBeUndefined(),
  );
});
