import { MareyError } from "../error.js";
import {
  type NpyArray,
  type NpyContent,
  type NpyInput,
  type NpyReadOptions,
  npyParts,
  readNpy,
} from "./npy.js";
import { joinPieces } from "./pieces.js";
import { readZip, zipPieces } from "./zip.js";

/** Arrays and texts of a `.npz` file, by name. */
export type Npz = Map<string, NpyContent>;

/**
 * Reads a `.npz` archive of arrays; a structured array becomes one array per field, named by the field.
 *
 * @throws MareyError of `readZip` and `readNpy`, naming the array.
 */
export function readNpz(bytes: Uint8Array, name = "npz", options: NpyReadOptions = {}): Npz {
  const arrays: Npz = new Map();
  for (const [file, content] of readZip(bytes, name)) {
    const key = file.replace(/\.npy$/, "");
    const array = readNpy(content, `${name}, array "${key}"`, options);
    if (array instanceof Map) for (const [field, part] of array) arrays.set(field, part);
    else arrays.set(key, array);
  }
  return arrays;
}

/** Writes arrays and lists of texts as a `.npz` archive, uncompressed as `numpy.savez` does. */
export function writeNpz(arrays: Readonly<Record<string, NpyInput>>): Uint8Array<ArrayBuffer> {
  return joinPieces(npzPieces(arrays));
}

/** `writeNpz` in pieces, without a copy of the arrays: they must stay as they are until all pieces are written. */
export function npzPieces(arrays: Readonly<Record<string, NpyInput>>): Generator<Uint8Array> {
  return zipPieces(
    Object.entries(arrays).map(([name, array]) => ({ name: `${name}.npy`, parts: npyParts(array) })),
  );
}

/**
 * The array `key` of a file as numbers of the given shape; a length of −1 fits any.
 *
 * @throws MareyError `NPZ_ARRAY` when it is missing, text, or of another shape.
 */
export function npzArray(npz: Npz, key: string, shape: readonly number[], name: string): NpyArray {
  const array = npz.get(key);
  const fits =
    array !== undefined &&
    "data" in array &&
    array.shape.length === shape.length &&
    array.shape.every((n, axis) => shape[axis] === -1 || n === shape[axis]);
  if (fits) return array as NpyArray;
  const wanted = shape.map((n) => (n === -1 ? "any" : n)).join(" × ");
  throw new MareyError(
    "NPZ_ARRAY",
    name,
    `array "${key}" ${array ? `is ${array.dtype} [${array.shape}]` : "is missing"}, expected numbers of ${wanted}`,
    "Write the file with Marey, or see the names and shapes that it documents",
  );
}
