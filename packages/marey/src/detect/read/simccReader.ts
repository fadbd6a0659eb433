import { simcc } from "@marey/core/codec";
import type { Tensor } from "@marey/core/seam";
import type { CodecOf } from "../../store/cardCodec.js";
import { mapReader } from "./mapReader.js";
import { disagreement, floatsOf, jointsOf, meanScore, type Reader, type Reading } from "./reader.js";

/** Rows of bins of both axes of one person: those of x, then those of y, in one row for each joint. */
export function simccReader(reading: Reading, codec: CodecOf<"simcc">): Reader {
  const { card } = reading;
  const { joints, mirror } = jointsOf(reading);
  const { width, height } = card.input;
  if (width === null || height === null)
    throw disagreement(card, "input", "bins need a fixed width and height", "State the size of the input");
  const { split, sigma, logits } = codec;
  const bins = [Math.round(width * split), Math.round(height * split)] as const;
  const decoder = simcc({
    input: [width, height],
    split,
    label: { sigma: sigma ?? [6, 6] },
    dark: sigma !== undefined,
  });
  const rowsOf = (tensor: Tensor & { data: Float32Array }, axis: 0 | 1) => {
    const field = axis === 0 ? "codec.x" : "codec.y";
    if (tensor.data.length !== joints.length * bins[axis])
      throw disagreement(
        card,
        field,
        `output "${axis === 0 ? codec.x : codec.y}" has the shape [${tensor.dims.join(", ")}], ${joints.length} joints × ${bins[axis]} bins (input · codec.split) were expected`,
        "Correct the input's size, the split, the skeleton, or which output is x and which y",
      );
    return logits ? softmaxRows(tensor.data, bins[axis]) : tensor.data;
  };
  const total = bins[0] + bins[1];
  return mapReader([codec.x, codec.y], {
    collect(outputs) {
      const x = rowsOf(floatsOf(card, outputs, codec.x, "codec.x"), 0);
      const y = rowsOf(floatsOf(card, outputs, codec.y, "codec.y"), 1);
      const data = new Float32Array(joints.length * total);
      data.set(x);
      data.set(y, x.length);
      return { data, channels: joints.length, rows: 1, columns: total };
    },
    unmirror(maps) {
      const data = new Float32Array(maps.data.length);
      for (const [j, from] of mirror.entries()) {
        const x = maps.data.subarray(from * bins[0], (from + 1) * bins[0]);
        // Bin b stands for pixel b / split: pixel width − 1 mirrors pixel 0.
        const last = Math.round((width - 1) * split);
        for (let b = 0; b <= last; b++) data[j * bins[0] + b] = x[last - b] as number;
        const y = joints.length * bins[0] + from * bins[1];
        data.set(maps.data.subarray(y, y + bins[1]), joints.length * bins[0] + j * bins[1]);
      }
      return { ...maps, data };
    },
    read(maps) {
      const cut = joints.length * bins[0];
      const placed = decoder.decode(maps.data.subarray(0, cut), maps.data.subarray(cut));
      for (let i = 0; i < placed.length; i += 3)
        if ((placed[i + 2] as number) > 0) placed[i + 2] = Math.min(1, placed[i + 2] as number);
        else placed.set([NaN, NaN, 0], i);
      const score = meanScore(placed);
      return score >= codec.minScore ? [{ score, joints: placed }] : [];
    },
  });
}

function softmaxRows(values: Float32Array, bins: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let o = 0; o < values.length; o += bins) {
    let most = -Infinity;
    for (let i = o; i < o + bins; i++) most = Math.max(most, values[i] as number);
    let sum = 0;
    for (let i = o; i < o + bins; i++) {
      out[i] = Math.exp((values[i] as number) - most);
      sum += out[i] as number;
    }
    for (let i = o; i < o + bins; i++) out[i] = (out[i] as number) / sum;
  }
  return out;
}
