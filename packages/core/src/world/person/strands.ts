import type { Image } from "../../image/image.js";
import { grain, roughGrain } from "./grain.js";
import type { Look } from "./look.js";

/** Hair as strands that run along v, from the crown (v = 1) to the tips; u goes around the head once. */
export function paintStrands(look: Look): Image {
  const width = 256;
  const height = 128;
  const data = new Uint8Array(3 * width * height);
  const { style, colour } = look.hair;
  const curly = style === "curly";
  const seed = look.seed | 0;
  for (let i = 0; i < width * height; i++) {
    const u = ((i % width) + 0.5) / width;
    const v = 1 - (Math.floor(i / width) + 0.5) / height;
    const strands = curly
      ? roughGrain(40 * u, 24 * v, 0, seed) + 0.6 * grain(90 * u, 55 * v, 1, seed)
      : 0.7 * grain(110 * u + 1.5 * Math.sin(7 * v), 3 * v, 0, seed) +
        0.7 * roughGrain(26 * u + Math.sin(5 * v), 2.5 * v, 2, seed);
    // A band of gloss lies around the crown; roots and tips are darker.
    const gloss = curly ? 0 : 0.35 * Math.exp(-(((v - 0.68) / 0.09) ** 2));
    const light = Math.max(0.3, 0.88 + 0.42 * strands + gloss - 0.18 * Math.abs(v - 0.55));
    for (let k = 0; k < 3; k++) data[3 * i + k] = Math.min(255, colour[k] * light + 14 * gloss);
  }
  return { width, height, channels: 3, data };
}
