import { blurMap, gaussianTaps, modulate } from "./blur.js";
import { drawPatch, findPeak, type HeatmapCodec, type HeatmapSize, jointEncoder } from "./heatmap.js";
import { nearNewtonStep, type Peak } from "./peak.js";

/** UDP counts distances between the centres of the first and last pixel: (input − 1)/(cells − 1) pixels a cell. */
function strides({ input, cells }: HeatmapSize): readonly [number, number] {
  return [(input[0] - 1) / (cells[0] - 1), (input[1] - 1) / (cells[1] - 1)];
}

export interface UdpHeatmapOptions extends HeatmapSize {
  /** Of the Gaussian, cells. */
  sigma: number;
  /** Taps of the blur before refinement, odd. */
  blur: number;
}

/** Gaussians in unbiased coordinates, refined by a Newton step over neighbouring cells (UDP, Huang et al. 2020). */
export function udpHeatmaps(options: UdpHeatmapOptions): HeatmapCodec {
  const { cells, sigma } = options;
  const [width, height] = cells;
  const [strideX, strideY] = strides(options);
  const area = width * height;
  const taps = gaussianTaps(options.blur);
  const logs = new Float64Array(area);
  const scratch = new Float64Array(area);
  const peak: Peak = { x: 0, y: 0 };
  return {
    encode: jointEncoder(options, [strideX, strideY], (maps, joint, x, y) => {
      const column = Math.trunc(x + 0.5);
      const row = Math.trunc(y + 0.5);
      return drawPatch(maps, joint * area, width, height, column, row, x - column, y - row, sigma);
    }),
    decode(maps, out = new Float32Array((maps.length / area) * 3)) {
      for (let k = 0; k * area < maps.length; k++) {
        findPeak(maps, k * area, width, height, peak, out, k);
        if (out[3 * k + 2] > 0) {
          modulate(maps, k * area, width, height, taps, logs, scratch);
          for (let i = 0; i < area; i++) logs[i] = Math.log(Math.max(1e-3, Math.min(50, logs[i])));
          nearNewtonStep(logs, width, height, peak);
        }
        out[3 * k] = peak.x * strideX;
        out[3 * k + 1] = peak.y * strideY;
      }
      return out;
    },
  };
}

export interface UdpOffsetOptions extends HeatmapSize {
  /** Radius of the disc around a joint as a share of the longer side of the map. */
  radius: number;
  /** Taps of the blur of the discs before decoding, odd. */
  blur: number;
}

/**
 * Per joint three maps in unbiased coordinates: a disc, and the way to the joint from each cell along x and y in radii
 * (UDP's combined form, Huang et al. 2020). Of several people, the last one that is visible is encoded.
 */
export function udpOffsets(options: UdpOffsetOptions): HeatmapCodec {
  const { cells } = options;
  const [width, height] = cells;
  const [strideX, strideY] = strides(options);
  const radius = options.radius * Math.max(width, height);
  const area = width * height;
  const taps = gaussianTaps(options.blur);
  const discs = new Float64Array(area);
  const scratch = new Float64Array(area);
  const peak: Peak = { x: 0, y: 0 };
  return {
    encode: jointEncoder(
      options,
      [strideX, strideY],
      (maps, joint, x, y) => {
        drawOffsets(maps, 3 * joint * area, width, height, x, y, radius);
        return true;
      },
      3,
    ),
    decode(maps, out = new Float32Array(maps.length / area)) {
      for (let k = 0; 3 * k * area < maps.length; k++) {
        const at = 3 * k * area;
        blurMap(maps, at, width, height, taps, "mirror", discs, scratch);
        findPeak(discs, 0, width, height, peak, out, k);
        const cell = at + peak.y * width + peak.x;
        const found = out[3 * k + 2] > 0;
        out[3 * k] = (peak.x + (found ? maps[cell + area] * radius : 0)) * strideX;
        out[3 * k + 1] = (peak.y + (found ? maps[cell + 2 * area] * radius : 0)) * strideY;
      }
      return out;
    },
  };
}

function drawOffsets(
  maps: Float32Array,
  at: number,
  width: number,
  height: number,
  x0: number,
  y0: number,
  radius: number,
): void {
  const area = width * height;
  for (let y = 0, i = at; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const dx = (x0 - x) / radius;
      const dy = (y0 - y) / radius;
      maps[i] = dx * dx + dy * dy <= 1 ? 1 : 0;
      maps[i + area] = dx;
      maps[i + 2 * area] = dy;
    }
}
