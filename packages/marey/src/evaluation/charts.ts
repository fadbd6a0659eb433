import { type JointFault, jointFaults } from "@marey/core/metric";
import { scaleLinear } from "d3-scale";
import { html, type Markup } from "../session/markup.js";
import { bottomAxis, drawing, leftAxis, polyline } from "../session/reportAxes.js";
import type { JointErrors, PrecisionCurve } from "./evaluate.js";

/** Precision against recall at each threshold, the loosest darkest. */
export function precisionChart(curves: readonly PrecisionCurve[]): Markup {
  const [width, height] = [880, 360];
  const x = scaleLinear([0, 1], [60, width - 140]);
  const y = scaleLinear([0, 1], [height - 34, 14]);
  const shown = curves.filter(({ precision }) => precision.some(Number.isFinite));
  const lines = shown.map(({ threshold, precision }, i) => {
    const strength = 1 - (0.78 * i) / Math.max(1, shown.length - 1);
    // A curve ends at the highest recall that is reached: beyond, precision is 0.
    const last = precision.findLastIndex((value) => value > 0);
    const path = polyline(
      last + 1,
      (r) => x(r / (precision.length - 1)),
      (r) => y(precision[r] ?? Number.NaN),
    );
    const key = 24 + 17 * i;
    return html`<path class="line" stroke-opacity="${strength}" d="${path}"/><path class="line" stroke-opacity="${strength}" d="M${width - 110},${key}h22"/><text class="tick value" x="${width - 82}" y="${key + 4}">${threshold.toFixed(2)}</text>`;
  });
  return drawing(width, height, "Precision against recall", [
    leftAxis(y, x.range()[0] ?? 0, x.range()[1] ?? 0, 5),
    x.ticks(5).map((value) => html`<path class="grid" d="M${x(value)},${y(0)}V${y(1)}"/>`),
    bottomAxis(x, y(0), ""),
    lines,
    html`<text class="tick" x="${(x(0) + x(1)) / 2}" y="${height - 2}">recall</text><text class="tick value" x="${x(0) - 34}" y="8">precision</text><text class="tick value" x="${width - 110}" y="10">OKS ≥</text>`,
  ]);
}

const ROW = 17;

/** What became of each joint: a bar of shares per row, its median error beside it. */
export function jointChart(joints: readonly JointErrors[]): Markup {
  const rows = joints.filter(({ labelled }) => labelled > 0);
  const [left, right] = [150, 740];
  const x = scaleLinear([0, 1], [left, right]);
  const bottom = ROW * rows.length + 20;
  return drawing(880, bottom + 24, "What became of each joint", [
    html`<text class="tick value" x="${right + 10}" y="11">median px</text><text class="tick value" x="${right + 84}" y="11">labelled</text>`,
    rows.map(({ joint, labelled, median, faults }, i) => {
      const top = 20 + ROW * i;
      let from = 0;
      const bars = jointFaults.map((fault) => {
        const share = (faults[fault] ?? 0) / labelled;
        const start = x(from);
        from += share;
        return share > 0
          ? html`<rect class="fault ${fault}" x="${start}" y="${top}" width="${x(from) - start}" height="${ROW - 4}"><title>${fault}: ${Math.round(100 * share)} %</title></rect>`
          : undefined;
      });
      const pixels = Number.isFinite(median) ? median.toFixed(1) : "–";
      return html`<text class="row" x="${left - 8}" y="${top + 11}">${joint.replaceAll("_", " ")}</text>${bars}<text class="tick end" x="${right + 58}" y="${top + 11}">${pixels}</text><text class="tick end" x="${right + 128}" y="${top + 11}">${String(labelled)}</text>`;
    }),
    bottomAxis(scaleLinear([0, 100], [left, right]), bottom, "%"),
  ]);
}

/** What the colours of `jointChart` mean. */
const faultMeanings: Record<JointFault, string> = {
  good: "as near as people place it",
  jitter: "near, but less so",
  inversion: "left and right exchanged",
  swap: "on somebody else",
  miss: "elsewhere, or not placed",
  unfound: "the person wasn’t found",
};

/** The key to `jointChart`. */
export const faultKeys = (): Markup[] =>
  jointFaults.map(
    (fault) =>
      html`<span class="key"><svg viewBox="0 0 16 11"><rect class="fault ${fault}" width="16" height="11"/></svg>${fault}: ${faultMeanings[fault]}</span>`,
  );
