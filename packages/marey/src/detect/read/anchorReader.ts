import { anchorBoxes, type Candidate } from "@marey/core/codec";
import type { Region } from "@marey/core/image";
import { regionFromCircle } from "@marey/core/model/blazePose";
import { joinOverlapping } from "@marey/core/track";
import type { CodecOf } from "../../store/cardCodec.js";
import { disagreement, floatsOf, type Reader, type Reading, type Seen } from "./reader.js";

/** Boxes with points relative to anchors, and the regions to look closer at that they give. */
export function anchorReader({ card }: Reading, codec: CodecOf<"anchors">): Reader {
  const { width, height } = card.input;
  if (width === null || width !== height)
    throw disagreement(
      card,
      "input",
      `anchors stand on a square input, not ${height} × ${width}`,
      "State its side",
    );
  const { strides, perCell, points, clip, scores, boxes } = codec;
  const code = anchorBoxes({ size: width, strides, perCell, points, clip });
  const columns = 5 + 2 * points;
  const raw = new Float32Array(code.count * columns);
  return {
    outputs: [...(scores ?? []), ...boxes],
    read(outputs) {
      const rows = joined(boxes.map((name, i) => floatsOf(card, outputs, name, `codec.boxes.${i}`).data));
      const logits =
        scores && joined(scores.map((name, i) => floatsOf(card, outputs, name, `codec.scores.${i}`).data));
      const own = logits ? columns - 1 : columns;
      if (rows.length !== code.count * own || (logits && logits.length !== code.count))
        throw disagreement(
          card,
          "codec.strides",
          `strides ${strides.join(", ")} with ${perCell} anchors a cell are ${code.count} rows of ${own}, the outputs hold ${rows.length} numbers${logits ? ` and ${logits.length} scores` : ""}`,
          "Correct strides, perCell or points",
        );
      if (!logits) raw.set(rows);
      else
        for (let r = 0; r < code.count; r++) {
          raw[r * columns] = logits[r] as number;
          raw.set(rows.subarray(r * own, (r + 1) * own), r * columns + 1);
        }
      return joinOverlapping(code.decode(raw, codec.minScore), codec.overlap).flatMap((candidate) => {
        const region = regionOf(candidate, codec.region);
        if (!region) return [];
        const seen: Seen = {
          score: candidate.score,
          box: boxOf(candidate, region, codec.region),
          joints: new Float32Array(0),
          region,
        };
        return [seen];
      });
    },
  };
}

function joined(parts: Float32Array[]): Float32Array {
  const [first] = parts;
  if (parts.length === 1 && first) return first;
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Input edges are 0 in these networks: pixel centres stand half a pixel before. */
const point = ({ points }: Candidate, i: number) =>
  [(points[2 * i] as number) - 0.5, (points[2 * i + 1] as number) - 0.5] as const;

function regionOf(candidate: Candidate, rule: CodecOf<"anchors">["region"]): Region | undefined {
  if (rule.from === "circle")
    return regionFromCircle(point(candidate, rule.centre), point(candidate, rule.rim));
  const { scale, shift, turn } = rule;
  const [left, top, right, bottom] = candidate.box;
  const longer = Math.max(right - left, bottom - top);
  let rotation = 0;
  if (turn) {
    const [from, to] = [point(candidate, turn.from), point(candidate, turn.to)];
    // Degrees count upwards on screen, radians downwards.
    rotation = (turn.degrees * Math.PI) / 180 + Math.atan2(to[1] - from[1], to[0] - from[0]);
    rotation = Math.atan2(Math.sin(rotation), Math.cos(rotation));
  }
  const [c, s] = [Math.cos(rotation), Math.sin(rotation)];
  const [dx, dy] = [shift[0] * (right - left), shift[1] * (bottom - top)];
  return {
    centre: [(left + right) / 2 - 0.5 + c * dx - s * dy, (top + bottom) / 2 - 0.5 + s * dx + c * dy],
    size: scale * longer,
    rotation,
  };
}

/** Of what was found: the circle's square around a body (the detector's own box is that of the face), else the box. */
function boxOf({ box }: Candidate, { centre, size }: Region, { from }: { from: string }): Seen["box"] {
  if (from === "box") return [box[0] - 0.5, box[1] - 0.5, box[2] - 0.5, box[3] - 0.5];
  const half = size / 2.5; // the region is 1.25 times as large as the circle
  return [centre[0] - half, centre[1] - half, centre[0] + half, centre[1] + half];
}
