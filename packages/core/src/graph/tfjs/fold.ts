import { type Constant, elements, integers, permuted, reshaped, values, widen } from "./constant.js";
import { integerInput, unfit } from "./context.js";
import type { Value } from "./emit.js";
import type { TfNode } from "./topology.js";

/** Results above this number of elements are left to the runtime. */
const LIMIT = 1 << 22;

/** Undefined as a result means that this form isn't folded. */
interface Fold {
  inputs: number;
  run(node: TfNode, inputs: Constant[]): Constant | undefined;
}

const same: Fold = { inputs: 1, run: (_, [x]) => x };
const sum: Fold = { inputs: 2, run: (_, [a, b]) => arithmetic(a, b, (x, y) => x + y) };

/**
 * Operators that are worked out at import when all inputs are known: those through which exporters pass what ONNX
 * wants as a constant (paddings, axes, kernels).
 */
const folds: Record<string, Fold> = {
  Identity: same,
  StopGradient: same,
  Add: sum,
  AddV2: sum,
  Sub: { inputs: 2, run: (_, [a, b]) => arithmetic(a, b, (x, y) => x - y) },
  Mul: { inputs: 2, run: (_, [a, b]) => arithmetic(a, b, (x, y) => x * y) },
  Reshape: { inputs: 2, run: (_, [x, shape]) => reshape(x, values(shape)) },
  Transpose: { inputs: 2, run: (_, [x, order]) => transpose(x, values(order)) },
  Cast: {
    inputs: 1,
    run: ({ attributes }, [x]) =>
      x.type === "int32" && ["DT_INT32", "DT_INT64"].includes(String(attributes.DstT?.type)) ? x : undefined,
  },
  SparseToDense: { inputs: 4, run: sparseToDense },
};

/** The value of a node whose inputs are all known, if it is one of those that are folded. */
export function fold(node: TfNode, inputs: readonly Value[]): Value[] | undefined {
  const found = Object.hasOwn(folds, node.operator) ? folds[node.operator] : undefined;
  const constants = inputs.flatMap(({ constant }) => constant ?? []);
  if (!found || inputs.length !== found.inputs || constants.length !== found.inputs) return undefined;
  const constant = found.run(node, constants);
  return constant && [{ constant }];
}

function reshape(x: Constant, sizes: number[]): Constant | undefined {
  const known = elements(sizes.filter((size) => size !== -1));
  const full = sizes.map((size) => (size === -1 ? elements(x.shape) / known : size));
  const whole = full.every((size) => Number.isInteger(size) && size >= 0);
  return whole && elements(full) === elements(x.shape) ? reshaped(x, full) : undefined;
}

function transpose(x: Constant, order: number[]): Constant | undefined {
  const whole = order.toSorted((a, b) => a - b).every((axis, i) => axis === i);
  return whole && order.length === x.shape.length ? permuted(x, order) : undefined;
}

/** Of equal shapes, or with a single number on one side. */
function arithmetic(
  a: Constant,
  b: Constant,
  combine: (x: number, y: number) => number,
): Constant | undefined {
  const [left, right] = [widen(a), widen(b)];
  const big = right.shape.length === 0 || right.data.length === left.data.length ? left : right;
  const fits = left.shape.join() === right.shape.join() || left.shape.length * right.shape.length === 0;
  if (!fits || left.type !== right.type || (big.type !== "float32" && big.type !== "int32")) return undefined;
  const [x, y] = [values(left), values(right)];
  const numbers = Array.from({ length: big.data.length }, (_, i) =>
    combine(x[x.length === 1 ? 0 : i], y[y.length === 1 ? 0 : i]),
  );
  if (big.type === "float32") return { ...big, data: Float32Array.from(numbers) };
  return integers(numbers, "int32", big.shape);
}

/** Inputs: indices (N×rank, or N, or one number), shape, values, default. */
function sparseToDense(node: TfNode, inputs: Constant[]): Constant | undefined {
  const [at, , given, filling] = inputs;
  const shape = integerInput(
    node,
    inputs.map((constant) => ({ constant })),
    1,
  );
  const total = elements(shape);
  if (given.type !== "int32" && given.type !== "float32") return undefined;
  if (!shape.every((size) => size >= 0) || !(total <= LIMIT))
    throw unfit(node, `a tensor of shape [${shape}]`);
  const out = new Array<number>(total).fill(values(filling)[0] ?? 0);
  const [positions, numbers] = [values(at), values(given)];
  const rank = Math.max(shape.length, 1);
  for (let i = 0; i * rank < positions.length; i++) {
    const position = positions.slice(i * rank, (i + 1) * rank);
    const inside = position.length === shape.length && position.every((n, axis) => n >= 0 && n < shape[axis]);
    if (!inside) throw unfit(node, `index [${position}] outside of the shape [${shape}]`);
    const flat = position.reduce((sum, n, axis) => sum * shape[axis] + n, 0);
    out[flat] = numbers.length === 1 ? numbers[0] : numbers[i];
  }
  if (numbers.length !== 1 && numbers.length * rank !== positions.length)
    throw unfit(node, `${positions.length / rank} indices and ${numbers.length} values`);
  if (given.type === "int32") return integers(out, "int32", shape);
  return { type: "float32", shape, data: Float32Array.from(out) };
}
