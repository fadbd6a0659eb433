import type { Uv } from "../render/surface.js";

/** A piece cut from the body's mesh; its vertices lie on the body's, or on an edge between two of them. */
export interface Patch {
  /** N×2: the two body vertices a vertex lies between. */
  from: Uint32Array;
  /** N: 0 at the first of the two … 1 at the second. */
  share: Float32Array;
  /** F×3. */
  triangles: Uint32Array;
  /** F: the body's triangle each was cut from. */
  faces: Uint32Array;
}

/**
 * Cuts out of a mesh where a field is not negative. Triangles on the border are split along its zero line, so that a
 * hem is straight however coarse the mesh is.
 *
 * @param field V, linear along edges.
 * @param keep Tells whether a triangle may be there at all.
 */
export function cut(
  triangles: Uint32Array,
  field: Float32Array,
  keep: (face: number) => boolean = () => true,
): Patch {
  const from: number[] = [];
  const share: number[] = [];
  const made: number[] = [];
  const faces: number[] = [];
  const index = new Map<number, number>();
  const vertex = (a: number, b: number): number => {
    const key = a < b ? a * field.length + b : b * field.length + a;
    let at = index.get(key);
    if (at === undefined) {
      at = share.length;
      index.set(key, at);
      from.push(a, b);
      share.push(a === b ? 0 : field[a] / (field[a] - field[b]));
    }
    return at;
  };
  const corners: number[] = [];
  for (let f = 0; f < triangles.length; f += 3) {
    if (!keep(f / 3)) continue;
    corners.length = 0;
    for (let k = 0; k < 3; k++) {
      const a = triangles[f + k];
      const b = triangles[f + ((k + 1) % 3)];
      if (field[a] >= 0) corners.push(vertex(a, a));
      if (field[a] >= 0 !== field[b] >= 0 && field[a] !== 0 && field[b] !== 0) corners.push(vertex(a, b));
    }
    for (let k = 2; k < corners.length; k++) {
      made.push(corners[0], corners[k - 1], corners[k]);
      faces.push(f / 3);
    }
  }
  return {
    from: Uint32Array.from(from),
    share: Float32Array.from(share),
    triangles: Uint32Array.from(made),
    faces: Uint32Array.from(faces),
  };
}

/** Body coordinates (skin's or cloth's) of a patch's corners, three of their own for each triangle. */
export function patchUv(patch: Patch, body: Uint32Array, uv: Uv): Uv {
  const coordinates = new Float32Array(2 * patch.triangles.length);
  patch.triangles.forEach((v, i) => {
    const face = 3 * patch.faces[Math.floor(i / 3)];
    const a = 2 * uv.triangles[face + cornerOf(body, face, patch.from[2 * v])];
    const b = 2 * uv.triangles[face + cornerOf(body, face, patch.from[2 * v + 1])];
    for (let k = 0; k < 2; k++)
      coordinates[2 * i + k] =
        uv.coordinates[a + k] + patch.share[v] * (uv.coordinates[b + k] - uv.coordinates[a + k]);
  });
  return { coordinates, triangles: Uint32Array.from(patch.triangles, (_, i) => i) };
}

function cornerOf(triangles: Uint32Array, face: number, vertex: number): number {
  return triangles[face] === vertex ? 0 : triangles[face + 1] === vertex ? 1 : 2;
}

/** Values of the body's vertices (V×width) at a patch's. */
export function onPatch(patch: Patch, values: ArrayLike<number>, width: number): Float32Array {
  const out = new Float32Array(patch.share.length * width);
  for (let v = 0; v < patch.share.length; v++) {
    const a = patch.from[2 * v] * width;
    const b = patch.from[2 * v + 1] * width;
    for (let k = 0; k < width; k++)
      out[v * width + k] = values[a + k] + patch.share[v] * (values[b + k] - values[a + k]);
  }
  return out;
}
