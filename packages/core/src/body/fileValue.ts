import { MareyError } from "../error.js";
import { isKind, itemsOf, kindOf, type PickleObject, type PickleValue } from "../format/pickleValue.js";
import type { SparseRows } from "./model.js";
import { entriesOf, sparseRows } from "./sparse.js";

/** A dense array of a body file. */
export interface Dense {
  shape: readonly number[];
  data: ArrayLike<number>;
}

/** Wrappers that stand around an array in published files; more is a loop. */
const DEEPEST = 8;
const REMEDY = "Take the file as its authors publish it, or save its arrays with numpy.savez";

/** The error of a body file that can't be right. */
export const badFile = (where: string, what: string): MareyError =>
  new MareyError("BODY_FILE", where, what, REMEDY);

const isSparse = (value: PickleObject) => value.class.startsWith("scipy.sparse");

/**
 * The array that a value of a body file holds: NumPy's own, chumpy's (`Ch` has its numbers under `x`; `Select` picks from
 * another array), scipy's sparse matrices, and any of them as the only object of an array.
 */
export function denseOf(value: PickleValue | undefined, where: string, depth = 0): Dense {
  if (depth > DEEPEST) throw badFile(where, "its array is wrapped in itself");
  if (isKind(value, "ndarray")) {
    if ("items" in value && value.items.length === 1) return denseOf(value.items[0], where, depth + 1);
    if (!("data" in value)) throw badFile(where, `holds ${value.dtype} values, expected numbers`);
    const { shape, data } = value;
    const wide = data instanceof BigInt64Array || data instanceof BigUint64Array;
    return { shape, data: wide ? Float64Array.from(data, Number) : data };
  }
  if (!isKind(value, "object")) throw badFile(where, `is ${kindOf(value)}, expected an array`);
  if (value.class === "chumpy.ch.Ch") return denseOf(stateOf(value, "x"), where, depth + 1);
  if (value.class === "chumpy.reordering.Select") return selected(value, where, depth);
  if (!isSparse(value)) throw badFile(where, `is ${kindOf(value)}, expected an array`);
  const { rows, columns, entries } = sparseEntries(value, where);
  const data = new Float64Array(rows * columns);
  for (const [row, column, entry] of entries) data[row * columns + column] += entry;
  return { shape: [rows, columns], data };
}

/** The matrix that a value holds, by rows; `columns` is what it must have. */
export function sparseOf(value: PickleValue | undefined, columns: number, where: string): SparseRows {
  const inner =
    isKind(value, "ndarray") && "items" in value && value.items.length === 1 ? value.items[0] : value;
  if (isKind(inner, "object") && isSparse(inner)) {
    const matrix = sparseEntries(inner, where);
    if (matrix.columns !== columns)
      throw badFile(where, `is ${matrix.rows} × ${matrix.columns}, expected ${columns} columns`);
    return sparseRows(matrix.rows, matrix.entries);
  }
  const { shape, data } = denseOf(inner, where);
  if (shape.length !== 2 || shape[1] !== columns)
    throw badFile(where, `is [${shape}], expected any × ${columns}`);
  return sparseRows(shape[0], entriesOf(data, columns));
}

/** An attribute of an object. */
function stateOf(object: PickleObject, key: string): PickleValue | undefined {
  return isKind(object.state, "dict") ? object.state.entries.get(key) : undefined;
}

/** chumpy's `Select`: a.flat[idxs], reshaped. */
function selected(object: PickleObject, where: string, depth: number): Dense {
  const from = denseOf(stateOf(object, "a"), `${where}, chumpy's a`, depth + 1);
  const picks = denseOf(stateOf(object, "idxs"), `${where}, chumpy's idxs`, depth + 1);
  const wanted = stateOf(object, "preferred_shape");
  const shape =
    wanted === undefined || wanted === null
      ? picks.shape
      : sizesOf(wanted, `${where}, chumpy's preferred_shape`);
  if (shape.reduce((product, n) => product * n, 1) !== picks.data.length)
    throw badFile(where, `${picks.data.length} selected numbers don't have the shape [${shape}]`);
  const data = Float64Array.from(picks.data, (pick) => {
    const value = from.data[pick];
    if (value === undefined) throw badFile(where, `number ${pick} is selected of ${from.data.length}`);
    return value;
  });
  return { shape, data };
}

function sizesOf(value: PickleValue | undefined, where: string): number[] {
  const sizes = isKind(value, "ndarray")
    ? Array.from(denseOf(value, where).data)
    : itemsOf(value)?.map(plain);
  if (!sizes?.every((n) => Number.isSafeInteger(n) && n >= 0)) throw badFile(where, "is no list of sizes");
  return sizes;
}

const plain = (value: PickleValue) => Number(isKind(value, "numpyScalar") ? value.value : value);

interface Entries {
  rows: number;
  columns: number;
  entries: Iterable<readonly [number, number, number]>;
}

/** The entries of scipy's `csc_matrix`, `csr_matrix`, `coo_matrix`; each is checked to lie inside. */
function sparseEntries(object: PickleObject, where: string): Entries {
  const shape = sizesOf(stateOf(object, "_shape") ?? stateOf(object, "shape"), `${where}, its shape`);
  if (shape.length !== 2) throw badFile(where, `has ${shape.length} axes, expected 2`);
  const [rows, columns] = shape;
  const list = (key: string) => denseOf(stateOf(object, key), `${where}, its ${key}`).data;
  const values = list("data");
  const [row, column] = object.class.endsWith("coo_matrix")
    ? cooIndices(object, where)
    : object.class.endsWith("csc_matrix")
      ? [list("indices"), unrolled(list("indptr"), columns, values.length, where)]
      : [unrolled(list("indptr"), rows, values.length, where), list("indices")];
  if (row.length !== values.length || column.length !== values.length)
    throw badFile(where, `has ${values.length} values at ${row.length} rows and ${column.length} columns`);
  return { rows, columns, entries: checkedEntries(row, column, values, rows, columns, where) };
}

function* checkedEntries(
  row: ArrayLike<number>,
  column: ArrayLike<number>,
  values: ArrayLike<number>,
  rows: number,
  columns: number,
  where: string,
): Generator<readonly [number, number, number]> {
  for (let i = 0; i < values.length; i++) {
    if (!(row[i] >= 0 && row[i] < rows && column[i] >= 0 && column[i] < columns))
      throw badFile(
        where,
        `its entry ${i} lies at row ${row[i]}, column ${column[i]} of ${rows} × ${columns}`,
      );
    yield [row[i], column[i], values[i]];
  }
}

/** Rows and columns of a `coo_matrix`: under `row` and `col`, or as `coords` in newer versions. */
function cooIndices(object: PickleObject, where: string): [ArrayLike<number>, ArrayLike<number>] {
  const [row, column] = itemsOf(stateOf(object, "coords")) ?? [
    stateOf(object, "row"),
    stateOf(object, "col"),
  ];
  return [denseOf(row, `${where}, its rows`).data, denseOf(column, `${where}, its columns`).data];
}

/** The compressed axis of a sparse matrix, one index per value. */
function unrolled(pointers: ArrayLike<number>, lines: number, count: number, where: string): Uint32Array {
  const out = new Uint32Array(count);
  let fits = pointers.length === lines + 1 && pointers[0] === 0 && pointers[lines] === count;
  for (let line = 0; line < lines && fits; line++) {
    fits = pointers[line] <= pointers[line + 1];
    if (fits) out.fill(line, pointers[line], pointers[line + 1]);
  }
  if (!fits) throw badFile(where, `its pointers don't part ${count} values into ${lines}`);
  return out;
}
