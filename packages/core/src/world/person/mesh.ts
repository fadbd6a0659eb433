/** Neighbours of each vertex along edges, as a sparse list: those of v are `list[starts[v]]` … */
export interface Neighbours {
  starts: Uint32Array;
  list: Uint32Array;
}

/** Neighbours along edges; an edge of two triangles is listed twice, which weighs it as two, one at a rim once. */
export function neighboursOf(vertices: number, triangles: Uint32Array): Neighbours {
  const starts = new Uint32Array(vertices + 1);
  for (const v of triangles) starts[v + 1] += 2;
  for (let v = 0; v < vertices; v++) starts[v + 1] += starts[v];
  const list = new Uint32Array(starts[vertices]);
  const next = starts.slice(0, vertices);
  for (let i = 0; i < triangles.length; i += 3)
    for (let k = 0; k < 3; k++) {
      const v = triangles[i + k];
      list[next[v]++] = triangles[i + ((k + 1) % 3)];
      list[next[v]++] = triangles[i + ((k + 2) % 3)];
    }
  return { starts, list };
}

/** Edges with one triangle, as pairs in that triangle's direction, with the index of its first corner beside them. */
export function rimOf(
  triangles: Uint32Array,
  vertices: number,
): { edges: Uint32Array; corners: Uint32Array } {
  const seen = new Map<number, number>();
  for (let i = 0; i < triangles.length; i++) {
    const a = triangles[i];
    const b = triangles[i % 3 === 2 ? i - 2 : i + 1];
    const key = a * vertices + b;
    const back = b * vertices + a;
    if (seen.has(back)) seen.delete(back);
    else seen.set(key, i);
  }
  const corners = Uint32Array.from(seen.values());
  const edges = new Uint32Array(2 * corners.length);
  corners.forEach((i, n) => {
    edges[2 * n] = triangles[i];
    edges[2 * n + 1] = triangles[i % 3 === 2 ? i - 2 : i + 1];
  });
  return { edges, corners };
}
