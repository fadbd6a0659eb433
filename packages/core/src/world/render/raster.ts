import type { Camera } from "../../camera/camera.js";
import { type Bins, TILE } from "./bins.js";
import { type Faces, NEAR, PLANE, type Spacing, STRIDE } from "./faces.js";
import { isHole } from "./fragment.js";
import type { Surface } from "./surface.js";

/** Samples over a picture, a number of them per pixel each way, and what each of them sees. */
export interface Grid {
  width: number;
  height: number;
  /** Samples per pixel each way. */
  scale: number;
  spacing: Spacing;
  /** Rays through the columns and rows: x and y at z = 1. */
  columns: Float64Array;
  rows: Float64Array;
  /** The face that a sample sees; −1 for none. */
  ids: Int32Array;
  /** 1/z of it, 0 for none. */
  inverseDepth: Float32Array;
}

/** Samples at the centres of the cells that divide each pixel `scale` × `scale`; with 1, at the pixels' centres. */
export function grid(width: number, height: number, scale: number): Grid {
  const samples = width * height * scale * scale;
  return {
    width: width * scale,
    height: height * scale,
    scale,
    spacing: { first: 0.5 / scale - 0.5, step: 1 / scale },
    columns: new Float64Array(width * scale),
    rows: new Float64Array(height * scale),
    ids: new Int32Array(samples),
    inverseDepth: new Float32Array(samples),
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

/** Draws faces into a grid: id and 1/z of the nearest one at each sample; of two equally near ones, the first. */
export function drawGrid(target: Grid, faces: Faces, bins: Bins, surfaces: readonly Surface[]): void {
  target.ids.fill(-1);
  target.inverseDepth.fill(0);
  const holed = surfaces.map(({ material }) => material.alphaTest !== undefined);
  for (let row = 0, tile = 0; row < bins.rows; row++) {
    for (let column = 0; column < bins.columns; column++, tile++) {
      for (let i = bins.starts[tile]; i < bins.starts[tile + 1]; i++) {
        const k = bins.faces[i];
        drawInTile(target, faces, k, column, row, holed[faces.surface[k]] ? surfaces : null);
      }
    }
  }
}

/** Draws one face within one tile. `surfaces` is given when the face may have holes. */
function drawInTile(
  target: Grid,
  faces: Faces,
  k: number,
  tileX: number,
  tileY: number,
  surfaces: readonly Surface[] | null,
): void {
  const { columns, rows, ids, inverseDepth, width, scale } = target;
  const { first, step } = target.spacing;
  const { shape, bounds } = faces;
  const size = TILE * scale;
  const left = Math.max(tileX * size, Math.ceil((bounds[4 * k] - 1e-6 - first) / step));
  const right = Math.min(
    width,
    (tileX + 1) * size,
    Math.floor((bounds[4 * k + 1] + 1e-6 - first) / step) + 1,
  );
  const top = Math.max(tileY * size, Math.ceil((bounds[4 * k + 2] - 1e-6 - first) / step));
  const end = Math.min(
    target.height,
    (tileY + 1) * size,
    Math.floor((bounds[4 * k + 3] + 1e-6 - first) / step) + 1,
  );
  if (left >= right || top >= end) return;
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
  for (let y = top; y < end; y++) {
    const dy = rows[y];
    const a0 = ay * dy + az;
    const b0 = by * dy + bz;
    const c0 = cy * dy + cz;
    const p0 = py * dy + pz;
    for (let x = left, i = y * width + left; x < right; x++, i++) {
      const dx = columns[x];
      const a = ax * dx + a0;
      if (a < aLimit) continue;
      const b = bx * dx + b0;
      if (b < bLimit) continue;
      const c = cx * dx + c0;
      if (c < cLimit) continue;
      const near = Math.fround(px * dx + p0);
      if (near <= inverseDepth[i] || near > 1 / NEAR) continue;
      if (surfaces !== null && isHole(faces, surfaces, k, dx, dy)) continue;
      inverseDepth[i] = near;
      ids[i] = k;
    }
  }
}
