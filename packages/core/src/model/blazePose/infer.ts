import type { Image } from "../../image/image.js";
import { letterboxInto, letterboxToPicture } from "../../image/letterbox.js";
import { type Region, regionMatrix } from "../../image/region.js";
import { warpAffine } from "../../image/warp.js";
import type { Network } from "../../seam/runtime.js";
import { type BodyHint, decodeHints, detectorSide, type HintOptions } from "./detector.js";
import { type Body, decodeBody, landmarkSide } from "./landmarks.js";

/** Memory for one picture on its way into a network, to be used again and again. One run at a time. */
export interface BodyCanvas {
  pixels: Uint8Array;
  values: Float32Array;
}

/** Enough memory for either network. */
export function bodyCanvas(): BodyCanvas {
  const count = 3 * landmarkSide * landmarkSide;
  return { pixels: new Uint8Array(count), values: new Float32Array(count) };
}

/**
 * People in a picture by BlazePose's detector, which needs to see their faces.
 *
 * @param network float32 NHWC −1..1 in, `person` [1, 2254, 13] out.
 * @returns Best first.
 */
export async function findBodies(
  network: Network,
  image: Image,
  options: HintOptions = {},
  memory: BodyCanvas = bodyCanvas(),
): Promise<BodyHint[]> {
  const count = 3 * detectorSide * detectorSide;
  const pixels = memory.pixels.subarray(0, count);
  const shown = { width: detectorSide, height: detectorSide, channels: 3, data: pixels };
  const placement = letterboxInto(image, shown);
  const data = memory.values.subarray(0, count);
  for (let i = 0; i < count; i++) data[i] = pixels[i] / 127.5 - 1;
  const { person } = await network.run(
    { [network.inputs[0]]: { type: "float32", dims: [1, detectorSide, detectorSide, 3], data } },
    ["person"],
  );
  return decodeHints(person.data as Float32Array, letterboxToPicture(placement), options);
}

export interface PlaceBodyOptions {
  /** Read the heatmap as well, as the official pipeline does (default true). */
  sharpen?: boolean;
  memory?: BodyCanvas;
}

/**
 * The 33 joints of the person in a region, in the picture and in metres, by BlazePose lite, full or heavy.
 *
 * @param network float32 NHWC 0..1 in; `ld_3d`, `world_3d`, `output_poseflag`, `activation_heatmap` out.
 * @returns The score is the probability that the region shows a person; below 0.5 the rest means nothing.
 */
export async function placeBody(
  network: Network,
  image: Image,
  region: Region,
  { sharpen = true, memory = bodyCanvas() }: PlaceBodyOptions = {},
): Promise<Body> {
  const toPicture = regionMatrix(region, landmarkSide);
  warpAffine(image, toPicture, landmarkSide, landmarkSide, memory.pixels);
  const { pixels, values } = memory;
  for (let i = 0; i < values.length; i++) values[i] = pixels[i] / 255;
  const outputs = await network.run(
    { [network.inputs[0]]: { type: "float32", dims: [1, landmarkSide, landmarkSide, 3], data: values } },
    ["ld_3d", "world_3d", "output_poseflag", ...(sharpen ? ["activation_heatmap"] : [])],
  );
  const floats = (name: string) => outputs[name].data as Float32Array;
  return decodeBody(
    {
      landmarks: floats("ld_3d"),
      world: floats("world_3d"),
      presence: floats("output_poseflag")[0],
      ...(sharpen && { heatmap: floats("activation_heatmap") }),
    },
    toPicture,
    region.rotation,
  );
}
