import { MareyError } from "../error.js";
import { readNpy } from "../format/npy.js";
import { readPickle } from "../format/pickle.js";
import { isKind, kindOf, type PickleValue } from "../format/pickleValue.js";
import { openZip } from "../format/zip.js";
import { badFile } from "./fileValue.js";

/** Looks up a value of a body file by its key. */
export type Fields = (key: string) => PickleValue | undefined;

/**
 * The fields of a body file: a pickled dict, or an `.npz` archive whose arrays are unpacked when they are asked for.
 * Arrays of objects, which NumPy pickles inside the archive, are read as safely as a whole pickle.
 *
 * @throws MareyError of `readPickle` and `openZip`; `BODY_FILE` for a pickle of something else.
 */
export function fieldsOf(bytes: Uint8Array, name: string): Fields {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) {
    const files = openZip(bytes, name);
    return (key) => {
      const file = files.get(`${key}.npy`);
      return file && arrayOf(file.unpacked(), `${name}, array "${key}"`);
    };
  }
  const value = readPickle(bytes, name);
  if (!isKind(value, "dict")) throw badFile(name, `holds ${kindOf(value)}, expected a dict of arrays`);
  return (key) => value.entries.get(key);
}

function arrayOf(bytes: Uint8Array, where: string): PickleValue {
  try {
    const array = readNpy(bytes, where);
    if (array instanceof Map) throw badFile(where, "is a structured array, expected numbers");
    return { kind: "ndarray", ...array };
  } catch (error) {
    if (!(error instanceof MareyError) || error.code !== "NPY_TYPE" || !holdsObjects(bytes)) throw error;
    return readPickle(bytes.subarray(dataOf(bytes)), where);
  }
}

/** Where the data of a `.npy` file that has a valid header begin. */
const dataOf = (bytes: Uint8Array) =>
  bytes[6] === 1
    ? 10 + bytes[8] + 256 * bytes[9]
    : 12 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);

const holdsObjects = (bytes: Uint8Array) =>
  /'descr':\s*'\|O'/.test(new TextDecoder("latin1").decode(bytes.subarray(10, dataOf(bytes))));
