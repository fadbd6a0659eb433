import { add } from "./elementwise.js";
import { expand } from "./movement.js";
import { constant, inOrder, type Node, sameShape } from "./node.js";
import { sumTo } from "./reduce.js";

/**
 * The gradients of a scalar loss with respect to `targets`, as symbolic tensors of the targets' shapes: reverse-mode
 * differentiation over the nodes that lie between. A target that the loss doesn't depend on gets zeros.
 */
export function gradients(loss: Node, targets: readonly Node[]): Node[] {
  const between = pathsTo(loss, new Set(targets));
  const grads = new Map<Node, Node>([[loss, expand(constant(1), loss.shape)]]);
  for (const node of between.reverse()) {
    const g = grads.get(node);
    if (!g || node.inputs.length === 0) continue;
    node.op.gradient(node, g).forEach((gradient, i) => {
      const at = node.inputs[i];
      if (!gradient || at.type !== "float32") return;
      const fitted = sameShape(gradient.shape, at.shape) ? gradient : sumTo(gradient, at.shape);
      const before = grads.get(at);
      grads.set(at, before ? add(before, fitted) : fitted);
    });
  }
  return targets.map((target) => grads.get(target) ?? expand(constant(0), target.shape));
}

/** The nodes on a path from a target to the loss, each after its inputs. */
function pathsTo(loss: Node, targets: ReadonlySet<Node>): Node[] {
  const on = new Set<Node>();
  const order = inOrder([loss]);
  for (const node of order) if (targets.has(node) || node.inputs.some((from) => on.has(from))) on.add(node);
  return order.filter((node) => on.has(node));
}

/** The values that state tensors (running statistics) shall have after the outputs were computed, by state node. */
export function stateUpdates(outputs: readonly Node[]): Map<Node, Node> {
  const updates = new Map<Node, Node>();
  for (const node of inOrder(outputs))
    for (const { state, value } of node.op.updates?.(node) ?? []) updates.set(state, value);
  return updates;
}
