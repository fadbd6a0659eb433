import type { Uv } from "../render/surface.js";
import type { Anatomy } from "./anatomy.js";
import type { Skinned } from "./binding.js";
import type { DressedBody } from "./drape.js";

/** A tube around both legs, from the hips down. */
export interface SkirtShape {
  /** m, in the mean body's rest pose: upper and lower edge. */
  top: number;
  hem: number;
  /** Width at the hem over that at the hips. */
  flare: number;
  ease: number;
  /** Pleats around; 0 for none. */
  pleats: number;
  /** Half width of an opening in front, m. */
  open: number;
}

/** A skirt: rows of `SKIRT_COLUMNS` + 1 vertices, the first above the last in space. */
export interface Skirt {
  binding: Skinned;
  triangles: Uint32Array;
  uv: Uv;
  /** V: what lies below each vertex. */
  part: Uint8Array;
  rows: number;
}

const SKIRT_COLUMNS = 40;
const ROW_STEP = 0.045;
const HALF_TURN = Math.PI;

/** Sews a skirt for a shaped body. */
export function sewSkirt(anatomy: Anatomy, body: DressedBody, shape: SkirtShape): Skirt {
  const rows = Math.max(3, Math.ceil((shape.top - shape.hem) / ROW_STEP));
  const scale = heightScale(anatomy, body);
  const outline = fallingOutline(anatomy, body, shape, rows, scale);
  const wide = SKIRT_COLUMNS + 1;
  const N = wide * (rows + 1);
  const rest = new Float32Array(3 * N);
  const coordinates = new Float32Array(2 * N);
  for (let r = 0; r <= rows; r++)
    for (let c = 0; c < wide; c++) {
      const v = r * wide + c;
      const turn = columnTurn(c, r / rows, shape, outline[r * SKIRT_COLUMNS]);
      const pleat =
        1 + 0.05 * (r / rows) * (shape.pleats > 0 ? Math.cos(turn * shape.pleats) : 0.4 * Math.sin(5 * turn));
      const radius = lookAround(outline, r, turn) * pleat;
      rest[3 * v] = radius * Math.sin(turn);
      rest[3 * v + 1] = scale(shape.top + (r / rows) * (shape.hem - shape.top));
      rest[3 * v + 2] = axisDepth(body, anatomy) + radius * Math.cos(turn);
      coordinates[2 * v] = 0.01 + (0.98 * c) / SKIRT_COLUMNS;
      coordinates[2 * v + 1] = 0.99 - (0.98 * r) / rows;
    }
  raiseCover(anatomy, body, scale(shape.top), scale(shape.hem), rows, outline);
  const triangles = grid(rows, SKIRT_COLUMNS);
  return {
    binding: { kind: "skinned", rest, ...legWeights(anatomy, body, rest), restJoints: body.joints },
    triangles,
    uv: { coordinates, triangles },
    part: partsBelow(anatomy, body, rest),
    rows,
  };
}

/** Triangles of a grid of rows × columns cells whose vertices run along rows; seen from where columns run to the right. */
export function grid(rows: number, columns: number): Uint32Array {
  const out: number[] = [];
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      const a = r * (columns + 1) + c;
      const b = a + columns + 1;
      out.push(a, b, b + 1, a, b + 1, a + 1);
    }
  return Uint32Array.from(out);
}

/** Angle of a column: all around from behind, or from one edge of the opening to the other. */
function columnTurn(c: number, down: number, shape: SkirtShape, front: number): number {
  const t = c / SKIRT_COLUMNS;
  if (shape.open <= 0) return -HALF_TURN + 2 * HALF_TURN * t;
  const gap = Math.asin(Math.min(0.9, (shape.open * (1 + 0.6 * down)) / Math.max(0.05, front)));
  return gap + (2 * HALF_TURN - 2 * gap) * t;
}

const joint = (anatomy: Anatomy, body: DressedBody, name: string, k: number) =>
  body.joints[3 * anatomy.model.joints.indexOf(name) + k];

const axisDepth = (body: DressedBody, anatomy: Anatomy) => joint(anatomy, body, "pelvis", 2) + 0.015;

/** Heights of the mean body to those of the shaped one, by the joints of trunk and leg. */
function heightScale(anatomy: Anatomy, body: DressedBody): (y: number) => number {
  const names = ["left_ankle", "left_knee", "left_hip", "spine1", "spine3"];
  const from = names.map((name) => anatomy.marks[name][1]);
  const to = names.map((name) => joint(anatomy, body, name, 1));
  return (y) => {
    let i = 1;
    while (i < names.length - 1 && y > from[i]) i++;
    return to[i - 1] + ((y - from[i - 1]) / (from[i] - from[i - 1])) * (to[i] - to[i - 1]);
  };
}

/** Radius by row and column: outside the body, never narrower than above less a little, wider towards the hem. */
function fallingOutline(
  anatomy: Anatomy,
  body: DressedBody,
  shape: SkirtShape,
  rows: number,
  scale: (y: number) => number,
): Float32Array {
  const { regions } = anatomy;
  const out = new Float32Array((rows + 1) * SKIRT_COLUMNS);
  const top = scale(shape.top);
  const hem = scale(shape.hem);
  const z0 = axisDepth(body, anatomy);
  for (let v = 0; v < body.cover.length; v++) {
    if (regions[5 * v + 1] + regions[5 * v + 2] > 0.3) continue;
    const row = Math.round(((top - body.rest[3 * v + 1]) / (top - hem)) * rows);
    if (row < 0 || row > rows) continue;
    const x = body.rest[3 * v];
    const z = body.rest[3 * v + 2] - z0;
    const column = Math.floor((0.5 + Math.atan2(x, z) / (2 * Math.PI)) * SKIRT_COLUMNS) % SKIRT_COLUMNS;
    const at = row * SKIRT_COLUMNS + column;
    out[at] = Math.max(out[at], Math.hypot(x, z) + body.cover[v] + shape.ease);
  }
  for (let r = 0; r <= rows; r++) {
    if (r > 0)
      for (let c = 0; c < SKIRT_COLUMNS; c++) {
        const at = r * SKIRT_COLUMNS + c;
        out[at] = Math.max(
          out[at],
          out[at - SKIRT_COLUMNS] * (1 + ((shape.flare - 1) * 0.9) / rows) - (shape.flare < 1.1 ? 0.003 : 0),
        );
      }
    roundOut(out, r * SKIRT_COLUMNS);
  }
  return out;
}

/** Tells what is worn over the skirt how far it stands off. */
function raiseCover(
  anatomy: Anatomy,
  body: DressedBody,
  top: number,
  hem: number,
  rows: number,
  outline: Float32Array,
): void {
  const z0 = axisDepth(body, anatomy);
  for (let v = 0; v < body.cover.length; v++) {
    const row = ((top - body.rest[3 * v + 1]) / (top - hem)) * rows;
    if (row < 0 || row > rows || anatomy.regions[5 * v + 1] + anatomy.regions[5 * v + 2] > 0.3) continue;
    const x = body.rest[3 * v];
    const z = body.rest[3 * v + 2] - z0;
    body.cover[v] = Math.max(
      body.cover[v],
      lookAround(outline, Math.round(row), Math.atan2(x, z)) - Math.hypot(x, z),
    );
  }
}

/** Fills a row's hollows: each radius at least the mean of those around it. */
function roundOut(out: Float32Array, from: number): void {
  const n = SKIRT_COLUMNS;
  for (let round = 0; round < 3; round++)
    for (let c = 0; c < n; c++) {
      const mean =
        (out[from + ((c + n - 2) % n)] +
          out[from + ((c + n - 1) % n)] +
          out[from + ((c + 1) % n)] +
          out[from + ((c + 2) % n)]) /
        4;
      out[from + c] = Math.max(out[from + c], mean);
    }
}

function lookAround(outline: Float32Array, row: number, turn: number): number {
  const at = (0.5 + turn / (2 * Math.PI)) * SKIRT_COLUMNS - 0.5;
  const c = Math.floor(at);
  const n = SKIRT_COLUMNS;
  const a = outline[row * n + ((c + 2 * n) % n)];
  const b = outline[row * n + ((c + 1 + 2 * n) % n)];
  return a + (at - c) * (b - a);
}

const step = (t: number) => (t <= 0 ? 0 : t >= 1 ? 1 : t * t * (3 - 2 * t));

/** Pelvis at the top, the thighs further down, side by side; below the knees partly the shins. */
function legWeights(
  anatomy: Anatomy,
  body: DressedBody,
  rest: Float32Array,
): { joints: Uint8Array; weights: Float32Array } {
  const names = anatomy.model.joints;
  const hip = joint(anatomy, body, "left_hip", 1);
  const knee = joint(anatomy, body, "left_knee", 1);
  const N = rest.length / 3;
  const joints = new Uint8Array(4 * N);
  const weights = new Float32Array(4 * N);
  const [pelvis, left, right] = ["pelvis", "left_hip", "right_hip"].map((name) => names.indexOf(name));
  for (let v = 0; v < N; v++) {
    const y = rest[3 * v + 1];
    const thigh = step((hip + 0.09 - y) / 0.2) * (0.82 + 0.18 * step((hip - y) / (hip - knee)));
    const share = 0.5 + 0.5 * Math.max(-1, Math.min(1, rest[3 * v] / 0.11));
    const w = [1 - thigh, thigh * share, thigh * (1 - share)];
    const order = [0, 1, 2].sort((a, b) => w[b] - w[a]);
    order.forEach((k, i) => {
      joints[4 * v + i] = [pelvis, left, right][k];
      weights[4 * v + i] = w[k];
    });
  }
  return { joints, weights };
}

/** What lies below a skirt: hips, the thigh or the shin of its side. */
function partsBelow(anatomy: Anatomy, body: DressedBody, rest: Float32Array): Uint8Array {
  const names = anatomy.model.joints;
  const heights = ["hip", "knee"].map((name) => joint(anatomy, body, `left_${name}`, 1));
  return Uint8Array.from({ length: rest.length / 3 }, (_, v) => {
    const y = rest[3 * v + 1];
    const side = rest[3 * v] >= 0 ? "left" : "right";
    return names.indexOf(y > heights[0] ? "pelvis" : y > heights[1] ? `${side}_hip` : `${side}_knee`);
  });
}
