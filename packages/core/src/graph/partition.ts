import { Concat, concat, Pad, padAxis } from "./movement.js";
import { type Node, type Op, sameShape } from "./node.js";

/** What a tensor has on one axis between zeros. */
interface Part {
  readonly inner: Node;
  readonly axis: number;
  readonly begin: number;
  readonly end: number;
}

/**
 * The sum of two tensors that are zero but for parts of an axis that lie side by side: the parts joined. So the gradients
 * of an axis's pieces (gates, heads, steps of time) become one tensor in one pass; padding each to full size and adding
 * would cost a pass for each.
 */
export function joinedParts(x: Node, y: Node): Node | undefined {
  const [a, b] = [partOf(x), partOf(y)];
  if (!a || !b || a.axis !== b.axis || !sameShape(x.shape, y.shape)) return undefined;
  const [first, second] = a.begin < b.begin ? [a, b] : [b, a];
  if (first.begin + first.inner.shape[a.axis] !== second.begin) return undefined;
  const parts = [first, second].flatMap(({ inner, axis }) => piecesOf(inner, axis));
  return padAxis(concat(parts, a.axis), a.axis, first.begin, second.end);
}

function partOf(x: Node): Part | undefined {
  if (x.op !== (Pad as Op)) return undefined;
  const { pads, value } = x.attributes as { pads: readonly number[]; value: number };
  const rank = x.shape.length;
  const padded = x.shape.flatMap((_, axis) => (pads[axis] !== 0 || pads[axis + rank] !== 0 ? [axis] : []));
  if (padded.length !== 1 || value !== 0 || pads.some((p) => p < 0)) return undefined;
  const [axis] = padded;
  return { inner: x.inputs[0], axis, begin: pads[axis], end: pads[axis + rank] };
}

const piecesOf = (x: Node, axis: number): readonly Node[] =>
  x.op === (Concat as Op) && (x.attributes as { axis: number }).axis === axis ? x.inputs : [x];
