import {
  type Image,
  letterboxInto,
  letterboxToPicture,
  resizeInto,
  type Size,
  warpAffine,
} from "@marey/core/image";
import type { Tensor } from "@marey/core/seam";
import type { Card } from "../../store/card.js";
import { lender } from "./memory.js";

/** A picture as a network is shown it, and the way back. */
export interface Shown {
  tensor: Tensor;
  size: Size;
  /** Takes pixels of the input to pixels of the picture. */
  toPicture: Float64Array;
}

/** Shows pictures to a network as its card's input says; the memory is lent for as long as `look` takes. */
export interface Presenter {
  /** The whole picture; `scale` enlarges it where the network leaves its size free. */
  whole<T>(image: Image, options: ShowOptions, look: (shown: Shown) => Promise<T>): Promise<T>;
  /** A part of it. @param toPicture Pixels of the input → pixels of the picture. */
  part<T>(
    image: Image,
    toPicture: Float64Array,
    options: ShowOptions,
    look: (shown: Shown) => Promise<T>,
  ): Promise<T>;
}

export interface ShowOptions {
  /** Relative to the size that the card states; 1 when absent. Networks of a fixed size can't change it. */
  scale?: number;
  /** Shown as in a mirror: column x of the input is then column width − 1 − x of what `toPicture` takes back. */
  mirrored?: boolean;
}

interface Memory {
  pixels: Uint8Array;
  values: Float32Array | Int32Array | Uint8Array;
}

/** How a card's input is filled. */
export function presenter(input: Card["input"]): Presenter {
  const Values = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array }[input.type];
  const lend = lender((): Memory => ({ pixels: new Uint8Array(0), values: new Values(0) }));
  const fill = byteFiller(input);
  const withMemory = <T>(
    { width, height }: Size,
    { mirrored = false }: ShowOptions,
    draw: (canvas: Image) => Float64Array,
    look: (shown: Shown) => Promise<T>,
  ) =>
    lend((memory) => {
      const count = 3 * width * height;
      if (memory.pixels.length < count) {
        memory.pixels = new Uint8Array(count);
        memory.values = new Values(count);
      }
      const pixels = memory.pixels.subarray(0, count);
      const canvas = { width, height, channels: 3, data: pixels };
      const toPicture = draw(canvas);
      if (mirrored) mirrorRows(canvas);
      const data = memory.values.subarray(0, count);
      fill(pixels, data);
      const dims = input.layout === "NHWC" ? [1, height, width, 3] : [1, 3, height, width];
      return look({ tensor: { type: input.type, dims, data }, size: { width, height }, toPicture });
    });
  return {
    whole(image, options, look) {
      const size = inputSize(input, image, options.scale);
      return withMemory(size, options, (canvas) => fit(image, canvas, input), look);
    },
    part(image, toPicture, options, look) {
      const size = inputSize(input, image);
      const draw = (canvas: Image) => {
        warpAffine(image, toPicture, size.width, size.height, canvas.data, input.fill);
        return toPicture;
      };
      return withMemory(size, options, draw, look);
    },
  };
}

/** The size at which a network is shown a picture: the card's, or the nearest that keeps the picture's proportions. */
export function inputSize(input: Card["input"], image: Size, scale = 1): Size {
  const { height, width, multipleOf = 1, longerSide } = input;
  if (height !== null && width !== null) return { width, height };
  const factor =
    scale *
    (height !== null
      ? height / image.height
      : width !== null
        ? width / image.width
        : longerSide / Math.max(image.width, image.height));
  const whole = (length: number) =>
    Math.max(1, Math.ceil(Math.round(length * factor) / multipleOf)) * multipleOf;
  return { width: width ?? whole(image.width), height: height ?? whole(image.height) };
}

/** Draws the whole picture into a canvas. @returns Pixels of the canvas → pixels of the picture. */
function fit(image: Image, canvas: Image, { fit: rule, fill }: Card["input"]): Float64Array {
  if (rule !== "stretch") {
    const place = rule === "centre" ? "centre" : "topLeft";
    return letterboxToPicture(letterboxInto(image, canvas, { place, fill }));
  }
  const { width, height } = canvas;
  const [scaleX, scaleY] = [width / image.width, height / image.height];
  resizeInto(image, canvas, { width, height, left: 0, top: 0 }, scaleX, scaleY);
  const shift = (scale: number) => 0.5 / scale - 0.5;
  return Float64Array.of(1 / scaleX, 0, shift(scaleX), 0, 1 / scaleY, shift(scaleY));
}

function mirrorRows({ width, height, data }: Image): void {
  for (let y = 0; y < height; y++)
    for (let l = 3 * y * width, r = 3 * ((y + 1) * width - 1); l < r; l += 3, r -= 3)
      for (let c = 0; c < 3; c++) {
        const kept = data[l + c] as number;
        data[l + c] = data[r + c] as number;
        data[r + c] = kept;
      }
}

type Three = readonly [number, number, number];

/** What byte b of channel c becomes: `factor[c] · b + term[c]`, channels in the network's order. */
function normalisation({ scale, offset, mean, deviation }: Card["input"]): { factor: Three; term: Three } {
  const three = (value: number | readonly number[]) =>
    (typeof value === "number" ? [value, value, value] : value) as Three;
  if (mean === undefined && deviation === undefined) return { factor: three(scale), term: three(offset) };
  const [m0, m1, m2] = three(mean ?? 0);
  const [d0, d1, d2] = three(deviation ?? 1);
  const factor: Three = [1 / d0, 1 / d1, 1 / d2];
  return { factor, term: [-factor[0] * m0, -factor[1] * m1, -factor[2] * m2] };
}

/**
 * Bytes in rows of RGB → the network's values in its layout, in one pass: three with a table take twice as long.
 */
export function byteFiller(input: Card["input"]): (pixels: Uint8Array, values: Memory["values"]) => void {
  const { factor, term } = normalisation(input);
  const planes = input.layout === "NCHW";
  return (pixels, values) => {
    // Constants of this call: the loop would fetch those of the outer function again for every pixel.
    const [f0, f1, f2] = factor;
    const [t0, t1, t2] = term;
    const [first, third] = input.colour === "BGR" ? [2, 0] : [0, 2];
    const step = planes ? 1 : 3;
    const second = planes ? pixels.length / 3 : 1;
    const last = 2 * second;
    for (let i = 0, o = 0; i < pixels.length; i += 3, o += step) {
      values[o] = f0 * (pixels[i + first] as number) + t0;
      values[o + second] = f1 * (pixels[i + 1] as number) + t1;
      values[o + last] = f2 * (pixels[i + third] as number) + t2;
    }
  };
}
