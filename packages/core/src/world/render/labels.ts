import type { Camera } from "../../camera/camera.js";
import type { Faces } from "./faces.js";
import { meet, mix3, mixUv, nearestCorner } from "./fragment.js";
import type { Piece } from "./piece.js";
import type { Grid } from "./raster.js";
import type { Channels } from "./shot.js";

const at = new Float64Array(3);
const point = new Float64Array(3);
const uv = new Float64Array(2);

/** A pinhole camera as a record of one layout. */
export interface Lens {
  rotation: Float64Array;
  translation: Float64Array;
  fx: number;
  fy: number;
  cx: number;
  cy: number;
}

export const lensOf = ({ rotation, translation, fx, fy, cx, cy }: Camera): Lens => ({
  rotation,
  translation,
  fx,
  fy,
  cx,
  cy,
});

/** Empties the label channels. */
export function clearLabels({ depth, person, part, iuv, normal, flow }: Channels): void {
  depth?.fill(0);
  person?.fill(0);
  part?.fill(0);
  iuv?.fill(0);
  normal?.fill(0);
  flow?.fill(0);
}

/**
 * Fills one tile of the label channels, all but colour, from the faces that the pixels' centres see.
 *
 * @param lens the camera.
 * @param later the camera in the next frame.
 */
export function drawLabels(
  centres: Grid,
  faces: Faces,
  pieces: readonly Piece[],
  lens: Lens,
  later: Lens,
  channels: Channels,
): void {
  const { depth, person, part, iuv, normal, flow } = channels;
  const { ids, inverseDepth, columns, rows, width, height, left, top, side } = centres;
  const located = part !== undefined || iuv !== undefined || normal !== undefined || flow !== undefined;
  const right = Math.min(width, left + side);
  const bottom = Math.min(height, top + side);
  for (let y = top; y < bottom; y++) {
    for (let x = left, s = (y - top) * side, i = y * width + left; x < right; x++, s++, i++) {
      const k = ids[s];
      if (k < 0) continue;
      const piece = pieces[faces.surface[k]];
      if (depth !== undefined) depth[i] = 1 / inverseDepth[s];
      if (person !== undefined) person[i] = piece.person;
      if (!located) continue;
      meet(faces, k, columns[x], rows[y], at);
      const t = faces.triangle[k];
      if (part !== undefined || iuv !== undefined) labelSkin(piece, t, i, part, iuv);
      if (normal !== undefined) labelNormal(piece, t, lens.rotation, faces.back[k] === 1, normal, 3 * i);
      if (flow !== undefined) labelFlow(piece, t, later, x, y, flow, 2 * i);
    }
  }
}

/** The part at the point `at` of a triangle plus one; 0 where the surface has no parts. */
function partAt({ part, triangles }: Piece, t: number): number {
  return part === null ? 0 : part[triangles[3 * t + nearestCorner(at)]] + 1;
}

function labelSkin(
  piece: Piece,
  t: number,
  i: number,
  part: Uint8Array | undefined,
  iuv: Float32Array | undefined,
): void {
  const id = partAt(piece, t);
  if (part !== undefined) part[i] = id;
  if (iuv === undefined || piece.skin === null) return;
  mixUv(piece.skin, t, at, uv);
  iuv[3 * i] = id;
  iuv[3 * i + 1] = uv[0];
  iuv[3 * i + 2] = uv[1];
}

/** A side seen from behind has its normal turned towards the camera's side. */
function labelNormal(
  { normals, triangles }: Piece,
  t: number,
  R: Float64Array,
  back: boolean,
  out: Float32Array,
  i: number,
): void {
  mix3(normals, triangles, t, at, point);
  const x = point[0];
  const y = point[1];
  const z = point[2];
  const length = Math.sqrt(x * x + y * y + z * z);
  const scale = length > 0 ? (back ? -1 : 1) / length : 0;
  out[i] = scale * (R[0] * x + R[1] * y + R[2] * z);
  out[i + 1] = scale * (R[3] * x + R[4] * y + R[5] * z);
  out[i + 2] = scale * (R[6] * x + R[7] * y + R[8] * z);
}

/** From the pixel to where its point is seen in the next frame; (0, 0) when that lies behind the camera. */
function labelFlow(
  { later, triangles }: Piece,
  t: number,
  { rotation: R, translation, fx, fy, cx, cy }: Lens,
  x: number,
  y: number,
  flow: Float32Array,
  i: number,
): void {
  mix3(later, triangles, t, at, point);
  const px = point[0];
  const py = point[1];
  const pz = point[2];
  const z = R[6] * px + R[7] * py + R[8] * pz + translation[2];
  if (z <= 0) return;
  flow[i] = (fx * (R[0] * px + R[1] * py + R[2] * pz + translation[0])) / z + cx - x;
  flow[i + 1] = (fy * (R[3] * px + R[4] * py + R[5] * pz + translation[1])) / z + cy - y;
}
