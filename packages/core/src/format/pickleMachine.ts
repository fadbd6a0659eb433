import { MareyError } from "../error.js";
import {
  isKind,
  kindOf,
  type PickleDict,
  type PickleName,
  type PickleTuple,
  type PickleValue,
} from "./pickleValue.js";

/** What a function or class of the allow-list makes of its arguments: always a record. */
export type Maker = (args: PickleValue[], machine: Machine) => PickleValue;

/** A name on the allow-list: what is made by calling it, or for a few (`torch.float32`) what it is. */
export type Allowed = Maker | PickleName<"dtype">;

/** The allow-list: what a module's name may stand for, or undefined for one that isn't on it. */
export type AllowList = (module: string, name: string) => Allowed | undefined;

/** The state of the pickle machine. Its stack and memo hold inert values only. */
export interface Machine {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** What messages call these bytes. */
  readonly name: string;
  readonly allowed: AllowList;
  /** Resolves a persistent id; a plain pickle has none. */
  readonly persistent: ((id: PickleValue, machine: Machine) => PickleValue) | undefined;
  readonly budget: Budget;
  /** The next byte, and the first of the opcode that runs. */
  at: number;
  opcodeAt: number;
  readonly stack: PickleValue[];
  /** Heights of the stack at its marks. */
  readonly marks: number[];
  readonly memo: Memo;
}

/** Values by number: in an array as far as the numbers come one after the other, which they nearly always do. */
interface Memo {
  readonly dense: PickleValue[];
  readonly sparse: Map<number, PickleValue>;
}

/** Memory that values may take beyond the bytes of the file, which their own bytes limit. */
export interface Budget {
  /** Bytes of copies. */
  copied: number;
  readonly copies: number;
  /** Containers. */
  made: number;
}

/** Containers in one file: a checkpoint has some ten for each tensor. */
const CONTAINERS = 1 << 21;

/** A budget for a file of so many bytes. */
export const budgetFor = (length: number): Budget => ({ copied: 0, copies: 2 ** 26 + 16 * length, made: 0 });

/**
 * Notes that `bytes` are about to be copied: a few opcodes can ask for the same copy again and again.
 *
 * @throws MareyError `PICKLE_LIMIT`.
 */
export function spend(budget: Budget, bytes: number, name: string): void {
  budget.copied += bytes;
  if (budget.copied > budget.copies)
    throw limit(name, `its values would take more than ${budget.copies} bytes, many times the file's size`);
}

/** Notes a new container. @throws MareyError `PICKLE_LIMIT`. */
export function countContainer({ budget, name }: Machine): void {
  if (++budget.made > CONTAINERS)
    throw limit(name, `it holds more than ${CONTAINERS} lists, dicts and objects`);
}

export const limit = (name: string, what: string) =>
  new MareyError("PICKLE_LIMIT", name, what, "Save the weights alone, without what surrounds them");

export const invalid = (machine: Machine, what: string) =>
  new MareyError(
    "PICKLE_INVALID",
    `${machine.name}, byte ${machine.opcodeAt} of the pickle`,
    what,
    "Copy or download the file again; it may be cut off or damaged",
  );

/** The next `length` bytes, which are there. */
export function take(machine: Machine, length: number): Uint8Array {
  const { bytes, at } = machine;
  if (!(length <= bytes.length - at))
    throw invalid(machine, `${length} bytes are announced, ${bytes.length - at} are left`);
  machine.at = at + length;
  return bytes.subarray(at, machine.at);
}

/** Moves past `size` bytes that hold a number; returns where they begin. */
function skip(machine: Machine, size: number): number {
  take(machine, size);
  return machine.at - size;
}

export const takeByte = (machine: Machine) => machine.view.getUint8(skip(machine, 1));
export const takeUint16 = (machine: Machine) => machine.view.getUint16(skip(machine, 2), true);
export const takeInt32 = (machine: Machine) => machine.view.getInt32(skip(machine, 4), true);
export const takeUint32 = (machine: Machine) => machine.view.getUint32(skip(machine, 4), true);
export const takeUint64 = (machine: Machine) => Number(machine.view.getBigUint64(skip(machine, 8), true));
export const takeFloat64 = (machine: Machine) => machine.view.getFloat64(skip(machine, 8), false);

/** The bytes up to a line feed, without it. */
export function takeLine(machine: Machine): Uint8Array {
  const end = machine.bytes.indexOf(10, machine.at);
  if (end < 0) throw invalid(machine, "a line has no end");
  const line = machine.bytes.subarray(machine.at, end);
  machine.at = end + 1;
  return line;
}

export function push(machine: Machine, value: PickleValue): void {
  machine.stack.push(value);
}

/** The topmost value above the last mark, removed. */
export function pop(machine: Machine): PickleValue {
  top(machine);
  return machine.stack.pop() as PickleValue;
}

/** The topmost value above the last mark. */
export function top(machine: Machine): PickleValue {
  const { stack, marks } = machine;
  if (stack.length <= (marks.at(-1) ?? 0)) throw invalid(machine, "an operation finds nothing on the stack");
  return stack[stack.length - 1];
}

/** Everything above the last mark, and the mark, removed. */
export function popMark(machine: Machine): PickleValue[] {
  const height = machine.marks.pop();
  if (height === undefined) throw invalid(machine, "there is no mark on the stack");
  return machine.stack.splice(height);
}

export function remember(machine: Machine, key: number): void {
  if (!Number.isSafeInteger(key) || key < 0) throw invalid(machine, `${key} is no place in the memo`);
  const { dense, sparse } = machine.memo;
  const value = top(machine);
  if (key > dense.length) sparse.set(key, value);
  else {
    dense[key] = value;
    if (sparse.size > 0) sparse.delete(key);
  }
}

/** As `remember`, under the number of values that are there. */
export function rememberNext(machine: Machine): void {
  const { dense, sparse } = machine.memo;
  remember(machine, dense.length + sparse.size);
}

export function recall(machine: Machine, key: number): void {
  const { dense, sparse } = machine.memo;
  const value = key < dense.length ? dense[key] : sparse.get(key);
  if (value === undefined) throw invalid(machine, `memo entry ${key} was never stored`);
  push(machine, value);
}

export function makeTuple(machine: Machine, items: PickleValue[]): PickleTuple {
  countContainer(machine);
  return { kind: "tuple", items };
}

export function makeList(machine: Machine, items: PickleValue[]): PickleValue[] {
  countContainer(machine);
  return items;
}

export function makeDict(machine: Machine, ordered = false): PickleDict {
  countContainer(machine);
  return { kind: "dict", ordered, entries: new Map() };
}

/** Puts keys and values, one after the other, into a dict or an object derived from one. */
export function setItems(machine: Machine, target: PickleValue, items: readonly PickleValue[]): void {
  if (items.length % 2 === 1) throw invalid(machine, "a key has no value");
  const entries = entriesOf(target);
  if (!entries) throw invalid(machine, `${kindOf(target)} can't take items`);
  for (let i = 0; i < items.length; i += 2) entries.set(items[i], items[i + 1]);
}

function entriesOf(target: PickleValue) {
  if (target === null || typeof target !== "object" || !("kind" in target)) return undefined;
  if (target.kind === "object") return (target.entries ??= new Map());
  return target.kind === "dict" ? target.entries : undefined;
}

/** Appends to a list, a set or an object derived from a list. */
export function append(machine: Machine, target: PickleValue, items: readonly PickleValue[]): void {
  const list = listOf(target);
  if (!list) throw invalid(machine, `nothing can be appended to ${kindOf(target)}`);
  for (const item of items) list.push(item);
}

function listOf(target: PickleValue) {
  if (Array.isArray(target)) return target;
  if (target === null || typeof target !== "object" || !("kind" in target)) return undefined;
  if (target.kind === "object") return (target.items ??= []);
  return target.kind === "set" ? target.items : undefined;
}

/** What calling a value makes. @throws MareyError `PICKLE_INVALID` for one that isn't a name of the allow-list. */
export function makerOf(machine: Machine, callee: PickleValue | undefined): Maker {
  const [module, name] = isKind(callee, "global") ? callee.value.split(" ") : [];
  const maker = module === undefined ? undefined : machine.allowed(module, name);
  if (typeof maker !== "function") throw invalid(machine, `${kindOf(callee)} can't be called`);
  return maker;
}
