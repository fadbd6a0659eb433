import type { BodyModel } from "../../body/model.js";
import type { Uv } from "../render/surface.js";

/**
 * Where a tube of the body (trunk, arm, leg) lies in the cloth's texture: the angle about its axis runs along u, the way
 * along it along v. The body's own texture gives the face a third of its room and a shin a hundredth: cloth needs a
 * layout in which a millimetre is as large everywhere.
 */
interface Chart {
  /** Left, right, bottom, top in the texture. */
  box: readonly [number, number, number, number];
  /** Way along the axis at the bottom and at the top, m. */
  from: number;
  to: number;
}

/** In the order of `REGIONS`. Metres are those of a body about 1.7 m tall; the layout follows others by its joints. */
const CHARTS: readonly Chart[] = [
  { box: [0.03, 0.57, 0.55, 0.985], from: -0.24, to: 0.62 },
  { box: [0.63, 0.79, 0.55, 0.9], from: 0.08, to: 0.8 },
  { box: [0.82, 0.98, 0.55, 0.9], from: 0.08, to: 0.8 },
  { box: [0.03, 0.37, 0.02, 0.5], from: -0.97, to: 0.05 },
  { box: [0.43, 0.77, 0.02, 0.5], from: -0.97, to: 0.05 },
];

/** Coordinates for cloth, three of their own for each triangle. */
export function clothLayout(model: BodyModel, regions: Float32Array): Uv {
  const { template, triangles } = model;
  const coordinates = new Float32Array(2 * triangles.length);
  const point = new Float64Array(2);
  for (let f = 0; f < triangles.length; f += 3) {
    const region = regionOf(triangles, f, regions);
    let first = 0;
    for (let k = 0; k < 3; k++) {
      unroll(template, 3 * triangles[f + k], region, point);
      if (k === 0) first = point[0];
      // A triangle across the seam goes on beyond it, where the margin between charts gives it room.
      const turns = Math.round(point[0] - first);
      place(CHARTS[region], point[0] - turns, point[1], coordinates, 2 * (f + k));
    }
  }
  return { coordinates, triangles: Uint32Array.from({ length: triangles.length }, (_, i) => i) };
}

/**
 * Coordinates for hair, three of their own for each triangle: u once around the head, v from 1 at the crown to 0 at the
 * height of the neck. The texture repeats, so that nothing is cut where u begins again.
 */
export function hairLayout(model: BodyModel, neck: number): Uv {
  const { template: p, triangles } = model;
  const coordinates = new Float32Array(2 * triangles.length);
  for (let i = 0; i < triangles.length; i++) {
    const at = 3 * triangles[i];
    const first = 3 * triangles[i - (i % 3)];
    const turn = Math.atan2(p[at], p[at + 2] - 0.01) / (2 * Math.PI);
    const begun = Math.atan2(p[first], p[first + 2] - 0.01) / (2 * Math.PI);
    coordinates[2 * i] = turn - Math.round(turn - begun);
    const fall = Math.atan2(Math.hypot(p[at], p[at + 2] - 0.01), p[at + 1] - neck - 0.045);
    coordinates[2 * i + 1] = 1 - fall / 3.2;
  }
  return { coordinates, triangles: Uint32Array.from(triangles, (_, i) => i) };
}

/** The region with the most of a triangle. */
export function regionOf(triangles: Uint32Array, f: number, regions: Float32Array): number {
  let best = 0;
  let most = -1;
  for (let r = 0; r < 5; r++) {
    let sum = 0;
    for (let k = 0; k < 3; k++) sum += regions[5 * triangles[f + k] + r];
    if (sum > most) {
      most = sum;
      best = r;
    }
  }
  return best;
}

/** Angle about the region's axis in turns, 0 … 1 (the seam is behind, under the arm, or inside the leg), and way along it. */
function unroll(p: Float32Array, i: number, region: number, out: Float64Array): void {
  const side = region === 2 || region === 4 ? -1 : 1;
  if (region === 0) {
    out[0] = 0.5 + Math.atan2(p[i], p[i + 2] + 0.03) / (2 * Math.PI);
    out[1] = p[i + 1];
  } else if (region < 3) {
    out[0] = 0.5 + Math.atan2(p[i + 2] + 0.012, p[i + 1] - 0.445) / (2 * Math.PI);
    out[1] = side * p[i];
  } else {
    const x = side * p[i] - (0.105 + 0.035 * Math.min(1, Math.max(0, -p[i + 1] / 0.9)));
    out[0] = 0.5 + Math.atan2(p[i + 2] + 0.01, x) / (2 * Math.PI);
    out[1] = p[i + 1];
  }
}

function place({ box, from, to }: Chart, turn: number, way: number, out: Float32Array, at: number): void {
  out[at] = box[0] + (box[1] - box[0]) * turn;
  out[at + 1] = box[2] + (box[3] - box[2]) * Math.min(1.02, Math.max(-0.02, (way - from) / (to - from)));
}
