import { MareyError } from "../error.js";
import { type NpyContent, npyOfBytes } from "./npy.js";
import { type AllowList, invalid, type Machine, type Maker, spend } from "./pickleMachine.js";
import { namesOf, objectOf } from "./pickleNames.js";
import { latin1Bytes } from "./pickleText.js";
import {
  isKind,
  itemsOf,
  kindOf,
  type PickleArray,
  type PickleName,
  type PickleValue,
} from "./pickleValue.js";

/** `_reconstruct(class, shape, type)`: an array whose numbers come with its state. */
const reconstruct: Maker = () => ({ kind: "ndarray", dtype: "|u1", shape: [0], data: new Uint8Array(0) });

/** `dtype("f8", align, copy)`; its state adds the byte order. */
const makeDtype: Maker = ([code], machine) => {
  if (isKind(code, "numpyDtype")) return { ...code };
  const name = isKind(code, "global") ? code.value.replace("numpy ", "") : code;
  if (typeof name !== "string" || name.length > 64)
    throw invalid(machine, `${kindOf(code)} names no NumPy type`);
  return { kind: "numpyDtype", value: ordered(name, "<") };
};

/** A type with its byte order, as NumPy writes it; a single byte has none. */
function ordered(code: string, order: string): string {
  const bare = code.replace(/^[<>|=]/, "");
  const native = order === "=" ? "<" : order;
  return (
    (/^([bBiu?]1?|S\d*|O\d*)$/.test(bare) ? "|" : native === "|" && /^[fiuUc]/.test(bare) ? "<" : native) +
    bare
  );
}

/** The state of a dtype is (version, order, subtype, names, fields, …). */
export function setDtypeState(machine: Machine, target: PickleName<"numpyDtype">, state: PickleValue): void {
  const [, order, subtype, names] = itemsOf(state) ?? [];
  if (typeof order !== "string" || !/^[<>|=]$/.test(order))
    throw invalid(machine, "a NumPy type has no byte order");
  target.value = subtype || names ? "|V" : ordered(target.value, order);
}

/** The state of an array is (version, shape, dtype, is Fortran, bytes or a list of objects); old ones lack the version. */
export function setArrayState(machine: Machine, target: PickleArray, state: PickleValue): void {
  const parts = itemsOf(state) ?? [];
  const [shape, dtype, fortran, data] = parts.length === 5 ? parts.slice(1) : parts;
  const sizes = itemsOf(shape);
  if (
    !sizes?.every((n): n is number => Number.isSafeInteger(n) && (n as number) >= 0) ||
    !isKind(dtype, "numpyDtype")
  )
    throw invalid(machine, "an array has no valid shape or type");
  // Others may hold this record already, so it becomes what it is and isn't replaced.
  spend(machine.budget, 8 * sizes.length, machine.name);
  const content = arrayOf(machine, dtype.value, [...sizes], fortran === true, data);
  for (const key of Object.keys(target)) Reflect.deleteProperty(target, key);
  Object.assign(target, content);
}

/** An array's content; one of a type that isn't read becomes an object, so that what stands beside it can be read. */
function arrayOf(
  machine: Machine,
  dtype: string,
  shape: number[],
  fortran: boolean,
  data: PickleValue | undefined,
): PickleValue {
  if (/^\|O/.test(dtype)) return objectArray(machine, shape, fortran, data);
  const bytes = typeof data === "string" ? latin1Bytes(data) : data;
  if (!(bytes instanceof Uint8Array))
    throw invalid(machine, `an array holds ${kindOf(data)} instead of bytes`);
  spend(machine.budget, 2 * bytes.length, machine.name);
  try {
    return { kind: "ndarray", ...npyOfBytes(dtype, shape, fortran, bytes, machine.name) };
  } catch (error) {
    if (!(error instanceof MareyError)) throw error;
    if (error.code !== "NPY_TYPE") throw invalid(machine, error.what);
    return { kind: "object", class: "numpy.ndarray", args: [dtype, shape], state: bytes };
  }
}

function objectArray(
  machine: Machine,
  shape: number[],
  fortran: boolean,
  data: PickleValue | undefined,
): PickleValue {
  const items = itemsOf(data);
  const count = shape.reduce((product, n) => product * n, 1);
  if (!items || items.length !== count)
    throw invalid(machine, `an array of ${count} objects holds ${kindOf(data)}`);
  if (fortran && shape.length > 1)
    return { kind: "object", class: "numpy.ndarray", args: [shape], state: items };
  return { kind: "ndarray", dtype: "|O", shape, items };
}

/** `scalar(dtype, bytes)`. */
const makeScalar: Maker = ([dtype, data], machine) => {
  if (!isKind(dtype, "numpyDtype")) throw invalid(machine, "a NumPy scalar has no type");
  const array = /^\|O/.test(dtype.value) ? null : arrayOf(machine, dtype.value, [], false, data);
  if (!isKind(array, "ndarray") || "items" in array)
    return objectOf("numpy.scalar")([dtype, data ?? null], machine);
  return { kind: "numpyScalar", dtype: dtype.value, value: first(array) };
};

const first = (array: NpyContent) => ("text" in array ? (array.text[0] ?? "") : array.data[0]);

/** `_frombuffer(bytes, dtype, shape, order)`, how protocol 5 holds arrays. */
const fromBuffer: Maker = ([data, dtype, shape, order], machine) => {
  const array: PickleArray = { kind: "ndarray", dtype: "|u1", shape: [0], data: new Uint8Array(0) };
  setArrayState(machine, array, {
    kind: "tuple",
    items: [shape ?? null, dtype ?? null, order === "F", data ?? null],
  });
  return array;
};

/** NumPy's modules, of which those with an underscore are version 2's. */
const arrayNames = ["core", "_core"].flatMap((core): [string, Maker][] => [
  [`numpy.${core}.multiarray _reconstruct`, reconstruct],
  [`numpy.${core}.multiarray scalar`, makeScalar],
  [`numpy.${core}.numeric _frombuffer`, fromBuffer],
]);

/** Types that are named by themselves, such as the class of an array. */
const classNames = [
  "ndarray", "matrix", "generic", "bool_", "float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8",
  "uint16", "uint32", "uint64",
].map((name): [string, Maker] => [`numpy ${name}`, objectOf(`numpy.${name}`)]); // biome-ignore format: a table

/** Random states stay objects; `randomStateOf` reads the one that is of use. */
const randomNames = [
  "numpy.random __RandomState_ctor",
  "numpy.random._pickle __randomstate_ctor",
  "numpy.random._pickle __bit_generator_ctor",
  "numpy.random._pickle __generator_ctor",
  "numpy.random.mtrand RandomState",
  "numpy.random._mt19937 MT19937",
  "numpy.random._pcg64 PCG64",
  "numpy.random.bit_generator SeedSequence",
  "numpy.random.bit_generator __pyx_unpickle_SeedSequence",
].map((name): [string, Maker] => [name, objectOf(name.replace(" ", "."))]);

/** The allow-list of NumPy's names. */
export const numpyNames: AllowList = namesOf(
  new Map([...arrayNames, ...classNames, ...randomNames, ["numpy dtype", makeDtype]]),
);
