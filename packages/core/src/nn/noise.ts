import type { Distribution } from "../graph/node.js";
import type { Tensor } from "../seam/runtime.js";

/**
 * Fills the random inputs of a graph. What comes follows from the seed, the number of the step and the number of the
 * input alone, so a training that is resumed at a step draws what the uninterrupted one drew.
 */
export function fillNoise(
  tensor: Tensor,
  distribution: Distribution,
  seed: number,
  step: number,
  index: number,
): void {
  const { data } = tensor;
  const start = mix(mix(mix(seed | 0) ^ step) ^ index);
  if (distribution === "bytes") {
    fillBytes(data as Uint8Array, start);
    return;
  }
  const values = data as Float32Array;
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  fillWords(words, start);
  if (distribution === "uniform") for (let i = 0; i < words.length; i++) values[i] = words[i] >>> 8;
  if (distribution === "uniform") for (let i = 0; i < values.length; i++) values[i] *= 2 ** -24;
  if (distribution === "normal") toNormal(words, values);
}

function fillBytes(bytes: Uint8Array, start: number): void {
  const whole = bytes.length >>> 2;
  // Words need an address that is a multiple of 4.
  const aligned = bytes.byteOffset % 4 === 0;
  const words = aligned ? new Uint32Array(bytes.buffer, bytes.byteOffset, whole) : new Uint32Array(whole);
  fillWords(words, start);
  if (!aligned) bytes.set(new Uint8Array(words.buffer));
  const rest = new Uint32Array(bytes.length - 4 * whole);
  fillWords(rest, mix(start ^ 0x5bd1e995));
  for (let i = 0; i < rest.length; i++) bytes[4 * whole + i] = rest[i];
}

/** xoshiro128++ (Blackman & Vigna 2018), unrolled into an array; about 1 ns a word. */
function fillWords(words: Uint32Array, start: number): void {
  let a = mix(start + 0x9e3779b9);
  let b = mix(start + 0x3c6ef372);
  let c = mix(start + 0xdaa66d2b);
  let d = mix(start + 0x78dde6e4) | 1;
  for (let i = 0; i < words.length; i++) {
    const sum = (a + d) | 0;
    words[i] = ((sum << 7) | (sum >>> 25)) + a;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
  }
}

/** Pairs of uniform words become pairs of normal numbers (Box and Muller), in place over the same memory. */
function toNormal(words: Uint32Array, values: Float32Array): void {
  for (let i = 0; i < values.length; i += 2) {
    const second = i + 1 < words.length ? words[i + 1] : mix(words[i]) >>> 0;
    const radius = Math.sqrt(-2 * Math.log((words[i] + 1) * 2 ** -32));
    const angle = 2 * Math.PI * second * 2 ** -32;
    values[i] = radius * Math.cos(angle);
    if (i + 1 < values.length) values[i + 1] = radius * Math.sin(angle);
  }
}

/** The finaliser of MurmurHash3: every bit of the result depends on every bit of x. */
function mix(x: number): number {
  let z = x | 0;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return z ^ (z >>> 16);
}
