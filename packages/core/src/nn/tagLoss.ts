import {
  abs,
  cast,
  div,
  exp,
  greater,
  maximum,
  mul,
  neg,
  relu,
  square,
  sub,
  where,
} from "../graph/elementwise.js";
import { gatherElements } from "../graph/indexing.js";
import { reshape, slice, unsqueeze } from "../graph/movement.js";
import type { Node } from "../graph/node.js";
import { reduceSum } from "../graph/reduce.js";

/** How strongly two people's tags push each other away: by exp(−d²) or by max(0, 1 − |d|) of their difference d. */
export type TagPush = "exp" | "max";

/**
 * Associative embedding (Newell et al. 2017, eq. 1, as in HigherHRNet): tags of a person's joints are pulled to their
 * mean, means of different people are pushed apart.
 *
 * @param tags [batch, cell, 1]: tag maps of all joints, flattened.
 * @param joints int64 [batch, person, joint, 2]: the cell of each joint, and 1 if it is visible, else 0. A person
 *   without visible joints isn't there.
 * @returns Both [batch]. `push` is 0 for fewer than two people, `pull` for none.
 */
export function associativeEmbeddingLoss(
  tags: Node,
  joints: Node,
  kind: TagPush,
): { push: Node; pull: Node } {
  const [batch, people, perPerson] = joints.shape;
  const shape = [batch, people, perPerson];
  const seen = greater(reshape(slice(joints, 3, 1, 2), shape), 0);
  const cells = where(seen, reshape(slice(joints, 3, 0, 1), shape), 0);
  const visible = cast(seen, "float32");
  const flat = gatherElements(reshape(tags, [batch, -1]), reshape(cells, [batch, people * perPerson]), 1);
  const values = reshape(flat, shape);

  const joined = reduceSum(visible, [2]);
  const divisor = maximum(joined, 1);
  const mean = div(reduceSum(mul(values, visible), [2]), divisor);
  const present = cast(greater(joined, 0), "float32"); // [batch, person]
  const count = reduceSum(present, [1]);
  const spread = mul(square(sub(values, unsqueeze(mean, 2))), visible);
  const pull = div(reduceSum(div(reduceSum(spread, [2]), divisor), [1]), maximum(count, 1));

  const apart = sub(unsqueeze(mean, 2), unsqueeze(mean, 1));
  const closeness = kind === "exp" ? exp(neg(square(apart))) : relu(sub(1, abs(apart)));
  const both = mul(unsqueeze(present, 2), unsqueeze(present, 1));
  const sum = sub(reduceSum(mul(closeness, both), [1, 2]), count); // nobody is close to themselves
  const pairs = mul(count, sub(count, 1));
  const push = where(greater(count, 1), div(mul(sum, 0.5), maximum(pairs, 1)), 0);
  return { push, pull };
}
