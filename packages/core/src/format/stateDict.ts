import { MareyError } from "../error.js";
import { isKind, kindOf, type PickleArray, type PickleTensor, type PickleValue } from "./pickleValue.js";
import type { StoredTensor } from "./storedTensor.js";

/** Under these keys training programs put the weights, the likeliest first. */
const WRAPPINGS = [
  "state_dict", "model_state_dict", "model_pos", "model", "network", "net", "module", "weights", "params_ema", "params",
  "ema", "generator", "gen_state_dict", "model_state",
]; // biome-ignore format: a table

/** What wrappers around a model put before the names of all its tensors: DataParallel, torch.compile. */
const PREFIXES = ["module.", "_orig_mod."];

/**
 * The named tensors of a checkpoint.
 *
 * Without `key`, those of the value itself if it holds any; else of its entry `state_dict`, `model_state_dict`,
 * `model_pos`, `model` … (the first that has tensors); of a TorchScript module, those of its parts with dotted names. A
 * prefix that all names share because of a wrapper (`module.`) is taken off; entries that are no tensors (a step counter,
 * None) are left out.
 *
 * @param key The entry to take instead, or a path of entries with a slash between them: "ema/model".
 * @returns Tensors by name, in the order of the file.
 * @throws MareyError `STATE_DICT` listing what there is: when there is no such entry, when it is None (which counts as
 *   absent: a checkpoint may name a network that wasn't trained), when no tensors are found.
 */
export function stateDictOf(tree: PickleValue, key?: string, name = "checkpoint"): Map<string, StoredTensor> {
  const chosen = key === undefined ? tree : follow(tree, key, name);
  const found = namedTensors(chosen) ?? (key === undefined ? wrapped(tree) : undefined);
  if (!found) throw absent(`${name}${key === undefined ? "" : `, "${key}"`}`, "no tensors are found", chosen);
  return withoutPrefix(found);
}

type Entries = ReadonlyMap<PickleValue, PickleValue>;

/** The entries of a dict, or the attributes of an object. */
function entriesOf(value: PickleValue | undefined): Entries | undefined {
  if (isKind(value, "dict")) return value.entries;
  if (!isKind(value, "object")) return undefined;
  return value.entries ?? (isKind(value.state, "dict") ? value.state.entries : undefined);
}

function follow(tree: PickleValue, path: string, name: string): PickleValue {
  let at = tree;
  // A key that has a slash in itself goes first.
  const whole = entriesOf(tree)?.has(path) ? [path] : path.split("/");
  for (const key of whole) {
    const next = entriesOf(at)?.get(key) ?? null;
    if (next === null) {
      const there = entriesOf(at)?.has(key);
      throw absent(
        name,
        `entry "${key}" is ${there ? "None: this network isn't in the file" : "missing"}`,
        at,
      );
    }
    at = next;
  }
  return at;
}

const namedTensors = (value: PickleValue) => moduleTensors(value) ?? tensorsOf(value);

/** The tensors that are entries of a value, undefined when there are none. */
function tensorsOf(value: PickleValue | undefined): Map<string, StoredTensor> | undefined {
  const found = new Map<string, StoredTensor>();
  for (const [key, entry] of entriesOf(value) ?? []) {
    const tensor = stored(entry);
    if (tensor && isName(key)) found.set(String(key), tensor);
  }
  return found.size > 0 ? found : undefined;
}

/** A key that can name a tensor. Others aren't even shown: as texts, lists of lists can be of any length. */
const isName = (key: PickleValue) => typeof key === "string" || typeof key === "number";

function wrapped(tree: PickleValue): Map<string, StoredTensor> | undefined {
  const entries = entriesOf(tree);
  for (const key of WRAPPINGS) {
    const value = entries?.get(key);
    const found = value === undefined ? undefined : namedTensors(value);
    if (found) return found;
  }
  return undefined;
}

/** The tensors of a TorchScript module and its parts; a part that is met twice is taken once. */
function moduleTensors(root: PickleValue): Map<string, StoredTensor> | undefined {
  const found = new Map<string, StoredTensor>();
  const seen = new Set<PickleValue>();
  const left: [prefix: string, value: PickleValue][] = [["", root]];
  for (let next = left.pop(); next; next = left.pop()) {
    const [prefix, value] = next;
    if (seen.has(value) || !isKind(value, "object") || !value.class.startsWith("__torch__.")) continue;
    seen.add(value);
    const parts = [...(entriesOf(value) ?? [])].filter(([key]) => isName(key));
    for (const [key, entry] of parts) {
      const tensor = stored(entry);
      if (tensor) found.set(`${prefix}${String(key)}`, tensor);
    }
    // The last is taken first: turned around, they come in the order of the file.
    for (const [key, entry] of parts.reverse()) left.push([`${prefix}${String(key)}.`, entry]);
  }
  return found.size > 0 ? found : undefined;
}

/** A tensor or a NumPy array of a type that weights files hold. */
function stored(value: PickleValue | undefined): StoredTensor | undefined {
  if (isKind(value, "tensor")) return tensorOf(value);
  return isKind(value, "ndarray") ? arrayTensor(value) : undefined;
}

const tensorOf = ({ dtype, shape, data }: PickleTensor): StoredTensor => ({ dtype, shape, data });

const NUMPY: ReadonlyMap<string, string> = new Map([
  ["f8", "F64"], ["f4", "F32"], ["f2", "F16"], ["i8", "I64"], ["i4", "I32"], ["u1", "U8"], ["b1", "BOOL"],
  ["i2", "I16"], ["i1", "I8"], ["u2", "U16"],
]); // biome-ignore format: a table

/** A NumPy array as a tensor, undefined for text, objects and types that no weights have. */
export function arrayTensor(array: PickleArray): StoredTensor | undefined {
  if (!("data" in array)) return undefined;
  const { shape, data } = array;
  const dtype = NUMPY.get(array.dtype.slice(1));
  if (dtype === undefined) return undefined;
  const narrow = data instanceof Int16Array || data instanceof Int8Array || data instanceof Uint16Array;
  return { dtype, shape, data: narrow ? Int32Array.from(data) : (data as StoredTensor["data"]) };
}

function withoutPrefix(tensors: Map<string, StoredTensor>): Map<string, StoredTensor> {
  const prefix = PREFIXES.find((start) => [...tensors.keys()].every((key) => key.startsWith(start)));
  if (prefix === undefined) return tensors;
  return withoutPrefix(new Map([...tensors].map(([key, tensor]) => [key.slice(prefix.length), tensor])));
}

function absent(where: string, what: string, value: PickleValue): MareyError {
  const entries = [...(entriesOf(value) ?? [])].filter(([key]) => isName(key)).slice(0, 20);
  const there =
    entries.length === 0
      ? `there is ${kindOf(value)}`
      : `there are ${entries.map(([key, entry]) => `"${String(key).slice(0, 60)}" (${contents(entry)})`).join(", ")}`;
  return new MareyError("STATE_DICT", where, `${what}; ${there}`, "Name the entry that holds the weights");
}

function contents(value: PickleValue): string {
  const tensors = tensorsOf(value)?.size;
  return tensors === undefined ? kindOf(value) : `${tensors} tensors`;
}
