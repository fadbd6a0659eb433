import { decodeDisplacementMaps, decodeOffsetMaps } from "@marey/core/codec";
import type { CodecOf } from "../../store/cardCodec.js";
import { disagreement, floatsOf, jointIndex, jointsOf, type Reader, type Reading } from "./reader.js";

/** PoseNet's maps, of one person or of many. */
export function offsetReader(reading: Reading, codec: CodecOf<"offsets">): Reader {
  const { card } = reading;
  const skeleton = jointsOf(reading);
  const joints = skeleton.joints.length;
  const { displacements } = codec;
  const edges = (displacements?.edges ?? []).map(([a, b], e) => {
    const field = `codec.displacements.edges.${e}`;
    return [jointIndex(card, skeleton, a, field), jointIndex(card, skeleton, b, field)] as const;
  });
  const mapsOf = (outputs: Parameters<Reader["read"]>[0], name: string, field: string, channels: number) => {
    const tensor = floatsOf(card, outputs, name, field);
    const [, a = 0, b = 0, c = 0] = tensor.dims;
    const [rows, columns, found] = codec.layout === "NHWC" ? [a, b, c] : [b, c, a];
    if (tensor.dims.length !== 4 || found !== channels)
      throw disagreement(
        card,
        field,
        `output "${name}" is [${tensor.dims.join(", ")}] as ${codec.layout}, ${channels} channels were expected`,
        "Correct the skeleton, the edges, or the layout",
      );
    const data = codec.layout === "NCHW" ? tensor.data : channelsFirst(tensor.data, channels);
    return { data, rows, columns };
  };
  return {
    outputs: [
      codec.maps,
      codec.offsets,
      ...(displacements ? [displacements.forward, displacements.backward] : []),
    ],
    read(outputs) {
      const { data: maps, rows, columns } = mapsOf(outputs, codec.maps, "codec.maps", joints);
      const offsets = mapsOf(outputs, codec.offsets, "codec.offsets", 2 * joints).data;
      const options = { joints, rows, columns, stride: codec.stride, logits: codec.logits };
      if (!displacements) {
        const person = decodeOffsetMaps({ maps, offsets }, options);
        return person.score >= codec.minScore ? [person] : [];
      }
      const way = (name: string, field: string) =>
        mapsOf(outputs, name, `codec.displacements.${field}`, 2 * edges.length).data;
      const forward = way(displacements.forward, "forward");
      const backward = way(displacements.backward, "backward");
      const { minPeak, radius, minScore } = codec;
      return decodeDisplacementMaps(
        { maps, offsets, forward, backward },
        { ...options, edges, minPeak, radius, minScore },
      );
    },
  };
}

function channelsFirst(data: Float32Array, channels: number): Float32Array {
  const cells = data.length / channels;
  const out = new Float32Array(data.length);
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < cells; i++) out[c * cells + i] = data[i * channels + c] as number;
  return out;
}
