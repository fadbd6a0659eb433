import { jointStateNames } from "@marey/core/motion";
import { scaleLinear } from "d3-scale";
import { area } from "d3-shape";
import { fixed, html, type Markup, percent, rounded } from "./markup.js";
import { bottomAxis, drawing, extent, leftAxis, polyline, spreadMarks, timeAxis } from "./reportAxes.js";
import type { JointRow, ReportPerson, Spread } from "./reportPerson.js";
import type { PersonQuality, StageTime } from "./summary.js";

/** Charts over time share these, so that they can be read one below the other. */
const WIDTH = 880;
const LEFT = 120;
const RIGHT = WIDTH - 68;
const HALF_WIDTH = 430;

/** Joints as rows, left, right and centre apart, each coloured by its state over time. */
export function stateChart(person: ReportPerson): Markup {
  const rows = layRows(person.joints);
  const bottom = Math.max(...rows.map(({ y }) => y)) + ROW;
  const time = timeAxis(person, LEFT, RIGHT);
  const runs = new Map<number, string>();
  for (const { joint, y } of rows)
    for (const { state, from, to } of joint ? stateRuns(joint.states) : []) {
      const x = time.start(from);
      const drawn = `M${x.toFixed(1)},${y}h${(time.start(to) - x).toFixed(1)}`;
      runs.set(state, (runs.get(state) ?? "") + drawn);
    }
  return drawing(WIDTH, bottom + 24, "State of each joint over time", [
    rows.map(({ title, joint, y }) =>
      joint
        ? html`<text class="row" x="${LEFT - 8}" y="${y + 4}">${title}</text><text class="tick value" x="${RIGHT + 8}" y="${y + 4}">${percent(joint.measured, 0)}</text>`
        : html`<text class="group" x="${LEFT - 8}" y="${y + 4}">${title}</text>`,
    ),
    html`<text class="tick value" x="${RIGHT + 8}" y="${(rows[0]?.y ?? 0) + 4}">measured</text>`,
    [...runs].map(
      ([state, d]) =>
        html`<path class="state ${jointStateNames[state]}" stroke-width="${ROW - 3}" d="${d}"/>`,
    ),
    bottomAxis(time.x, bottom - ROW / 2 + 2, time.unit),
  ]);
}

const ROW = 14;

/** Joints under the headings of their sides. */
function layRows(joints: readonly JointRow[]): { title: string; joint?: JointRow; y: number }[] {
  const sides = ["left", "right", "centre"];
  const sideOf = ({ name }: JointRow) => /^(left|right)_/.exec(name)?.[1] ?? "centre";
  const rows = sides.flatMap((side) => {
    const members = joints.filter((joint) => sideOf(joint) === side);
    const named = members.map((joint) => ({
      title: joint.name.replace(/^(left|right)_/, "").replaceAll("_", " "),
      joint,
    }));
    return members.length > 0 ? [{ title: side, joint: undefined }, ...named] : [];
  });
  return rows.map((row, i) => ({ ...row, y: ROW * (i + 0.75) }));
}

function* stateRuns(states: Uint8Array): Generator<{ state: number; from: number; to: number }> {
  for (let from = 0, to = 0; from < states.length; from = to) {
    const state = states[from] as number;
    while (to < states.length && states[to] === state) to++;
    yield { state, from, to };
  }
}

/** How a quantity spreads over the joints, over time, from zero or, with `low`, from its least value. */
export function spreadChart(
  person: ReportPerson,
  spread: Spread,
  { label, scale = 1, fromZero = true, whole = false }: SpreadOptions,
): Markup {
  const time = timeAxis(person, LEFT, RIGHT);
  const shown = { low: times(spread.low), mean: times(spread.mean), high: times(spread.high) };
  const [low, high] = extent(Object.values(shown), fromZero ? { from: 0 } : {});
  const y = scaleLinear([low, high], [106, 12]);
  if (whole) y.domain([0, Math.max(1, Math.ceil(high))]);
  else y.nice(3);
  return drawing(WIDTH, 128, label, [
    leftAxis(y, LEFT, RIGHT, whole ? Math.min(4, y.domain()[1] ?? 1) : 3),
    spreadMarks(shown, time, y),
    bottomAxis(time.x, 106, time.unit),
  ]);

  function times(values: Float32Array): Float32Array {
    return values.map((value) => scale * value);
  }
}

interface SpreadOptions {
  label: string;
  /** Factor from the record's unit to the chart's. */
  scale?: number;
  fromZero?: boolean;
  /** The quantity is counted: no ticks between whole numbers. */
  whole?: boolean;
}

/** A row per camera: how large a share of the joints it helped to place, over time. */
export function cameraChart(person: ReportPerson, names: readonly string[]): Markup {
  const row = 26;
  const time = timeAxis(person, LEFT, RIGHT);
  const bottom = row * names.length + 4;
  const empty = new Float32Array(person.bins);
  return drawing(WIDTH, bottom + 22, "Share of the joints that each camera helped to place, over time", [
    names.map((name, v) => {
      const shares = person.cameras[v] ?? empty;
      const base = row * (v + 1);
      const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
      // A step per bin: constant from its begin to its end.
      const steps = Array.from({ length: 2 * shares.length }, (_, i) => i);
      const fill = area<number>(
        (i) => time.start((i + 1) >> 1),
        base,
        (i) => base - (row - 6) * Math.min(1, shares[i >> 1] ?? 0),
      );
      return html`<text class="row" x="${LEFT - 8}" y="${base - 5}">${shortened(name, 18)}</text><path class="track" d="M${LEFT},${base}H${RIGHT}v${6 - row}H${LEFT}z"/><path class="share" d="${fill.digits(1)(steps) ?? ""}"/><text class="tick value" x="${RIGHT + 8}" y="${base - 5}">${percent(mean, 0)}</text>`;
    }),
    bottomAxis(time.x, bottom, time.unit),
  ]);
}

/** The pelvis' way seen from above, lighter at the beginning; others' ways in grey. */
export function pathChart(person: ReportPerson, others: readonly ReportPerson[]): Markup {
  const everyone = [person, ...others].map(({ path }) => path);
  const box = { left: 50, right: HALF_WIDTH - 30, top: 12, bottom: 352 };
  const [x, y] = equalScales(
    extent(everyone.map(({ right }) => right)),
    extent(everyone.map(({ up }) => up)),
    box,
  );
  const { right, up } = person.path;
  const at = (path: ReportPerson["path"], from: number, to: number) =>
    polyline(
      to - from,
      (i) => x(path.right[from + i] ?? Number.NaN),
      (i) => y(path.up[from + i] ?? Number.NaN),
    );
  const pieces = Math.max(1, Math.min(PATH_PIECES, right.length - 1));
  const cut = (k: number) => Math.round((k * (right.length - 1)) / pieces);
  return drawing(HALF_WIDTH, 376, "Path of the pelvis seen from above", [
    leftAxis(y, box.left, box.right, 6),
    x.ticks(6).map((value) => html`<path class="grid" d="M${x(value)},${box.top}V${box.bottom}"/>`),
    bottomAxis(x, box.bottom, "m"),
    others.map(({ path }) => [
      html`<path class="other" d="${at(path, 0, path.right.length)}"/>`,
      endMarks(path.right, path.up, x, y, ["other", "other"]),
    ]),
    Array.from({ length: pieces }, (_, k) => {
      const opacity = 0.25 + (0.75 * (k + 1)) / pieces;
      return html`<path class="line way" stroke-opacity="${opacity}" d="${at(person.path, cut(k), cut(k + 1) + 1)}"/>`;
    }),
    endMarks(right, up, x, y, ["begin", "end"]),
  ]);
}

const PATH_PIECES = 12;

/** Marks of two kinds where a path begins and where it ends. */
function endMarks(
  right: Float32Array,
  up: Float32Array,
  x: (metres: number) => number,
  y: (metres: number) => number,
  [begin, end]: [begin: string, end: string],
) {
  const known = (_: number, i: number) => Number.isFinite(right[i]) && Number.isFinite(up[i]);
  const first = right.findIndex(known);
  const last = right.findLastIndex(known);
  const mark = (i: number, kind: string) =>
    html`<circle class="${kind}" r="5" cx="${x(right[i] as number)}" cy="${y(up[i] as number)}"/>`;
  return first < 0 ? undefined : [mark(first, begin), mark(last, end)];
}

/** Scales of the same pixels per metre that hold both ranges, with a margin, in the middle of a box. */
function equalScales(
  across: [number, number],
  along: [number, number],
  { left, right, top, bottom }: { left: number; right: number; top: number; bottom: number },
) {
  const span = (range: [number, number]) => 1.1 * Math.max(range[1] - range[0], 0.5);
  const perPixel = Math.max(span(across) / (right - left), span(along) / (bottom - top));
  const around = ([low, high]: [number, number], pixels: number): [number, number] => [
    (low + high - perPixel * pixels) / 2,
    (low + high + perPixel * pixels) / 2,
  ];
  return [
    scaleLinear(around(across, right - left), [left, right]),
    scaleLinear(around(along, bottom - top), [bottom, top]),
  ] as const;
}

/** Limb lengths, left and right in one row, each with its variation as a whisker. */
export function limbChart({ limbs }: PersonQuality): Markup {
  const known = limbs.filter(({ length }) => Number.isFinite(length));
  const kinds = [...new Set(known.map(({ name }) => name.replace(/^(left|right) /, "")))];
  const row = 58;
  const box = { left: 84, right: HALF_WIDTH - 32, bottom: row * kinds.length + 8 };
  const reach = known.flatMap(({ length, variation }) => [
    100 * length * (1 - (variation || 0)),
    100 * length * (1 + (variation || 0)),
  ]);
  const x = scaleLinear(extent([reach]), [box.left + 8, box.right - 8]).nice(4);
  const marks = known.map(({ name, length, variation }) => {
    const left = name.startsWith("left ");
    const y = row * (kinds.indexOf(name.replace(/^(left|right) /, "")) + 0.5) + (left ? -11 : 13);
    const half = 100 * length * (variation || 0);
    const text = `${left ? "left" : "right"} ${fixed(100 * length, 1)} cm ± ${fixed(10 * half, 1)} mm`;
    const near = x(100 * length) < (box.left + box.right) / 2;
    const [anchor, textX] = near
      ? ["value", x(100 * length + half) + 9]
      : ["side", x(100 * length - half) - 9];
    return html`<path class="whisker" d="M${x(100 * length - half)},${y}H${x(100 * length + half)}"/><circle class="${left ? "end" : "begin"}" r="4.5" cx="${x(100 * length)}" cy="${y}"/><text class="tick ${anchor}" x="${textX}" y="${y + 4}">${text}</text>`;
  });
  return drawing(HALF_WIDTH, box.bottom + 24, "Limb lengths and how much they vary", [
    kinds.map(
      (kind, i) =>
        html`<path class="grid" d="M${box.left},${row * (i + 1)}H${box.right}"/><text class="row" x="${box.left - 8}" y="${row * (i + 0.5) + 5}">${kind}</text>`,
    ),
    bottomAxis(x, box.bottom, "cm"),
    marks,
  ]);
}

/** Seconds of each stage; what came from the cache is hollow. */
export function stageChart(stages: readonly StageTime[]): Markup {
  const row = 22;
  const bottom = row * stages.length + 6;
  const longest = Math.max(0, ...stages.map(({ seconds }) => seconds).filter(Number.isFinite));
  const x = scaleLinear([0, longest || 1], [LEFT, RIGHT - 90]);
  return drawing(WIDTH, bottom + 22, "Seconds of each stage", [
    stages.map(({ stage, seconds, cached }, i) => {
      const width = x(Math.max(0, seconds) || 0) - LEFT;
      return html`<text class="row" x="${LEFT - 8}" y="${row * i + 16}">${shortened(stage, 18)}</text><rect class="${cached ? "stage cached" : "stage"}" x="${LEFT}" y="${row * i + 5}" width="${Math.max(1, width)}" height="${row - 8}"/><text class="tick value" x="${LEFT + width + 8}" y="${row * i + 16}">${rounded(seconds, 2)} s${cached ? ", from the cache" : ""}</text>`;
    }),
    bottomAxis(x, bottom, "s"),
  ]);
}

const shortened = (text: string, most: number) =>
  text.length <= most ? text : `${text.slice(0, most - 1)}…`;
