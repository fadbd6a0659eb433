import { Constant, constant, type Node, type Shape, sizeOf } from "./node.js";

/** Constants of at most so many elements are computed while the graph is built: masks, indices, scales, kernels. */
const SMALL = 1024;

/** The values of a small float32 constant; undefined for everything else. */
export function smallConstant(x: Node): Float32Array | undefined {
  if (x.op !== (Constant as Node["op"]) || x.type !== "float32" || sizeOf(x.shape) > SMALL) return undefined;
  return (x.attributes as { data: Float32Array }).data;
}

/** The constant that a function of a small constant is. */
export function foldUnary(x: Node, compute: (value: number) => number): Node | undefined {
  const data = smallConstant(x);
  return data && constant(data.map(compute), x.shape);
}

/** The constant that a function of two small constants is, broadcast to `shape`; undefined where that would be large. */
export function foldBinary(
  x: Node,
  y: Node,
  shape: Shape,
  compute: (a: number, b: number) => number,
): Node | undefined {
  const [a, b] = [smallConstant(x), smallConstant(y)];
  if (!a || !b || sizeOf(shape) > SMALL) return undefined;
  const [left, right] = [reader(a, x.shape, shape), reader(b, y.shape, shape)];
  return constant(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => compute(left(i), right(i))),
    shape,
  );
}

/** Reads the values of `from` as if they were broadcast to `to`, by flat index. */
function reader(data: Float32Array, from: Shape, to: Shape): (at: number) => number {
  const lead = to.length - from.length;
  return (at) => {
    let rest = at;
    let index = 0;
    let stride = 1;
    for (let axis = to.length - 1; axis >= lead; axis--) {
      const size = from[axis - lead];
      if (size > 1) index += (rest % to[axis]) * stride;
      rest = Math.floor(rest / to[axis]);
      stride *= size;
    }
    return data[index];
  };
}

/** The small constant with its axes in another order. */
export function foldTranspose(x: Node, permutation: readonly number[]): Node | undefined {
  const data = smallConstant(x);
  if (!data) return undefined;
  const strides = x.shape.map((_, axis) => sizeOf(x.shape.slice(axis + 1)));
  const shape = permutation.map((axis) => x.shape[axis]);
  const values = data.map((_, at) => {
    let rest = at;
    let index = 0;
    for (let i = shape.length - 1; i >= 0; i--) {
      index += (rest % shape[i]) * strides[permutation[i]];
      rest = Math.floor(rest / shape[i]);
    }
    return data[index];
  });
  return constant(values, shape);
}
