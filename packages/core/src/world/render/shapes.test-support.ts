import type { Camera } from "../../camera/camera.js";
import type { Lights } from "./shot.js";
import type { Surface } from "./surface.js";

/** A camera at `eye` that looks at `at`; the world's y is up. */
export function lookAt(eye: number[], at: number[], size: number, focal: number): Camera {
  const unit = (v: number[]) => v.map((x) => x / Math.hypot(...v));
  const cross = (a: number[], b: number[]) => [
    a[1] * b[2] - a[2] * b[1],
    a[2] * b[0] - a[0] * b[2],
    a[0] * b[1] - a[1] * b[0],
  ];
  const forward = unit(at.map((x, i) => x - eye[i]));
  const right = unit(cross(forward, [0, 1, 0]));
  const rows = [right, cross(forward, right), forward];
  return {
    ...camera(size, focal),
    rotation: Float64Array.from(rows.flat()),
    translation: Float64Array.from(rows, (row) => -row.reduce((sum, x, i) => sum + x * eye[i], 0)),
  };
}

/** A camera at the origin that looks along z, y down. */
export function camera(size: number, focal: number): Camera {
  return {
    name: "camera",
    width: size,
    height: size,
    fx: focal,
    fy: focal,
    cx: (size - 1) / 2,
    cy: (size - 1) / 2,
    distortion: [],
    rotation: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
    translation: new Float64Array(3),
  };
}

/** A matt white surface. */
export function surface(
  positions: ArrayLike<number>,
  triangles: ArrayLike<number>,
  more: Partial<Surface> = {},
): Surface {
  return {
    positions: Float32Array.from(positions),
    triangles: Uint32Array.from(triangles),
    person: 1,
    material: { colour: [255, 255, 255] },
    ...more,
  };
}

/** Two triangles between four corners, counter-clockwise, with texture coordinates from (0, 0) to (1, 1). */
export function quad(corners: number[], more: Partial<Surface> = {}): Surface {
  const triangles = Uint32Array.of(0, 1, 2, 0, 2, 3);
  const uv = { coordinates: Float32Array.of(0, 0, 1, 0, 1, 1, 0, 1), triangles };
  return surface(corners, triangles, { uv, ...more });
}

/** A sphere of `n` × 2n faces. */
export function sphere([x, y, z]: number[], radius: number, n: number, more: Partial<Surface> = {}): Surface {
  const positions: number[] = [];
  const triangles: number[] = [];
  const columns = 2 * n;
  for (let i = 0; i <= n; i++) {
    for (let j = 0; j <= columns; j++) {
      const theta = (Math.PI * i) / n;
      const phi = (2 * Math.PI * j) / columns;
      positions.push(
        x + radius * Math.sin(theta) * Math.cos(phi),
        y + radius * Math.cos(theta),
        z + radius * Math.sin(theta) * Math.sin(phi),
      );
      if (i === n || j === columns) continue;
      const a = i * (columns + 1) + j;
      const below = a + columns + 1;
      triangles.push(a, a + 1, below, a + 1, below + 1, below);
    }
  }
  const normals = positions.map((p, i) => (p - [x, y, z][i % 3]) / radius);
  return surface(positions, triangles, { normals: Float32Array.from(normals), ...more });
}

/** Light from everywhere alike, without shadows: a matt white surface is white. */
export const evenLight: Lights = { sky: { above: [0.8, 0.8, 0.8], below: [0.8, 0.8, 0.8], occlusion: 0 } };
