type Direction = readonly [x: number, y: number, z: number];

/** The directions of a segment of a body, unit vectors. */
export interface Axes {
  forward: Direction;
  left: Direction;
  up: Direction;
}

const blend = (a: Direction, p: number, b: Direction, q: number): Direction => [
  p * a[0] + q * b[0],
  p * a[1] + q * b[1],
  p * a[2] + q * b[2],
];

/** Turned to the left about its own up. */
export function turned({ forward, left, up }: Axes, angle: number): Axes {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return { forward: blend(forward, c, left, s), left: blend(left, c, forward, -s), up };
}

/** Tilted forward about its own left. */
export function tilted({ forward, left, up }: Axes, angle: number): Axes {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return { forward: blend(forward, c, up, -s), left, up: blend(up, c, forward, s) };
}

/** Puts the point at `target` so far forward, left and up of the one at `origin`. */
export function place(
  points: Float64Array,
  target: number,
  origins: Float64Array,
  origin: number,
  { forward, left, up }: Axes,
  f: number,
  l: number,
  u: number,
): void {
  for (let k = 0; k < 3; k++)
    points[target + k] = origins[origin + k] + f * forward[k] + l * left[k] + u * up[k];
}

/** Share of its length to which a leg stretches, and how softly it gets there: knees don't snap. */
const STRETCH = 0.965;
const SOFTNESS = 0.012;

/** The smooth lesser of a length and the leg's stretch, both as shares of the leg. */
const stretched = (share: number) => share - SOFTNESS * Math.log1p(Math.exp((share - STRETCH) / SOFTNESS));

/**
 * Puts the knee where thigh and shank meet, bent towards `forward`; an ankle that a leg reaches only
 * when stretched is drawn near.
 *
 * @param hip, knee, ankle offsets in `points`.
 */
export function reachKnee(
  points: Float64Array,
  hip: number,
  knee: number,
  ankle: number,
  thigh: number,
  shank: number,
  forward: Direction,
): void {
  let [x, y, z] = [
    points[ankle] - points[hip],
    points[ankle + 1] - points[hip + 1],
    points[ankle + 2] - points[hip + 2],
  ];
  const wanted = Math.hypot(x, y, z);
  const distance = (thigh + shank) * stretched(wanted / (thigh + shank));
  [x, y, z] = [x / wanted, y / wanted, z / wanted];
  const along = (distance ** 2 + thigh ** 2 - shank ** 2) / (2 * distance);
  const aside = Math.sqrt(Math.max(0, thigh ** 2 - along ** 2));
  const inLine = forward[0] * x + forward[1] * y + forward[2] * z;
  const [bx, by, bz] = [forward[0] - inLine * x, forward[1] - inLine * y, forward[2] - inLine * z];
  const bent = aside / Math.hypot(bx, by, bz);
  points[knee] = points[hip] + along * x + bent * bx;
  points[knee + 1] = points[hip + 1] + along * y + bent * by;
  points[knee + 2] = points[hip + 2] + along * z + bent * bz;
  points[ankle] = points[hip] + distance * x;
  points[ankle + 1] = points[hip + 1] + distance * y;
  points[ankle + 2] = points[hip + 2] + distance * z;
}
