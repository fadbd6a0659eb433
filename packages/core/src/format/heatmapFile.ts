import type { Image } from "../image/image.js";

/** Which of a network's maps are written, and as which numbers. */
export interface HeatmapChoice {
  parts: boolean;
  background: boolean;
  fields: boolean;
  /** 0: −1 to 1, 1: 0 to 1, 2: 0 to 255 rounded, 3: as they are (OpenPose's `heatmaps_scale`). */
  scale: 0 | 1 | 2 | 3;
}

/** A network's maps: joints, the background if there is one, then fields in pairs (x, y). */
export interface NetworkMaps {
  /** channels×rows×columns; maps 0 to 1, fields −1 to 1. */
  data: Float32Array;
  channels: number;
  rows: number;
  columns: number;
  joints: number;
  background: boolean;
}

/** Maps to be written, channels×rows×columns. */
export interface ChosenMaps {
  data: Float32Array;
  channels: number;
  rows: number;
  columns: number;
}

/** The chosen maps, scaled, in OpenPose's order: parts, background, part affinity fields. */
export function chosenMaps(maps: NetworkMaps, choice: HeatmapChoice): ChosenMaps {
  const { data, joints, background, rows, columns } = maps;
  const firstField = joints + (background ? 1 : 0);
  const wanted = Array.from({ length: maps.channels }, (_, c) => c).filter((c) =>
    c < joints ? choice.parts : c < firstField ? choice.background : choice.fields,
  );
  const size = rows * columns;
  const out = new Float32Array(wanted.length * size);
  wanted.forEach((c, k) => {
    const scaled = scaling(choice.scale, c >= firstField);
    for (let i = 0; i < size; i++) out[k * size + i] = scaled(data[c * size + i]);
  });
  return { data: out, channels: wanted.length, rows, columns };
}

function scaling(scale: HeatmapChoice["scale"], isField: boolean): (value: number) => number {
  if (scale === 3) return (value) => value;
  // Fields lie between −1 and 1, maps between 0 and 1; networks overshoot a little.
  const unit = isField
    ? (value: number) => (Math.min(1, Math.max(-1, value)) + 1) / 2
    : (value: number) => Math.min(1, Math.max(0, value));
  if (scale === 1) return unit;
  return scale === 0 ? (value) => 2 * unit(value) - 1 : (value) => Math.round(255 * unit(value));
}

/** Maps side by side as one grey picture, rows × (channels · columns), 8 bits; the maps must be scaled to 255. */
export function mapsPicture({ data, channels, rows, columns }: ChosenMaps): Image {
  const width = channels * columns;
  const picture = new Uint8Array(width * rows);
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < rows; y++)
      picture.set(
        data.subarray((c * rows + y) * columns, (c * rows + y + 1) * columns),
        y * width + c * columns,
      );
  return { width, height: rows, channels: 1, data: picture };
}

/** OpenPose's `.float` file: float32 numbers, first how many dimensions, then their sizes, then the values. */
export function mapsFloats({ data, channels, rows, columns }: ChosenMaps): Uint8Array {
  const all = new Float32Array(4 + data.length);
  all.set([3, channels, rows, columns]);
  all.set(data, 4);
  return new Uint8Array(all.buffer);
}
