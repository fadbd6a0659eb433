import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { MareyError } from "../error.js";
import type { PickleDict, PickleTensor, PickleValue } from "./pickleValue.js";
import { joinPieces } from "./pieces.js";
import { readPyTorch } from "./pyTorch.js";
import { stateDictOf } from "./stateDict.js";
import { zipPieces } from "./zip.js";

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const le = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const int64 = (value: number) => new Uint8Array(BigInt64Array.of(BigInt(value)).buffer);

const sizes = (values: readonly number[]) => `(${values.map((n) => `L${n}L\n`).join("")}t`;

/** Opcodes that make a tensor (protocol 0, whose persistent ids are texts, but with BINPERSID). */
function tensor(
  shape: readonly number[],
  strides: readonly number[],
  { key = "0", type = "FloatStorage", count = 6, offset = 0, part = "" } = {},
): string {
  const storage = `(Vstorage\nctorch\n${type}\nV${key}\nVcpu\nL${count}L\n${part}tQ`;
  const arguments_ = `(${storage}L${offset}L\n${sizes(shape)}${sizes(strides)}I00\nccollections\nOrderedDict\n(tRt`;
  return `ctorch._utils\n_rebuild_tensor_v2\n${arguments_}R`;
}
const entries = (parts: Readonly<Record<string, string>>) =>
  `(${Object.entries(parts)
    .map(([key, value]) => `V${key}\n${value}`)
    .join("")}d`;

/** A checkpoint in the zip format. */
const archive = (pickle: string, records: Readonly<Record<string, Uint8Array>> = {}) =>
  joinPieces(
    zipPieces(
      Object.entries({ "data.pkl": bytes(`${pickle}.`), ...records }).map(([name, part]) => ({
        name: `net/${name}`,
        parts: [part],
      })),
    ),
  );

/** One in the format before it. */
const legacy = (pickle: string, keys: readonly string[], ...storages: readonly Uint8Array[]) =>
  joinPieces([
    bytes("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02}."),
    bytes(`${pickle}.(${keys.map((key) => `V${key}\n`).join("")}l.`),
    ...storages,
  ]);

const six = le(0, 1, 2, 3, 4, 5);
const numbersOf = (value: PickleValue) => Array.from((value as PickleTensor).data, Number);

describe("tensors", () => {
  const read = (shape: number[], strides: number[], options = {}) =>
    readPyTorch(archive(tensor(shape, strides, options), { "data/0": six })) as PickleTensor;

  test("views of a storage: whole, part, transposed, with steps, expanded, scalar, empty", () => {
    expect(read([2, 3], [3, 1])).toEqual({
      kind: "tensor",
      dtype: "F32",
      shape: [2, 3],
      data: Float32Array.of(0, 1, 2, 3, 4, 5),
      parameter: false,
      complex: false,
    });
    expect(numbersOf(read([2], [1], { offset: 3 }))).toEqual([3, 4]);
    expect(numbersOf(read([3, 2], [1, 3]))).toEqual([0, 3, 1, 4, 2, 5]);
    expect(numbersOf(read([3], [2]))).toEqual([0, 2, 4]);
    expect(numbersOf(read([2, 2], [0, 1], { offset: 1 }))).toEqual([1, 2, 1, 2]);
    expect(numbersOf(read([1, 3], [99, 1]))).toEqual([0, 1, 2]);
    expect(numbersOf(read([], [], { offset: 5 }))).toEqual([5]);
    expect(read([0, 2 ** 40], [1, 1])).toMatchObject({ shape: [0, 2 ** 40], data: new Float32Array(0) });
  });

  test("any strided view agrees with its definition", () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(4)), { maxLength: 4 }), fc.nat(3), (axes, offset) => {
        const shape = axes.map(([n]) => n);
        const strides = axes.map(([, s]) => s);
        const storage = Float32Array.from({ length: 64 }, (_, i) => i);
        const options = { offset, count: 64 };
        const file = archive(tensor(shape, strides, options), { "data/0": new Uint8Array(storage.buffer) });
        let expected = [offset];
        shape.forEach((n, axis) => {
          expected = expected.flatMap((at) => Array.from({ length: n }, (_, i) => at + i * strides[axis]));
        });
        expect(numbersOf(readPyTorch(file))).toEqual(expected);
      }),
    ));

  test.each<[string, Uint8Array, string, number[]]>([
    ["HalfStorage", Uint8Array.of(0, 0x3c, 0, 0xc4), "F16", [1, -4]],
    ["BFloat16Storage", Uint8Array.of(0x80, 0x3f, 0x20, 0xc1), "BF16", [1, -10]],
    ["DoubleStorage", new Uint8Array(Float64Array.of(0.1, -2).buffer), "F64", [0.1, -2]],
    ["LongStorage", new Uint8Array(BigInt64Array.of(-3n, 4n).buffer), "I64", [-3, 4]],
    ["ShortStorage", new Uint8Array(Int16Array.of(-3, 4).buffer), "I16", [-3, 4]],
    ["CharStorage", Uint8Array.of(255, 4), "I8", [-1, 4]],
    ["ByteStorage", Uint8Array.of(255, 4), "U8", [255, 4]],
    ["BoolStorage", Uint8Array.of(1, 0), "BOOL", [1, 0]],
    ["ComplexFloatStorage", le(1, 2, 3, 4), "F32", [1, 2, 3, 4]],
  ])("%s", (type, data, dtype, values) => {
    const make = tensor([2], [1], { type, count: 2 });
    const value = readPyTorch(archive(make, { "data/0": data })) as PickleTensor;
    expect([value.dtype, Array.from(value.data, Number)]).toEqual([dtype, values]);
    const old = readPyTorch(legacy(make, ["0"], int64(2), data)) as PickleTensor;
    expect(old).toEqual(value);
  });

  test("a machine that writes the high byte first", () => {
    const data = new Uint8Array(six).reverse();
    const records = { "data/0": data, byteorder: bytes("big") };
    expect(numbersOf(readPyTorch(archive(tensor([6], [1]), records)))).toEqual([5, 4, 3, 2, 1, 0]);
    expect(() => readPyTorch(archive(tensor([6], [1]), { ...records, byteorder: bytes("middle") }))).toThrow(
      /byte order/,
    );
  });

  test("version 3: the type stands beside an untyped storage", () => {
    const storage = "(Vstorage\nctorch.storage\nUntypedStorage\nV0\nVcpu\nI24\ntQ";
    const make = `ctorch._utils\n_rebuild_tensor_v3\n(${storage}I1\n(I2\nt(I1\ntI00\nccollections\nOrderedDict\n(tRctorch\nfloat32\ntR`;
    expect(numbersOf(readPyTorch(archive(make, { "data/0": six })))).toEqual([1, 2]);
  });

  test("a legacy file by protocol 1, whose magic number is in digits", () => {
    const file = joinPieces([
      bytes("L119547037146038801333356L\n.M\xe9\x03.}."),
      bytes(`${tensor([6], [1])}.(V0\nl.`),
      int64(6),
      six,
    ]);
    expect(numbersOf(readPyTorch(file))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("a legacy file's view of a storage begins where the view does", () => {
    const make = tensor([2], [1], { part: "(Vview\nI3\nI2\nt" });
    expect(numbersOf(readPyTorch(legacy(make, ["0"], int64(6), six)))).toEqual([3, 4]);
  });

  test("tensors of one storage share memory, as in PyTorch", () => {
    const value = readPyTorch(
      archive(entries({ a: tensor([6], [1]), b: tensor([3], [1], { offset: 3 }) }), { "data/0": six }),
    ) as PickleDict;
    const [a, b] = [...value.entries.values()] as PickleTensor[];
    expect(b.data.buffer).toBe(a.data.buffer);
  });
});

describe("state dicts", () => {
  const records = { "data/0": six };
  const weights = { weight: tensor([2, 3], [3, 1]), bias: tensor([3], [1]) };
  const keysOf = (pickle: string, key?: string) => [
    ...stateDictOf(readPyTorch(archive(pickle, records)), key).keys(),
  ];

  test("plain, wrapped, and with a prefix that all names share", () => {
    expect(keysOf(entries(weights))).toEqual(["weight", "bias"]);
    const named = { "module.weight": weights.weight, "module.bias": weights.bias };
    expect(keysOf(entries({ epoch: "I3\n", model_pos: entries(named), model_traj: "N" }))).toEqual([
      "weight",
      "bias",
    ]);
    expect(keysOf(entries({ "module.weight": weights.weight, bias: weights.bias }))).toEqual([
      "module.weight",
      "bias",
    ]);
  });

  test("the first of the usual entries that has tensors, or the one asked for", () => {
    const both = entries({
      model: "N",
      ema: entries({ e: weights.bias }),
      net: entries({ deep: entries({ d: weights.bias }), n: weights.bias }),
    });
    expect(keysOf(both)).toEqual(["n"]);
    expect(keysOf(both, "ema")).toEqual(["e"]);
    expect(keysOf(both, "net/deep")).toEqual(["d"]);
  });

  test("a network that isn't there is an error that lists what is", () => {
    const pickle = entries({ model_pos: entries(weights), model_traj: "N", epoch: "I3\n" });
    expect(() => keysOf(pickle, "model_traj")).toThrow(
      /"model_traj" is None.*"model_pos" \(2 tensors\).*"epoch"/,
    );
    expect(() => keysOf(pickle, "model")).toThrow(/"model" is missing/);
    expect(() => keysOf(pickle, "epoch")).toThrow(/no tensors/);
    expect(() => keysOf("(lI1\na")).toThrow(expect.objectContaining({ code: "STATE_DICT" }));
  });

  test("keys that would take for ever to show aren't shown", () => {
    const bomb = `]${"p0\n0](g0\ng0\ne".repeat(200)}`;
    expect(() => keysOf(`(${bomb}I1\nVepoch\nI3\nd`)).toThrow(
      /no tensors are found; there are "epoch" \(a number\)/,
    );
    expect(keysOf(`(${bomb}${weights.bias}Vb\n${weights.bias}d`)).toEqual(["b"]);
    const file = joinPieces([legacy("N", []).slice(0, -"(l.".length), bytes(`(${bomb}l.`)]);
    expect(() => readPyTorch(file)).toThrow(expect.objectContaining({ code: "PYTORCH_INVALID" }));
  });

  test("the modules of a TorchScript archive, by dotted names", () => {
    const module = (state: string) => `c__torch__.net.layer\nLinear\n)\x81${state}b`;
    const inner = module(entries({ weight: weights.weight, training: "I00\n" }));
    const names = keysOf(module(entries({ first: inner, bias: weights.bias, second: inner })));
    expect(names).toEqual(["bias", "first.weight", "second.weight"]);
    const circle = module(`p9\n(Vself\ng9\nVbias\n${weights.bias}d`);
    expect(keysOf(circle)).toEqual(["bias"]);
  });
});

describe("what must be refused", () => {
  const refuses = (file: Uint8Array, code: string, words = /./) =>
    expect(() => readPyTorch(file, "net.pt")).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(words) }),
    );

  test("files that are something else are told by what they are", () => {
    refuses(bytes(""), "PYTORCH_INVALID", /empty/);
    refuses(bytes("<!DOCTYPE html><html>"), "PYTORCH_INVALID", /web page/);
    refuses(bytes("version https://git-lfs.github.com/spec/v1"), "PYTORCH_INVALID", /LFS/);
    refuses(bytes(`${"x".repeat(257)}ustar`), "PYTORCH_INVALID", /tar/);
    refuses(bytes("\x80\x02}."), "PYTORCH_INVALID");
  });

  test("tensors that reach outside their storage, or back", () => {
    const read = (shape: number[], strides: number[], options = {}) =>
      archive(tensor(shape, strides, options), { "data/0": six });
    refuses(read([7], [1]), "PYTORCH_INVALID", /\[7\] reaches to number 6/);
    refuses(read([2], [1], { offset: 5 }), "PYTORCH_INVALID");
    refuses(read([3, 3], [2, 1]), "PYTORCH_INVALID");
    refuses(read([2], [-1], { offset: 1 }), "PICKLE_INVALID");
    refuses(read([-2], [1]), "PICKLE_INVALID");
    refuses(read([2], [1], { offset: -1 }), "PICKLE_INVALID");
    refuses(read([2, 3], [1]), "PICKLE_INVALID");
    refuses(read([2], [2 ** 60]), "PICKLE_INVALID");
    refuses(read([2 ** 52, 2 ** 52], [1, 1]), "PYTORCH_INVALID");
    refuses(archive(tensor([6], [1])), "PYTORCH_INVALID", /data\/0 is missing/);
  });

  test("sizes that only a stride of 0 makes possible take no memory", () => {
    refuses(archive(tensor([2 ** 52], [0]), { "data/0": six }), "PICKLE_LIMIT");
    refuses(archive(tensor([2 ** 50, 2 ** 50], [0, 0]), { "data/0": six }), "PICKLE_LIMIT");
    const many = `(${tensor([1 << 20], [0]).repeat(100)}l`;
    refuses(archive(many, { "data/0": six }), "PICKLE_LIMIT");
  });

  test("archives whose files share their bytes", () => {
    const file = archive(tensor([6], [1]), { "data/0": new Uint8Array(4000) });
    const view = new DataView(file.buffer);
    const end = file.length - 22;
    const directory = view.getUint32(end + 16, true);
    const entry = file.slice(directory, end);
    const copies = joinPieces([
      file.subarray(0, end),
      ...Array.from({ length: 50 }, () => entry),
      file.subarray(end),
    ]);
    const tail = new DataView(copies.buffer, copies.length - 22);
    tail.setUint16(8, 102, true);
    tail.setUint16(10, 102, true);
    refuses(copies, "ZIP_INVALID", /more bytes than the archive/);
  });

  test("an archive whose file is larger than it says, or than any checkpoint packs", () => {
    const noise = new Uint8Array(Float64Array.from({ length: 1 << 15 }, (_, i) => Math.sin(i)).buffer);
    const packed = zipSync({ "net/data.pkl": noise });
    const view = new DataView(packed.buffer, packed.byteOffset);
    const size = view.getUint32(packed.length - 6, true) + 24;
    view.setUint32(size, 2 ** 27, true);
    refuses(packed, "PICKLE_LIMIT");
    view.setUint32(size, 1000, true);
    refuses(packed, "ZIP_INVALID", /can't be unpacked/);
  });

  test("legacy files: storages that claim too much, are missing, or belong to nothing", () => {
    const make = tensor([6], [1]);
    expect(numbersOf(readPyTorch(legacy(make, ["0"], int64(6), six)))).toEqual([0, 1, 2, 3, 4, 5]);
    refuses(legacy(make, ["0"], int64(7), six), "PYTORCH_INVALID", /claims 28 bytes, 24 are left/);
    refuses(legacy(make, ["0"], int64(2 ** 52), six), "PYTORCH_INVALID");
    refuses(legacy(make, ["0"], int64(-1), six), "PYTORCH_INVALID");
    refuses(legacy(make, ["0"], int64(5), six), "PYTORCH_INVALID", /holds 5 numbers/);
    refuses(legacy(make, ["0"]), "PYTORCH_INVALID", /ends before storage "0"/);
    refuses(legacy(make, []), "PYTORCH_INVALID", /"0" is missing/);
    refuses(legacy(make, ["1"], int64(6), six), "PYTORCH_INVALID", /belongs to no tensor/);
  });

  test("functions, in both formats, by name", () => {
    const call = "cposix\nsystem\n(Vecho unsafe\ntR";
    refuses(archive(call), "PICKLE_UNSAFE", /"posix\.system"/);
    refuses(legacy(call, []), "PICKLE_UNSAFE", /"posix\.system"/);
    refuses(archive("c__torch__.x\nos.system\n"), "PICKLE_UNSAFE");
    refuses(archive("c__torch__x\nNet\n"), "PICKLE_UNSAFE");
  });
});

/** Files of the golden fixtures beside the repository, if they are there. */
const golden = join(import.meta.dirname, "../../../../../shared/golden/formats/files");

test("damaged checkpoints end in a value or a MareyError", () => {
  const own = [
    legacy(entries({ a: tensor([2, 3], [3, 1]), b: tensor([3], [2]) }), ["0"], int64(6), six),
    archive(entries({ a: tensor([2, 3], [3, 1]) }), { "data/0": six }),
  ];
  const there = existsSync(golden)
    ? readdirSync(golden).filter((name) => /^torch_.*(views|misc|types)/.test(name))
    : [];
  const samples = [...own, ...there.map((name) => new Uint8Array(readFileSync(join(golden, name))))];
  const edits = fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(255)), {
    maxLength: 4,
  });
  fc.assert(
    fc.property(
      fc.constantFrom(...samples),
      edits,
      fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
      (sample, changes, cut) => {
        const copy = sample.slice(0, cut === null ? undefined : Math.floor(cut * sample.length));
        for (const [at, value] of changes) copy[Math.floor(at * copy.length)] = value;
        try {
          const value = readPyTorch(copy);
          stateDictOf(value);
        } catch (error) {
          if (!(error instanceof MareyError)) throw error;
        }
      },
    ),
    { numRuns: 1000 },
  );
});

test("a damaged pickle in a whole archive ends in a value or a MareyError", () => {
  const pickle = entries({ a: tensor([2, 3], [3, 1]), b: tensor([3], [2]), c: "ctorch\nSize\n((I1\nttR" });
  const edit = fc.tuple(fc.nat(pickle.length - 1), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      const characters = [...pickle];
      for (const [at, value] of edits) characters[at] = String.fromCharCode(value);
      try {
        readPyTorch(archive(characters.join(""), { "data/0": six }));
      } catch (error) {
        if (!(error instanceof MareyError)) throw error;
      }
    }),
    { numRuns: 1000 },
  );
});
