import { MareyError } from "../error.js";

/** Byte orders and float formats of C3D files, by the processor that wrote them. */
export interface C3dNumbers {
  int16: (at: number) => number;
  uint16: (at: number) => number;
  float: (at: number) => number;
}

const REMEDY = "Export the file again";
/** @returns The error for a broken C3D file. */
export const c3dInvalid = (where: string, what: string) => new MareyError("C3D_INVALID", where, what, REMEDY);

/**
 * Number access for processor 84 (Intel), 85 (DEC: F floats, words swapped, 4 times the IEEE value) or 86 (MIPS,
 * big-endian).
 */
export function c3dNumbers(view: DataView, processor: number, name: string): C3dNumbers {
  if (processor < 84 || processor > 86)
    throw c3dInvalid(name, `processor type ${processor} is none of 84 (Intel), 85 (DEC), 86 (MIPS)`);
  const little = processor !== 86;
  const swapped = new DataView(new ArrayBuffer(4));
  const decFloat = (at: number) => {
    swapped.setUint16(0, view.getUint16(at, true));
    swapped.setUint16(2, view.getUint16(at + 2, true));
    return swapped.getFloat32(0) / 4;
  };
  return {
    int16: (at) => view.getInt16(at, little),
    uint16: (at) => view.getUint16(at, little),
    float: processor === 85 ? decFloat : (at) => view.getFloat32(at, little),
  };
}

/** A parameter's values: text (fixed-width rows cut at their trailing spaces) or numbers. */
export type C3dParameter = readonly string[] | readonly number[];

/**
 * Reads the parameter section from byte `start` on.
 *
 * @returns Parameters by `GROUP:NAME`, in capitals.
 */
export function readC3dParameters(
  bytes: Uint8Array,
  start: number,
  numbers: C3dNumbers,
  name: string,
): Map<string, C3dParameter> {
  const groups = new Map<number, string>();
  const found: { group: number; key: string; value: C3dParameter }[] = [];
  const end = Math.min(bytes.length, start + bytes[start + 2] * 512);
  let at = start + 4;
  while (at + 2 <= end) {
    const nameLength = Math.abs((bytes[at] << 24) >> 24);
    const id = (bytes[at + 1] << 24) >> 24;
    if (nameLength === 0) break;
    const offsetAt = at + 2 + nameLength;
    if (offsetAt + 2 > end) throw c3dInvalid(`${name}, byte ${at}`, "a parameter is cut off");
    const key = latin1(bytes, at + 2, nameLength).toUpperCase();
    const offset = numbers.int16(offsetAt);
    if (offset < 0 || (offset > 0 && offset < 2) || offsetAt + offset > end)
      throw c3dInvalid(
        `${name}, byte ${offsetAt}`,
        `parameter "${key}" leads ${offset} bytes on, out of its section`,
      );
    if (id < 0) groups.set(-id, key);
    else if (id > 0) found.push({ group: id, key, value: readValue(bytes, offsetAt + 2, end, numbers, `${name}, parameter ${key}`) }); // biome-ignore format: one act
    if (offset === 0) break;
    at = offsetAt + offset;
  }
  return new Map(found.map(({ group, key, value }) => [`${groups.get(group) ?? group}:${key}`, value]));
}

function readValue(
  bytes: Uint8Array,
  at: number,
  end: number,
  numbers: C3dNumbers,
  where: string,
): C3dParameter {
  const type = (bytes[at] << 24) >> 24;
  const dimensions = Array.from(bytes.subarray(at + 2, at + 2 + bytes[at + 1]));
  const data = at + 2 + bytes[at + 1];
  if (data > end) throw c3dInvalid(where, "its dimensions are cut off");
  const count = dimensions.reduce((product, n) => product * n, 1);
  const size = Math.abs(type);
  if (![-1, 1, 2, 4].includes(type)) throw c3dInvalid(where, `its type ${type} is unknown`);
  if (data + count * size > end) throw c3dInvalid(where, `its ${count} values are cut off`);
  if (type === -1) {
    const width = dimensions[0] ?? 1;
    const rows = width === 0 ? 0 : count / width;
    return Array.from({ length: rows }, (_, i) => latin1(bytes, data + i * width, width).trimEnd());
  }
  return Array.from({ length: count }, (_, i) =>
    type === 1 ? bytes[data + i] : type === 2 ? numbers.int16(data + 2 * i) : numbers.float(data + 4 * i),
  );
}

const latin1 = (bytes: Uint8Array, at: number, length: number) =>
  String.fromCharCode(...bytes.subarray(at, at + length)).replace(/\0+$/, "");
