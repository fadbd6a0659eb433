import { gridSample } from "../gridSample.js";
import { matmul } from "../linear.js";
import { reshape } from "../movement.js";
import { axesOf, constant, type Node } from "../node.js";
import {
  float,
  floats,
  int,
  ints,
  type OnnxCall,
  operand,
  type Reader,
  text,
  unsupported,
  values,
} from "./call.js";

/** How an axis is resampled, in ONNX's own words. */
interface Sampling {
  readonly mode: "nearest" | "linear" | "cubic";
  readonly coordinates: string;
  readonly rounding: string;
  readonly cubic: number;
}

/**
 * The place in the old axis that a cell of the new one is taken from. The runtime computes it in float32, and where a
 * place lies halfway, its rounding decides which cell is the nearest.
 */
function origin(i: number, from: number, to: number, scale: number, coordinates: string): number | undefined {
  const { fround } = Math;
  const centred = fround(fround((i + 0.5) / scale) - 0.5);
  // What `to` would be if sizes weren't whole moves the picture's middle.
  const adjustment = to / (scale * from);
  const places: Record<string, number> = {
    half_pixel: centred,
    half_pixel_symmetric: (from / 2) * (1 - adjustment) + centred,
    pytorch_half_pixel: to > 1 ? centred : 0,
    align_corners: to > 1 ? fround((i * (from - 1)) / (to - 1)) : 0,
    asymmetric: fround(i / scale),
    tf_half_pixel_for_nn: fround((i + 0.5) / scale),
  };
  return Object.hasOwn(places, coordinates) ? places[coordinates] : undefined;
}

const roundings: Readonly<Record<string, (at: number) => number>> = {
  round_prefer_floor: (at) => Math.ceil(at - 0.5),
  round_prefer_ceil: (at) => Math.floor(at + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

/** Keys' cubic kernel (1981) at distance d < 2. */
function keys(d: number, a: number): number {
  return d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : (a * (d - 5) * d + 8 * a) * d - 4 * a;
}

/** The cells that make up the value at a place, with their weights. */
function taps(at: number, { mode, rounding, cubic }: Sampling): [cell: number, weight: number][] {
  if (mode === "nearest") return [[roundings[rounding](at), 1]];
  const low = Math.floor(at);
  if (mode === "linear")
    return [
      [low, 1 - (at - low)],
      [low + 1, at - low],
    ];
  return [-1, 0, 1, 2].map((step) => [low + step, keys(Math.abs(at - low - step), cubic)]);
}

/** The matrix [to, from] that resamples an axis; undefined for coordinates that aren't known. */
function matrix(from: number, to: number, scale: number, sampling: Sampling): Float32Array | undefined {
  const weights = new Float32Array(from * to);
  for (let i = 0; i < to; i++) {
    const at = origin(i, from, to, scale, sampling.coordinates);
    if (at === undefined) return undefined;
    for (const [cell, weight] of taps(at, sampling))
      weights[i * from + Math.min(Math.max(cell, 0), from - 1)] += weight;
  }
  return weights;
}

/** Sizes and scales of the axes that change. */
interface Target {
  readonly axis: number;
  readonly to: number;
  readonly scale: number;
}

/** Scales or sizes: attributes or inputs of different places in operator sets 7, 9, 10, 11 and 18. */
function targets(call: OnnxCall, x: Node): Target[] {
  const early = call.operator === "Upsample" || call.opset < 11;
  const scales = floats(call, "scales") ?? values(call, early ? 1 : 2) ?? [];
  const sizes = early ? [] : (values(call, 3) ?? []);
  const axes = axesOf("Resize", x, ints(call, "axes") ?? x.shape.map((_, i) => i));
  const wanted = sizes.length > 0 ? sizes : scales;
  if (wanted.length !== axes.length)
    throw unsupported(call, `${wanted.length} sizes for ${axes.length} axes`);
  return axes.map((axis, i) => {
    const from = x.shape[axis];
    return sizes.length > 0
      ? { axis, to: sizes[i], scale: sizes[i] / from }
      : { axis, to: Math.floor(from * scales[i]), scale: scales[i] };
  });
}

function samplingOf(call: OnnxCall): Sampling {
  const mode = text(call, "mode", "nearest");
  const early = call.operator === "Upsample" || call.opset < 11;
  const rounding = early ? "floor" : text(call, "nearest_mode", "round_prefer_floor");
  if ((mode !== "nearest" && mode !== "linear" && mode !== "cubic") || !Object.hasOwn(roundings, rounding))
    throw unsupported(call, `Resize of mode ${mode} ${rounding}`);
  const coordinates = early ? "asymmetric" : text(call, "coordinate_transformation_mode", "half_pixel");
  return { mode, coordinates, rounding, cubic: float(call, "cubic_coeff_a", -0.75) };
}

/** Cells of an axis: more are damage. */
const LONGEST = 2 ** 16;

/** Each axis is a product with a constant matrix, which is also its own derivative. */
function readResize(call: OnnxCall): Node {
  const x = operand(call, 0);
  if (int(call, "antialias", 0) === 1 || int(call, "exclude_outside", 0) === 1)
    throw unsupported(call, "Resize with antialias or exclude_outside");
  if (text(call, "keep_aspect_ratio_policy", "stretch") !== "stretch")
    throw unsupported(call, "Resize that keeps the aspect");
  const sampling = samplingOf(call);
  return targets(call, x).reduce((y, { axis, to, scale }) => {
    const from = y.shape[axis];
    if (to === from && scale === 1) return y;
    if (!(to >= 1 && to <= LONGEST)) throw unsupported(call, `Resize of an axis to ${to}`);
    const weights = matrix(from, to, scale, sampling);
    if (!weights) throw unsupported(call, `Resize with coordinates ${sampling.coordinates}`);
    const by = constant(weights, [to, from]);
    if (axis === y.shape.length - 1) return matmul(y, by, { transB: true });
    const rows = reshape(y, [...y.shape.slice(0, axis), from, -1]);
    return reshape(matmul(by, rows), [...y.shape.slice(0, axis), to, ...y.shape.slice(axis + 1)]);
  }, x);
}

function readGridSample(call: OnnxCall): Node {
  const mode = text(call, "mode", "linear");
  const padding = text(call, "padding_mode", "zeros");
  if (!["linear", "bilinear"].includes(mode) || (padding !== "zeros" && padding !== "border"))
    throw unsupported(call, `GridSample of mode ${mode} with ${padding} outside`);
  const alignCorners = int(call, "align_corners", 0) === 1;
  return gridSample(operand(call, 0), operand(call, 1), { padding, alignCorners });
}

export const resizeReaders: Readonly<Record<string, Reader>> = {
  GridSample: readGridSample,
  Resize: readResize,
  Upsample: readResize,
};
