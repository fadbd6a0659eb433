import { blurMap, gaussianTaps, modulate } from "./blur.js";
import { findPeak, type HeatmapCodec, type HeatmapSize, jointEncoder } from "./heatmap.js";
import { type Peak, quarterStep } from "./peak.js";

export interface MegviiHeatmapOptions extends HeatmapSize {
  /** Taps of the blur, odd. */
  blur: number;
}

/**
 * One hot cell per joint, blurred, with a peak of 255 (MSPN and RSN, Li et al. 2019, Cai et al. 2020). The decoder blurs
 * once more, moves a quarter cell, and takes a joint to stand in the middle of its cell; score = peak/255 + 0.5. Of
 * several people, the last one that is inside is encoded.
 */
export function megviiHeatmaps(options: MegviiHeatmapOptions): HeatmapCodec {
  const { input, cells } = options;
  const [width, height] = cells;
  const strideX = input[0] / width;
  const strideY = input[1] / height;
  const area = width * height;
  const taps = gaussianTaps(options.blur);
  const hot = new Float64Array(area);
  const blurred = new Float64Array(area);
  const scratch = new Float64Array(area);
  const peak: Peak = { x: 0, y: 0 };
  return {
    encode: jointEncoder(options, [strideX, strideY], (maps, joint, placeX, placeY) => {
      const x = Math.trunc(placeX);
      const y = Math.trunc(placeY);
      if (!(x >= 0 && x < width && y >= 0 && y < height)) return false;
      const cell = y * width + x;
      hot[cell] = 1;
      blurMap(hot, 0, width, height, taps, "mirror", blurred, scratch);
      hot[cell] = 0;
      const factor = 255 / blurred[cell];
      const at = joint * area;
      for (let c = 0; c < area; c++) maps[at + c] = blurred[c] * factor;
      return true;
    }),
    decode(maps, out = new Float32Array((maps.length / area) * 3)) {
      for (let k = 0; k * area < maps.length; k++) {
        modulate(maps, k * area, width, height, taps, blurred, scratch);
        findPeak(blurred, 0, width, height, peak, out, k);
        const { x, y } = peak;
        if (x > 1 && x < width - 1 && y > 1 && y < height - 1) {
          quarterStep(blurred, 0, width, height, peak, true);
          peak.x += 0.5;
          peak.y += 0.5;
        }
        out[3 * k] = peak.x * strideX;
        out[3 * k + 1] = peak.y * strideY;
        out[3 * k + 2] = out[3 * k + 2] / 255 + 0.5;
      }
      return out;
    },
  };
}
