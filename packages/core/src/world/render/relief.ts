import type { Piece } from "./piece.js";

/** Texels per block side of the coarse levels of a relief. */
const BLOCK = 8;

/** What stands nearest to a light that shines along parallel rays: a map of distances, seen from the light. */
export interface Relief {
  /** Rows: right, down, and away from the light; world → light. */
  axes: Float64Array;
  /** Light's coordinates of the map's corner, and the size of a texel, metres. */
  left: number;
  top: number;
  texel: number;
  width: number;
  height: number;
  /** Distance of the farthest vertex of a caster along the light. */
  farthest: number;
  /** Distance of the nearest caster along the light, at the texel's centre; Infinity where none is. */
  nearest: Float32Array;
  /** Least and greatest of `nearest` over each block of 8 × 8 texels and the blocks around it. */
  least: Float32Array;
  greatest: Float32Array;
  /** Vertices in the light's frame, the texel as unit sideways: room for the largest piece. */
  placed: Float32Array;
}

export function emptyRelief(): Relief {
  const none = new Float32Array(0);
  return {
    axes: new Float64Array(9),
    left: 0,
    top: 0,
    texel: 1,
    width: 0,
    height: 0,
    farthest: 0,
    nearest: none,
    least: none,
    greatest: none,
    placed: none,
  };
}

/** Size of a relief's texels, metres, where the casters fit into `most` × `most` of them; coarser otherwise. */
export interface ReliefOptions {
  texel: number;
  most: number;
  /** Enter vertices too, where texels are coarser than the triangles. */
  splat?: boolean;
}

/** Draws all casters as seen from a light; `towards` points to it. */
export function drawRelief(
  relief: Relief,
  pieces: readonly Piece[],
  towards: readonly number[],
  { texel, most, splat = false }: ReliefOptions,
): void {
  turn(relief.axes, towards);
  frame(relief, pieces, texel, most);
  const texels = relief.width * relief.height;
  if (relief.nearest.length < texels) relief.nearest = new Float32Array(texels);
  relief.nearest.fill(Infinity, 0, texels);
  relief.farthest = -Infinity;
  for (const piece of pieces) {
    if (!piece.casts) continue;
    place(relief, piece.positions);
    drawTriangles(relief, piece);
    if (splat) drawVertices(relief, piece.positions.length);
  }
  coarsen(relief);
}

/** A frame whose third axis runs away from the light. */
function turn(axes: Float64Array, [x, y, z]: readonly number[]): void {
  const length = Math.hypot(x, y, z);
  const [wx, wy, wz] = [-x / length, -y / length, -z / length];
  const side = Math.abs(wy) < 0.9 ? [wz, 0, -wx] : [0, -wz, wy];
  const scale = 1 / Math.hypot(side[0], side[1], side[2]);
  const [ux, uy, uz] = [side[0] * scale, side[1] * scale, side[2] * scale];
  axes.set([ux, uy, uz, wy * uz - wz * uy, wz * ux - wx * uz, wx * uy - wy * ux, wx, wy, wz]);
}

/** Lays the map over all casters, with a margin of two texels. */
function frame(relief: Relief, pieces: readonly Piece[], texel: number, most: number): void {
  const [ux, uy, uz, vx, vy, vz] = relief.axes;
  let left = Infinity;
  let right = -Infinity;
  let top = Infinity;
  let bottom = -Infinity;
  for (const piece of pieces) {
    if (!piece.casts) continue;
    const p = piece.positions;
    for (let i = 0; i < p.length; i += 3) {
      const u = ux * p[i] + uy * p[i + 1] + uz * p[i + 2];
      const v = vx * p[i] + vy * p[i + 1] + vz * p[i + 2];
      if (u < left) left = u;
      if (u > right) right = u;
      if (v < top) top = v;
      if (v > bottom) bottom = v;
    }
  }
  const extent = Math.max(right - left, bottom - top);
  relief.texel = Math.max(texel, extent / (most - 4));
  const some = left <= right;
  relief.left = left - 2 * relief.texel;
  relief.top = top - 2 * relief.texel;
  relief.width = some ? Math.ceil((right - left) / relief.texel) + 4 : 0;
  relief.height = some ? Math.ceil((bottom - top) / relief.texel) + 4 : 0;
}

/** Brings vertices into the map: texels right and down, metres away. */
function place(relief: Relief, p: Float32Array): void {
  if (relief.placed.length < p.length) relief.placed = new Float32Array(p.length);
  const { placed, left, top } = relief;
  const [ux, uy, uz, vx, vy, vz, wx, wy, wz] = relief.axes;
  let farthest = relief.farthest;
  const scale = 1 / relief.texel;
  for (let i = 0; i < p.length; i += 3) {
    const x = p[i];
    const y = p[i + 1];
    const z = p[i + 2];
    placed[i] = (ux * x + uy * y + uz * z - left) * scale;
    placed[i + 1] = (vx * x + vy * y + vz * z - top) * scale;
    const w = wx * x + wy * y + wz * z;
    placed[i + 2] = w;
    if (w > farthest) farthest = w;
  }
  relief.farthest = farthest;
}

/** Fronts cast, and the backs of what has two sides; a texel counts when its centre, (i + ½), lies in it. */
function drawTriangles({ placed, nearest, width }: Relief, { triangles, twoSided }: Piece): void {
  for (let t = 0; t < triangles.length; t += 3) {
    const a = 3 * triangles[t];
    const b = 3 * triangles[t + 1];
    const c = 3 * triangles[t + 2];
    const ax = placed[a];
    const bx = placed[b];
    const cx = placed[c];
    const ay = placed[a + 1];
    const by = placed[b + 1];
    const cy = placed[c + 1];
    const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
    if (area >= 0 && (!twoSided || area === 0)) continue;
    const left = Math.ceil(Math.min(ax, bx, cx) - 0.5);
    const right = Math.floor(Math.max(ax, bx, cx) - 0.5);
    if (left > right) continue;
    const top = Math.ceil(Math.min(ay, by, cy) - 0.5);
    const bottom = Math.floor(Math.max(ay, by, cy) - 0.5);
    if (top > bottom) continue;
    // Barycentric coordinates of b and c, linear over the map.
    const bRight = (cy - ay) / area;
    const bDown = (ax - cx) / area;
    const cRight = (ay - by) / area;
    const cDown = (bx - ax) / area;
    const aw = placed[a + 2];
    const bw = placed[b + 2] - aw;
    const cw = placed[c + 2] - aw;
    for (let y = top; y <= bottom; y++) {
      const down = y + 0.5 - ay;
      for (let x = left, i = y * width + left; x <= right; x++, i++) {
        const over = x + 0.5 - ax;
        const beta = bRight * over + bDown * down;
        const gamma = cRight * over + cDown * down;
        if (beta < 0 || gamma < 0 || beta + gamma > 1) continue;
        const w = aw + beta * bw + gamma * cw;
        if (w < nearest[i]) nearest[i] = w;
      }
    }
  }
}

function drawVertices({ placed, nearest, width }: Relief, length: number): void {
  for (let v = 0; v < length; v += 3) {
    const i = Math.floor(placed[v + 1]) * width + Math.floor(placed[v]);
    if (placed[v + 2] < nearest[i]) nearest[i] = placed[v + 2];
  }
}

/** Makes the coarse levels: block by block, then each with its neighbours, in place of a search around a texel. */
function coarsen(relief: Relief): void {
  const { width, height, nearest } = relief;
  const columns = Math.ceil(width / BLOCK);
  const rows = Math.ceil(height / BLOCK);
  if (relief.least.length < columns * rows) {
    relief.least = new Float32Array(columns * rows);
    relief.greatest = new Float32Array(columns * rows);
  }
  const { least, greatest } = relief;
  least.fill(Infinity);
  greatest.fill(-Infinity);
  for (let y = 0; y < height; y++) {
    const blocks = (y >> 3) * columns;
    for (let x = 0, i = y * width; x < width; x++, i++) {
      const block = blocks + (x >> 3);
      const w = nearest[i];
      if (w < least[block]) least[block] = w;
      if (w > greatest[block]) greatest[block] = w;
    }
  }
  spread(least, columns, rows, -1);
  spread(greatest, columns, rows, 1);
}

/** Each number becomes the least (sign −1) or greatest (1) of itself and its eight neighbours. */
function spread(values: Float32Array, columns: number, rows: number, sign: number): void {
  const pass = (count: number, lines: number, along: number, across: number) => {
    for (let line = 0; line < lines; line++) {
      let before = values[line * across];
      for (let n = 0, i = line * across; n < count; n++, i += along) {
        const own = values[i];
        const next = n + 1 < count ? values[i + along] : own;
        let best = sign * before > sign * own ? before : own;
        if (sign * next > sign * best) best = next;
        before = own;
        values[i] = best;
      }
    }
  };
  pass(columns, rows, 1, columns);
  pass(rows, columns, columns, 1);
}

/** Index of the block that holds a place in the map, texels. */
export function blockAt({ width }: Relief, u: number, v: number): number {
  return (v >> 3) * Math.ceil(width / BLOCK) + (u >> 3);
}
