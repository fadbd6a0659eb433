import { MareyError } from "../error.js";
import type { DigitalFilter } from "./butterworth.js";

/** How the signal continues while the filter settles: mirrored through its end point, mirrored, held, not at all. */
export type Padding = "odd" | "even" | "constant" | "none";

export interface PaddingOptions {
  /** `odd` when absent. */
  padding?: Padding;
  /** Samples at each end; SciPy's default (three times the filter's length) when absent. */
  padLength?: number;
}

/**
 * Filters forward, then backward, so that nothing is shifted in time and the gain is squared (Gustafsson 1996; SciPy's
 * `filtfilt`). Whole column, no missing samples. From order 6 on the direct form loses digits: use `sosfiltfilt`.
 *
 * @param x T samples.
 * @param out T samples; may be `x`.
 * @throws MareyError `FILTER_SHORT` unless T is greater than the pad length.
 */
export function filtfilt(
  filter: DigitalFilter,
  x: Float64Array,
  { padding = "odd", padLength = 3 * filter.a.length }: PaddingOptions = {},
  out: Float64Array = new Float64Array(x.length),
): Float64Array {
  const state = new Float64Array(filter.zi.length);
  return thereAndBack(x, padding, padLength, out, (line, first) => {
    for (let i = 0; i < state.length; i++) state[i] = filter.zi[i] * first;
    filterInPlace(filter.b, filter.a, line, state);
  });
}

/** Like `filtfilt`, through second-order sections: accurate at every order. */
export function sosfiltfilt(
  filter: DigitalFilter,
  x: Float64Array,
  { padding = "odd", padLength = sectionPadLength(filter.sos) }: PaddingOptions = {},
  out: Float64Array = new Float64Array(x.length),
): Float64Array {
  const state = new Float64Array(filter.sosZi.length);
  return thereAndBack(x, padding, padLength, out, (line, first) => {
    for (let i = 0; i < state.length; i++) state[i] = filter.sosZi[i] * first;
    sosfilt(filter.sos, line, state, line);
  });
}

/** The state in which a causal filter starts on a signal whose first sample is `first`: S×2. */
export function sosStart(filter: DigitalFilter, first: number): Float64Array {
  return filter.sosZi.map((value) => value * first);
}

/**
 * Filters causally through second-order sections. Streaming-safe: `state` (S×2) is advanced, so that a signal may be
 * filtered in blocks.
 *
 * @param out T samples; may be `x`.
 */
export function sosfilt(
  sos: Float64Array,
  x: Float64Array,
  state: Float64Array,
  out: Float64Array = new Float64Array(x.length),
): Float64Array {
  if (out !== x) out.set(x);
  for (let s = 0; s < sos.length / 6; s++) {
    const b0 = sos[6 * s];
    const b1 = sos[6 * s + 1];
    const b2 = sos[6 * s + 2];
    const a1 = sos[6 * s + 4];
    const a2 = sos[6 * s + 5];
    let z0 = state[2 * s];
    let z1 = state[2 * s + 1];
    for (let i = 0; i < out.length; i++) {
      const value = out[i];
      const y = b0 * value + z0;
      z0 = b1 * value - a1 * y + z1;
      z1 = b2 * value - a2 * y;
      out[i] = y;
    }
    state[2 * s] = z0;
    state[2 * s + 1] = z1;
  }
  return out;
}

/** Direct form II transposed, in place; `state` is advanced. */
function filterInPlace(b: Float64Array, a: Float64Array, line: Float64Array, state: Float64Array) {
  const last = state.length - 1;
  for (let i = 0; i < line.length; i++) {
    const value = line[i];
    const y = b[0] * value + state[0];
    for (let k = 0; k < last; k++) state[k] = state[k + 1] + b[k + 1] * value - a[k + 1] * y;
    state[last] = b[last + 1] * value - a[last + 1] * y;
    line[i] = y;
  }
}

function sectionPadLength(sos: Float64Array): number {
  let noB2 = 0;
  let noA2 = 0;
  for (let s = 0; s < sos.length; s += 6) {
    if (sos[s + 2] === 0) noB2++;
    if (sos[s + 5] === 0) noA2++;
  }
  return 3 * (2 * (sos.length / 6) + 1 - Math.min(noB2, noA2));
}

function thereAndBack(
  x: Float64Array,
  padding: Padding,
  padLength: number,
  out: Float64Array,
  pass: (line: Float64Array, first: number) => void,
): Float64Array {
  const edge = padding === "none" ? 0 : padLength;
  if (x.length <= edge)
    throw new MareyError(
      "FILTER_SHORT",
      "zero-phase filter",
      `${x.length} samples, but more than ${edge} are needed for its padding`,
      "Leave runs this short as they are, or give a smaller pad length",
    );
  const line = extended(x, padding, edge);
  for (let direction = 0; direction < 2; direction++) {
    pass(line, line[0]);
    line.reverse();
  }
  for (let i = 0; i < x.length; i++) out[i] = line[edge + i];
  return out;
}

function extended(x: Float64Array, padding: Padding, edge: number): Float64Array {
  const n = x.length;
  const line = new Float64Array(n + 2 * edge);
  line.set(x, edge);
  const sign = padding === "odd" ? -1 : padding === "even" ? 1 : 0;
  const start = (1 - sign) * x[0];
  const end = (1 - sign) * x[n - 1];
  for (let i = 1; i <= edge; i++) {
    line[edge - i] = start + (sign && sign * x[i]);
    line[edge + n - 1 + i] = end + (sign && sign * x[n - 1 - i]);
  }
  return line;
}
