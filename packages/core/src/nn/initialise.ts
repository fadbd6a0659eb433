import type { Random } from "../array/random.js";
import { type Shape, sizeOf } from "../graph/node.js";

/**
 * What a weight (out, in, k…) gathers from and gives to: `in` · Πk and `out` · Πk. The axes after the first two are the
 * kernel's.
 */
export function fans(shape: Shape): { readonly in: number; readonly out: number } {
  const kernel = sizeOf(shape.slice(2));
  return { in: (shape[1] ?? shape[0]) * kernel, out: shape[0] * kernel };
}

function filled(shape: Shape, value: () => number): Float32Array {
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = value();
  return data;
}

/** Zeros of a shape. */
export const zeros = (shape: Shape): Float32Array => new Float32Array(sizeOf(shape));
/** Ones of a shape. */
export const ones = (shape: Shape): Float32Array => new Float32Array(sizeOf(shape)).fill(1);

/** Numbers of [−bound, bound). */
export const uniform = (random: Random, shape: Shape, bound: number): Float32Array =>
  filled(shape, () => random.uniform(-bound, bound));

/** Numbers of the normal distribution around 0. */
export const normal = (random: Random, shape: Shape, deviation: number): Float32Array =>
  filled(shape, () => random.normal(0, deviation));

/** Normal numbers, drawn again when they lie more than two deviations from 0. */
export const truncatedNormal = (random: Random, shape: Shape, deviation: number): Float32Array =>
  filled(shape, () => {
    for (;;) {
      const x = random.normal();
      if (Math.abs(x) <= 2) return x * deviation;
    }
  });

/** Which signal Kaiming's initialisation keeps steady. */
export interface KaimingOptions {
  /** Keep the variance of the signal (`in`, the default) or of the gradient (`out`). */
  readonly fan?: "in" | "out";
  /** The leaky ReLU's slope below 0 that the gain is made for. */
  readonly slope?: number;
}

/** The deviation that keeps the variance through a (leaky) ReLU (He et al. 2015, equations 10 and 15). */
const kaimingDeviation = (shape: Shape, { fan = "in", slope = 0 }: KaimingOptions): number =>
  Math.sqrt(2 / ((1 + slope * slope) * fans(shape)[fan]));

/** Uniform numbers of the deviation that keeps the variance through a (leaky) ReLU (He et al. 2015). */
export const kaimingUniform = (random: Random, shape: Shape, options: KaimingOptions = {}): Float32Array =>
  uniform(random, shape, Math.sqrt(3) * kaimingDeviation(shape, options));

/** Normal numbers of that deviation. */
export const kaimingNormal = (random: Random, shape: Shape, options: KaimingOptions = {}): Float32Array =>
  normal(random, shape, kaimingDeviation(shape, options));

/** What PyTorch gives convolutions and linear layers: Kaiming's with slope √5, which is ±1/√(fan in). */
export const torchUniform = (random: Random, shape: Shape, fanIn = fans(shape).in): Float32Array =>
  uniform(random, shape, 1 / Math.sqrt(fanIn));

/** Glorot and Bengio (2010), equation 16: between the fans in and out. */
export function xavierUniform(random: Random, shape: Shape, gain = 1): Float32Array {
  const fan = fans(shape);
  return uniform(random, shape, gain * Math.sqrt(6 / (fan.in + fan.out)));
}

/** Normal numbers of the deviation of `xavierUniform`. */
export function xavierNormal(random: Random, shape: Shape, gain = 1): Float32Array {
  const fan = fans(shape);
  return normal(random, shape, gain * Math.sqrt(2 / (fan.in + fan.out)));
}

/**
 * Rows (or columns, if there are fewer) of length 1 at right angles to each other (Saxe et al. 2014): normal numbers,
 * orthogonalised in turn. The first axis counts the rows, the others make the columns.
 */
export function orthogonal(random: Random, shape: Shape, gain = 1): Float32Array {
  const rows = shape[0];
  const columns = sizeOf(shape) / rows;
  const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
  const vectors: Float64Array[] = [];
  while (vectors.length < count) {
    const vector = Float64Array.from({ length }, () => random.normal());
    // Twice: what rounding leaves of the earlier vectors after the first pass is gone after the second.
    for (const pass of [...vectors, ...vectors]) removeComponent(vector, pass);
    const norm = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
    if (norm > 1e-6) vectors.push(vector.map((x) => x / norm));
  }
  const data = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++)
      data[r * columns + c] = gain * (rows <= columns ? vectors[r][c] : vectors[c][r]);
  return data;
}

function removeComponent(vector: Float64Array, unit: Float64Array): void {
  let dot = 0;
  for (let i = 0; i < vector.length; i++) dot += vector[i] * unit[i];
  for (let i = 0; i < vector.length; i++) vector[i] -= dot * unit[i];
}
