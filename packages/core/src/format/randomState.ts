import { MareyError } from "../error.js";
import { readPickle } from "./pickle.js";
import { isKind, itemsOf, kindOf, type PickleValue } from "./pickleValue.js";

/** The state of NumPy's `RandomState`: a Mersenne Twister, and the second of a pair of Gaussian numbers. */
export interface RandomState {
  /** The generator's 624 words. */
  key: Uint32Array;
  /** The next word, 0 to 624. */
  position: number;
  hasGauss: boolean;
  cachedGaussian: number;
}

/**
 * Reads a pickled `numpy.random.RandomState`.
 *
 * @throws MareyError `RANDOM_STATE` when the pickle holds something else; those of `readPickle`.
 */
export function readRandomState(bytes: Uint8Array, name = "random state"): RandomState {
  return randomStateOf(readPickle(bytes, name), name);
}

/**
 * The random state that a record of a pickle holds (`random_state` of a checkpoint): NumPy's object in its old and new
 * forms, or what `get_state()` returns.
 *
 * @throws MareyError `RANDOM_STATE` when it holds none, or one of another generator than MT19937.
 */
export function randomStateOf(value: PickleValue, name = "random state"): RandomState {
  const state = isKind(value, "object") ? (stateOfObject(value.state) ?? null) : value;
  const [generator, key, position, hasGauss, cachedGaussian] = itemsOf(state) ?? fields(state);
  const invalid = (what: string) =>
    new MareyError("RANDOM_STATE", name, what, "Save the RandomState of numpy.random again");
  if (generator !== "MT19937") throw invalid(`${kindOf(value)} holds no state of an MT19937 generator`);
  if (!isKind(key, "ndarray") || !("data" in key) || key.data.length !== 624)
    throw invalid("the generator's 624 words are missing");
  if (!Number.isInteger(position) || (position as number) < 0 || (position as number) > 624)
    throw invalid("the generator's position is not one of 0 to 624");
  return {
    key: Uint32Array.from(key.data as ArrayLike<number | bigint>, Number),
    position: position as number,
    hasGauss: hasGauss === 1 || hasGauss === true,
    cachedGaussian: typeof cachedGaussian === "number" ? cachedGaussian : 0,
  };
}

/** NumPy 2 saves (state, seed sequence). */
const stateOfObject = (state: PickleValue) => {
  const [first] = itemsOf(state) ?? [];
  return isKind(first, "dict") ? first : state;
};

/** The entries of the form as a dict, in the order of the tuple. */
function fields(state: PickleValue): PickleValue[] {
  if (!isKind(state, "dict")) return [];
  const inner = state.entries.get("state");
  const get = (key: string) => (isKind(inner, "dict") ? (inner.entries.get(key) ?? null) : null);
  const outer = (key: string) => state.entries.get(key) ?? null;
  return [outer("bit_generator"), get("key"), get("pos"), outer("has_gauss"), outer("gauss")];
}
