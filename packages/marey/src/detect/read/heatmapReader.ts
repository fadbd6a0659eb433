import { gaussianHeatmaps, sigmoid, softArgmax, udpHeatmaps } from "@marey/core/codec";
import type { Size } from "@marey/core/image";
import type { CodecOf } from "../../store/cardCodec.js";
import { bySize, copyChannels, mapReader, mapSizes, unmirrored } from "./mapReader.js";
import { disagreement, floatsOf, jointsOf, meanScore, type Reader, type Reading } from "./reader.js";

/** Confidence maps of one person. */
export function heatmapReader(reading: Reading, codec: CodecOf<"heatmap">): Reader {
  const { card } = reading;
  const { joints, mirror } = jointsOf(reading);
  const { maps: name, layout, logits, decode } = codec;
  const decoder = bySize((columns, rows, size) => heatmapDecoder(codec, joints.length, columns, rows, size));
  return mapReader([name], {
    collect(outputs) {
      const tensor = floatsOf(card, outputs, name, "codec.maps");
      const sizes = mapSizes(reading, tensor, name, layout);
      if (sizes.channels < joints.length)
        throw disagreement(
          card,
          "skeleton",
          `it has ${joints.length} joints, output "${name}" [${tensor.dims.join(", ")}] as ${layout} has ${sizes.channels} maps`,
          "Give the skeleton of the network, and the layout of its maps",
        );
      const cells = sizes.rows * sizes.columns;
      const own = layout === "NHWC" || (logits && decode !== "soft-argmax");
      const data = own
        ? new Float32Array(joints.length * cells)
        : tensor.data.subarray(0, joints.length * cells);
      if (own) copyChannels(tensor.data, sizes, layout, [...joints.keys()], data, 0);
      if (logits && decode !== "soft-argmax")
        for (let i = 0; i < data.length; i++) data[i] = sigmoid(data[i] as number);
      return { ...sizes, channels: joints.length, data };
    },
    unmirror: (maps) => unmirrored(maps, mirror),
    read(maps, size) {
      const placed = decoder(maps.columns, maps.rows, size)(maps.data);
      const score = meanScore(placed);
      return score >= codec.minScore ? [{ score, joints: placed }] : [];
    },
  });
}

/** K maps → K×3 pixels of the input and score. */
function heatmapDecoder(
  { decode, blur, beta, middle, logits }: CodecOf<"heatmap">,
  joints: number,
  columns: number,
  rows: number,
  { width, height }: Size,
): (maps: Float32Array) => Float32Array {
  const size = { joints, input: [width, height], cells: [columns, rows], sigma: 2 } as const;
  const strides = [width / columns, height / rows] as const;
  const shift = strides.map((stride) => (middle ? (stride - 1) / 2 : 0));
  const finish = (placed: Float32Array) => {
    for (let i = 0; i < placed.length; i += 3) {
      const found = (placed[i + 2] as number) > 0;
      placed[i] = found ? (placed[i] as number) + (shift[0] as number) : NaN;
      placed[i + 1] = found ? (placed[i + 1] as number) + (shift[1] as number) : NaN;
      placed[i + 2] = Math.max(0, Math.min(1, placed[i + 2] as number));
    }
    return placed;
  };
  if (decode === "soft-argmax")
    return (maps) => {
      const expected = softArgmax(maps, [columns, rows], beta);
      const placed = new Float32Array(3 * joints);
      for (let j = 0; j < joints; j++) {
        const [x = NaN, y = NaN, share = 0] = expected.subarray(3 * j, 3 * j + 3);
        placed.set(
          [x * strides[0], y * strides[1], logits ? share : largest(maps, j, columns * rows)],
          3 * j,
        );
      }
      return finish(placed);
    };
  const codec =
    decode === "udp"
      ? udpHeatmaps({ ...size, blur })
      : gaussianHeatmaps({
          ...size,
          refine: decode === "dark" ? { blur } : decode === "argmax" ? "none" : "innerQuarter",
        });
  return (maps) => finish(codec.decode(maps));
}

function largest(maps: Float32Array, joint: number, cells: number): number {
  let value = 0;
  for (let i = joint * cells; i < (joint + 1) * cells; i++) value = Math.max(value, maps[i] as number);
  return value;
}
