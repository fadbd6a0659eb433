import { rowJoints, sigmoid } from "@marey/core/codec";
import { decodeBody } from "@marey/core/model/blazePose";
import type { Tensor } from "@marey/core/seam";
import type { CodecOf } from "../../store/cardCodec.js";
import { disagreement, floatsOf, jointsOf, meanScore, type Reader, type Reading } from "./reader.js";
import { pixelUnit } from "./rowReader.js";

/** The coordinates of one person's joints. */
export function jointReader(reading: Reading, codec: CodecOf<"joints">): Reader {
  const { card } = reading;
  const { joints } = jointsOf(reading);
  const { points: name, columns, presence } = codec;
  return {
    outputs: [name, ...(presence ? [presence.output] : [])],
    read(outputs, size) {
      const points = floatsOf(card, outputs, name, "codec.points");
      if (points.data.length !== joints.length * columns.length)
        throw disagreement(
          card,
          "codec.columns",
          `output "${name}" [${points.dims.join(", ")}] doesn't hold ${joints.length} joints × ${columns.length} columns`,
          "Correct the skeleton or the columns",
        );
      const rows = { data: points.data, rows: 1, columns: points.data.length };
      const placed = rowJoints(rows, 0, 0, columns, joints.length, pixelUnit(codec, size));
      const score = presence
        ? presenceOf(floatsOf(card, outputs, presence.output, "codec.presence.output"), presence.logit)
        : meanScore(placed);
      if (!(score >= (presence?.least ?? codec.minScore))) return [];
      if (presence && !columns.includes("score") && !columns.includes("logit"))
        for (let i = 2; i < placed.length; i += 3) placed[i] = score;
      return [{ score, joints: placed }];
    },
  };
}

const presenceOf = ({ data }: Tensor & { data: Float32Array }, logit: boolean) => {
  const value = data[0] as number;
  return Math.max(0, Math.min(1, logit ? sigmoid(value) : value));
};

/** What BlazePose's landmark networks give. */
export function landmarkReader(reading: Reading, codec: CodecOf<"landmarks">): Reader {
  const { card } = reading;
  const { joints } = jointsOf(reading);
  if (joints.length !== 33)
    throw disagreement(
      card,
      "skeleton",
      `landmarks have 33 joints, the skeleton ${joints.length}`,
      'Give "blazepose33"',
    );
  const names = [codec.points, codec.world, codec.presence, ...(codec.maps ? [codec.maps] : [])];
  const straight = [1, 0, 0, 0, 1, 0];
  return {
    outputs: names,
    read(outputs) {
      const of = (name: string, field: string, count: number) => {
        const tensor = floatsOf(card, outputs, name, field);
        if (tensor.data.length === count) return tensor.data;
        throw disagreement(
          card,
          field,
          `output "${name}" [${tensor.dims.join(", ")}] holds ${tensor.data.length} numbers, not ${count}`,
          "Name the output that it is",
        );
      };
      const body = decodeBody(
        {
          landmarks: of(codec.points, "codec.points", 195),
          world: of(codec.world, "codec.world", 117),
          presence: of(codec.presence, "codec.presence", 1)[0] as number,
          ...(codec.maps && { heatmap: of(codec.maps, "codec.maps", 64 * 64 * 39) }),
        },
        straight,
        0,
      );
      return body.score >= codec.least ? [{ score: body.score, joints: body.joints, world: body.world }] : [];
    },
  };
}
