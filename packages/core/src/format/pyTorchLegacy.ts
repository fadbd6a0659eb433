import { MareyError } from "../error.js";
import { unpickle } from "./pickle.js";
import { budgetFor } from "./pickleMachine.js";
import { kindOf, type PickleStorage, type PickleValue } from "./pickleValue.js";
import { storageOf, torchNames } from "./pyTorchNames.js";
import { fillTensors, type PendingTensor, storageElementBytes } from "./pyTorchTensor.js";

/** The file's first pickle, of the number 0x1950a86a20f9469cfc6c; later protocols put a frame around it. */
const MAGIC = [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];
/** The same number as protocols below 2 write it, in digits. */
const MAGIC_DIGITS = new TextEncoder().encode("L119547037146038801333356L\n.");
const VERSION = 1001;

/** Whether bytes begin as a file of `torch.save` before its zip format does. */
export function isLegacyPyTorch(bytes: Uint8Array): boolean {
  if (MAGIC_DIGITS.every((byte, i) => bytes[i] === byte)) return true;
  const at = bytes[2] === 0x95 ? 11 : 2;
  return bytes[0] === 0x80 && MAGIC.every((byte, i) => bytes[at + i] === byte);
}

/**
 * Reads the legacy format: pickles of a magic number, a version, facts about the machine, the object, and the list of
 * storage keys; then for each key its element count (int64) and its elements. All is little-endian, whatever the machine
 * was.
 */
export function readLegacyPyTorch(bytes: Uint8Array, name: string): PickleValue {
  const pending: PendingTensor[] = [];
  const budget = budgetFor(bytes.length);
  const types = new Map<string, string>();
  const persistent = (...[id, machine]: Parameters<typeof storageOf>) => {
    const storage = storageOf(id, machine);
    types.set(storage.key, storage.dtype);
    return storage;
  };
  let at = 0;
  const next = (): PickleValue => {
    const { value, end } = unpickle(bytes, name, { allowed: torchNames(pending), persistent, at, budget });
    at = end;
    return value;
  };
  next();
  const version = next();
  if (version !== VERSION)
    throw invalid(
      name,
      `its version is ${typeof version === "number" ? version : kindOf(version)}, not ${VERSION}`,
    );
  next();
  const value = next();
  const keys = next();
  if (!Array.isArray(keys) || !keys.every(isKey)) throw invalid(name, "the list of its storages is missing");
  const storages = readStorages(bytes, at, keys, types, name);
  const bytesOf = ({ key }: PickleStorage) => {
    const storage = storages.get(key);
    if (!storage) throw invalid(name, `storage "${key}" is missing`);
    return storage;
  };
  fillTensors(pending, bytesOf, budget, name);
  return value;
}

const isKey = (value: PickleValue) => typeof value === "string" || typeof value === "number";

function readStorages(
  bytes: Uint8Array,
  start: number,
  keys: readonly (string | number)[],
  types: ReadonlyMap<string, string>,
  name: string,
): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const storages = new Map<string, Uint8Array>();
  let at = start;
  for (const key of keys.map(String)) {
    const dtype = types.get(key);
    if (dtype === undefined) throw invalid(name, `storage "${key.slice(0, 40)}" belongs to no tensor`);
    if (at + 8 > bytes.length) throw invalid(name, `it ends before storage "${key}"`);
    const size = Number(view.getBigInt64(at, true)) * storageElementBytes(dtype);
    at += 8;
    if (!(size >= 0 && size <= bytes.length - at))
      throw invalid(name, `storage "${key}" claims ${size} bytes, ${bytes.length - at} are left`);
    storages.set(key, bytes.subarray(at, at + size));
    at += size;
  }
  return storages;
}

const invalid = (name: string, what: string) =>
  new MareyError(
    "PYTORCH_INVALID",
    name,
    what,
    "Copy or download the file again; it may be cut off or damaged",
  );
