import { type ScaleLinear, scaleLinear } from "d3-scale";
import { area, line } from "d3-shape";
import { html, type Markup, type Piece } from "./markup.js";
import type { ReportPerson, Spread } from "./reportPerson.js";

/** Maps values to pixels. */
export type Scale = ScaleLinear<number, number>;

/** A drawing of so many pixels that grows and shrinks with the page; `label` tells those who can't see it what it shows. */
export function drawing(width: number, height: number, label: string, parts: Piece): Markup {
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">${parts}</svg>`;
}

/** Values that are numbers, from `from` or the least of them, to `to` or the greatest; never an empty range. */
export function extent(
  series: readonly ArrayLike<number>[],
  { from = Number.POSITIVE_INFINITY, to = Number.NEGATIVE_INFINITY } = {},
): [number, number] {
  let [low, high] = [from, to];
  for (const values of series)
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  return low < high ? [low, high] : [low - 0.5, low + 0.5];
}

/** Where time stands on the page: from the first frame to the end of the last. */
export interface TimeAxis {
  x: Scale;
  unit: "s" | "min" | "frames";
  /** Pixels at which a bin begins. */
  start(bin: number): number;
  /** Pixels of a bin's middle. */
  middle(bin: number): number;
}

/** From when on minutes are easier to read than seconds. */
const LONG_SECONDS = 180;

export function timeAxis(
  { frameCount, frameRate, framesPerBin, bins }: ReportPerson,
  left: number,
  right: number,
): TimeAxis {
  const timed = frameRate > 0 && Number.isFinite(frameRate);
  const seconds = timed ? frameCount / frameRate : Number.NaN;
  const unit = !timed ? "frames" : seconds > LONG_SECONDS ? "min" : "s";
  const end = unit === "frames" ? frameCount : unit === "min" ? seconds / 60 : seconds;
  const x = scaleLinear([0, end > 0 ? end : 1], [left, right]);
  const perFrame = end / frameCount;
  const at = (frame: number) => x(perFrame * Math.min(frame, frameCount));
  const start = (bin: number) => at(bin * framesPerBin);
  return { x, unit, start, middle: (bin) => (start(bin) + start(Math.min(bin + 1, bins))) / 2 };
}

/** Ticks and numbers under a plot, its unit at the right end. */
export function bottomAxis(x: Scale, y: number, unit: string): Markup {
  const [left = 0, right = 0] = x.range();
  const count = (right - left) / 80;
  const format = x.tickFormat(count);
  const ticks = x
    .ticks(count)
    .map(
      (value) =>
        html`<path class="axis" d="M${x(value)},${y}v4"/><text class="tick" x="${x(value)}" y="${y + 15}">${format(value)}</text>`,
    );
  return html`<path class="axis" d="M${left},${y}H${right}"/>${ticks}<text class="tick unit" x="${right + 15}" y="${y + 15}">${unit}</text>`;
}

/** Lines across a plot with their numbers at the left. */
export function leftAxis(y: Scale, left: number, right: number, count = 3): Markup {
  const format = y.tickFormat(count);
  return html`${y
    .ticks(count)
    .map(
      (value) =>
        html`<path class="grid" d="M${left},${y(value)}H${right}"/><text class="tick side" x="${left - 6}" y="${y(value) + 4}">${format(value)}</text>`,
    )}`;
}

/** A line through a series of points; where either coordinate is NaN it breaks. */
export function polyline(points: number, x: (i: number) => number, y: (i: number) => number): string {
  const path = line<number>(x, y).defined((i) => Number.isFinite(x(i)) && Number.isFinite(y(i)));
  return path.digits(1)(range(points)) ?? "";
}

/** The mean as a line within the band from the lowest to the highest tenth. */
export function spreadMarks({ low, mean, high }: Spread, { middle }: TimeAxis, y: Scale): Markup {
  const value = (series: Float32Array) => (b: number) => y(series[b] ?? Number.NaN);
  const band = area<number>(middle, value(low), value(high)).defined((b) => Number.isFinite(low[b]));
  return html`<path class="band" d="${band.digits(1)(range(mean.length)) ?? ""}"/><path class="line" d="${polyline(mean.length, middle, value(mean))}"/>`;
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i);
