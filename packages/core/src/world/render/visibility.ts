import type { Camera } from "../../camera/camera.js";
import { clippedBounds, NEAR, PLANE, type Projected, projectVertices, STRIDE, shapeFace } from "./faces.js";
import { hitCorner } from "./fragment.js";
import { type Piece, pieceOf } from "./piece.js";
import type { Surface } from "./surface.js";

/** Points in the world whose visibility is asked for. */
export interface PointQuery {
  /** N×3, metres. */
  points: ArrayLike<number>;
  /** N: whose joint it is; 0 for a point that belongs to nobody. */
  persons: ArrayLike<number>;
  /** N lists: parts (`Surface.part`) of its own body that don't hide it, so long as they lie within `margin`. */
  own: readonly ArrayLike<number>[];
  /** Metres along the ray, N or one for all; default 0.25: from a joint to the skin around it. */
  margin?: number | ArrayLike<number>;
}

/** As COCO counts: outside the picture or behind the camera, hidden, visible. */
export const VISIBILITY = { outside: 0, hidden: 1, visible: 2 } as const;

/** Distance in front of a point, metres, within which nothing hides it: a point on the skin doesn't hide itself. */
const TOUCH = 1e-4;

/**
 * Whether a camera sees each point. A point in the picture is hidden when, on the straight line from the camera's
 * centre to it, a triangle is met beyond `NEAR` from the camera and more than 0.1 mm before the point, on a side that is
 * drawn (the front, or either of a two-sided material) and not in a hole of its texture; except that triangles of the
 * point's own person do not count whose part there (that of the nearest corner) is among its own and which lie within
 * the margin. So a joint inside the body is visible when nothing but the skin around it lies before it: not another limb, not
 * another person, not a thing.
 *
 * The answer is exact for each point, whatever the picture's resolution, and independent of rendering.
 *
 * @returns N, `VISIBILITY`.
 */
export function pointVisibility(
  surfaces: readonly Surface[],
  camera: Camera,
  { points, persons, own, margin = 0.25 }: PointQuery,
): Uint8Array {
  const n = persons.length;
  const rays = raysTo(points, n, camera);
  const reach = typeof margin === "number" ? new Float64Array(n).fill(margin) : margin;
  const seen = new Uint8Array(n);
  for (let i = 0; i < n; i++) seen[i] = rays[RAY * i + 2] > 0 ? VISIBILITY.visible : VISIBILITY.outside;
  const projected: Projected = { camera: new Float64Array(0), pixel: new Float64Array(0) };
  const rows = rowsOf(rays, camera.height);
  const mine = own.map((parts) => {
    const flags = new Uint8Array(256);
    for (let k = 0; k < parts.length; k++) flags[parts[k]] = 1;
    return flags;
  });
  for (const surface of surfaces) {
    const piece = pieceOf(surface, new Float32Array(0));
    projectVertices(piece.positions, camera, projected);
    hide(seen, rays, rows, piece, projected, camera, (i, part, before) => {
      return persons[i] !== 0 && persons[i] === piece.person && mine[i][part] === 1 && before <= reach[i];
    });
  }
  return seen;
}

/** Numbers per ray: x and y at z = 1, the point's depth (0: not in the picture), its pixel, length per depth. */
const RAY = 6;

function raysTo(points: ArrayLike<number>, n: number, camera: Camera): Float64Array {
  const { rotation: R, translation: t, fx, fy, cx, cy, width, height } = camera;
  const rays = new Float64Array(RAY * n);
  for (let i = 0; i < n; i++) {
    const x = points[3 * i];
    const y = points[3 * i + 1];
    const z = points[3 * i + 2];
    const depth = R[6] * x + R[7] * y + R[8] * z + t[2];
    const u = (R[0] * x + R[1] * y + R[2] * z + t[0]) / depth;
    const v = (R[3] * x + R[4] * y + R[5] * z + t[1]) / depth;
    const column = fx * u + cx;
    const row = fy * v + cy;
    const inside = column >= -0.5 && row >= -0.5 && column < width - 0.5 && row < height - 0.5;
    const usable = depth > NEAR && inside;
    rays.set([u, v, usable ? depth : 0, column, row, Math.sqrt(1 + u * u + v * v)], RAY * i);
  }
  return rays;
}

/** The points in the picture by rows of pixels, so that a small triangle meets few. */
interface Rows {
  /** Rows + 1: where each row's points begin in `order`. */
  starts: Int32Array;
  order: Int32Array;
}

function rowsOf(rays: Float64Array, height: number): Rows {
  const starts = new Int32Array(height + 1);
  const rowOf = (i: number) => Math.floor(rays[RAY * i + 4] + 0.5);
  const points = Array.from({ length: rays.length / RAY }, (_, i) => i).filter((i) => rays[RAY * i + 2] > 0);
  points.sort((a, b) => rowOf(a) - rowOf(b));
  for (const i of points) starts[rowOf(i) + 1]++;
  for (let row = 0; row < height; row++) starts[row + 1] += starts[row];
  return { starts, order: Int32Array.from(points) };
}

const shape = new Float64Array(STRIDE);
const bounds = new Float64Array(4);

/** Marks the points that a piece hides; `spares` says whether a part at a distance before point i doesn't count. */
function hide(
  seen: Uint8Array,
  rays: Float64Array,
  { starts, order }: Rows,
  piece: Piece,
  { camera: at, pixel }: Projected,
  camera: Camera,
  spares: (i: number, part: number, before: number) => boolean,
): void {
  const { triangles, part } = piece;
  for (let t = 0; t < triangles.length; t += 3) {
    const a = triangles[t];
    const b = triangles[t + 1];
    const c = triangles[t + 2];
    if (!boundsOf(at, pixel, a, b, c, camera)) continue;
    let side = -1;
    const last = starts.length - 2;
    const from = starts[Math.min(last, Math.max(0, Math.floor(bounds[2] + 0.5)))];
    const to = starts[Math.min(last, Math.max(-1, Math.floor(bounds[3] + 0.5))) + 1];
    for (let k = from; k < to; k++) {
      const i = order[k];
      const r = RAY * i;
      if (seen[i] !== VISIBILITY.visible) continue;
      if (
        rays[r + 3] < bounds[0] ||
        rays[r + 3] > bounds[1] ||
        rays[r + 4] < bounds[2] ||
        rays[r + 4] > bounds[3]
      )
        continue;
      if (side === -1) side = shapeFace(at, 3 * a, 3 * b, 3 * c, piece.twoSided, shape, 0);
      if (side === 0) break;
      const dx = rays[r];
      const dy = rays[r + 1];
      const z = 1 / (shape[PLANE] * dx + shape[PLANE + 1] * dy + shape[PLANE + 2]);
      const before = (rays[r + 2] - z) * rays[r + 5];
      if (!(z >= NEAR) || before <= TOUCH) continue;
      const corner = hitCorner(shape, piece, t / 3, dx, dy);
      if (corner < 0 || (part !== null && spares(i, part[triangles[t + corner]], before))) continue;
      seen[i] = VISIBILITY.hidden;
    }
  }
}

/** Bounds of a triangle on the picture, a hair wider, to `bounds`; false when it lies all nearer than `NEAR`. */
function boundsOf(
  at: Float64Array,
  pixel: Float64Array,
  a: number,
  b: number,
  c: number,
  camera: Camera,
): boolean {
  if (at[3 * a + 2] >= NEAR && at[3 * b + 2] >= NEAR && at[3 * c + 2] >= NEAR) {
    bounds[0] = Math.min(pixel[2 * a], pixel[2 * b], pixel[2 * c]);
    bounds[1] = Math.max(pixel[2 * a], pixel[2 * b], pixel[2 * c]);
    bounds[2] = Math.min(pixel[2 * a + 1], pixel[2 * b + 1], pixel[2 * c + 1]);
    bounds[3] = Math.max(pixel[2 * a + 1], pixel[2 * b + 1], pixel[2 * c + 1]);
  } else if (!clippedBounds(at, [3 * a, 3 * b, 3 * c], camera, bounds)) return false;
  bounds[0] -= 1e-6;
  bounds[1] += 1e-6;
  bounds[2] -= 1e-6;
  bounds[3] += 1e-6;
  return true;
}

/**
 * The parts that may lie before a joint without hiding it: its own, its parent's and its children's.
 *
 * @param parents J, −1 for the root; a part's number is its joint's.
 * @returns J lists.
 */
export function ownParts(parents: ArrayLike<number>): number[][] {
  return Array.from(parents, (parent, joint) => {
    const children = Array.from(parents, (p, child) => (p === joint ? child : -1)).filter(
      (child) => child >= 0,
    );
    return parent >= 0 ? [joint, parent, ...children] : [joint, ...children];
  });
}
