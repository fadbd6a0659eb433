import { bendFlow, bendLabels, type Channels, type Lens } from "@marey/core/world";
import type { WorldChannel } from "./settings.js";

/** A label channel of a frame as the numbers of a picture: 8 or 16 bits, one or three channels. */
export interface LabelPicture {
  channel: Exclude<WorldChannel, "colour">;
  width: number;
  height: number;
  channels: 1 | 3;
  data: Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;
}

/** Greatest number of a 16-bit picture. */
const FULL = 65_535;
const level = (value: number) => (value <= 0 ? 0 : value >= FULL ? FULL : Math.round(value));

/** Numbers a pixel that the renderer gives, channels of the picture, and how the one becomes the other. */
interface Form {
  from: number;
  channels: 1 | 3;
  put(values: Float32Array, i: number, out: Uint16Array, o: number): void;
}

const FORMS: Readonly<Record<"depth" | "iuv" | "normal" | "flow", Form>> = {
  // As depth cameras have it: millimetres, 0 where nothing is.
  depth: {
    ...{ from: 1, channels: 1 },
    put(values, i, out, o) {
      out[o] = level(1000 * values[i]!);
    },
  },
  iuv: {
    ...{ from: 3, channels: 3 },
    put(values, i, out, o) {
      out[o] = values[i]!;
      out[o + 1] = level(FULL * values[i + 1]!);
      out[o + 2] = level(FULL * values[i + 2]!);
    },
  },
  // −1…1 on 1…65535; all 0 where nothing is.
  normal: {
    ...{ from: 3, channels: 3 },
    put(values, i, out, o) {
      const none = values[i] === 0 && values[i + 1] === 0 && values[i + 2] === 0;
      for (let c = 0; c < 3; c++) out[o + c] = none ? 0 : level(32_768 + 32_767 * values[i + c]!);
    },
  },
  // As the KITTI benchmark has it: 64ths of a pixel around 2¹⁵, and whether it is known.
  flow: {
    ...{ from: 2, channels: 3 },
    put(values, i, out, o) {
      const known = !Number.isNaN(values[i]!);
      out[o] = known ? level(32_768 + 64 * values[i]!) : 0;
      out[o + 1] = known ? level(32_768 + 64 * values[i + 1]!) : 0;
      out[o + 2] = known ? 1 : 0;
    },
  },
};

/** The label channels that are wanted, as the camera's lens shows them. */
export function labelPictures(wanted: readonly WorldChannel[], drawn: Channels, lens: Lens): LabelPicture[] {
  const { width, height } = lens.camera;
  return wanted.flatMap((channel): LabelPicture[] => {
    const values = channel === "colour" ? undefined : drawn[channel];
    if (channel === "colour" || !values) return [];
    if (values instanceof Uint8Array) {
      const data = new Uint8Array(width * height);
      bendLabels(lens, values, data);
      return [{ ...{ channel, width, height }, channels: 1, data }];
    }
    const form = FORMS[channel as keyof typeof FORMS];
    const bent = new Float32Array(form.from * width * height);
    if (channel === "flow") bendFlow(lens, values, bent);
    else bendLabels(lens, values, bent);
    return [{ ...{ channel, width, height }, channels: form.channels, data: quantised(bent, form) }];
  });
}

function quantised(values: Float32Array, { from, channels, put }: Form): Uint16Array<ArrayBuffer> {
  const pixels = values.length / from;
  const out = new Uint16Array(channels * pixels);
  for (let p = 0; p < pixels; p++) put(values, from * p, out, channels * p);
  return out;
}
