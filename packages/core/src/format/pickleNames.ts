import {
  type Allowed,
  type AllowList,
  append,
  invalid,
  type Machine,
  type Maker,
  makeDict,
  makeList,
  makerOf,
  makeTuple,
  setItems,
  spend,
} from "./pickleMachine.js";
import { latin1Bytes } from "./pickleText.js";
import { isKind, itemsOf, kindOf, type PickleValue } from "./pickleValue.js";

/** Makes an inert record of a class. */
export const objectOf =
  (name: string): Maker =>
  (args) => ({ kind: "object", class: name, args, state: null });

const bytesOf = (machine: Machine, value: PickleValue | undefined): Uint8Array => {
  if (value === undefined) return new Uint8Array(0);
  if (value instanceof Uint8Array) return value;
  const bytes = typeof value === "string" ? encoded(machine, value) : undefined;
  const items = itemsOf(value);
  if (items) spend(machine.budget, items.length, machine.name);
  if (items?.every((item) => typeof item === "number")) return Uint8Array.from(items as number[]);
  if (!bytes) throw invalid(machine, `${kindOf(value)} can't become bytes`);
  return bytes;
};

function encoded(machine: Machine, text: string): Uint8Array | undefined {
  spend(machine.budget, text.length, machine.name);
  return latin1Bytes(text);
}

/** `_codecs.encode(text, "latin1")`: how protocols below 3 hold bytes. */
const encode: Maker = ([text, coding = "utf-8"], machine) => {
  if (typeof text !== "string") throw invalid(machine, `${kindOf(text)} is no text to encode`);
  const latin =
    typeof coding === "string" && /^(latin[-_]?1|iso-?8859-1|ascii|raw_unicode_escape)$/i.test(coding);
  const bytes = latin ? encoded(machine, text) : undefined;
  if (bytes) return bytes;
  if (coding !== "utf-8" && coding !== "utf8") throw invalid(machine, "a text can't be encoded as it asks");
  spend(machine.budget, 3 * text.length, machine.name);
  return new TextEncoder().encode(text);
};

/** The items of what a container is made of. */
function items(machine: Machine, value: PickleValue | undefined): PickleValue[] {
  const found = value === undefined ? [] : isKind(value, "set") ? value.items : itemsOf(value);
  if (!found) throw invalid(machine, `${kindOf(value)} holds no items`);
  spend(machine.budget, 8 * found.length, machine.name);
  return found;
}

const dictOf =
  (ordered: boolean): Maker =>
  ([source], machine) => {
    const dict = makeDict(machine, ordered);
    if (isKind(source, "dict")) {
      spend(machine.budget, 16 * source.entries.size, machine.name);
      for (const [key, value] of source.entries) dict.entries.set(key, value);
    } else
      for (const pair of items(machine, source))
        setItems(machine, dict, itemsOf(pair)?.slice(0, 2) ?? [null]);
    return dict;
  };

const setOf: Maker = ([source], machine) => {
  const set: PickleValue = { kind: "set", items: [] };
  append(machine, set, items(machine, source));
  return set;
};

/** `copyreg._reconstructor(class, base, state)`, how protocols 0 and 1 make objects, and `__newobj__(class, …)`. */
const reconstruct: Maker = ([callee, ...args], machine) => {
  if (!isKind(callee, "global") || /^copy_?reg /.test(callee.value))
    throw invalid(machine, `${kindOf(callee)} is no class`);
  return makerOf(machine, callee)(args, machine);
};

const reconstructor: Maker = ([callee, , state], machine) =>
  reconstruct(state === null || state === undefined ? [callee] : [callee, state], machine);

const number: Maker = ([value = 0], machine) => {
  if (typeof value !== "number" && typeof value !== "bigint" && typeof value !== "boolean")
    throw invalid(machine, `${kindOf(value)} is no number`);
  return value;
};

/** Classes and functions of Python itself. Of the built-in functions none is here: each could start others. */
const builtins: Readonly<Record<string, Maker>> = {
  set: setOf,
  frozenset: setOf,
  list: ([source], m) => makeList(m, [...items(m, source)]),
  tuple: ([source], m) => makeTuple(m, [...items(m, source)]),
  dict: dictOf(false),
  bytes: ([source], m) => bytesOf(m, source),
  bytearray: ([source, coding], m) =>
    coding === undefined ? bytesOf(m, source) : encode([source, coding], m),
  complex: ([re = 0, im = 0], m) => ({ kind: "complex", re: real(m, re), im: real(m, im) }),
  int: number,
  long: number,
  float: number,
  bool: number,
  str: ([text = ""]) => text,
  unicode: ([text = ""]) => text,
  object: objectOf("object"),
  slice: objectOf("slice"),
  range: objectOf("range"),
  xrange: objectOf("range"),
};

const real = (machine: Machine, value: PickleValue) => Number(number([value], machine));

const collections: Readonly<Record<string, Maker>> = {
  OrderedDict: dictOf(true),
  Counter: dictOf(false),
  // The first argument makes missing values; nothing is missing in a file.
  defaultdict: ([, source], m) => dictOf(false)(source === undefined ? [] : [source], m),
  deque: ([source], m) => makeList(m, [...items(m, source)]),
};

/** Classes whose instances only carry data, beside the weights of published checkpoints or as containers of them. */
const carriers = [
  "argparse Namespace",
  "types SimpleNamespace",
  "datetime datetime",
  "datetime date",
  "datetime timedelta",
  "pathlib PosixPath",
  "pathlib WindowsPath",
  "pathlib PurePosixPath",
  "pathlib PureWindowsPath",
  "pathlib Path",
  "pathlib._local PosixPath",
  "pathlib._local WindowsPath",
  "easydict EasyDict",
  "yacs.config CfgNode",
  "addict.addict Dict",
  "mmcv.utils.config ConfigDict",
  "mmengine.config.config ConfigDict",
  "mmengine.logging.history_buffer HistoryBuffer",
  // Body models: chumpy's arrays with their numbers under "x", and scipy's sparse matrices.
  "chumpy.ch Ch",
  "chumpy.reordering Select",
  "scipy.sparse.csc csc_matrix",
  "scipy.sparse._csc csc_matrix",
  "scipy.sparse.csr csr_matrix",
  "scipy.sparse._csr csr_matrix",
  "scipy.sparse.coo coo_matrix",
  "scipy.sparse._coo coo_matrix",
];

const table = new Map<string, Maker>([
  ...["builtins", "__builtin__"].flatMap((module) =>
    Object.entries(builtins).map(([name, maker]) => [`${module} ${name}`, maker] as const),
  ),
  ...Object.entries(collections).map(([name, maker]) => [`collections ${name}`, maker] as const),
  ...["copyreg", "copy_reg"].flatMap(
    (module) =>
      [
        [`${module} _reconstructor`, reconstructor],
        [`${module} __newobj__`, reconstruct],
      ] as const,
  ),
  ["_codecs encode", encode],
  ...carriers.map((name) => [name, objectOf(name.replace(" ", "."))] as const),
]);

/**
 * An allow-list of `entries`, by "module name". The two are compared whole: a dotted name can't reach through a module to
 * another, as Python's own lookup lets it.
 */
export const namesOf =
  (entries: ReadonlyMap<string, Allowed>): AllowList =>
  (module, name) =>
    entries.get(`${module} ${name}`);

/** The allow-list of Python's own names and of classes that only carry data. */
export const pythonNames: AllowList = namesOf(table);
