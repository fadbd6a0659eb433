import {
  butterworth,
  fillGaps,
  filterRuns,
  filtfilt,
  hampel,
  medianFilter,
  sosfilt,
  sosfiltfilt,
  sosStart,
  splineAt,
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
};
