import { where } from "./elementwise.js";
import { concat, expand, flip, pad as padWith, reshape, slice, stack } from "./movement.js";
import { axesOf, constant, type Node, refuse } from "./node.js";

/** Repeats x along each axis; surplus repeats put new axes in front. */
export function tile(x: Node, repeats: readonly number[]): Node {
  const lead = repeats.length - x.shape.length;
  if (lead < 0) refuse("Tile", [x], `${repeats.length} repeats`, "Give one for each axis");
  const shape = [...new Array<number>(lead).fill(1), ...x.shape];
  const cells = shape.flatMap((size) => [1, size]);
  const wide = shape.flatMap((size, i) => [repeats[i], size]);
  return reshape(
    expand(reshape(x, cells), wide),
    shape.map((size, i) => size * repeats[i]),
  );
}

/** Moves elements along axes; those that leave at one end come in at the other. */
export function roll(x: Node, axes: readonly number[], shifts: readonly number[]): Node {
  return axesOf("Roll", x, axes).reduce((y, axis, i) => {
    const size = y.shape[axis];
    if (size === 0) return y;
    const shift = ((shifts[i] % size) + size) % size;
    return shift === 0 ? y : concat([slice(y, axis, size - shift), slice(y, axis, 0, size - shift)], axis);
  }, x);
}

/**
 * Windows of `size` elements along an axis, each `step` after the one before. That axis then counts the windows; what
 * lies in a window stands on a new last axis.
 */
export function unfold(x: Node, axis: number, size: number, step: number): Node {
  const [at] = axesOf("Unfold", x, [axis]);
  if (size < 1 || size > x.shape[at] || step < 1)
    refuse(
      "Unfold",
      [x],
      `windows of ${size} with step ${step}`,
      "Give a size from 1 to the axis's, and a step",
    );
  const windows = Math.floor((x.shape[at] - size) / step) + 1;
  const nth = (i: number) => slice(x, at, i, i + (windows - 1) * step + 1, step);
  return stack(
    Array.from({ length: size }, (_, i) => nth(i)),
    -1,
  );
}

/** The part of the last two axes on and below a diagonal (on and above, if `upper`); the rest is 0. 0 is the main one. */
export function triangular(x: Node, { upper = false, diagonal = 0 } = {}): Node {
  if (x.shape.length < 2) refuse("Triangular", [x], "no matrix", "Give a tensor of two axes or more");
  const [rows, columns] = x.shape.slice(-2);
  const kept = Uint8Array.from({ length: rows * columns }, (_, i) => {
    const above = (i % columns) - Math.floor(i / columns) - diagonal;
    return Number(upper ? above >= 0 : above <= 0);
  });
  return where(constant(kept, [rows, columns], "bool"), x, 0);
}

/** What stands beyond the border: the border's value, the values mirrored about it, or those of the other end. */
export type Border = "replicate" | "reflect" | "circular";

/**
 * Continues x beyond its borders: all axes' begins, then all ends; negative numbers crop. `reflect` does not repeat the
 * border itself, so it takes at most an axis's size − 1.
 */
export function padBorder(x: Node, pads: readonly number[], border: Border): Node {
  const rank = x.shape.length;
  const cropped = padWith(
    x,
    pads.map((p) => Math.min(p, 0)),
  );
  return cropped.shape.reduce(
    (y, _, axis) => continued(y, axis, Math.max(pads[axis], 0), Math.max(pads[axis + rank], 0), border),
    cropped,
  );
}

function continued(x: Node, axis: number, begin: number, end: number, border: Border): Node {
  if (begin === 0 && end === 0) return x;
  const size = x.shape[axis];
  const most = border === "replicate" ? (size > 0 ? Infinity : 0) : border === "reflect" ? size - 1 : size;
  if (Math.max(begin, end) > most)
    refuse("Pad", [x], `${Math.max(begin, end)} beyond axis ${axis} (${border})`, `Pad by ${most} at most`);
  const take = (start: number, count: number) => slice(x, axis, start, start + count);
  const repeated = (start: number, count: number) =>
    expand(
      take(start, 1),
      x.shape.map((n, i) => (i === axis ? count : n)),
    );
  const sides = {
    replicate: () => [repeated(0, begin), repeated(size - 1, end)],
    reflect: () => [flip(take(1, begin), [axis]), flip(take(size - 1 - end, end), [axis])],
    circular: () => [take(size - begin, begin), take(0, end)],
  };
  const [before, after] = sides[border]();
  return concat([...(begin > 0 ? [before] : []), x, ...(end > 0 ? [after] : [])], axis);
}
