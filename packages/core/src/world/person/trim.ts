import type { Rgb } from "../render/surface.js";
import { over, type Place, type Trim, times } from "./cloth.js";
import type { Fabric } from "./fabric.js";
import { hemOf, type Measures, openingAt } from "./garment.js";
import { grain, speckle } from "./grain.js";
import type { Bottom, Top } from "./outfit.js";
import { shade } from "./palette.js";

const near = (value: number, at: number, width: number) => Math.abs(value - at) < width;

/** What is sewn on and printed on a top. */
export function topTrim(top: Top, m: Measures): Trim {
  const { fabric, kind } = top;
  const dark = fabric.colours[0][0] + fabric.colours[0][1] + fabric.colours[0][2] < 200;
  const seam = dark ? 1.35 : 0.78;
  return (place, out) => {
    const { x, z, region, field } = place;
    const front = region === 0 && z > m.neckDepth;
    if (field < 0.024 && ribbed(kind)) rib(place, fabric, out);
    if (near(field, kind === "shirt" ? 0.012 : 0.022, 0.0022)) times(out, seam);
    if (region < 3 && kind !== "tank" && near(Math.abs(x), m.shoulder - 0.012, 0.0026)) times(out, seam);
    if (front && (kind === "shirt" || kind === "coat" || (kind === "polo" && place.y > m.armpit - 0.04)))
      placket(top, m, place, out);
    if (front && (kind === "jacket" || (kind === "hoodie" && fabric.seed % 2 === 0))) zip(top, m, place, out);
    if (front && kind === "hoodie") pouch(top, m, place, out);
    if (front && fabric.print !== "none") print(fabric, m, place, out);
    if (front && kind === "shirt" && fabric.seed % 3 === 0)
      pocket(place, 0.075, m.armpit - 0.07, 0.045, 0.055, out);
  };
}

const ribbed = (kind: Top["kind"]) =>
  kind === "hoodie" || kind === "sweater" || kind === "jacket" || kind === "tshirt" || kind === "longsleeve";

function rib({ around, angle, field }: Place, fabric: Fabric, out: Float64Array): void {
  if (fabric.trimmed) over(out, fabric.colours[1]);
  if (field > 0) times(out, 0.93 + 0.06 * Math.sin((2 * Math.PI * (around || angle)) / 0.006));
}

function placket(top: Top, m: Measures, { x, y }: Place, out: Float64Array): void {
  const edge = top.open > 0 ? openingAt(top, m, y) : 0;
  const at = Math.abs(x) - edge;
  if (near(at, 0.016, 0.0016) || (edge === 0 && near(x, -0.016, 0.0016))) times(out, 0.8);
  const row = (m.neck - y) / 0.082;
  const button = Math.hypot((x - edge) * (edge > 0 ? 1 : 1), (row - Math.floor(row) - 0.5) * 0.082);
  if (button < 0.0062) over(out, top.fabric.colours[2], 0.85);
  else if (button < 0.0085) times(out, 0.75);
}

function zip(top: Top, m: Measures, { x, y }: Place, out: Float64Array): void {
  const at = Math.abs(Math.abs(x) - (top.open > 0 ? openingAt(top, m, y) : 0));
  if (at < 0.004) over(out, (y * 400) % 2 < 1 ? [150, 150, 150] : [90, 90, 92]);
  else if (at < 0.007) times(out, 0.72);
}

function pouch(top: Top, m: Measures, { x, y }: Place, out: Float64Array): void {
  const bottom = hemOf(top, m) + 0.05;
  const t = (y - bottom) / 0.16;
  if (t < 0 || t > 1) return;
  const half = 0.14 - 0.06 * Math.max(0, t - 0.35);
  if (near(Math.abs(x), half, 0.003) || (t > 0.98 && Math.abs(x) < half)) times(out, 0.72);
}

function pocket(place: Place, x0: number, y0: number, half: number, high: number, out: Float64Array): void {
  const dx = Math.abs(place.x - x0) - half;
  const dy = Math.abs(place.y - y0) - high;
  if (dx < 0.002 && dy < 0.002 && (dx > -0.002 || dy > -0.002)) times(out, 0.76);
}

function print(
  { print: kind, colours, seed }: Fabric,
  m: Measures,
  { x, y }: Place,
  out: Float64Array,
): void {
  const v = y - (m.armpit - 0.075);
  const [, ink, second] = colours;
  if (kind === "disc") {
    const r = Math.hypot(x, v);
    if (r < 0.075) over(out, r < 0.045 && grain(40 * x, 40 * v, 1, seed) > 0 ? second : ink, 0.92);
  } else if (kind === "bars") {
    const row = Math.floor((v + 0.06) / 0.03);
    if (Math.abs(x) < 0.11 - 0.01 * row && row >= 0 && row < 4 && (v + 0.06) / 0.03 - row < 0.6)
      over(out, row % 2 ? second : ink, 0.92);
  } else if (kind === "letters") {
    const lines = 1 + (seed % 3);
    if (lettered(x, v, lines, 0.052 - 0.011 * lines, seed)) over(out, ink, 0.92);
  } else if (kind === "picture" && Math.abs(x) < 0.1 && Math.abs(v) < 0.1) {
    const g = grain(22 * x, 22 * v, 3, seed) + 0.6 * grain(55 * x, 55 * v, 4, seed);
    over(out, g > 0.25 ? ink : g > -0.2 ? second : shade(ink, 0.5), 0.9);
  }
}

/** Blocks of three by five dots that look like writing. */
function lettered(x: number, v: number, lines: number, high: number, seed: number): boolean {
  const row = Math.floor((0.5 * lines * 1.4 * high - v) / (1.4 * high));
  if (row < 0 || row >= lines) return false;
  const down = (0.5 * lines * 1.4 * high - v) / (1.4 * high) - row;
  const wide = high * 0.8;
  const letters = 4 + ((seed >> (3 * row)) % 4);
  const column = (x + 0.5 * letters * wide) / wide;
  if (column < 0 || column >= letters || down > 0.72) return false;
  const letter = Math.floor(column);
  const dx = Math.floor((column - letter) * 4);
  const dy = Math.floor(down * 6.9);
  if (dx > 2) return false;
  // Strokes: a stem on the left, and rows or columns that a throw of dice adds.
  const chance = speckle(letter, row, dx + 7 * dy, seed);
  return dx === 0 ? chance > 0.12 : dy % 2 === 0 ? chance > 0.3 : chance > 0.6;
}

/** What is sewn on trousers, shorts and skirts. */
export function bottomTrim(bottom: Bottom, m: Measures): Trim {
  const { fabric, kind, belt } = bottom;
  const jeans = kind === "jeans" || fabric.pattern === "denim";
  const thread: Rgb = jeans ? [186, 132, 70] : shade(fabric.colours[0], 0.6);
  const pockets = kind !== "leggings" && kind !== "skirt";
  return (place, out) => {
    const { x, y, z, field, region, angle } = place;
    const atWaist = y > m.crotch + 0.06;
    if (atWaist && field < 0.034 && field > -0.01) {
      if (belt) wear(belt, x, z, field, out);
      else if (kind === "joggers") times(out, 0.88 + 0.08 * Math.sin(place.around * 900));
    }
    if (near(field, atWaist ? 0.037 : 0.02, 0.0018)) over(out, thread, 0.6);
    if (region > 2 && near(angle * 0.085, 0, 0.0022)) jeans ? over(out, thread, 0.5) : times(out, 0.8);
    if (!pockets) return;
    if (z > 0.03 && near(x, 0, 0.0025) && y > m.crotch + 0.03) times(out, 0.7);
    const out2 = (Math.abs(x) - 0.1) * 0.7;
    if (z > 0 && near(y - out2, m.waist - 0.1, 0.0025) && Math.abs(x) > 0.085) over(out, thread, 0.7);
    if (z < -0.03 && kind !== "joggers") {
      const dx = Math.abs(Math.abs(x) - 0.078) - 0.058;
      const dy = Math.abs(y - (m.crotch + 0.095)) - 0.06;
      if (dx < 0.002 && dy < 0.002 && (dx > -0.002 || dy > -0.002)) over(out, thread, 0.75);
    }
  };
}

function wear(belt: Rgb, x: number, z: number, field: number, out: Float64Array): void {
  over(out, belt);
  if (z > 0 && Math.abs(x) < 0.022 && field > 0.002)
    over(out, Math.abs(x) < 0.014 && near(field, 0.017, 0.01) ? belt : [186, 180, 166]);
}
