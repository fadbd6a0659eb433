import { expect, test } from "vitest";
import { numpyRandom, seedRandomState } from "./mersenne.js";
import { readRandomState } from "./randomState.js";

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** A pickle of `get_state()`, the words as NumPy's array of them. */
function pickled(
  key: Uint32Array,
  { generator = "MT19937", position = "I624", words = key.length } = {},
): Uint8Array {
  const hex = Array.from(
    new Uint8Array(key.buffer),
    (byte) => `\\x${byte.toString(16).padStart(2, "0")}`,
  ).join("");
  const dtype = "cnumpy\ndtype\n(S'u4'\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntb";
  const array = `cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n(I${words}\nt${dtype}I00\nS'${hex}'\ntb`;
  return bytes(`(V${generator}\n${array}${position}\nI1\nF0.25\nt.`);
}

test("a seed's numbers are NumPy's", () => {
  // numpy.random.RandomState(1234): random_sample(3), randint(0, 10, 5), normal(size=2), permutation(8).
  const random = numpyRandom(seedRandomState(1234));
  expect([...random.randomSample(3)]).toEqual([0.1915194503788923, 0.6221087710398319, 0.4377277390071145]);
  expect([...random.randint(0, 10, 5)]).toEqual([8, 9, 1, 7, 9]);
  expect([...random.normal(2)].map((value) => value.toFixed(14))).toEqual([
    "0.85958841371742",
    "-0.63652350441735",
  ]);
  expect([...random.permutation(8)]).toEqual([1, 6, 3, 0, 5, 2, 7, 4]);
});

test("a saved state continues where it was, and its record is not used up", () => {
  const random = numpyRandom(seedRandomState(7));
  random.randomSample(1000);
  random.normal(3);
  const saved = random.state();
  const next = [...random.normal(4), ...random.randomSample(700)];
  for (let again = 0; again < 2; again++) {
    const other = numpyRandom(saved);
    expect([...other.normal(4), ...other.randomSample(700)]).toEqual(next);
  }
});

test("a range of one number takes no random word, one of 2^32 takes each", () => {
  const random = numpyRandom(seedRandomState(3));
  expect([...random.randint(5, 6, 3)]).toEqual([5, 5, 5]);
  expect(random.state().position).toBe(624);
  const all = random.randint(0, 2 ** 32, 1000);
  expect(Math.max(...all)).toBeGreaterThan(2 ** 31);
  expect(random.permutation(1)).toEqual(Int32Array.of(0));
});

test("a pickled state is read; another generator, or less than a state, is refused", () => {
  const { key } = seedRandomState(5);
  expect(readRandomState(pickled(key))).toEqual({ key, position: 624, hasGauss: true, cachedGaussian: 0.25 });
  const refuses = (file: Uint8Array, words: RegExp) =>
    expect(() => readRandomState(file)).toThrow(
      expect.objectContaining({ code: "RANDOM_STATE", message: expect.stringMatching(words) }),
    );
  refuses(pickled(key, { generator: "PCG64" }), /MT19937/);
  refuses(pickled(key, { position: "I625" }), /position/);
  refuses(pickled(key.slice(0, 600)), /624 words/);
  refuses(bytes("}."), /a dict holds no state/);
});
