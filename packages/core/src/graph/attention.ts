import { mul, or, where } from "./elementwise.js";
import { affine, matmul } from "./linear.js";
import { reshape, split, transpose } from "./movement.js";
import { constant, type Node, refuse } from "./node.js";
import { reduceMean } from "./reduce.js";
import { softmax } from "./softmax.js";

/** Far below any score, yet finite: a row in which everything is forbidden attends evenly instead of giving NaN. */
const FORBIDDEN = -1e30;

/** What each query attends to: softmax of the scores q·k / √d, where the mask (true) forbids. */
function attend(q: Node, k: Node, mask?: Node): Node {
  const scores = mul(matmul(q, k, { transB: true }), 1 / Math.sqrt(q.shape.at(-1) as number));
  return softmax(mask ? where(mask, FORBIDDEN, scores) : scores);
}

/** True above the diagonal, [queries, keys]: what a query may not attend to when it only knows what came before. */
export function causalMask(queries: number, keys = queries): Node {
  const mask = Uint8Array.from({ length: queries * keys }, (_, i) => Number(i % keys > Math.floor(i / keys)));
  return constant(mask, [queries, keys], "bool");
}

/**
 * Scaled dot-product attention (Vaswani et al. 2017, eq. 1).
 *
 * @param q [batch, …, query, d]
 * @param k [batch, …, key, d]
 * @param v [batch, …, key, e]
 * @param mask bool, broadcast to [batch, …, query, key]: true where a query may not attend.
 * @returns [batch, …, query, e]
 */
export const scaledDotProductAttention = (q: Node, k: Node, v: Node, mask?: Node): Node =>
  matmul(attend(q, k, mask), v);

/** The weights of one multi-head attention under PyTorch's names: query, key and value stacked in the input's. */
export interface AttentionWeights {
  /** [3 · width, width] */
  readonly in_proj_weight: Node;
  /** [3 · width] */
  readonly in_proj_bias: Node;
  readonly out_proj: { readonly weight: Node; readonly bias: Node };
}

export interface AttentionOptions {
  heads: number;
  /** bool [query, key] or [batch, 1, query, key]: true where a query may not attend. */
  mask?: Node;
  /** bool [batch, key]: true where a key is padding. */
  keyPaddingMask?: Node;
}

/**
 * Multi-head attention (Vaswani et al. 2017, §3.2.2); self-attention where key and value are the query.
 *
 * @param query [batch, query, width]
 * @param key, value [batch, key, width]
 * @returns `y` [batch, query, width] and the mean over heads of what was attended to, [batch, query, key].
 */
export function multiHeadAttention(
  weights: AttentionWeights,
  query: Node,
  key: Node,
  value: Node,
  { heads, mask, keyPaddingMask }: AttentionOptions,
): { y: Node; attention: Node } {
  const width = query.shape[2];
  if (query.shape.length !== 3 || width % heads !== 0)
    refuse(
      "MultiHeadAttention",
      [query],
      `${heads} heads`,
      "Give [batch, query, width] with a width that the heads divide",
    );
  const [q, k, v] = projections(weights, [query, key, value]).map((x) => splitHeads(x, heads));
  const attention = attend(q, k, joined(mask, keyPaddingMask));
  const merged = reshape(transpose(matmul(attention, v), [0, 2, 1, 3]), query.shape);
  const { weight, bias } = weights.out_proj;
  return { y: affine(merged, weight, bias), attention: reduceMean(attention, [1]) };
}

/** Query, key and value as the attention sees them; in self-attention one product gives all three. */
function projections({ in_proj_weight, in_proj_bias }: AttentionWeights, inputs: readonly Node[]): Node[] {
  const width = inputs[0].shape[2];
  const parts = [width, width, width];
  if (inputs.every((x) => x === inputs[0]))
    return split(affine(inputs[0], in_proj_weight, in_proj_bias), 2, parts);
  const [matrices, biases] = [split(in_proj_weight, 0, parts), split(in_proj_bias, 0, parts)];
  return inputs.map((x, i) => affine(x, matrices[i], biases[i]));
}

/** [batch, place, width] → [batch, head, place, width / heads] */
function splitHeads(x: Node, heads: number): Node {
  const [batch, places] = x.shape;
  return transpose(reshape(x, [batch, places, heads, -1]), [0, 2, 1, 3]);
}

/** What either mask forbids, in a shape that broadcasts to [batch, head, query, key]. */
function joined(mask?: Node, padding?: Node): Node | undefined {
  const keys = padding && reshape(padding, [padding.shape[0], 1, 1, padding.shape[1]]);
  return mask && keys ? or(mask, keys) : (mask ?? keys);
}
