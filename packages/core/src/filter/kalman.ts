/** How position, velocity and acceleration move on between frames, and how uncertain that is. */
export interface ProcessModel {
  /** Seconds between frames. */
  dt: number;
  /** 6: covariance added by a step, the upper triangle of 3×3 (pp, pv, pa, vv, va, aa). */
  noise: Float64Array;
}

/** Acceleration driven by continuous white jerk. @param density m²/s⁵. */
export function whiteJerk(dt: number, density: number): ProcessModel {
  const q = density * dt;
  const noise = [dt ** 4 / 20, dt ** 3 / 8, dt ** 2 / 6, dt ** 2 / 3, dt / 2, 1].map((value) => q * value);
  return { dt, noise: Float64Array.from(noise) };
}

/** An independent constant acceleration in each step (filterpy's discrete white noise of dimension 3). */
export function whiteAcceleration(dt: number, variance: number): ProcessModel {
  const noise = [dt ** 4 / 4, dt ** 3 / 2, dt ** 2 / 2, dt ** 2, dt, 1].map((value) => variance * value);
  return { dt, noise: Float64Array.from(noise) };
}

/** What a filter run remembers for the way back: T frames of D coordinates that share their uncertainties. */
export interface KalmanRun {
  dimensions: number;
  /** T×D×3: position, velocity, acceleration after each frame's measurement. */
  filtered: Float64Array;
  /** T×6: their covariance (upper triangle). */
  covariance: Float64Array;
  /** T×3: gain; 0 where nothing was measured. */
  gain: Float64Array;
  /** T: variance of the innovation; 0 where nothing was measured. */
  spread: Float64Array;
  /** T×D: innovation. */
  innovation: Float64Array;
}

/** Space for a run, to be used again for columns of the same length. */
export function kalmanRun(frames: number, dimensions: number): KalmanRun {
  return {
    dimensions,
    filtered: new Float64Array(frames * dimensions * 3),
    covariance: new Float64Array(frames * 6),
    gain: new Float64Array(frames * 3),
    spread: new Float64Array(frames),
    innovation: new Float64Array(frames * dimensions),
  };
}

/**
 * Kalman filter with a constant-acceleration model over D coordinates of one point (Bar-Shalom et al. 2001, §6.2). Only
 * positions are measured, every coordinate with the same variance, so one covariance serves all. Each frame, the first
 * included, predicts and then updates: `start` holds one step before the first frame. A frame whose first coordinate
 * is NaN, or whose variance is infinite, only predicts. Streaming-safe in form: it looks at no later frame.
 *
 * @param z T×D measured positions.
 * @param variance Of a measurement: one for all, or T.
 * @param start D×3 state and 6 entries of its covariance (upper triangle).
 * @param run Filled in.
 * @param activity T factors on the process noise of the step into each frame; 1 when absent.
 * @returns Log likelihood of the measurements.
 */
export function kalmanFilter(
  z: Float64Array,
  variance: number | Float64Array,
  { dt, noise }: ProcessModel,
  start: { state: Float64Array; covariance: Float64Array },
  run: KalmanRun,
  activity?: Float64Array,
): number {
  const { dimensions: D, filtered, covariance, gain, spread, innovation } = run;
  const state = Float64Array.from(start.state);
  let [pp, pv, pa, vv, va, aa] = start.covariance;
  const half = (dt * dt) / 2;
  let logLikelihood = 0;
  for (let t = 0; t < spread.length; t++) {
    const q = activity ? activity[t] : 1;
    // P ← F P Fᵀ + Q
    const pvF = pv + dt * vv + half * va;
    const paF = pa + dt * va + half * aa;
    const vaF = va + dt * aa;
    pp += dt * pv + half * pa + dt * pvF + half * paF + q * noise[0];
    pv = pvF + dt * paF + q * noise[1];
    pa = paF + q * noise[2];
    vv += dt * va + dt * vaF + q * noise[3];
    va = vaF + q * noise[4];
    aa += q * noise[5];
    // P ← (I − K H) P
    const r = typeof variance === "number" ? variance : variance[t];
    const seen = !Number.isNaN(z[t * D]) && r < Infinity;
    const s = pp + r;
    const kp = seen ? pp / s : 0;
    const kv = seen ? pv / s : 0;
    const ka = seen ? pa / s : 0;
    if (seen) {
      const rest = r / s;
      vv -= kv * pv;
      va -= kv * pa;
      aa -= ka * pa;
      pp *= rest;
      pv *= rest;
      pa *= rest;
      logLikelihood -= (D / 2) * Math.log(2 * Math.PI * s);
    }
    spread[t] = seen ? s : 0;
    gain[3 * t] = kp;
    gain[3 * t + 1] = kv;
    gain[3 * t + 2] = ka;
    covariance[6 * t] = pp;
    covariance[6 * t + 1] = pv;
    covariance[6 * t + 2] = pa;
    covariance[6 * t + 3] = vv;
    covariance[6 * t + 4] = va;
    covariance[6 * t + 5] = aa;
    for (let c = 0; c < D; c++) {
      const i = 3 * c;
      const predicted = state[i] + dt * state[i + 1] + half * state[i + 2];
      const y = seen ? z[t * D + c] - predicted : 0;
      if (seen) logLikelihood -= (y * y) / (2 * s);
      innovation[t * D + c] = y;
      state[i] = predicted + kp * y;
      state[i + 1] += dt * state[i + 2] + kv * y;
      state[i + 2] += ka * y;
      filtered[3 * (t * D + c)] = state[i];
      filtered[3 * (t * D + c) + 1] = state[i + 1];
      filtered[3 * (t * D + c) + 2] = state[i + 2];
    }
  }
  return logLikelihood;
}

/**
 * Smooths a filtered run backward over the whole clip. It gives the Rauch–Tung–Striebel means and covariances in the form
 * of Bierman's modified Bryson–Frazier recursion (Bierman 1973), which inverts no matrix: a process noise of rank 1
 * does no harm.
 *
 * @param smoothed T×D×3, filled in; may be `run.filtered`.
 * @param covariance T×6 (upper triangle), filled in; may be `run.covariance`.
 */
export function kalmanSmooth(
  run: KalmanRun,
  dt: number,
  smoothed: Float64Array,
  covariance: Float64Array,
): void {
  const { dimensions: D, filtered, covariance: P, gain, spread, innovation } = run;
  const half = (dt * dt) / 2;
  const pull = new Float64Array(3 * D); // λ: how the later frames pull on the state
  let [l00, l01, l02, l11, l12, l22] = [0, 0, 0, 0, 0, 0]; // Λ: and how surely
  for (let t = spread.length - 1; t >= 0; t--) {
    const p = 6 * t;
    const [pp, pv, pa, vv, va, aa] = [P[p], P[p + 1], P[p + 2], P[p + 3], P[p + 4], P[p + 5]];
    const kp = gain[3 * t];
    const kv = gain[3 * t + 1];
    const ka = gain[3 * t + 2];
    const seen = spread[t] > 0;
    for (let c = 0; c < D; c++) {
      const i = 3 * (t * D + c);
      const p0 = pull[3 * c];
      const p1 = pull[3 * c + 1];
      const p2 = pull[3 * c + 2];
      smoothed[i] = filtered[i] - pp * p0 - pv * p1 - pa * p2;
      smoothed[i + 1] = filtered[i + 1] - pv * p0 - vv * p1 - va * p2;
      smoothed[i + 2] = filtered[i + 2] - pa * p0 - va * p1 - aa * p2;
      const own = seen ? kp * p0 + kv * p1 + ka * p2 + innovation[t * D + c] / spread[t] : 0;
      const q0 = p0 - own;
      pull[3 * c] = q0;
      pull[3 * c + 1] = dt * q0 + p1;
      pull[3 * c + 2] = half * q0 + dt * p1 + p2;
    }
    // P − P Λ P, by the rows of P Λ
    const m00 = pp * l00 + pv * l01 + pa * l02;
    const m01 = pp * l01 + pv * l11 + pa * l12;
    const m02 = pp * l02 + pv * l12 + pa * l22;
    const m10 = pv * l00 + vv * l01 + va * l02;
    const m11 = pv * l01 + vv * l11 + va * l12;
    const m12 = pv * l02 + vv * l12 + va * l22;
    const m20 = pa * l00 + va * l01 + aa * l02;
    const m21 = pa * l01 + va * l11 + aa * l12;
    const m22 = pa * l02 + va * l12 + aa * l22;
    covariance[p] = pp - m00 * pp - m01 * pv - m02 * pa;
    covariance[p + 1] = pv - m00 * pv - m01 * vv - m02 * va;
    covariance[p + 2] = pa - m00 * pa - m01 * va - m02 * aa;
    covariance[p + 3] = vv - m10 * pv - m11 * vv - m12 * va;
    covariance[p + 4] = va - m10 * pa - m11 * va - m12 * aa;
    covariance[p + 5] = aa - m20 * pa - m21 * va - m22 * aa;
    // Λ ← Fᵀ (HᵀS⁻¹H + (I − K H)ᵀ Λ (I − K H)) F
    if (seen) {
      const g0 = l00 * kp + l01 * kv + l02 * ka;
      const g1 = l01 * kp + l11 * kv + l12 * ka;
      const g2 = l02 * kp + l12 * kv + l22 * ka;
      l00 += 1 / spread[t] - 2 * g0 + kp * g0 + kv * g1 + ka * g2;
      l01 -= g1;
      l02 -= g2;
    }
    const f02 = half * l00 + dt * l01 + l02;
    const f12 = half * l01 + dt * l11 + l12;
    const f22 = half * l02 + dt * l12 + l22;
    const f11 = dt * l01 + l11;
    l22 = half * f02 + dt * f12 + f22;
    l12 = dt * f02 + f12;
    l02 = f02;
    l01 += dt * l00;
    l11 = dt * l01 + f11;
  }
}
