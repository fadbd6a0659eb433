import { unflipMaps } from "@marey/core/codec";
import type { Size } from "@marey/core/image";
import type { Tensor } from "@marey/core/seam";
import { disagreement, type MapReader, type Maps, type Reader, type Reading } from "./reader.js";

/** A reader of maps, whole: its two steps one after the other. */
export function mapReader(outputs: readonly string[], maps: MapReader): Reader {
  return { outputs, maps, read: (given, size) => maps.read(maps.collect(given), size) };
}

/** Sizes of an output of maps. @throws MareyError `CARD_DISAGREES` when it is no stack of maps. */
export function mapSizes({ card }: Reading, { dims }: Tensor, name: string, layout: "NHWC" | "NCHW") {
  const [batch, a, b, c] = dims as [number, number, number, number];
  if (dims.length !== 4 || batch !== 1)
    throw disagreement(
      card,
      "codec.maps",
      `output "${name}" has the shape [${dims.join(", ")}], maps have four sizes, the first 1`,
      "Name the output that holds the maps",
    );
  return layout === "NHWC" ? { rows: a, columns: b, channels: c } : { channels: a, rows: b, columns: c };
}

/** Cells whose channels stay in the processor's nearest memory while they are copied map by map. */
const BLOCK = 64;

/** Copies channels of an output to maps, one after the other from `to` on. */
export function copyChannels(
  data: Float32Array,
  { channels, rows, columns }: { channels: number; rows: number; columns: number },
  layout: "NHWC" | "NCHW",
  wanted: readonly number[],
  out: Float32Array,
  to: number,
): void {
  const cells = rows * columns;
  if (layout === "NCHW") {
    for (const [k, channel] of wanted.entries())
      out.set(data.subarray(channel * cells, (channel + 1) * cells), to + k * cells);
    return;
  }
  for (let begin = 0; begin < cells; begin += BLOCK) {
    const end = Math.min(cells, begin + BLOCK);
    for (let k = 0, map = to; k < wanted.length; k++, map += cells)
      for (let i = begin, o = channels * begin + (wanted[k] as number); i < end; i++, o += channels)
        out[map + i] = data[o] as number;
  }
}

/** Remembers what it made for a size: sizes seldom change from picture to picture. */
export function bySize<T>(make: (columns: number, rows: number, size: Size) => T) {
  let key = "";
  let made: T | undefined;
  return (columns: number, rows: number, size: Size): T => {
    const wanted = `${columns},${rows},${size.width},${size.height}`;
    if (made === undefined || key !== wanted) made = make(columns, rows, size);
    key = wanted;
    return made;
  };
}

/** Maps of a mirrored picture as those of the picture: columns run backwards, partners change places. */
export function unmirrored(maps: Maps, partner: readonly number[]): Maps {
  const data = new Float32Array(maps.data.length);
  unflipMaps(maps.data, partner, maps.columns, maps.rows, false, data);
  return { ...maps, data };
}
