import type { Anatomy } from "./anatomy.js";
import { onPatch, type Patch } from "./cut.js";
import { neighboursOf, rimOf } from "./mesh.js";

/** A shaped body at rest, and how far the garments put on so far stand off its skin. */
export interface DressedBody {
  /** V×3, m. */
  rest: Float32Array;
  /** V×3. */
  normals: Float32Array;
  /** J×3, m. */
  joints: Float64Array;
  /** V, m; each garment raises it where it lies. */
  cover: Float32Array;
}

/** How a cloth falls. */
export interface Fall {
  /** N, m: distance from what is below. */
  ease: Float32Array;
  /** 0: follows the body like leggings … 1: hangs straight down from where the body is widest. */
  hang: number;
  /** How fast a hanging tube narrows, m per m. */
  taper: number;
  /** Times that the cloth is smoothed, so that it spans hollows. */
  smooth: number;
}

const ROWS = 48;
const COLUMNS = 24;

/** Offsets N×3 from the skin for a patch of cloth at rest; `body.cover` is raised. */
export function drape(anatomy: Anatomy, patch: Patch, body: DressedBody, fall: Fall): Float32Array {
  const p = onPatch(patch, body.rest, 3);
  const n = onPatch(patch, body.normals, 3);
  const cover = onPatch(patch, body.cover, 1);
  const regions = onPatch(patch, anatomy.regions, 5);
  const N = cover.length;
  const q = new Float32Array(3 * N);
  for (let i = 0; i < 3 * N; i++)
    q[i] = p[i] + n[i] * (cover[Math.floor(i / 3)] + fall.ease[Math.floor(i / 3)]);
  if (fall.hang > 0)
    for (let region = 0; region < 5; region++) hang(q, regions, region, tubeOf(anatomy, body, region), fall);
  smoothen(q, p, n, cover, patch, fall);
  for (let v = 0; v < N; v++) {
    const above =
      (q[3 * v] - p[3 * v]) * n[3 * v] +
      (q[3 * v + 1] - p[3 * v + 1]) * n[3 * v + 1] +
      (q[3 * v + 2] - p[3 * v + 2]) * n[3 * v + 2];
    for (const b of [patch.from[2 * v], patch.from[2 * v + 1]])
      body.cover[b] = Math.max(body.cover[b], above);
  }
  return q.map((x, i) => x - p[i]);
}

/** Least distance of a cloth from what is below it, m. */
const LEAST = 0.004;

function smoothen(
  q: Float32Array,
  p: Float32Array,
  n: Float32Array,
  cover: Float32Array,
  patch: Patch,
  fall: Fall,
): void {
  const N = cover.length;
  const { starts, list } = neighboursOf(N, patch.triangles);
  const fixed = new Uint8Array(N);
  const rim = rimOf(patch.triangles, N).edges;
  for (const v of rim) fixed[v] = 1;
  const next = new Float32Array(q);
  for (let round = 0; round < fall.smooth; round++) {
    for (let v = 0; v < N; v++) {
      const count = starts[v + 1] - starts[v];
      if (fixed[v] || count === 0) continue;
      const i = 3 * v;
      let x = 0;
      let y = 0;
      let z = 0;
      for (let e = starts[v]; e < starts[v + 1]; e++) {
        const j = 3 * list[e];
        x += q[j];
        y += q[j + 1];
        z += q[j + 2];
      }
      x = x / count - q[i];
      y = y / count - q[i + 1];
      z = z / count - q[i + 2];
      // Mostly along the normal: a pattern printed on the cloth would follow what goes sideways.
      const out = 0.5 * (x * n[i] + y * n[i + 1] + z * n[i + 2]);
      next[i] = q[i] + out * n[i] + 0.1 * x;
      next[i + 1] = q[i + 1] + out * n[i + 1] + 0.1 * y;
      next[i + 2] = q[i + 2] + out * n[i + 2] + 0.1 * z;
    }
    for (let v = 0; v < N; v++) lift(next, p, n, v, cover[v] + Math.min(LEAST, fall.ease[v]));
    smoothenRim(next, rim, fixed);
    for (const v of rim) lift(next, p, n, v, cover[v] + Math.min(LEAST, fall.ease[v]));
    q.set(next);
  }
}

/** A rim is smoothed along itself, else it would creep into the cloth. */
function smoothenRim(q: Float32Array, rim: Uint32Array, fixed: Uint8Array): void {
  const sums = new Float32Array(q.length);
  const counts = new Uint8Array(fixed.length);
  for (let e = 0; e < rim.length; e += 2)
    for (const [a, b] of [
      [rim[e], rim[e + 1]],
      [rim[e + 1], rim[e]],
    ]) {
      counts[a]++;
      for (let k = 0; k < 3; k++) sums[3 * a + k] += q[3 * b + k];
    }
  for (const v of new Set(rim))
    if (counts[v] > 1)
      for (let k = 0; k < 3; k++) q[3 * v + k] = 0.5 * q[3 * v + k] + (0.5 * sums[3 * v + k]) / counts[v];
}

/** Moves a vertex out along the normal until it stands `least` above the skin. */
function lift(q: Float32Array, p: Float32Array, n: Float32Array, v: number, least: number): void {
  const i = 3 * v;
  const above = (q[i] - p[i]) * n[i] + (q[i + 1] - p[i + 1]) * n[i + 1] + (q[i + 2] - p[i + 2]) * n[i + 2];
  if (above >= least) return;
  for (let k = 0; k < 3; k++) q[i + k] += n[i + k] * (least - above);
}

/** A line through a region: way along it from top to bottom, and the axis there. */
interface Tube {
  from: number;
  to: number;
  /** Way and axis at a point; radial components 1 and 2 of the offset from the axis. */
  at(x: number, y: number, z: number, out: Float64Array): void;
  /** Moves a point outwards by a distance. */
  push(q: Float32Array, i: number, a: number, b: number): void;
}

function tubeOf({ model }: Anatomy, body: DressedBody, region: number): Tube {
  const joint = (name: string, k: number) => body.joints[3 * model.joints.indexOf(name) + k];
  const side = region === 2 || region === 4 ? "right" : "left";
  if (region === 0) {
    const middle = joint("spine1", 2);
    return vertical(
      joint("spine3", 1) + 0.02,
      joint("pelvis", 1) - 0.16,
      () => 0,
      () => middle + 0.01,
    );
  }
  if (region > 2) {
    const at = (k: number) => (y: number) => {
      const knee = joint(`${side}_knee`, 1);
      const [a, b] = y > knee ? ["hip", "knee"] : ["knee", "ankle"];
      const top = joint(`${side}_${a}`, 1);
      const t = Math.min(1.3, Math.max(0, (top - y) / (top - joint(`${side}_${b}`, 1))));
      return joint(`${side}_${a}`, k) + t * (joint(`${side}_${b}`, k) - joint(`${side}_${a}`, k));
    };
    return vertical(joint(`${side}_hip`, 1) - 0.06, joint(`${side}_ankle`, 1) - 0.03, at(0), at(2));
  }
  const sign = side === "left" ? 1 : -1;
  const y0 = joint(`${side}_elbow`, 1);
  const z0 = joint(`${side}_elbow`, 2);
  return {
    from: sign * joint(`${side}_shoulder`, 0) + 0.07,
    to: sign * joint(`${side}_wrist`, 0),
    at(x, y, z, out) {
      out[0] = sign * x;
      out[1] = y - y0;
      out[2] = z - z0;
    },
    push(q, i, a, b) {
      q[i + 1] += a;
      q[i + 2] += b;
    },
  };
}

/** A tube that falls along −y. `from` and `to` are heights; the way is −y. */
function vertical(from: number, to: number, x0: (y: number) => number, z0: (y: number) => number): Tube {
  return {
    from: -from,
    to: -to,
    at(x, y, z, out) {
      out[0] = -y;
      out[1] = x - x0(y);
      out[2] = z - z0(y);
    },
    push(q, i, a, b) {
      q[i] += a;
      q[i + 2] += b;
    },
  };
}

/** Widens a region's cloth to a tube that hangs down from its widest parts. */
function hang(q: Float32Array, regions: Float32Array, region: number, tube: Tube, fall: Fall): void {
  const radii = new Float32Array(ROWS * COLUMNS);
  const at = new Float64Array(3);
  const each = (visit: (v: number, row: number, column: number, radius: number) => void) => {
    for (let v = 0; v < q.length / 3; v++) {
      if (regions[5 * v + region] < 0.02) continue;
      tube.at(q[3 * v], q[3 * v + 1], q[3 * v + 2], at);
      const row = ((at[0] - tube.from) / (tube.to - tube.from)) * (ROWS - 1);
      const column = (0.5 + Math.atan2(at[2], at[1]) / (2 * Math.PI)) * COLUMNS;
      visit(v, row, column, Math.hypot(at[1], at[2]));
    }
  };
  each((v, row, column, radius) => {
    const r = Math.round(row);
    if (r < 0 || r >= ROWS || regions[5 * v + region] < 0.6) return;
    const cell = r * COLUMNS + (Math.floor(column) % COLUMNS);
    radii[cell] = Math.max(radii[cell], radius);
  });
  // Arms hang, too, when they are worn: sleeves narrow faster than what falls from the trunk.
  const taper = region === 1 || region === 2 ? 0.12 + fall.taper : fall.taper;
  fallDown(radii, (taper * (tube.to - tube.from)) / (ROWS - 1));
  each((v, row, column, radius) => {
    const wanted = lookUp(radii, row, column - 0.5);
    if (wanted <= radius || radius < 1e-4) return;
    // Above the tube's beginning cloth lies on the body; the way into the tube is gradual.
    const by =
      (fall.hang * regions[5 * v + region] * Math.min(1, Math.max(0, row / 6)) * (wanted - radius)) / radius;
    tube.push(q, 3 * v, at[1] * by, at[2] * by);
  });
}

/** Each row at least as wide as the one above less the taper; then smoothed around. */
function fallDown(radii: Float32Array, taper: number): void {
  for (let i = COLUMNS; i < radii.length; i++) radii[i] = Math.max(radii[i], radii[i - COLUMNS] - taper);
  const old = new Float32Array(radii);
  for (let r = 0; r < ROWS; r++)
    for (let c = 0; c < COLUMNS; c++) {
      const cell = (k: number) => old[r * COLUMNS + ((c + k + COLUMNS) % COLUMNS)];
      radii[r * COLUMNS + c] = (cell(-2) + 2 * cell(-1) + 3 * cell(0) + 2 * cell(1) + cell(2)) / 9;
    }
}

function lookUp(radii: Float32Array, row: number, column: number): number {
  const y = Math.min(ROWS - 1.001, Math.max(0, row));
  const r = Math.floor(y);
  const c = Math.floor(column);
  const cell = (i: number, j: number) => radii[(r + i) * COLUMNS + ((c + j + 2 * COLUMNS) % COLUMNS)];
  const t = column - c;
  const above = cell(0, 0) + t * (cell(0, 1) - cell(0, 0));
  const below = cell(1, 0) + t * (cell(1, 1) - cell(1, 0));
  return above + (y - r) * (below - above);
}
