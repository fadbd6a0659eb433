import { reshape } from "./movement.js";
import { apply, type Node, type Op, refuse, type Shape, sameShape } from "./node.js";

/** The shape that two shapes broadcast to (numpy's rule); `refuse`s those that don't fit. */
export function broadcast(operator: string, a: Node, b: Node): Shape {
  const rank = Math.max(a.shape.length, b.shape.length);
  return Array.from({ length: rank }, (_, i) => {
    const m = a.shape[i - rank + a.shape.length] ?? 1;
    const n = b.shape[i - rank + b.shape.length] ?? 1;
    if (m !== n && m !== 1 && n !== 1)
      refuse(operator, [a, b], `sizes ${m} and ${n} on axis ${i}`, "Make them equal, or one of them 1");
    return m === 1 ? n : m;
  });
}

/**
 * The operator on tensors without the ones at the end of their shapes: ONNX Runtime broadcasts a scalar to [n, 1] by
 * calling its kernel n times (25 ms for a million values instead of 1).
 */
export function withoutLastOnes(op: Op, inputs: readonly Node[], shape: Shape): Node | undefined {
  const rank = shape.findLastIndex((size) => size !== 1) + 1;
  if (rank === shape.length || rank === 0 || inputs.every((x) => sameShape(x.shape, shape))) return undefined;
  const cut = inputs.map((x) =>
    reshape(x, x.shape.slice(0, Math.max(0, x.shape.length - shape.length + rank))),
  );
  return reshape(apply(op, cut, {}), shape);
}
