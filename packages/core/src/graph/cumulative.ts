import { mul } from "./elementwise.js";
import { concat, padAxis, reshape, slice, transpose } from "./movement.js";
import { apply, axesOf, constant, type Node, type Op, sizeOf } from "./node.js";

interface CumulativeAttributes {
  readonly axis: number;
  readonly reverse: boolean;
}

const CumSum: Op<CumulativeAttributes> = {
  name: "CumSum",
  shape: ([x]) => x.shape,
  gradient: ({ attributes: { axis, reverse } }, g) => [cumulativeSum(g, axis, !reverse)],
  form: ({ inputs: [x], attributes: { axis, reverse } }) => ({
    call: "CumSum",
    inputs: [x, constant(axis, [], "int64")],
    attributes: { reverse: Number(reverse) },
  }),
};
/** Each element is the sum of all up to it along an axis; in reverse, of all from it on. */
export const cumulativeSum = (x: Node, axis: number, reverse = false): Node =>
  apply(CumSum, [x], { axis: axesOf("CumSum", x, [axis])[0], reverse });

/**
 * Each element is the product of all up to it along an axis: in log₂ n rounds each takes in the one 1, 2, 4 … places
 * before it (Hillis & Steele 1986). No division, so that zeros have right gradients too.
 */
export function cumulativeProduct(x: Node, axis: number): Node {
  const [at] = axesOf("CumulativeProduct", x, [axis]);
  const size = x.shape[at];
  let y = x;
  for (let reach = 1; reach < size; reach *= 2)
    y = mul(y, padAxis(slice(y, at, 0, size - reach), at, reach, 0, 1));
  return y;
}

/** The product over axes (all when absent), by halves: no division, so that zeros have right gradients too. */
export function reduceProduct(x: Node, axes?: readonly number[], keepDims = false): Node {
  const all = x.shape.map((_, axis) => axis);
  const over = axes ? axesOf("ReduceProduct", x, axes).sort((a, b) => a - b) : all;
  const rest = all.filter((axis) => !over.includes(axis));
  const size = (list: readonly number[]) => list.map((axis) => x.shape[axis]);
  let y = reshape(transpose(x, [...over, ...rest]), [sizeOf(size(over)), ...size(rest)]);
  if (y.shape[0] === 0) y = padAxis(y, 0, 0, 1, 1); // the product of nothing
  while (y.shape[0] > 1) {
    const half = y.shape[0] >> 1;
    const pairs = mul(slice(y, 0, 0, half), slice(y, 0, half, 2 * half));
    y = y.shape[0] % 2 === 0 ? pairs : concat([pairs, slice(y, 0, -1)], 0);
  }
  const kept = x.shape.map((n, axis) => (over.includes(axis) ? 1 : n));
  return reshape(y, keepDims ? kept : size(rest));
}

export const cumulative: Readonly<Record<string, Op>> = { CumSum };
