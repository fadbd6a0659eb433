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

/** Copies one channel of an output to a map. */
export function copyChannel(
  data: Float32Array,
  sizes: { channels: number; rows: number; columns: number },
  layout: "NHWC" | "NCHW",
  channel: number,
  out: Float32Array,
  to: number,
): void {
  const cells = sizes.rows * sizes.columns;
  if (layout === "NCHW") out.set(data.subarray(channel * cells, (channel + 1) * cells), to);
  else for (let i = 0, o = channel; i < cells; i++, o += sizes.channels) out[to + i] = data[o] as number;
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

export function unmirrored(maps: Maps, partner: readonly number[]): Maps {
  const data = new Float32Array(maps.data.length);
  unflipMaps(maps.data, partner, maps.columns, maps.rows, false, data);
  return { ...maps, data };
}
