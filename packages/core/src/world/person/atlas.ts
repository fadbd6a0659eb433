import type { Image } from "../../image/image.js";
import type { Uv } from "../render/surface.js";

/** A texture's layout drawn once: which texels lie on the mesh, and where in the rest pose each one is. */
export interface Atlas {
  /** Width and height in texels. */
  size: number;
  /** N: index of the texel, row by row from the top. */
  texels: Uint32Array;
  /** N: the triangle it lies on. */
  triangles: Uint32Array;
  /** N×3, m, in the rest pose. */
  positions: Float32Array;
  /** N×3, the smooth normal there. */
  normals: Float32Array;
  /** Pairs (texel outside the charts, texel that it copies), so that filtering across a chart's edge finds its colour. */
  margin: Uint32Array;
}

/** Rings of texels around each chart. */
const MARGIN = 3;

/** Draws the layout `uv` of a mesh (V×3 positions and normals, F×3 triangles) into `size`² texels. */
export function drawAtlas(
  mesh: { positions: Float32Array; normals: Float32Array; triangles: Uint32Array },
  uv: Uv,
  size: number,
): Atlas {
  const texels: number[] = [];
  const triangles: number[] = [];
  const positions: number[] = [];
  const normals: number[] = [];
  const taken = new Uint8Array(size * size);
  const corners = new Float64Array(6);
  for (let f = 0; f < uv.triangles.length; f += 3) {
    for (let k = 0; k < 3; k++) {
      corners[2 * k] = uv.coordinates[2 * uv.triangles[f + k]] * size - 0.5;
      corners[2 * k + 1] = (1 - uv.coordinates[2 * uv.triangles[f + k] + 1]) * size - 0.5;
    }
    scan(corners, size, (texel, a, b, c) => {
      if (taken[texel]) return;
      taken[texel] = 1;
      texels.push(texel);
      triangles.push(f / 3);
      const [i, j, k] = [3 * mesh.triangles[f], 3 * mesh.triangles[f + 1], 3 * mesh.triangles[f + 2]];
      for (let x = 0; x < 3; x++) {
        positions.push(a * mesh.positions[i + x] + b * mesh.positions[j + x] + c * mesh.positions[k + x]);
        normals.push(a * mesh.normals[i + x] + b * mesh.normals[j + x] + c * mesh.normals[k + x]);
      }
    });
  }
  return {
    size,
    texels: Uint32Array.from(texels),
    triangles: Uint32Array.from(triangles),
    positions: Float32Array.from(positions),
    normals: Float32Array.from(normals),
    margin: marginOf(taken, size),
  };
}

/** Visits the texels whose centres lie in a triangle (x0, y0, x1 …), with barycentric coordinates. */
function scan(
  p: Float64Array,
  size: number,
  visit: (texel: number, a: number, b: number, c: number) => void,
): void {
  const area = (p[2] - p[0]) * (p[5] - p[1]) - (p[3] - p[1]) * (p[4] - p[0]);
  if (area === 0) return;
  const bottom = Math.min(size - 1, Math.floor(Math.max(p[1], p[3], p[5])));
  const right = Math.min(size - 1, Math.floor(Math.max(p[0], p[2], p[4])));
  for (let y = Math.max(0, Math.ceil(Math.min(p[1], p[3], p[5]))); y <= bottom; y++)
    for (let x = Math.max(0, Math.ceil(Math.min(p[0], p[2], p[4]))); x <= right; x++) {
      const a = ((p[2] - x) * (p[5] - y) - (p[3] - y) * (p[4] - x)) / area;
      const b = ((p[4] - x) * (p[1] - y) - (p[5] - y) * (p[0] - x)) / area;
      const c = 1 - a - b;
      if (a >= -1e-9 && b >= -1e-9 && c >= -1e-9) visit(y * size + x, a, b, c);
    }
}

/** Ring by ring, the texels beside those taken and the neighbour each copies. */
function marginOf(taken: Uint8Array, size: number): Uint32Array {
  const pairs: number[] = [];
  const steps = [-1, 1, -size, size];
  let ring: number[] = [];
  for (let i = 0; i < taken.length; i++) if (taken[i]) ring.push(i);
  for (let step = 0; step < MARGIN; step++) {
    const next: number[] = [];
    for (const from of ring)
      for (const to of steps.map((d) => from + d)) {
        const wraps = Math.abs((to % size) - (from % size)) > 1;
        if (to < 0 || to >= taken.length || wraps || taken[to]) continue;
        taken[to] = 1;
        pairs.push(to, from);
        next.push(to);
      }
    ring = next;
  }
  return Uint32Array.from(pairs);
}

/** Colour of the n-th texel of an atlas, written to `out` (0–255 each); false leaves it as it is. */
export type Painter = (n: number, x: number, y: number, z: number, out: Float64Array) => boolean;

/** Paints an RGB picture through an atlas. What no painter touches has the colour `ground`. */
export function paint(atlas: Atlas, ground: readonly number[], painter: Painter): Image {
  const { size, texels, positions: p, margin } = atlas;
  const data = new Uint8Array(3 * size * size);
  for (let i = 0; i < data.length; i += 3) {
    data[i] = ground[0];
    data[i + 1] = ground[1];
    data[i + 2] = ground[2];
  }
  const out = new Float64Array(3);
  for (let n = 0; n < texels.length; n++) {
    if (!painter(n, p[3 * n], p[3 * n + 1], p[3 * n + 2], out)) continue;
    const to = 3 * texels[n];
    for (let k = 0; k < 3; k++) data[to + k] = out[k] < 0 ? 0 : out[k] > 255 ? 255 : out[k] + 0.5;
  }
  for (let i = 0; i < margin.length; i += 2) {
    const to = 3 * margin[i];
    const from = 3 * margin[i + 1];
    data[to] = data[from];
    data[to + 1] = data[from + 1];
    data[to + 2] = data[from + 2];
  }
  return { width: size, height: size, channels: 3, data };
}
