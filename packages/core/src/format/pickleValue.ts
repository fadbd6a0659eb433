import type { NpyContent } from "./npy.js";
import type { StoredTensor } from "./storedTensor.js";

/**
 * A Python object as data. Nothing here can run: a class that was named in the file is a name, its instance a record.
 *
 * None is null, a list is an array; an int beyond 2^53 is a bigint; bytes, and Python 2's `str` where it isn't ASCII, are
 * a Uint8Array. One object met twice is the same record twice, and an object may hold itself.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | PickleTuple
  | PickleSet
  | PickleDict
  | PickleObject
  | PickleName<"global">
  | PickleName<"device">
  | PickleName<"dtype">
  | PickleName<"numpyDtype">
  | PickleComplex
  | PickleStorage
  | PickleTensor
  | PickleArray
  | PickleScalar;

export interface PickleTuple {
  kind: "tuple";
  items: PickleValue[];
}

/** `set` and `frozenset`, in the order of the file. */
export interface PickleSet {
  kind: "set";
  items: PickleValue[];
}

/** `dict`, `OrderedDict`, `defaultdict`, `Counter`. A Map, so that no key can mean anything to JavaScript. */
export interface PickleDict {
  kind: "dict";
  /** Whether it is an `OrderedDict`. */
  ordered: boolean;
  entries: Map<PickleValue, PickleValue>;
}

/** An instance of a class that is kept as data, such as `argparse.Namespace`. */
export interface PickleObject {
  kind: "object";
  /** Module and name, joined by a dot. */
  class: string;
  /** What it was made of. */
  args: PickleValue[];
  /** Its attributes, mostly a dict; null when the file sets none. */
  state: PickleValue;
  /** What a class derived from dict or list holds. */
  entries?: Map<PickleValue, PickleValue>;
  items?: PickleValue[];
}

/** Something that is only a name: a class or function by itself, `torch.device`, `torch.float16`, `numpy.dtype`. */
export interface PickleName<K extends "global" | "device" | "dtype" | "numpyDtype"> {
  kind: K;
  /** For a global "module name", for a device "cuda:0", for a data type as its library writes it. */
  value: string;
}

export interface PickleComplex {
  kind: "complex";
  re: number;
  im: number;
}

/** Where a tensor's numbers are: a record of the archive, or a part of a legacy file. */
export interface PickleStorage {
  kind: "storage";
  /** As in `StoredTensor`; C64 and C128 for complex numbers, U8 for an untyped storage. */
  dtype: string;
  key: string;
  /** The device that it was on: "cpu", "cuda:0" … Of no further meaning. */
  location: string;
  /** Elements from `offset` on (legacy files have views of storages). */
  count: number;
  offset: number;
}

/** A tensor. Tensors that shared a storage may share memory, so they are to be read only. */
export interface PickleTensor extends StoredTensor {
  kind: "tensor";
  /** Whether it is a `torch.nn.Parameter`. */
  parameter: boolean;
  /** Complex numbers are F32 or F64 with a last axis (re, im). */
  complex: boolean;
}

/** A NumPy array; one of Python objects (`|O`) has `items` in row-major order. */
export type PickleArray = { kind: "ndarray" } & (
  | NpyContent
  | { dtype: "|O"; shape: number[]; items: PickleValue[] }
);

/** A NumPy scalar, such as `numpy.float64(1.25)`. */
export interface PickleScalar {
  kind: "numpyScalar";
  dtype: string;
  value: number | bigint | string;
}

/** A value's kind in words, for messages. */
export function kindOf(value: PickleValue | undefined): string {
  if (value === undefined) return "nothing";
  if (value === null) return "None";
  if (Array.isArray(value)) return "a list";
  if (value instanceof Uint8Array) return "bytes";
  if (typeof value !== "object") return typeof value === "boolean" ? "a bool" : `a ${typeof value}`;
  if (value.kind === "object") return `an object of ${value.class}`;
  return value.kind === "ndarray" ? "an array" : `a ${value.kind}`;
}

/** Whether a value is a record of the kind. */
export function isKind<K extends string>(
  value: PickleValue | undefined,
  kind: K,
): value is Extract<PickleValue, { kind: K }> {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === kind;
}

/** The items of a tuple or list. */
export function itemsOf(value: PickleValue | undefined): PickleValue[] | undefined {
  if (Array.isArray(value)) return value;
  return isKind(value, "tuple") ? value.items : undefined;
}
