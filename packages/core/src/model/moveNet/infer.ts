import type { Image } from "../../image/image.js";
import { letterboxInto, letterboxToPicture } from "../../image/letterbox.js";
import { cropMatrix, warpAffine } from "../../image/warp.js";
import type { Detection } from "../../motion/keypoints.js";
import type { Network } from "../../seam/runtime.js";
import type { Square } from "./crop.js";
import { decodeMultiPose, decodeSinglePose, type InputSize } from "./decode.js";
import { type Hiding, hideOthers } from "./hide.js";

/** Memory for one picture on its way into a network, to be used again and again. One run at a time. */
export interface Canvas {
  pixels: Uint8Array;
  values: Int32Array;
}

/** Enough memory for inputs of up to `pixels` pixels. */
export function canvas(pixels: number): Canvas {
  return { pixels: new Uint8Array(3 * pixels), values: new Int32Array(3 * pixels) };
}

export interface FindOptions {
  /** The picture is scaled so that its longer side has this many pixels; a multiple of 32 (default 256). */
  longerSide?: number;
  /** People with a lower score are left out (default 0.2). */
  minScore?: number;
  /** At least longerSide² pixels; own memory each time when absent. */
  memory?: Canvas;
}

/**
 * People in a picture by MoveNet multi-pose: six at most, in any order. The picture is fitted into the top left of a
 * frame of whole 32-pixel blocks.
 *
 * @param network MoveNet multi-pose: int32 NHWC in, [1, 6, 56] out.
 * @returns Boxes and joints in pixels of `image`.
 */
export async function findPeople(
  network: Network,
  image: Image,
  options: FindOptions = {},
): Promise<Detection[]> {
  const { longerSide = 256, minScore = 0.2, memory = canvas(longerSide * longerSide) } = options;
  const scale = longerSide / Math.max(image.width, image.height);
  const size = { width: blocks(image.width * scale), height: blocks(image.height * scale) };
  const data = memory.pixels.subarray(0, 3 * size.width * size.height);
  const placement = letterboxInto(image, { ...size, channels: 3, data }, { place: "topLeft", scale });
  const toPicture = letterboxToPicture(placement);
  return decodeMultiPose(await run(network, memory, size), size, toPicture, minScore);
}

export interface PlaceOptions {
  /** Side of the network's input: 256 for thunder (default), 192 for lightning. */
  side?: number;
  /** People to paint over. */
  hiding?: Hiding;
  /** At least side² pixels; own memory each time when absent. */
  memory?: Canvas;
}

/**
 * The joints of one person in a square of a picture, by MoveNet thunder or lightning.
 *
 * @param network int32 NHWC in, [1, 1, 17, 3] out.
 * @returns Joints in pixels of `image`; the score is their mean confidence. No box.
 */
export async function placeJoints(
  network: Network,
  image: Image,
  square: Square,
  { side = 256, hiding, memory = canvas(side * side) }: PlaceOptions = {},
): Promise<Detection> {
  const size = { width: side, height: side };
  const toPicture = cropMatrix(square.centre, square.size, 0, side);
  const pixels = memory.pixels.subarray(0, 3 * side * side);
  warpAffine(image, toPicture, side, side, pixels);
  if (hiding) hideOthers(pixels, side, toPicture, hiding);
  return decodeSinglePose(await run(network, memory, size), size, toPicture);
}

async function run(
  network: Network,
  memory: Canvas,
  { width, height }: InputSize,
): Promise<ArrayLike<number>> {
  const count = 3 * width * height;
  const data = memory.values.subarray(0, count);
  data.set(memory.pixels.subarray(0, count));
  const outputs = await network.run({
    [network.inputs[0]]: { type: "int32", dims: [1, height, width, 3], data },
  });
  return outputs[network.outputs[0]].data as Float32Array;
}

function blocks(length: number): number {
  return Math.max(1, Math.ceil(Math.round(length) / 32)) * 32;
}
