import type { Camera } from "../../camera/camera.js";
import { type Bins, TILE } from "./bins.js";
import { type Faces, NEAR, NEAREST, PLANE, type Spacing, STRIDE } from "./faces.js";
import { isHole } from "./fragment.js";
import type { Piece } from "./piece.js";

/**
 * Samples over a picture, a number of them per pixel each way, and what those of one tile see: the picture is drawn tile
 * by tile, so that all that is read and written again and again stays in the processor's nearest memory.
 */
export interface Grid {
  /** Samples in the whole picture. */
  width: number;
  height: number;
  /** Samples per pixel each way. */
  scale: number;
  spacing: Spacing;
  /** Rays through the picture's columns and rows: x and y at z = 1. */
  columns: Float64Array;
  rows: Float64Array;
  /** Column and row of the tile's first sample. */
  left: number;
  top: number;
  /** Samples per row of the tile. */
  side: number;
  /** Side × side: the face that a sample sees; −1 for none. */
  ids: Int32Array;
  /** 1/z of it, 0 for none. */
  inverseDepth: Float32Array;
}

/** Samples at the centres of the cells that divide each pixel `scale` × `scale`; with 1, at the pixels' centres. */
export function grid(width: number, height: number, scale: number): Grid {
  const side = TILE * scale;
  return {
    width: width * scale,
    height: height * scale,
    scale,
    spacing: { first: 0.5 / scale - 0.5, step: 1 / scale },
    columns: new Float64Array(width * scale),
    rows: new Float64Array(height * scale),
    left: 0,
    top: 0,
    side,
    ids: new Int32Array(side * side),
    inverseDepth: new Float32Array(side * side),
  };
}

/** Lays a grid's rays for a camera. */
export function aim({ spacing: { first, step }, columns, rows }: Grid, { fx, fy, cx, cy }: Camera): void {
  for (let i = 0; i < columns.length; i++) columns[i] = (first + i * step - cx) / fx;
  for (let i = 0; i < rows.length; i++) rows[i] = (first + i * step - cy) / fy;
}

/**
 * Which of two triangles owns a sample on their common edge: the edge has opposite signs in the two, so that exactly
 * one of them has the lesser limit.
 */
function edgeLimit(x: number, y: number, z: number): number {
  return x > 0 || (x === 0 && (y > 0 || (y === 0 && z > 0))) ? 0 : 1e-300;
}

/** Left, right, top, bottom (right and bottom excluded) of the samples to visit. */
const area = new Int32Array(4);

/** From this many samples on, a face is first compared with the whole area. */
const LARGE = 64;

/**
 * Learns what the samples of one tile see: id and 1/z of the nearest face; of two equally near ones, the first. A face
 * that covers all of the tile sets a bound: faces that lie behind it throughout are passed over.
 */
export function drawTile(
  target: Grid,
  faces: Faces,
  bins: Bins,
  pieces: readonly Piece[],
  tile: number,
): void {
  const { starts } = bins;
  const { side } = target;
  target.left = (tile % bins.columns) * side;
  target.top = Math.floor(tile / bins.columns) * side;
  target.ids.fill(-1);
  target.inverseDepth.fill(0);
  let bound = 0;
  for (let i = starts[tile], end = starts[tile + 1]; i < end; i++) {
    const k = bins.faces[i];
    if (faces.shape[k * STRIDE + NEAREST] < bound) continue;
    areaOf(target, faces.bounds, k);
    const samples = (area[1] - area[0]) * (area[3] - area[2]);
    if (area[0] >= area[1] || area[2] >= area[3]) continue;
    const piece = pieces[faces.surface[k]];
    const cover = samples < LARGE ? PART : coverOf(target, faces.shape, k);
    if (cover === NONE) continue;
    if (cover === PART || piece.holes !== null) {
      drawPart(target, faces, k, piece);
      continue;
    }
    const farthest = fill(target, faces.shape, k);
    if (samples === side * side) bound = Math.max(bound, farthest);
  }
}

/** The samples of a tile within a face's bounds, to `area`. */
function areaOf({ spacing, width, height, left, top, side }: Grid, bounds: Float64Array, k: number): void {
  const perPixel = 1 / spacing.step;
  const shift = spacing.first * perPixel;
  const slack = 1e-6;
  area[0] = Math.max(left, Math.ceil(bounds[4 * k] * perPixel - shift - slack));
  area[1] = Math.min(width, left + side, Math.floor(bounds[4 * k + 1] * perPixel - shift + slack) + 1);
  area[2] = Math.max(top, Math.ceil(bounds[4 * k + 2] * perPixel - shift - slack));
  area[3] = Math.min(height, top + side, Math.floor(bounds[4 * k + 3] * perPixel - shift + slack) + 1);
}

const NONE = 0;
const PART = 1;
const ALL = 2;

/** How much of `area` a face covers, judged by the area's corners: edges are linear, so that they decide. */
function coverOf({ columns, rows }: Grid, shape: Float64Array, k: number): number {
  const left = columns[area[0]];
  const right = columns[area[1] - 1];
  const top = rows[area[2]];
  const bottom = rows[area[3] - 1];
  let cover = ALL;
  for (let s = k * STRIDE, end = s + PLANE; s < end; s += 3) {
    const x = shape[s];
    const y = shape[s + 1];
    const z = shape[s + 2];
    if (Math.max(x * left, x * right) + Math.max(y * top, y * bottom) + z < 0) return NONE;
    if (Math.min(x * left, x * right) + Math.min(y * top, y * bottom) + z <= 0) cover = PART;
  }
  return cover;
}

/** Draws a face that covers all of `area`. Returns the least 1/z that now stands there. */
function fill(
  { columns, rows, ids, inverseDepth, left, top, side }: Grid,
  shape: Float64Array,
  k: number,
): number {
  const s = k * STRIDE + PLANE;
  const px = shape[s];
  const py = shape[s + 1];
  const pz = shape[s + 2];
  let least = Infinity;
  for (let y = area[2]; y < area[3]; y++) {
    const p0 = py * rows[y] + pz;
    for (let x = area[0], i = (y - top) * side + area[0] - left; x < area[1]; x++, i++) {
      const near = Math.fround(px * columns[x] + p0);
      const before = inverseDepth[i];
      if (near > before && near <= 1 / NEAR) {
        inverseDepth[i] = near;
        ids[i] = k;
        if (near < least) least = near;
      } else if (before < least) least = before;
    }
  }
  return least;
}

/** Draws a face sample by sample of `area`. */
function drawPart(
  { columns, rows, ids, inverseDepth, left, top, side }: Grid,
  faces: Faces,
  k: number,
  piece: Piece,
): void {
  const { holes } = piece;
  const { shape } = faces;
  const s = k * STRIDE;
  const ax = shape[s];
  const ay = shape[s + 1];
  const az = shape[s + 2];
  const bx = shape[s + 3];
  const by = shape[s + 4];
  const bz = shape[s + 5];
  const cx = shape[s + 6];
  const cy = shape[s + 7];
  const cz = shape[s + 8];
  const px = shape[s + PLANE];
  const py = shape[s + PLANE + 1];
  const pz = shape[s + PLANE + 2];
  const aLimit = edgeLimit(ax, ay, az);
  const bLimit = edgeLimit(bx, by, bz);
  const cLimit = edgeLimit(cx, cy, cz);
  const first = area[0];
  const right = area[1];
  for (let y = area[2], end = area[3]; y < end; y++) {
    const dy = rows[y];
    const a0 = ay * dy + az;
    const b0 = by * dy + bz;
    const c0 = cy * dy + cz;
    const p0 = py * dy + pz;
    for (let x = first, i = (y - top) * side + first - left; x < right; x++, i++) {
      const dx = columns[x];
      if (ax * dx + a0 < aLimit || bx * dx + b0 < bLimit || cx * dx + c0 < cLimit) continue;
      const near = Math.fround(px * dx + p0);
      if (near <= inverseDepth[i] || near > 1 / NEAR) continue;
      if (holes !== null && isHole(faces, k, piece, dx, dy)) continue;
      inverseDepth[i] = near;
      ids[i] = k;
    }
  }
}
