import { MareyError } from "../error.js";

/** A row of a file: values of a frame, null for NaN; null alone when the whole frame is missing. */
type Row = (number | null)[] | null;

/** An hour of 133 joints at 60 Hz fits twice. */
const LARGEST = 2 ** 28;

/**
 * Values as rows of JSON, one line a frame, rounded; NaN is `null`, and so is a frame without any number.
 *
 * @param confidence Every third value is a confidence, which says nothing where the coordinates are NaN.
 */
export function* writeRows(
  values: ArrayLike<number>,
  frames: number,
  width: number,
  round: (value: number, column: number) => number,
  confidence = false,
): Generator<string> {
  yield "[";
  for (let t = 0; t < frames; t++) {
    let row = "";
    let missing = width > 0;
    for (let c = 0; c < width; c++) {
      const value = values[t * width + c];
      const number = Number.isFinite(value);
      if (number && !(confidence && c % 3 === 2)) missing = false;
      row += (c === 0 ? "" : ",") + (number ? String(round(value, c) + 0) : "null");
    }
    yield `${t === 0 ? "\n" : ",\n"}${missing ? "null" : `[${row}]`}`;
  }
  yield "]";
}

/**
 * Rows of JSON as frames × width numbers; null is NaN.
 *
 * @param where Names file and field for messages.
 * @param make Makes the array that is filled; 32-bit floats when absent.
 * @throws MareyError `MAREY_JSON_INVALID` when rows or values are too many, too few or no numbers.
 */
export function readRows(stored: unknown, frames: number, width: number, where: string): Float32Array;
export function readRows<A extends Float32Array | Uint32Array>(
  stored: unknown,
  frames: number,
  width: number,
  where: string,
  make: (length: number) => A,
): A;
export function readRows(
  stored: unknown,
  frames: number,
  width: number,
  where: string,
  make: (length: number) => Float32Array | Uint32Array = (length) => new Float32Array(length),
): Float32Array | Uint32Array {
  if (!Array.isArray(stored) || stored.length !== frames)
    throw invalidMareyJson(
      where,
      `${Array.isArray(stored) ? stored.length : "no"} rows, expected ${frames} frames`,
    );
  // A null is short and stands for a whole row, so the text's length is no bound.
  if (frames * width > LARGEST)
    throw invalidMareyJson(where, `${frames} × ${width} values are more than are read from JSON`);
  const values = make(frames * width);
  stored.forEach((row: Row, t) => {
    if (row === null) {
      values.fill(NaN, t * width, (t + 1) * width);
      return;
    }
    if (!Array.isArray(row) || row.length !== width)
      throw invalidMareyJson(
        `${where}, row ${t}`,
        `${Array.isArray(row) ? row.length : "no"} values, expected ${width}`,
      );
    for (let c = 0; c < width; c++) {
      const value = row[c];
      if (value !== null && typeof value !== "number")
        throw invalidMareyJson(`${where}, row ${t}`, `value ${c} is no number`);
      values[t * width + c] = value ?? NaN;
    }
  });
  return values;
}

/** Joint states as one digit a joint, one text a frame. */
export function* writeStates(state: Uint8Array, frames: number, joints: number): Generator<string> {
  yield "[";
  for (let t = 0; t < frames; t++)
    yield `${t === 0 ? "\n" : ",\n"}"${state.subarray(t * joints, (t + 1) * joints).join("")}"`;
  yield "]";
}

/** @throws MareyError `MAREY_JSON_INVALID` unless there is a text of `joints` digits 0 to 3 for each frame. */
export function readStates(stored: unknown, frames: number, joints: number, where: string): Uint8Array {
  if (!Array.isArray(stored) || stored.length !== frames)
    throw invalidMareyJson(
      where,
      `${Array.isArray(stored) ? stored.length : "no"} rows, expected ${frames} frames`,
    );
  const state = new Uint8Array(frames * joints);
  stored.forEach((row: unknown, t) => {
    if (typeof row !== "string" || row.length !== joints || !/^[0-3]*$/.test(row))
      throw invalidMareyJson(`${where}, row ${t}`, `not ${joints} digits from 0 to 3`);
    for (let j = 0; j < joints; j++) state[t * joints + j] = row.charCodeAt(j) - 48;
  });
  return state;
}

/** What is said when a Marey JSON file is not as it should be. */
export const invalidMareyJson = (where: string, what: string): MareyError =>
  new MareyError(
    "MAREY_JSON_INVALID",
    where,
    what,
    "Write the file again with Marey, or convert the original again",
  );
