import { MareyError } from "../error.js";
import { type Complex, complex, polynomial, secondOrderSections } from "./poles.js";

export type Band = "lowpass" | "highpass" | "bandpass" | "bandstop";

export interface ButterworthOptions {
  order: number;
  /** Hz; two ascending edges for `bandpass` and `bandstop`. At a cut-off one pass has a gain of 1/√2. */
  cutoff: number | readonly [number, number];
  /** Samples per second. */
  rate: number;
  /** `lowpass` when absent. */
  kind?: Band;
}

/** A digital filter in both of its usual forms, with the states that a constant input of 1 settles to. */
export interface DigitalFilter {
  /** Numerator and denominator of the transfer function in z⁻¹, a[0] = 1, both of the same length n + 1. */
  b: Float64Array;
  a: Float64Array;
  /** n: steady state of the direct form II transposed. */
  zi: Float64Array;
  /** S×6, rows b0 b1 b2 1 a1 a2; the gain stands in the first section. */
  sos: Float64Array;
  /** S×2: steady state of each section. */
  sosZi: Float64Array;
}

interface ZeroPoleGain {
  zeros: Complex[];
  poles: Complex[];
  gain: number;
}

/**
 * Designs a Butterworth filter: the analogue prototype, moved to the wanted band, then the bilinear transform with
 * prewarped edges (Oppenheim & Schafer, Discrete-Time Signal Processing, §7.3). Agrees with SciPy's `butter`.
 *
 * @throws MareyError `FILTER_OPTIONS` for an order below 1 or an edge outside (0, rate / 2).
 */
export function butterworth({ order, cutoff, rate, kind = "lowpass" }: ButterworthOptions): DigitalFilter {
  const edges = typeof cutoff === "number" ? [cutoff] : [...cutoff];
  requireBand(order, edges, rate, kind);
  // The bilinear transform below uses 2 samples a second, so a frequency of rate / 2 becomes 1.
  const warped = edges.map((edge) => 4 * Math.tan((Math.PI * edge) / rate));
  const { zeros, poles, gain } = bilinear(moveToBand(prototype(order), warped, kind));
  const b = polynomial(zeros).map((value) => value * gain);
  const a = polynomial(poles);
  const sos = secondOrderSections(zeros, poles, gain);
  return { b, a, zi: steadyState(b, a), sos, sosZi: sectionStates(sos) };
}

function requireBand(order: number, edges: number[], rate: number, kind: Band) {
  const wrong = (what: string, remedy: string) =>
    new MareyError("FILTER_OPTIONS", "Butterworth filter", what, remedy);
  if (!Number.isInteger(order) || order < 1)
    throw wrong(`the order is ${order}`, "Give a whole number of at least 1");
  const expected = kind === "lowpass" || kind === "highpass" ? 1 : 2;
  if (edges.length !== expected)
    throw wrong(
      `a ${kind} has ${expected} cut-off(s), not ${edges.length}`,
      "Give one cut-off, or a pair for a band",
    );
  edges.forEach((edge, i) => {
    if (!(edge > (i ? edges[0] : 0) && edge < rate / 2))
      throw wrong(
        `cut-off ${edges.join(", ")} Hz at ${rate} samples per second`,
        `Choose ascending cut-offs between 0 and ${rate / 2} Hz`,
      );
  });
}

/** Poles evenly spaced on the left half of the unit circle; lowpass with its edge at 1 rad/s. */
function prototype(order: number): ZeroPoleGain {
  const poles = Array.from({ length: order }, (_, i) => {
    const angle = (Math.PI * (2 * i - order + 1)) / (2 * order);
    // The middle pole of an odd order is exactly real.
    return complex(-Math.cos(angle), 2 * i === order - 1 ? 0 : -Math.sin(angle));
  });
  return { zeros: [], poles, gain: 1 };
}

function moveToBand({ poles }: ZeroPoleGain, edges: number[], kind: Band): ZeroPoleGain {
  const order = poles.length;
  const [edge] = edges;
  const origin = Array.from({ length: order }, () => complex(0, 0));
  if (kind === "lowpass") return { zeros: [], poles: poles.map((p) => p.times(edge)), gain: edge ** order };
  // Every prototype pole has modulus 1 and their product is real, so inverting the band keeps the gain at 1.
  if (kind === "highpass")
    return { zeros: origin, poles: poles.map((p) => p.inverse().times(edge)), gain: 1 };
  const width = edges[1] - edge;
  const centre = Math.sqrt(edge * edges[1]);
  const split = (p: Complex) => {
    const root = p
      .multiply(p)
      .plus(-centre * centre)
      .sqrt();
    return [p.add(root), p.add(root.times(-1))];
  };
  if (kind === "bandpass")
    return { zeros: origin, poles: poles.flatMap((p) => split(p.times(width / 2))), gain: width ** order };
  return {
    zeros: origin.flatMap(() => [complex(0, centre), complex(0, -centre)]),
    poles: poles.flatMap((p) => split(p.inverse().times(width / 2))),
    gain: 1,
  };
}

/** s = 4 (z − 1) / (z + 1); zeros at infinity come to −1. */
function bilinear({ zeros, poles, gain }: ZeroPoleGain): ZeroPoleGain {
  const map = (s: Complex) => s.plus(4).multiply(s.times(-1).plus(4).inverse());
  const product = (values: Complex[]) =>
    values.reduce((all, s) => all.multiply(s.times(-1).plus(4)), complex(1, 0));
  const atInfinity = Array.from({ length: poles.length - zeros.length }, () => complex(-1, 0));
  return {
    zeros: [...zeros.map(map), ...atInfinity],
    poles: poles.map(map),
    gain: gain * product(zeros).multiply(product(poles).inverse()).re,
  };
}

/** Solves (I − Aᵀ) zi = b[1…] − a[1…] b[0] with A the companion matrix of a, by forward substitution. */
function steadyState(b: Float64Array, a: Float64Array): Float64Array {
  const states = b.length - 1;
  const zi = new Float64Array(states);
  let sum = 0;
  let sumOfA = a[0];
  for (let i = 1; i <= states; i++) {
    sum += b[i] - a[i] * b[0];
    sumOfA += a[i];
  }
  const first = sum / sumOfA;
  let a0 = 1;
  let c0 = 0;
  zi[0] = first;
  for (let k = 1; k < states; k++) {
    a0 += a[k];
    c0 += b[k] - a[k] * b[0];
    zi[k] = a0 * first - c0;
  }
  return zi;
}

/** Each section's steady state for the constant that the sections before it settle to. */
function sectionStates(sos: Float64Array): Float64Array {
  const states = new Float64Array(sos.length / 3);
  let scale = 1;
  for (let s = 0; s < sos.length / 6; s++) {
    const b = sos.subarray(s * 6, s * 6 + 3);
    const a = sos.subarray(s * 6 + 3, s * 6 + 6);
    const zi = steadyState(b, a);
    states[2 * s] = scale * zi[0];
    states[2 * s + 1] = scale * zi[1];
    scale *= (b[0] + b[1] + b[2]) / (a[0] + a[1] + a[2]);
  }
  return states;
}
