/**
 * Normals of a mesh's vertices: those of the triangles around, by area. Outwards for triangles that go counter-clockwise
 * seen from outside. A vertex of no triangle, or of triangles without area, gets 0, 0, 0.
 *
 * @param positions V×3.
 * @param triangles F×3; a part of the mesh's triangles gives the normals of that part as if it were alone.
 * @param out V×3, unit length; written over.
 */
export function vertexNormals(
  positions: ArrayLike<number>,
  triangles: Uint32Array,
  out: Float32Array = new Float32Array(positions.length),
): Float32Array {
  out.fill(0);
  for (let t = 0; t < triangles.length; t += 3) {
    const a = 3 * triangles[t];
    const b = 3 * triangles[t + 1];
    const c = 3 * triangles[t + 2];
    const x = positions[a];
    const y = positions[a + 1];
    const z = positions[a + 2];
    const px = positions[b] - x;
    const py = positions[b + 1] - y;
    const pz = positions[b + 2] - z;
    const qx = positions[c] - x;
    const qy = positions[c + 1] - y;
    const qz = positions[c + 2] - z;
    // The cross product is twice as long as the triangle is large.
    const nx = py * qz - pz * qy;
    const ny = pz * qx - px * qz;
    const nz = px * qy - py * qx;
    out[a] += nx;
    out[a + 1] += ny;
    out[a + 2] += nz;
    out[b] += nx;
    out[b + 1] += ny;
    out[b + 2] += nz;
    out[c] += nx;
    out[c + 1] += ny;
    out[c + 2] += nz;
  }
  for (let v = 0; v < out.length; v += 3) {
    const length = Math.sqrt(out[v] * out[v] + out[v + 1] * out[v + 1] + out[v + 2] * out[v + 2]);
    if (length === 0) continue;
    out[v] /= length;
    out[v + 1] /= length;
    out[v + 2] /= length;
  }
  return out;
}
