export interface OneEuroOptions {
  /** Hz: cut-off at rest; lower takes more jitter away and lags more. */
  minCutoff: number;
  /** Hz per unit of speed: raises the cut-off with the speed, so that fast motion lags less. */
  beta: number;
  /** Hz: cut-off for the speed; 1 when absent. */
  derivativeCutoff?: number;
}

/** What a One-Euro filter remembers of one coordinate. */
export interface OneEuroState {
  /** Seconds, of the last sample; NaN before the first. */
  time: number;
  value: number;
  derivative: number;
}

export const oneEuroStart = (): OneEuroState => ({ time: NaN, value: NaN, derivative: 0 });

/**
 * One step of the One-Euro filter (Casiez et al. 2012). Streaming-safe: only the state is carried. As in the authors'
 * code the speed is taken from the last *filtered* value. A missing sample (NaN) gives NaN and leaves the state alone.
 *
 * @param t Seconds.
 * @returns The filtered value; `state` is advanced.
 */
export function oneEuroStep(
  state: OneEuroState,
  t: number,
  x: number,
  { minCutoff, beta, derivativeCutoff = 1 }: OneEuroOptions,
): number {
  if (Number.isNaN(x)) return NaN;
  const dt = t - state.time;
  state.time = t;
  if (Number.isNaN(dt)) {
    state.value = x;
    return x;
  }
  const speed = (x - state.value) / dt;
  state.derivative += share(dt, derivativeCutoff) * (speed - state.derivative);
  state.value += share(dt, minCutoff + beta * Math.abs(state.derivative)) * (x - state.value);
  return state.value;
}

/** A first-order lowpass's share of the new sample: 1 / (1 + 1 / (2π fc dt)). */
function share(dt: number, cutoff: number): number {
  const r = 2 * Math.PI * cutoff * dt;
  return r / (1 + r);
}

/**
 * The One-Euro filter over a column.
 *
 * @param t T ascending times, seconds.
 * @param x T samples; NaN where missing.
 * @param out T samples; may be `x`.
 */
export function oneEuro(
  t: Float64Array,
  x: Float64Array,
  options: OneEuroOptions,
  out: Float64Array = new Float64Array(x.length),
): Float64Array {
  const state = oneEuroStart();
  for (let i = 0; i < x.length; i++) out[i] = oneEuroStep(state, t[i], x[i], options);
  return out;
}

/** Forward, then the same over the reversed result, which takes the lag away again. Whole column. */
export function oneEuroZeroPhase(
  t: Float64Array,
  x: Float64Array,
  options: OneEuroOptions,
  out: Float64Array = new Float64Array(x.length),
): Float64Array {
  oneEuro(t, x, options, out);
  const state = oneEuroStart();
  for (let i = x.length - 1; i >= 0; i--) out[i] = oneEuroStep(state, -t[i], out[i], options);
  return out;
}
