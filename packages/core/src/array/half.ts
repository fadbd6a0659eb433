import { roundEven } from "./rounding.js";

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The value of a float16 given by its 16 bits (IEEE 754 binary16); exact. */
export function halfToFloat(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 31;
  const fraction = half & 0x3ff;
  if (exponent === 0) return (sign === 0 ? 1 : -1) * fraction * 2 ** -24;
  bits[0] = sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13);
  return float[0];
}

/**
 * The 16 bits of the float16 nearest to a value, of two as near the even one; what rounds to 65536 or more is an infinity,
 * NaN stays NaN. A double is rounded to float32 first, as PyTorch's and NumPy's conversions from float32 see it.
 */
export function floatToHalf(value: number): number {
  float[0] = value;
  const sign = (bits[0] >>> 16) & 0x8000;
  const magnitude = bits[0] & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65520 and above
  if (magnitude < 0x38800000) return sign | roundEven(Math.abs(float[0]) * 2 ** 24); // below 2^-14: subnormal
  // The exponent's bias falls from 127 to 15; a carry out of the fraction raises the exponent, as it should.
  const shifted = magnitude - (112 << 23);
  return sign | ((shifted + 0xfff + ((shifted >> 13) & 1)) >> 13);
}

/** Widens float16 words to float32. */
export function widenHalves(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const out = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) out[i] = halfToFloat(halves[i]);
  return out;
}

/** Rounds floats to float16 words (`floatToHalf`). */
export function narrowToHalves(values: ArrayLike<number>): Uint16Array<ArrayBuffer> {
  const out = new Uint16Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = floatToHalf(values[i]);
  return out;
}
