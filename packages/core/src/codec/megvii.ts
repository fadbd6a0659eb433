import { blurMap, gaussianTaps, modulate } from "./blur.js";
import { findPeak, type HeatmapCodec, type HeatmapSize, heatmapTarget } from "./heatmap.js";
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
  const { joints, input, cells } = options;
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
    encode(keypoints, target = heatmapTarget(options, keypoints.length / 3 / joints)) {
      target.maps.fill(0);
      for (let i = 0; 3 * i < keypoints.length; i++) {
        const visibility = keypoints[3 * i + 2];
        target.weights[i] = visibility;
        if (visibility < 0.5) continue;
        const x = Math.trunc(keypoints[3 * i] / strideX);
        const y = Math.trunc(keypoints[3 * i + 1] / strideY);
        if (!(x >= 0 && x < width && y >= 0 && y < height)) {
          target.weights[i] = 0;
          continue;
        }
        const cell = y * width + x;
        hot[cell] = 1;
        blurMap(hot, 0, width, height, taps, "mirror", blurred, scratch);
        hot[cell] = 0;
        const factor = 255 / blurred[cell];
        const at = (i % joints) * area;
        for (let c = 0; c < area; c++) target.maps[at + c] = blurred[c] * factor;
      }
      return target;
    },
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
