import {
  type AllowList,
  type Budget,
  budgetFor,
  invalid,
  limit,
  type Machine,
  pop,
} from "./pickleMachine.js";
import { pythonNames } from "./pickleNames.js";
import { numpyNames } from "./pickleNumpy.js";
import { opcodes } from "./pickleOpcodes.js";
import type { PickleValue } from "./pickleValue.js";

const STOP = 46;
/** Opcodes of one pickle: more than any checkpoint has, and few enough for the memory that they can fill. */
const MOST_OPCODES = 1 << 24;

export interface UnpickleOptions {
  /** Names beyond those of Python and NumPy. */
  allowed?: AllowList;
  persistent?: Machine["persistent"];
  /** Where the pickle begins. */
  at?: number;
  /** Shared by the pickles of one file. */
  budget?: Budget;
}

/**
 * Reads a Python pickle (protocols 0 to 5) without Python and without running anything.
 *
 * A pickle is a program that names functions and classes and has them called. Here a name must be on an allow-list, of
 * which every entry only makes a record (`PickleValue`): containers, numbers, texts; NumPy's arrays, scalars and random
 * states; and some classes that only carry data, such as `argparse.Namespace` or chumpy's arrays. **Any other name is
 * refused by that name as soon as it is met**, since a name alone doesn't tell a class from a function, and a value
 * whose class is unknown would be a guess. What is on the list is never an error for being irrelevant: optimisers,
 * random states and settings beside the weights come back as inert records.
 *
 * Memory follows the bytes that are there, never a number that the file states; depth of nesting costs no stack.
 *
 * @throws MareyError `PICKLE_UNSAFE` naming what isn't on the list; `PICKLE_INVALID` with the byte where the pickle can't
 *   be right; `PICKLE_LIMIT` for one that would take many times its own size.
 */
export function readPickle(bytes: Uint8Array, name = "pickle"): PickleValue {
  return unpickle(bytes, name).value;
}

/** `readPickle` for formats built of pickles: the value, and where its pickle ends. */
export function unpickle(
  bytes: Uint8Array,
  name: string,
  { allowed, persistent, at = 0, budget = budgetFor(bytes.length) }: UnpickleOptions = {},
): { value: PickleValue; end: number } {
  const machine: Machine = {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    name,
    allowed: (module, word) =>
      pythonNames(module, word) ?? numpyNames(module, word) ?? allowed?.(module, word),
    persistent,
    budget,
    at,
    opcodeAt: at,
    stack: [],
    marks: [],
    memo: { dense: [], sparse: new Map() },
  };
  for (let count = 0; ; count++) {
    if (count === MOST_OPCODES) throw limit(name, `its pickle has more than ${MOST_OPCODES} operations`);
    machine.opcodeAt = machine.at;
    if (machine.at >= bytes.length) throw invalid(machine, "the pickle is cut off before its end");
    const code = bytes[machine.at++];
    if (code === STOP) return { value: pop(machine), end: machine.at };
    const run = opcodes[code];
    if (!run) throw invalid(machine, `0x${code.toString(16).padStart(2, "0")} is no opcode of a pickle`);
    run(machine);
  }
}
