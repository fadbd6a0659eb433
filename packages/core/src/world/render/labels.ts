import type { Camera } from "../../camera/camera.js";
import type { Faces } from "./faces.js";
import { meet, mix3, mixUv, nearestCorner } from "./fragment.js";
import type { Grid } from "./raster.js";
import type { Channels } from "./shot.js";
import type { Surface } from "./surface.js";

const at = new Float64Array(3);
const point = new Float64Array(3);
const uv = new Float64Array(2);

/** What the label pass reads besides the grid of the pixels' centres. */
export interface Drawn {
  faces: Faces;
  surfaces: readonly Surface[];
  /** Unit normals of each surface, V×3, world. */
  normals: readonly Float32Array[];
  camera: Camera;
  laterCamera: Camera;
}

/** Fills the label channels, all but colour, from the faces that the pixels' centres see. */
export function drawLabels(centres: Grid, drawn: Drawn, channels: Channels): void {
  const { faces, surfaces } = drawn;
  const { depth, person, part, iuv, normal, flow } = channels;
  depth?.fill(0);
  person?.fill(0);
  part?.fill(0);
  iuv?.fill(0);
  normal?.fill(0);
  flow?.fill(0);
  const { ids, inverseDepth, columns, rows, width } = centres;
  const located = part !== undefined || iuv !== undefined || normal !== undefined || flow !== undefined;
  for (let y = 0, i = 0; y < rows.length; y++) {
    for (let x = 0; x < width; x++, i++) {
      const k = ids[i];
      if (k < 0) continue;
      const surface = surfaces[faces.surface[k]];
      if (depth !== undefined) depth[i] = 1 / inverseDepth[i];
      if (person !== undefined) person[i] = surface.person;
      if (!located) continue;
      meet(faces, k, columns[x], rows[y], at);
      const t = faces.triangle[k];
      if (part !== undefined || iuv !== undefined) labelSkin(surface, t, i, part, iuv);
      if (normal !== undefined) labelNormal(drawn, k, i, normal);
      if (flow !== undefined) labelFlow(surface, t, drawn.laterCamera, x, y, flow, 2 * i);
    }
  }
}

/** The part at the point `at` of a triangle plus one; 0 where the surface has no parts. */
function partAt({ part, triangles }: Surface, t: number): number {
  return part === undefined ? 0 : part[triangles[3 * t + nearestCorner(at)]] + 1;
}

function labelSkin(
  surface: Surface,
  t: number,
  i: number,
  part: Uint8Array | undefined,
  iuv: Float32Array | undefined,
): void {
  const id = partAt(surface, t);
  if (part !== undefined) part[i] = id;
  if (iuv === undefined || surface.skin === undefined) return;
  mixUv(surface.skin, t, at, uv);
  iuv[3 * i] = id;
  iuv[3 * i + 1] = uv[0];
  iuv[3 * i + 2] = uv[1];
}

/** A side seen from behind has its normal turned towards the camera's side. */
function labelNormal(
  { faces, surfaces, normals, camera }: Drawn,
  k: number,
  i: number,
  normal: Float32Array,
): void {
  const s = faces.surface[k];
  mix3(normals[s], surfaces[s].triangles, faces.triangle[k], at, point);
  const R = camera.rotation;
  const [x, y, z] = point;
  const length = Math.sqrt(x * x + y * y + z * z);
  const scale = length > 0 ? (faces.back[k] === 1 ? -1 : 1) / length : 0;
  normal[3 * i] = scale * (R[0] * x + R[1] * y + R[2] * z);
  normal[3 * i + 1] = scale * (R[3] * x + R[4] * y + R[5] * z);
  normal[3 * i + 2] = scale * (R[6] * x + R[7] * y + R[8] * z);
}

/** From the pixel to where its point is seen in the next frame; (0, 0) when that lies behind the camera. */
function labelFlow(
  { later, positions, triangles }: Surface,
  t: number,
  { rotation: R, translation, fx, fy, cx, cy }: Camera,
  x: number,
  y: number,
  flow: Float32Array,
  i: number,
): void {
  mix3(later ?? positions, triangles, t, at, point);
  const [px, py, pz] = point;
  const z = R[6] * px + R[7] * py + R[8] * pz + translation[2];
  if (z <= 0) return;
  flow[i] = (fx * (R[0] * px + R[1] * py + R[2] * pz + translation[0])) / z + cx - x;
  flow[i + 1] = (fy * (R[3] * px + R[4] * py + R[5] * pz + translation[1])) / z + cy - y;
}
