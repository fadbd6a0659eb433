import type { Material, Surface } from "../render/surface.js";

/** A thing's mesh before it has a place: V×3 positions, F×3 triangles, and a texture coordinate for each vertex. */
export interface Shape {
  positions: number[];
  triangles: number[];
  /** V×2. */
  coordinates: number[];
}

const empty = (): Shape => ({ positions: [], triangles: [], coordinates: [] });

/**
 * A rectangle, seen from where its corners run counter-clockwise.
 *
 * @param corner One corner; @param across, @param up its sides.
 * @param repeat How often the texture repeats along both.
 */
export function rectangle(
  corner: readonly number[],
  across: readonly number[],
  up: readonly number[],
  repeat: readonly [number, number] = [1, 1],
): Shape {
  const shape = empty();
  for (const [u, v] of [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ] as const) {
    for (let c = 0; c < 3; c++)
      shape.positions.push((corner[c] as number) + u * (across[c] as number) + v * (up[c] as number));
    shape.coordinates.push(u * repeat[0], v * repeat[1]);
  }
  shape.triangles.push(0, 1, 2, 0, 2, 3);
  return shape;
}

/** A box that stands on y = `base`, around x = z = 0 of its own frame. */
export function box(width: number, height: number, depth: number, base = 0): Shape {
  const [x, z] = [width / 2, depth / 2];
  const top = base + height;
  return joined([
    rectangle([-x, base, z], [width, 0, 0], [0, height, 0]),
    rectangle([x, base, -z], [-width, 0, 0], [0, height, 0]),
    rectangle([x, base, z], [0, 0, -depth], [0, height, 0]),
    rectangle([-x, base, -z], [0, 0, depth], [0, height, 0]),
    rectangle([-x, top, z], [width, 0, 0], [0, 0, -depth]),
    rectangle([-x, base, -z], [width, 0, 0], [0, 0, depth]),
  ]);
}

/**
 * A body of revolution about the vertical: rings of a radius at a height, from below to above.
 *
 * @param rings radius, height of each.
 */
export function turned(rings: readonly (readonly [number, number])[], sides = 20): Shape {
  const shape = empty();
  rings.forEach(([radius, height], ring) => {
    for (let s = 0; s <= sides; s++) {
      const angle = (2 * Math.PI * s) / sides;
      shape.positions.push(radius * Math.sin(angle), height, radius * Math.cos(angle));
      shape.coordinates.push(s / sides, ring / (rings.length - 1));
    }
  });
  for (let ring = 0; ring + 1 < rings.length; ring++)
    for (let s = 0; s < sides; s++) {
      const a = ring * (sides + 1) + s;
      const b = a + sides + 1;
      shape.triangles.push(a, a + 1, b + 1, a, b + 1, b);
    }
  return shape;
}

/** A ball of radii x, y, z that rests on y = 0. */
export function ball(x: number, y: number, z: number): Shape {
  const rings = Array.from({ length: 13 }, (_, i) => {
    const angle = (Math.PI * i) / 12;
    return [Math.sin(angle), y * (1 - Math.cos(angle))] as const;
  });
  const shape = turned(rings, 24);
  for (let i = 0; i < shape.positions.length; i += 3) {
    shape.positions[i] = (shape.positions[i] as number) * x;
    shape.positions[i + 2] = (shape.positions[i + 2] as number) * z;
  }
  return shape;
}

/** Several shapes as one. */
export function joined(shapes: readonly Shape[]): Shape {
  const all = empty();
  for (const shape of shapes) {
    const first = all.positions.length / 3;
    all.positions.push(...shape.positions);
    all.coordinates.push(...shape.coordinates);
    all.triangles.push(...shape.triangles.map((vertex) => vertex + first));
  }
  return all;
}

/** Turns a shape about the vertical, against the clock seen from above, then moves it. */
export function placed(shape: Shape, place: readonly [number, number, number], turn = 0): Shape {
  const [c, s] = [Math.cos(turn), Math.sin(turn)];
  const positions = shape.positions.slice();
  for (let i = 0; i < positions.length; i += 3) {
    const [x, y, z] = [positions[i] as number, positions[i + 1] as number, positions[i + 2] as number];
    positions[i] = c * x + s * z + place[0];
    positions[i + 1] = y + place[1];
    positions[i + 2] = c * z - s * x + place[2];
  }
  return { ...shape, positions };
}

/** A shape as the renderer takes it; it belongs to nobody. */
export function surfaceOf(shape: Shape, material: Material): Surface {
  const triangles = Uint32Array.from(shape.triangles);
  return {
    positions: Float32Array.from(shape.positions),
    triangles,
    uv: { coordinates: Float32Array.from(shape.coordinates), triangles },
    material,
    person: 0,
  };
}
