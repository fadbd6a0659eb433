import { MareyError } from "../error.js";
import {
  append,
  countContainer,
  invalid,
  type Machine,
  makeDict,
  makeList,
  makerOf,
  makeTuple,
  pop,
  popMark,
  push,
  recall,
  remember,
  rememberNext,
  setItems,
  spend,
  take,
  takeByte,
  takeFloat64,
  takeInt32,
  takeLine,
  takeUint16,
  takeUint32,
  takeUint64,
  top,
} from "./pickleMachine.js";
import { setState } from "./pickleState.js";
import { float, integer, latin1, longInteger, python2Text, quoted, rawUnicode, utf8 } from "./pickleText.js";
import { isKind, kindOf, type PickleValue } from "./pickleValue.js";

/** What an opcode does; the machine stands behind its byte. */
type Opcode = (machine: Machine) => void;

const pushed =
  (make: (machine: Machine) => PickleValue): Opcode =>
  (machine) =>
    push(machine, make(machine));

/** Python's opcodes by their letters (`pickletools` describes each); STOP is the run's own. */
const opcodesByLetter: Readonly<Record<string, Opcode>> = {
  // The stack and the memo.
  "(": ({ marks, stack }) => marks.push(stack.length),
  "0": (m) => (m.stack.length > (m.marks.at(-1) ?? 0) ? m.stack.pop() : popMark(m)),
  "1": popMark,
  "2": (m) => push(m, top(m)),
  g: (m) => recall(m, Number(integer(m, takeLine(m)))),
  h: (m) => recall(m, takeByte(m)),
  j: (m) => recall(m, takeUint32(m)),
  p: (m) => remember(m, Number(integer(m, takeLine(m)))),
  q: (m) => remember(m, takeByte(m)),
  r: (m) => remember(m, takeUint32(m)),
  "\x94": rememberNext,
  // Numbers and the like.
  N: pushed(() => null),
  "\x88": pushed(() => true),
  "\x89": pushed(() => false),
  I: pushed(intOrBool),
  J: pushed(takeInt32),
  K: pushed(takeByte),
  M: pushed(takeUint16),
  L: pushed((m) => integer(m, takeLine(m))),
  "\x8a": pushed((m) => longInteger(m, take(m, takeByte(m)))),
  "\x8b": pushed((m) => longInteger(m, take(m, takeUint32(m)))),
  F: pushed((m) => float(m, takeLine(m))),
  G: pushed(takeFloat64),
  // Texts and bytes.
  S: pushed((m) => quoted(m, takeLine(m))),
  T: pushed((m) => python2Text(rawBytes(m, takeUint32(m)))),
  U: pushed((m) => python2Text(rawBytes(m, takeByte(m)))),
  V: pushed((m) => rawUnicode(m, takeLine(m))),
  X: pushed((m) => utf8(m, take(m, takeUint32(m)))),
  "\x8c": pushed((m) => utf8(m, take(m, takeByte(m)))),
  "\x8d": pushed((m) => utf8(m, take(m, takeUint64(m)))),
  B: pushed((m) => rawBytes(m, takeUint32(m))),
  C: pushed((m) => rawBytes(m, takeByte(m))),
  "\x8e": pushed((m) => rawBytes(m, takeUint64(m))),
  "\x96": pushed((m) => rawBytes(m, takeUint64(m))), // BYTEARRAY8
  // Containers.
  ")": pushed((m) => makeTuple(m, [])),
  "\x85": (m) => tupleOf(m, 1),
  "\x86": (m) => tupleOf(m, 2),
  "\x87": (m) => tupleOf(m, 3),
  t: pushed((m) => makeTuple(m, popMark(m))),
  "]": pushed((m) => makeList(m, [])),
  l: pushed((m) => makeList(m, popMark(m))),
  "}": pushed((m) => makeDict(m)),
  d: pushed((m) => {
    const items = popMark(m);
    const dict = makeDict(m);
    setItems(m, dict, items);
    return dict;
  }),
  "\x8f": pushed((m) => makeSet(m, [])),
  "\x91": pushed((m) => makeSet(m, popMark(m))),
  a: (m) => {
    const item = pop(m);
    append(m, top(m), [item]);
  },
  e: extend,
  "\x90": extend, // ADDITEMS
  s: (m) => {
    const value = pop(m);
    const key = pop(m);
    setItems(m, top(m), [key, value]);
  },
  u: (m) => {
    const items = popMark(m);
    setItems(m, top(m), items);
  },
  // Names, and what is made with them.
  c: pushed((m) => global(m, utf8(m, takeLine(m)), utf8(m, takeLine(m)))),
  "\x93": pushed((m) => {
    const name = pop(m);
    const module = pop(m);
    if (typeof name !== "string" || typeof module !== "string")
      throw invalid(m, `${kindOf(module)} and ${kindOf(name)} name no class`);
    return global(m, module, name);
  }),
  R: construct, // REDUCE
  "\x81": construct, // NEWOBJ
  "\x92": (m) => {
    const named = pop(m);
    construct(m, isKind(named, "dict") && named.entries.size > 0 ? [named] : []);
  },
  i: (m) => {
    const callee = global(m, utf8(m, takeLine(m)), utf8(m, takeLine(m)));
    push(m, makerOf(m, callee)(popMark(m), m));
  },
  o: (m) => {
    const [callee, ...args] = popMark(m);
    push(m, makerOf(m, callee)(args, m));
  },
  b: (m) => {
    const state = pop(m);
    setState(m, top(m), state);
  },
  P: pushed((m) => persistent(m, latin1(takeLine(m)))),
  Q: pushed((m) => persistent(m, pop(m))),
  "\x82": (m) => refuse(m, `number ${takeByte(m)} of the extension registry`),
  "\x83": (m) => refuse(m, `number ${takeUint16(m)} of the extension registry`),
  "\x84": (m) => refuse(m, `number ${takeUint32(m)} of the extension registry`),
  // Framing.
  "\x80": (m) => {
    const protocol = takeByte(m);
    if (protocol > 5) throw invalid(m, `pickle protocol ${protocol} is unknown`);
  },
  "\x95": (m) => {
    const length = takeUint64(m);
    if (length > m.bytes.length - m.at)
      throw invalid(m, `a frame of ${length} bytes is announced, ${m.bytes.length - m.at} are left`);
  },
};

/** What each byte does, undefined for one that is no opcode. */
export const opcodes: readonly (Opcode | undefined)[] = Array.from({ length: 256 }, (_, code) =>
  Object.hasOwn(opcodesByLetter, String.fromCharCode(code))
    ? opcodesByLetter[String.fromCharCode(code)]
    : undefined,
);

function intOrBool(machine: Machine): PickleValue {
  const line = takeLine(machine);
  // Protocol 0 writes booleans so.
  if (line.length === 2 && line[0] === 48 && (line[1] === 48 || line[1] === 49)) return line[1] === 49;
  return integer(machine, line);
}

/** Bytes as they stand in the file. Even none at all take the memory of a container. */
function rawBytes(machine: Machine, length: number): Uint8Array {
  countContainer(machine);
  return take(machine, length);
}

function tupleOf(machine: Machine, count: number): void {
  const items: PickleValue[] = [];
  for (let i = 0; i < count; i++) items.unshift(pop(machine));
  push(machine, makeTuple(machine, items));
}

function makeSet(machine: Machine, items: PickleValue[]): PickleValue {
  countContainer(machine);
  return { kind: "set", items };
}

function extend(machine: Machine): void {
  const items = popMark(machine);
  append(machine, top(machine), items);
}

function refuse(machine: Machine, what: string): never {
  throw new MareyError(
    "PICKLE_UNSAFE",
    machine.name,
    `it names ${what}, which is not on the list of what may be read; in Python, reading the file could run any program`,
    "Don't trust it; if you do, load it in Python and save the tensors alone, best as safetensors",
  );
}

/** A name of the allow-list; any other is refused here, before anything is made with it. */
function global(machine: Machine, module: string, name: string): PickleValue {
  const meaning = machine.allowed(module, name);
  if (!meaning) refuse(machine, `"${`${module}.${name}`.slice(0, 200)}"`);
  countContainer(machine);
  return typeof meaning === "function" ? { kind: "global", value: `${module} ${name}` } : { ...meaning };
}

function construct(machine: Machine, more: readonly PickleValue[] = []): void {
  const args = pop(machine);
  const callee = pop(machine);
  if (!isKind(args, "tuple")) throw invalid(machine, `${kindOf(args)} are no arguments`);
  const maker = makerOf(machine, callee);
  countContainer(machine);
  spend(machine.budget, 8 * args.items.length, machine.name);
  push(machine, maker([...args.items, ...more], machine));
}

function persistent(machine: Machine, id: PickleValue): PickleValue {
  if (!machine.persistent) throw invalid(machine, "it refers to data outside the pickle");
  return machine.persistent(id, machine);
}
