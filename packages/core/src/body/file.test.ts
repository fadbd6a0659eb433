import { type Zippable, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { MareyError } from "../error.js";
import { writeNpz } from "../format/npz.js";
import { readPickle } from "../format/pickle.js";
import { type BodyReadOptions, readBody } from "./file.js";
import { sparseOf } from "./fileValue.js";

const V = 5;
const J = 3;
const S = 2;
const range = (n: number, f: (i: number) => number) => Float64Array.from({ length: n }, (_, i) => f(i));

/** The arrays of a body file, by key. */
const dense: Record<string, { shape: number[]; data: Float64Array | Uint32Array }> = {
  v_template: { shape: [V, 3], data: range(3 * V, (i) => Math.sin(i)) },
  shapedirs: { shape: [V, 3, S], data: range(3 * V * S, (i) => Math.cos(i) / 10) },
  // Joint 1 moves vertices 0 and 1, joint 2 all.
  posedirs: {
    shape: [V, 3, 18],
    data: range(3 * V * 18, (i) => (i % 18 >= 9 || i < 108 ? Math.sin(3 * i + 1) / 100 : 0)),
  },
  J_regressor: {
    shape: [J, V],
    data: Float64Array.of(0.5, 0.5, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0.25, 0.75),
  },
  weights: {
    shape: [V, J],
    data: Float64Array.of(1, 0, 0, 0.25, 0.75, 0, 0, 1, 0, 0.125, 0.25, 0.625, 0, 0, 1),
  },
  kintree_table: { shape: [2, J], data: Uint32Array.of(0xffffffff, 0, 1, 0, 1, 2) },
  f: { shape: [2, 3], data: Uint32Array.of(0, 1, 2, 2, 3, 4) },
};

/** Python 2's pickles of protocol 2, a character a byte. */
const py = {
  str: (text: string) => `T${long(text.length)}${text}`,
  ints: (values: readonly number[]) => `(${values.map((n) => `J${long(n)}`).join("")}t`,
  array(shape: readonly number[], data: Float64Array | Uint32Array | Int32Array, fortran = false) {
    const code = data instanceof Float64Array ? "f8" : data instanceof Int32Array ? "i4" : "u4";
    const type = `cnumpy\ndtype\n(U\x02${code}K\x00K\x01tR(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb`;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return `cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00tU\x01btR(K\x01${this.ints(shape)}${type}${fortran ? "\x88" : "\x89"}${this.str(text(bytes))}tb`;
  },
  object: (name: string, state: Record<string, string>) => `c${name}\n)\x81${py.dict(state)}b`,
  dict: (entries: Record<string, string>) =>
    `}(${Object.entries(entries)
      .map(([key, value]) => `${py.str(key)}${value}`)
      .join("")}u`,
};

const text = (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
const long = (n: number) => String.fromCharCode(n & 255, (n >> 8) & 255, (n >> 16) & 255, (n >> 24) & 255);
const pickled = (value: string) => Uint8Array.from(`\x80\x02${value}.`, (c) => c.charCodeAt(0));

const arrays = (): Record<string, string> =>
  Object.fromEntries(Object.entries(dense).map(([key, { shape, data }]) => [key, py.array(shape, data)]));

const transposed = ({ shape: [rows, columns], data }: (typeof dense)[string]) =>
  Float64Array.from(data, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]);

/** scipy's column-wise matrix of the regressor. */
function csc() {
  const entries: [number, number][] = [];
  const pointers = [0];
  for (let v = 0; v < V; v++) {
    for (let j = 0; j < J; j++)
      if (dense.J_regressor.data[j * V + v] !== 0) entries.push([j, dense.J_regressor.data[j * V + v]]);
    pointers.push(entries.length);
  }
  return {
    _shape: py.ints([J, V]),
    data: py.array(
      [entries.length],
      Float64Array.from(entries, ([, value]) => value),
    ),
    indices: py.array(
      [entries.length],
      Int32Array.from(entries, ([row]) => row),
    ),
    indptr: py.array([V + 1], Int32Array.from(pointers)),
  };
}

const read = (entries: Record<string, string>, options?: BodyReadOptions) =>
  readBody(pickled(py.dict(entries)), "test.pkl", options);
const fromNpz = readBody(writeNpz(dense), "test.pkl");

describe("body files", () => {
  test("an npz gives the record: sorted weights, correctives by joint, sparse regressor", () => {
    expect(fromNpz).toMatchObject({
      vertices: V,
      joints: ["joint0", "joint1", "joint2"],
      shapeCount: S,
      name: "test.pkl",
    });
    expect([...fromNpz.parents]).toEqual([-1, 0, 1]);
    expect(fromNpz.weights.perVertex).toBe(3);
    expect([...fromNpz.weights.weights.subarray(9, 12)]).toEqual([0.625, 0.25, 0.125]);
    expect([...fromNpz.weights.joints.subarray(9, 12)]).toEqual([2, 1, 0]);
    expect([...(fromNpz.part as Uint8Array)]).toEqual([0, 1, 1, 2, 2]);
    expect(fromNpz.correctives?.map(({ joint, vertices }) => [joint, ...vertices])).toEqual([
      [1, 0, 1],
      [2, 0, 1, 2, 3, 4],
    ]);
    // Vertex 3, axis 1, feature 4 of joint 2.
    expect(fromNpz.correctives?.[1].offsets[27 * 3 + 9 + 4]).toBeCloseTo(
      dense.posedirs.data[(9 + 1) * 18 + 9 + 4],
      8,
    );
    expect([...fromNpz.regressor.offsets]).toEqual([0, 2, 3, 5]);
  });

  test("a pickle of plain arrays equals it, in column-major order too", () => {
    expect(read(arrays())).toEqual(fromNpz);
    const { weights } = dense;
    expect(read({ ...arrays(), weights: py.array([V, J], transposed(weights), true) })).toEqual(fromNpz);
  });

  test("a pickle as published equals it: chumpy's arrays and choices, scipy's matrix, signed parents", () => {
    const { shape, data } = dense.shapedirs;
    // The file's array has a third direction, of which the choice takes two.
    const wide = range(V * 3 * 3, (i) => (i % 3 === 2 ? 99 : data[Math.floor(i / 3) * S + (i % 3)]));
    const picks = Int32Array.from({ length: data.length }, (_, i) => Math.floor(i / S) * 3 + (i % S));
    const published = {
      ...arrays(),
      v_template: py.object("chumpy.ch\nCh", { x: arrays().v_template, _itr: "N" }),
      shapedirs: py.object("chumpy.reordering\nSelect", {
        a: py.object("chumpy.ch\nCh", { x: py.array([V, 3, 3], wide) }),
        idxs: py.array([picks.length], picks),
        preferred_shape: py.ints(shape),
      }),
      J_regressor: py.object("scipy.sparse.csc\ncsc_matrix", csc()),
      kintree_table: py.array([2, J], Int32Array.of(-1, 0, 1, 0, 1, 2)),
      bs_style: py.str("lbs"),
    };
    expect(read(published)).toEqual(fromNpz);
  });

  test("all of scipy's layouts give one matrix", () => {
    const value = (object: string) => readPickle(pickled(object));
    const want = sparseOf(value(arrays().J_regressor), V, "test");
    const { columns, values, offsets } = want;
    const rows = Int32Array.from([0, 0, 1, 2, 2]);
    const shared = { _shape: py.ints([J, V]), data: py.array([5], Float64Array.from(values)) };
    const csr = {
      ...shared,
      indices: py.array([5], Int32Array.from(columns)),
      indptr: py.array([J + 1], Int32Array.from(offsets)),
    };
    const coo = { ...shared, row: py.array([5], rows), col: py.array([5], Int32Array.from(columns)) };
    for (const object of [
      py.object("scipy.sparse.csr\ncsr_matrix", csr),
      py.object("scipy.sparse.coo\ncoo_matrix", coo),
      py.object("scipy.sparse.csc\ncsc_matrix", csc()),
    ])
      expect(sparseOf(value(object), V, "test")).toEqual(want);
  });

  test("objects inside an npz are read as safely", () => {
    const header = "{'descr': '|O', 'fortran_order': False, 'shape': (), }".padEnd(117);
    const object = `cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00tU\x01btR(K\x01)cnumpy\ndtype\n(U\x02O8K\x00K\x01tR(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x3ftb\x89]${py.object("scipy.sparse.csc\ncsc_matrix", csc())}atb`;
    const npy = (content: string) =>
      Uint8Array.from([
        ...Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0),
        ...new TextEncoder().encode(`${header}\n`),
        ...pickled(content),
      ]);
    const withObject = (content: string) => {
      const files: Zippable = { "J_regressor.npy": npy(content) };
      for (const key of Object.keys(dense).filter((name) => name !== "J_regressor"))
        files[`${key}.npy`] = numberFile(key);
      return zipSync(files);
    };
    expect(readBody(withObject(object), "test.pkl")).toEqual(fromNpz);
    expect(() => readBody(withObject("cos\nsystem\n(U\x02lstR"))).toThrow(/os.system|os system/);
  });

  test("what isn't wanted is left out", () => {
    expect(read(arrays(), { correctives: false }).correctives).toBeNull();
    const less = read(arrays(), { shapes: 1 });
    expect(less.shapeCount).toBe(1);
    expect(less.shapes[4]).toBeCloseTo(dense.shapedirs.data[8], 7);
    const { posedirs: _, ...without } = arrays();
    expect(read(without).correctives).toBeNull();
  });

  test("an extension's keys take the place of the file's", () => {
    const weights = { shape: [V, J], data: range(V * J, (i) => (i % J === 0 ? 1 : 0)) };
    const over = writeNpz({ weights });
    expect(read(arrays(), { over }).weights.perVertex).toBe(1);
  });

  test.each<[string, Record<string, string | undefined>, RegExp]>([
    ["a key is missing", { weights: undefined }, /"weights": is nothing/],
    ["an array has another shape", { v_template: py.array([3, V], range(3 * V, () => 0)) }, /"v_template": is \[3,5\], expected any × 3/],
    ["there are as many correctives as another model has", { posedirs: py.array([V, 3, 9], range(27 * V, () => 1)) }, /expected 5 × 3 × 18/],
    ["weights don't sum to 1", { weights: py.array([V, J], range(V * J, () => 0.5)) }, /vertex 0 sum to 1.5/],
    ["a parent stands behind its child", { kintree_table: py.array([2, J], Int32Array.of(-1, 2, 0, 0, 1, 2)) }, /joint 1 has the parent 2/],
    ["there is no root", { kintree_table: py.array([2, J], Int32Array.of(0, 0, 1, 0, 1, 2)) }, /joint 0 has the parent 0/],
    ["a triangle names a vertex that isn't there", { f: py.array([1, 3], Uint32Array.of(0, 1, 5)) }, /vertex 5 of 5/],
    ["a regressor has another body's columns", { J_regressor: py.array([J, 4], range(4 * J, () => 1)) }, /"J_regressor": is \[3,4\]/],
    ["a sparse matrix points outside", { J_regressor: py.object("scipy.sparse.csc\ncsc_matrix", { ...csc(), indices: py.array([5], Int32Array.of(0, 0, 1, 2, 7)) }) }, /row 7/],
    ["a sparse matrix's pointers fall", { J_regressor: py.object("scipy.sparse.csc\ncsc_matrix", { ...csc(), indptr: py.array([6], Int32Array.of(0, 3, 1, 4, 4, 5)) }) }, /pointers/],
    ["a choice is outside of its array", { v_template: py.object("chumpy.reordering\nSelect", { a: arrays().v_template, idxs: py.array([1], Int32Array.of(99)) }) }, /number 99 is selected of 15/],
    ["an array is a text", { v_template: py.str("no") }, /is a string, expected an array/],
    ["a class isn't known", { v_template: py.object("chumpy.ch_ops\nadd", { x: "N" }) }, /chumpy.ch_ops/],
  ])("refused: %s", (_, change, message) => {
    const entries = Object.fromEntries(
      Object.entries({ ...arrays(), ...change }).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    expect(() => read(entries)).toThrow(message);
    expect(() => read(entries)).toThrow(MareyError);
  }); // biome-ignore format: a table

  test("a pickle of something else is refused", () => {
    expect(() => readBody(pickled("]"))).toThrow(/holds a list, expected a dict/);
  });
});

/** One array as its file. */
function numberFile(key: string): Uint8Array {
  const { shape, data } = dense[key];
  const type = data instanceof Float64Array ? "<f8" : "<u4";
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(", ")}), }`.padEnd(117);
  const bytes = new Uint8Array(128 + data.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
  bytes.set(new TextEncoder().encode(`${header}\n`), 10);
  bytes.set(new Uint8Array(data.buffer), 128);
  return bytes;
}
