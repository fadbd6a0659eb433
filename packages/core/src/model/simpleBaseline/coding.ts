import { gaussianHeatmaps, type HeatmapCodec } from "../../codec/heatmap.js";
import { udpHeatmaps } from "../../codec/udp.js";

/**
 * How joints become maps and back: the paper's Gaussians about whole cells, read with a quarter cell towards the larger
 * neighbour; the same about exact places, read by a Newton step (DARK, Zhang et al. 2020); or that in unbiased coordinates
 * (UDP, Huang et al. 2020).
 */
export type Coding = "quarter" | "dark" | "udp";

/** Sizes of a network's input and maps, and how joints stand in them. */
export interface MapForm {
  readonly joints: number;
  /** Width and height of the crop that the network sees, pixels. */
  readonly input: readonly [number, number];
  /** Pixels per cell, 4 when absent: three transposed convolutions. */
  readonly stride?: number;
  readonly coding: Coding;
  /** Of the Gaussians, cells; when absent 2 for maps of 64 rows and in proportion for others, as in the papers. */
  readonly sigma?: number;
}

/** Rows of the paper's maps, and its sigma. */
const PAPER = { rows: 64, sigma: 2 };
/** Taps of the blur before reading, per cell of sigma: 11 of 2, and 17 of 3, as the authors of DARK take. */
const TAPS = 5.5;

/** Columns and rows of the maps. */
export const cellsOf = ({ input, stride = 4 }: MapForm): readonly [number, number] => [
  input[0] / stride,
  input[1] / stride,
];

/** The Gaussians' standard deviation, cells. */
export const sigmaOf = (form: MapForm): number => form.sigma ?? (PAPER.sigma * cellsOf(form)[1]) / PAPER.rows;

/** Taps of the blur before reading, odd. */
export const blurOf = (form: MapForm): number => 2 * Math.round((TAPS * sigmaOf(form) - 1) / 2) + 1;

/** The codec of a network's maps. */
export function codecOf(form: MapForm): HeatmapCodec {
  const { joints, input, coding } = form;
  const size = { joints, input, cells: cellsOf(form), sigma: sigmaOf(form) };
  if (coding === "udp") return udpHeatmaps({ ...size, blur: blurOf(form) });
  if (coding === "dark")
    return gaussianHeatmaps({ ...size, exactCentre: true, refine: { blur: blurOf(form) } });
  return gaussianHeatmaps({ ...size, refine: "innerQuarter" });
}
