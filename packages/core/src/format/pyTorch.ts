import { MareyError } from "../error.js";
import { unpickle } from "./pickle.js";
import { budgetFor, spend } from "./pickleMachine.js";
import type { PickleStorage, PickleValue } from "./pickleValue.js";
import { isLegacyPyTorch, readLegacyPyTorch } from "./pyTorchLegacy.js";
import { storageOf, torchNames } from "./pyTorchNames.js";
import { fillTensors, type PendingTensor, storageElementBytes } from "./pyTorchTensor.js";
import { openZip } from "./zip.js";

/**
 * Reads a checkpoint of PyTorch's `torch.save`: the zip format (since 1.6, TorchScript archives too, whose code is not
 * looked at) and the legacy one before it.
 *
 * What comes back is data through and through: dicts, lists, numbers, tensors (`PickleTensor`), and inert records of
 * what else was saved. Which names a file may hold, and why any other is refused, `readPickle` says; here PyTorch's
 * tensors, storages, types and devices are on the list too. `stateDictOf` finds the weights in the result.
 *
 * @throws MareyError `PICKLE_UNSAFE` naming a function or class that may not be read; `PYTORCH_INVALID`, `ZIP_INVALID`,
 *   `PICKLE_INVALID` for damaged files; `PYTORCH_TYPE` for element types without an equal here; `PICKLE_LIMIT`.
 */
export function readPyTorch(bytes: Uint8Array, name = "checkpoint"): PickleValue {
  if (isZip(bytes)) return readArchive(bytes, name);
  if (isLegacyPyTorch(bytes)) return readLegacyPyTorch(bytes, name);
  throw new MareyError("PYTORCH_INVALID", name, `it is no PyTorch file: ${whatElse(bytes)}`, remedy);
}

const remedy = "Copy or download the file again; it may be cut off or damaged";

/** Whether bytes begin as a zip archive does. */
export const isZip = (bytes: Uint8Array): boolean =>
  bytes.length > 3 && bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;

function whatElse(bytes: Uint8Array): string {
  if (bytes.length === 0) return "it is empty";
  const start = new TextDecoder().decode(bytes.subarray(0, 512));
  if (/^\s*<(!doctype|html|\?xml)/i.test(start))
    return "it is a web page, perhaps an error message of a download";
  if (start.startsWith("version https://git-lfs"))
    return "it is a pointer of Git LFS; `git lfs pull` fetches the file";
  if (start.slice(257, 262) === "ustar") return "it is a tar archive, the format before PyTorch 0.1.10";
  return "it begins neither as a zip archive nor as a file of torch.save";
}

/** The zip format: `FOLDER/data.pkl`, whose persistent ids name the records `FOLDER/data/KEY`. */
function readArchive(bytes: Uint8Array, name: string): PickleValue {
  const invalid = (what: string) => new MareyError("PYTORCH_INVALID", name, what, remedy);
  const files = openZip(bytes, name);
  const pickles = [...files.keys()].filter((file) => /(^|\/)data\.pkl$/.test(file));
  const [pickle] = pickles.sort((a, b) => a.length - b.length);
  if (pickle === undefined) throw invalid("the archive has no data.pkl: it isn't one of torch.save");
  const folder = pickle.slice(0, -"data.pkl".length);
  const budget = budgetFor(bytes.length);
  const record = (file: string) => {
    const packed = files.get(folder + file);
    if (packed) spend(budget, packed.size, name);
    return packed?.unpacked();
  };
  const order = new TextDecoder().decode(record("byteorder") ?? new Uint8Array(0));
  if (order !== "" && order !== "little" && order !== "big") throw invalid(`its byte order is "${order}"`);
  const pending: PendingTensor[] = [];
  const { value } = unpickle(record("data.pkl") as Uint8Array, `${name}, ${pickle}`, {
    allowed: torchNames(pending),
    persistent: storageOf,
    budget,
  });
  const bytesOf = (storage: PickleStorage) => {
    const data = record(`data/${storage.key}`);
    if (!data) throw invalid(`record data/${storage.key} is missing`);
    const size = storageElementBytes(storage.dtype);
    return order === "big" ? reversed(data, storage.dtype[0] === "C" ? size / 2 : size) : data;
  };
  fillTensors(pending, bytesOf, budget, name);
  return value;
}

/** The bytes with each element of `size` bytes turned around. */
function reversed(bytes: Uint8Array, size: number): Uint8Array {
  const copy = new Uint8Array(bytes);
  for (let i = 0; i + size <= copy.length; i += size) copy.subarray(i, i + size).reverse();
  return copy;
}
