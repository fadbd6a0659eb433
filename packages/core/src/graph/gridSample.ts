import { add, and, cast, clip, floor, greaterOrEqual, lessOrEqual, mul, sub } from "./elementwise.js";
import { gather } from "./indexing.js";
import { reshape, split, transpose } from "./movement.js";
import { constant, type Node, refuse, sizeOf } from "./node.js";

export interface GridSampleOptions {
  /** What lies outside: zeros, or the cells of the border. */
  padding?: "zeros" | "border";
  /** Whether −1 and 1 are the centres of the outermost cells; else their outer edges. */
  alignCorners?: boolean;
}

/** A neighbour of the sample points along one axis: which cell, and how much of it. Both [points]. */
interface Neighbour {
  readonly cell: Node;
  readonly weight: Node;
}

/** The two cells between which points lie along an axis of `size`; `place` [points] runs −1…1. */
function neighbours(place: Node, size: number, { padding, alignCorners }: GridSampleOptions): Neighbour[] {
  const half = alignCorners ? (size - 1) / 2 : size / 2;
  const free = add(mul(place, half), (size - 1) / 2);
  const at = padding === "border" ? clip(free, 0, size - 1) : free;
  const low = floor(at);
  const share = sub(at, low);
  return [
    { cell: low, weight: sub(1, share) },
    { cell: add(low, 1), weight: share },
  ].map(({ cell, weight }) => {
    const inside = cast(and(greaterOrEqual(cell, 0), lessOrEqual(cell, size - 1)), "float32");
    return { cell: cast(clip(cell, 0, size - 1), "int64"), weight: mul(weight, inside) };
  });
}

/** Every choice of one neighbour per axis, slowest axis first: the corners of the square or cube around a point. */
const corners = (axes: readonly Neighbour[][]): Neighbour[][] =>
  axes.reduce<Neighbour[][]>(
    (chosen, axis) => chosen.flatMap((corner) => axis.map((one) => [...corner, one])),
    [[]],
  );

/**
 * Samples x at places of its own by linear interpolation between neighbouring cells (Jaderberg et al. 2015),
 * differentiable in both.
 *
 * @param x [batch, channel, height, width] or [batch, channel, depth, height, width].
 * @param grid [batch, …, 2 or 3]: x, y (, z), −1…1 from edge to edge of x.
 * @returns [batch, channel, …]
 */
export function gridSample(x: Node, grid: Node, options: GridSampleOptions = {}): Node {
  const [batch, channels, ...space] = x.shape;
  if (grid.shape.at(-1) !== space.length || grid.shape[0] !== batch || space.length < 1)
    refuse("GridSample", [x, grid], `${space.length} axes of space`, "Give a grid [batch, …, axes], x first");
  const points = sizeOf(grid.shape) / space.length;
  const places = split(
    reshape(grid, [points, space.length]),
    1,
    space.map(() => 1),
  ).map((place) => reshape(place, [points]));
  const axes = space.map((size, i) => neighbours(places[space.length - 1 - i], size, options));
  const cells = transpose(reshape(x, [batch, channels, -1]));
  const rows = reshape(cells, [-1, channels]); // [batch · cell, channel]
  const perImage = points / batch;
  const image = BigInt64Array.from({ length: points }, (_, i) =>
    BigInt(Math.floor(i / perImage) * sizeOf(space)),
  );
  const samples = corners(axes).map((corner) => {
    const inImage = corner.reduce<Node | undefined>(
      (flat, { cell }, i) => (flat ? add(mul(flat, space[i]), cell) : cell),
      undefined,
    );
    const weight = corner.map((one) => one.weight).reduce((a, b) => mul(a, b));
    const row = add(inImage as Node, constant(image, [points], "int64"));
    return mul(gather(rows, row), reshape(weight, [points, 1]));
  });
  const sampled = reshape(
    samples.reduce((a, b) => add(a, b)),
    [batch, perImage, channels],
  );
  return reshape(transpose(sampled), [batch, channels, ...grid.shape.slice(1, -1)]);
}
