/**
 * Complete pipelines of `@tensorflow-models/pose-detection`, from a picture to people: our decoders behind that
 * package's own ways of sampling, which count pixels from corners and don't average when they shrink.
 */
import type { Image, Region } from "@marey/core/image";
import {
  type Body,
  decodeBody,
  detectorCode,
  detectorSide,
  landmarkSide,
  regionFromCircle,
} from "@marey/core/model/blazePose";
import { decodeMultiPose, decodeSinglePose } from "@marey/core/model/moveNet";
import type { Detection } from "@marey/core/motion";
import type { Network, Tensor } from "@marey/core/seam";
import { loadNetwork, onnxRuntime } from "marey";
import type { Operation, Outputs, Stored } from "./fixture.js";

type Matrix = [number, number, number, number, number, number];

/** Runs the pipeline that the case names. */
export const pipelines: Operation = async ({ attributes, inputs }) => {
  const image = picture(inputs.image);
  switch (attributes.pipeline) {
    case "movenet-multipose":
      return multiPose(image);
    case "movenet-thunder":
      return thunder(image);
    case "blazepose-full":
      return blazePose(image);
    default:
      throw new Error(`unknown pipeline "${attributes.pipeline}"`);
  }
};

const networks = new Map<string, Promise<Network>>();

function network(name: string): Promise<Network> {
  const known = networks.get(name) ?? loadNetwork(onnxRuntime, name);
  networks.set(name, known);
  return known;
}

function picture({ shape, data }: Stored): Image {
  const [height, width, channels] = shape as [number, number, number];
  return { width, height, channels, data: data as Uint8Array };
}

/** Longer side 256, bars at the right and bottom, people from 0.11; their boxes stay relative to the whole input. */
async function multiPose(image: Image): Promise<Outputs> {
  const scale = 256 / Math.max(image.width, image.height);
  const inner = { width: Math.round(image.width * scale), height: Math.round(image.height * scale) };
  const width = Math.ceil(inner.width / 32) * 32;
  const height = Math.ceil(inner.height / 32) * 32;
  const matrix: Matrix = [image.width / inner.width, 0, 0, 0, image.height / inner.height, 0];
  const shown = sample(image, matrix, width, height, "clamp");
  for (let y = 0; y < height; y++)
    shown.fill(0, (y * width + (y < inner.height ? inner.width : 0)) * 3, (y + 1) * width * 3);
  const { output_0: raw } = await run("movenet-multipose", [1, height, width, 3], Int32Array.from(shown));
  const people = decodeMultiPose(raw, { width, height }, fromCorner(matrix), 0.11);
  const [sx, sy] = [width * matrix[0], height * matrix[4]];
  const boxes = people.flatMap(({ box = [0, 0, 0, 0] }) => [
    box[0] / sx,
    box[1] / sy,
    box[2] / sx,
    box[3] / sy,
  ]);
  return { ...outputs(people), boxes };
}

/** The middle square, stretched so that the outermost pixels' centres stay the outermost. */
async function thunder(image: Image): Promise<Outputs> {
  const side = 256;
  const size = Math.min(image.width, image.height);
  const stretch = (length: number): [number, number] => [
    ((size / length) * (length - 1)) / (side - 1),
    ((length - size) / 2 / length) * (length - 1),
  ];
  const [a, b] = stretch(image.width);
  const [c, d] = stretch(image.height);
  const shown = sample(image, [a, 0, b, 0, c, d], side, side, "clamp");
  const { Identity: raw } = await run("movenet-thunder", [1, side, side, 3], Int32Array.from(shown));
  const back: Matrix = [size / side, 0, (image.width - size) / 2, 0, size / side, (image.height - size) / 2];
  const person = decodeSinglePose(raw, { width: side, height: side }, fromCorner(back));
  const sure = [...person.joints.filter((_, i) => i % 3 === 2)].filter((confidence) => confidence > 0.2);
  return outputs([{ ...person, score: sure.reduce((a, b) => a + b, 0) / Math.max(1, sure.length) }]);
}

/** The detector's best row (no mean of its neighbours), then the landmarks of that region. */
async function blazePose(image: Image): Promise<Outputs> {
  const whole = { centre: [image.width / 2, image.height / 2] as const, rotation: 0 };
  const first = corner({ ...whole, size: Math.max(image.width, image.height) }, detectorSide);
  const whole224 = sample(image, first, detectorSide, detectorSide, "black").map((v) => v / 127.5 - 1);
  const seen = await run("blazepose-detector", [1, detectorSide, detectorSide, 3], whole224);
  const found = detectorCode.decode(seen.person, 0.5);
  if (found.length === 0) return { keypoints: [], keypoints3d: [], scores: [] };
  const { points } = found.reduce((best, one) => (one.score > best.score ? one : best));
  const at = (i: number) => [first[0] * points[i] + first[2], first[4] * points[i + 1] + first[5]];
  const region = regionFromCircle(at(0), at(2));
  if (!region) return { keypoints: [], keypoints3d: [], scores: [] };
  const matrix = corner(region, landmarkSide);
  const crop = sample(image, matrix, landmarkSide, landmarkSide, "black").map((v) => v / 255);
  const placed = await run("blazepose-full", [1, landmarkSide, landmarkSide, 3], crop);
  const body = decodeBody(
    {
      landmarks: placed.ld_3d,
      world: placed.world_3d,
      presence: placed.output_poseflag[0] as number,
      heatmap: placed.activation_heatmap,
    },
    fromCorner(matrix),
    region.rotation,
  );
  return { ...outputs([body]), keypoints3d: inSpace(body) };
}

function inSpace({ world, joints }: Body): number[] {
  return Array.from({ length: world.length / 3 }, (_, j) => [
    ...world.subarray(3 * j, 3 * j + 3),
    joints[3 * j + 2],
  ]).flat() as number[];
}

function outputs(people: Detection[]): Outputs {
  return { keypoints: people.flatMap(({ joints }) => [...joints]), scores: people.map(({ score }) => score) };
}

/** As `regionMatrix`, for a picture and a crop whose pixels are numbered by their corners. */
function corner({ centre, size, rotation }: Region, side: number): Matrix {
  const c = (Math.cos(rotation) * size) / side;
  const s = (Math.sin(rotation) * size) / side;
  return [c, -s, centre[0] - ((c - s) * side) / 2, s, c, centre[1] - ((s + c) * side) / 2];
}

/** For decoders, which take half a pixel off: the same map applied to corners. */
function fromCorner([a, b, x, c, d, y]: Matrix): Matrix {
  return [a, b, x + (a + b) / 2, c, d, y + (c + d) / 2];
}

/**
 * Bilinear samples at `matrix` times column and row, unrounded; beyond the picture its edge goes on, or all is black.
 */
function sample(
  image: Image,
  m: Matrix,
  width: number,
  height: number,
  beyond: "clamp" | "black",
): Float32Array {
  const { data, channels } = image;
  const out = new Float32Array(width * height * channels);
  const pixel = (x: number, y: number, c: number) => {
    const column = Math.max(0, Math.min(image.width - 1, x));
    const row = Math.max(0, Math.min(image.height - 1, y));
    return beyond === "clamp" || (column === x && row === y)
      ? (data[(row * image.width + column) * channels + c] as number)
      : 0;
  };
  for (let y = 0, o = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const u = m[0] * x + m[1] * y + m[2];
      const v = m[3] * x + m[4] * y + m[5];
      const [left, top] = [Math.floor(u), Math.floor(v)];
      const [fu, fv] = [u - left, v - top];
      for (let c = 0; c < channels; c++, o++) {
        const above = pixel(left, top, c) * (1 - fu) + pixel(left + 1, top, c) * fu;
        const below = pixel(left, top + 1, c) * (1 - fu) + pixel(left + 1, top + 1, c) * fu;
        out[o] = above * (1 - fv) + below * fv;
      }
    }
  return out;
}

async function run(
  name: string,
  dims: number[],
  data: Int32Array | Float32Array,
): Promise<Record<string, Float32Array>> {
  const loaded = await network(name);
  const type = data instanceof Int32Array ? "int32" : "float32";
  const feeds: Record<string, Tensor> = { [loaded.inputs[0] as string]: { type, dims, data } };
  const results = await loaded.run(feeds);
  return Object.fromEntries(
    Object.entries(results).map(([key, tensor]) => [key, tensor.data as Float32Array]),
  );
}
