import type { Image } from "../../image/image.js";
import { letterboxInto, letterboxToPicture } from "../../image/letterbox.js";
import { type Region, regionMatrix } from "../../image/region.js";
import { warpAffine } from "../../image/warp.js";
import type { Tensor } from "../../seam/runtime.js";

/** Memory for one picture on its way into a network, to be used again and again. One run at a time. */
export interface InputMemory {
  pixels: Uint8Array;
  values: Float32Array;
}

/** Enough memory for any network of hands and faces. */
export function inputMemory(): InputMemory {
  const count = 3 * 256 * 256;
  return { pixels: new Uint8Array(count), values: new Float32Array(count) };
}

/** How bytes become the numbers that a network takes: 0..1, or −1..1. */
export type ByteRange = "unit" | "symmetric";

/** A picture as a network takes it, and the way back. */
export interface Shown {
  /** float32 [1, side, side, 3]. */
  tensor: Tensor;
  /** Takes pixels of the input to pixels of the picture. */
  toPicture: Float64Array;
}

/** The part of a picture in a region, upright; black outside the picture. */
export function showRegion(
  image: Image,
  region: Region,
  side: number,
  range: ByteRange,
  memory: InputMemory,
): Shown {
  const toPicture = regionMatrix(region, side);
  warpAffine(image, toPicture, side, side, memory.pixels.subarray(0, 3 * side * side));
  return { tensor: tensorOf(memory, side, range), toPicture };
}

/** The whole picture in the middle of a black square. */
export function showWhole(image: Image, side: number, range: ByteRange, memory: InputMemory): Shown {
  const data = memory.pixels.subarray(0, 3 * side * side);
  const placement = letterboxInto(image, { width: side, height: side, channels: 3, data });
  const toPicture = letterboxToPicture(placement);
  return { tensor: tensorOf(memory, side, range), toPicture };
}

function tensorOf({ pixels, values }: InputMemory, side: number, range: ByteRange): Tensor {
  const count = 3 * side * side;
  const [scale, offset] = range === "unit" ? [1 / 255, 0] : [1 / 127.5, -1];
  for (let i = 0; i < count; i++) values[i] = pixels[i] * scale + offset;
  return { type: "float32", dims: [1, side, side, 3], data: values.subarray(0, count) };
}
