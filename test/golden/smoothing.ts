import {
  butterworth,
  fillGaps,
  filterRuns,
  filtfilt,
  gaussianFilter,
  gradient,
  hampel,
  kalmanFilter,
  kalmanRun,
  kalmanSmooth,
  loess,
  medianFilter,
  oneEuro,
  oneEuroZeroPhase,
  savitzkyGolay,
  savitzkyGolayWeights,
  smoothingSpline,
  sosfilt,
  sosfiltfilt,
  sosStart,
  splineAt,
  whiteAcceleration,
  whiteJerk,
  whittaker,
} from "@marey/core/filter";
import { type Case, numbers, type Operations, type Stored } from "./fixture.js";

/** Applies a column function to every column of a T×… tensor; the results stand as the columns did. */
function columns(tensor: Stored, apply: (column: Float64Array) => Float64Array): Float64Array {
  const values = numbers(tensor);
  const width = values.length / tensor.shape[0];
  const results = Array.from({ length: width }, (_, c) =>
    apply(Float64Array.from({ length: tensor.shape[0] }, (_, t) => values[t * width + c])),
  );
  return Float64Array.from(
    { length: results[0].length * width },
    (_, i) => results[i % width][Math.floor(i / width)],
  );
}

/** `padLength` is a number or "default". */
const padding = ({ attributes: { padType, padLength } }: Case) => ({
  padding: padType,
  padLength: padLength === "default" ? undefined : padLength,
});

/** The operations of the golden group `smoothing` on the code of this project. */
export const smoothing: Operations = {
  butterworthDesign: ({ attributes }) => ({ ...butterworth(attributes) }),
  filtfilt(fixture) {
    const filter = butterworth(fixture.attributes);
    return { y: columns(fixture.inputs.x, (x) => filtfilt(filter, x, padding(fixture))) };
  },
  sosfiltfilt(fixture) {
    const filter = butterworth(fixture.attributes);
    return { y: columns(fixture.inputs.x, (x) => sosfiltfilt(filter, x, padding(fixture))) };
  },
  sosfiltCausal({ attributes, inputs }) {
    const filter = butterworth(attributes);
    const x = numbers(inputs.x);
    const state = sosStart(filter, x[0]);
    const y = new Float64Array(x.length);
    const cut = Math.floor(x.length / 3); // in two blocks, to carry the state
    sosfilt(filter.sos, x.subarray(0, cut), state, y.subarray(0, cut));
    sosfilt(filter.sos, x.subarray(cut), state, y.subarray(cut));
    return { y, finalState: state };
  },
  butterworthSegments({ attributes, inputs }) {
    const { filterOrder, minimumSegment, zeroIsMissing } = attributes;
    const filter = butterworth({ ...attributes, order: filterOrder });
    const options = { longerThan: minimumSegment - 1, zeroIsMissing };
    return {
      y: columns(inputs.x, (x) => filterRuns(x, (run, out) => filtfilt(filter, run, {}, out), options)),
    };
  },
  medianFilter({ attributes: { window, boundary }, inputs }) {
    const options = { window, boundary: boundary === "zero" ? ("constant" as const) : boundary };
    return { y: columns(inputs.x, (x) => medianFilter(x, options)) };
  },
  hampel({ attributes, inputs }) {
    const outlier = new Uint8Array(inputs.x.shape[0]);
    return { y: hampel(numbers(inputs.x), attributes, undefined, outlier), outlier };
  },
  fillGaps: ({ attributes, inputs }) => ({ y: columns(inputs.x, (x) => fillGaps(x, attributes)) }),
  splineAt({ inputs }) {
    const t = numbers(inputs.t);
    const q = numbers(inputs.q);
    const at = (kind: Parameters<typeof splineAt>[0], derivative: 0 | 1 = 0) =>
      columns(inputs.v, (v) => splineAt(kind, t, v, q, derivative));
    return {
      notAKnot: at("cubicNotAKnot"),
      natural: at("cubicNatural"),
      pchip: at("pchip"),
      linear: at("linear"),
      notAKnotDerivative: at("cubicNotAKnot", 1),
      pchipDerivative: at("pchip", 1),
    };
  },
  savitzkyGolay: ({ attributes, inputs }) => ({
    y: columns(inputs.x, (x) => savitzkyGolay(x, attributes)),
    coefficients: savitzkyGolayWeights(attributes).reverse(),
  }),
  oneEuro: ({ attributes, inputs }) => ({
    y: columns(inputs.x, (x) => oneEuro(numbers(inputs.t), x, attributes)),
  }),
  oneEuroZeroPhase: ({ attributes, inputs }) => ({
    y: columns(inputs.x, (x) => oneEuroZeroPhase(numbers(inputs.t), x, attributes)),
  }),
  kalmanConstantAcceleration({ attributes, inputs }) {
    const { model, rate, processDensity, processVariance, measurementVariance } = attributes;
    const process =
      model === "continuousWhiteJerk"
        ? whiteJerk(1 / rate, processDensity)
        : whiteAcceleration(1 / rate, processVariance);
    const z = numbers(inputs.z);
    const p = numbers(inputs.P0);
    const start = {
      state: numbers(inputs.x0),
      covariance: Float64Array.of(p[0], p[1], p[2], p[4], p[5], p[8]),
    };
    const run = kalmanRun(z.length, 1);
    const logLikelihood = kalmanFilter(z, measurementVariance, process, start, run);
    const smoothed = new Float64Array(z.length * 3);
    const triangle = new Float64Array(z.length * 6);
    kalmanSmooth(run, 1 / rate, smoothed, triangle);
    const full = [0, 1, 2, 1, 3, 4, 2, 4, 5];
    const smoothedCovariance = Float64Array.from(
      { length: z.length * 9 },
      (_, i) => triangle[Math.floor(i / 9) * 6 + full[i % 9]],
    );
    return { filtered: run.filtered, smoothed, smoothedCovariance, logLikelihood };
  },
  loess: ({ attributes, inputs }) => ({ y: columns(inputs.x, (x) => loess(x, attributes)) }),
  loessSegments({ attributes, inputs }) {
    const options = { longerThan: attributes.minimumSegment - 1 };
    return { y: columns(inputs.x, (x) => filterRuns(x, (run, out) => loess(run, attributes, out), options)) };
  },
  gaussianFilter: ({ attributes, inputs }) => ({
    y: columns(inputs.x, (x) => gaussianFilter(x, attributes)),
  }),
  whittaker: ({ attributes, inputs }) => ({ y: columns(inputs.x, (x) => whittaker(x, attributes)) }),
  smoothingSpline({ attributes, inputs }) {
    const { values, derivatives } = smoothingSpline(
      numbers(inputs.t),
      numbers(inputs.x),
      attributes.lambda,
      numbers(inputs.w),
    );
    return { y: values, derivative: derivatives };
  },
  gradient: ({ attributes: { spacing, edgeOrder }, inputs }) => ({
    y: columns(inputs.x, (x) => gradient(x, spacing, edgeOrder)),
  }),
};
