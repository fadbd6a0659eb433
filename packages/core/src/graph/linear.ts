import { add } from "./elementwise.js";
import { reshape } from "./movement.js";
import { apply, type Node, type Op, refuse, type Shape, sizeOf } from "./node.js";
import { dropAxes } from "./reduce.js";

interface MatMulAttributes {
  readonly transA: boolean;
  readonly transB: boolean;
}

const turned = (shape: Shape, turn: boolean): Shape =>
  turn ? [...shape.slice(0, -2), shape.at(-1) as number, shape.at(-2) as number] : shape;

/** Both operands have two axes or more; the leading ones broadcast. Transposed operands cost no copy. */
const MatMul: Op<MatMulAttributes> = {
  name: "MatMul",
  shape: ([a, b], { transA, transB }) => {
    const [left, right] = [turned(a.shape, transA), turned(b.shape, transB)];
    if (left.length < 2 || right.length < 2 || left.at(-1) !== right.at(-2))
      refuse(
        "MatMul",
        [a, b],
        `rows of ${left.at(-1)} meet columns of ${right.at(-2)}`,
        "Make the inner sizes equal",
      );
    const batch = (shape: Shape, i: number) =>
      shape[i + shape.length - Math.max(left.length, right.length)] ?? 1;
    const lead = Array.from({ length: Math.max(left.length, right.length) - 2 }, (_, i) => {
      const [m, n] = [batch(left, i), batch(right, i)];
      if (m !== n && m !== 1 && n !== 1)
        refuse("MatMul", [a, b], "leading axes differ", "Make them equal or 1");
      return m === 1 ? n : m;
    });
    return [...lead, left.at(-2) as number, right.at(-1) as number];
  },
  gradient: ({ inputs: [a, b], attributes: { transA, transB } }, g) => [
    transA ? matmul(b, g, { transA: transB, transB: true }) : matmul(g, b, { transB: !transB }),
    transB ? matmul(g, a, { transA: true, transB: transA }) : matmul(a, g, { transA: !transA }),
  ],
  form: ({ inputs, attributes: { transA, transB } }) =>
    transA || transB
      ? {
          call: "FusedMatMul",
          domain: "com.microsoft",
          inputs,
          attributes: { transA: Number(transA), transB: Number(transB) },
        }
      : { call: "MatMul", inputs },
};

/**
 * Matrix product over the last two axes, either operand transposed on demand; a vector counts as a row or a column.
 * Rows of a batch that meet one matrix are one tall matrix: one product, and one for each gradient.
 */
export function matmul(a: Node, b: Node, { transA = false, transB = false } = {}): Node {
  const left = a.shape.length === 1 ? reshape(a, [1, a.shape[0]]) : a;
  const right = b.shape.length === 1 ? reshape(b, [b.shape[0], 1]) : b;
  const options = { transA: transA && a.shape.length > 1, transB: transB && b.shape.length > 1 };
  const tall = left.shape.length > 2 && right.shape.length === 2 && !options.transA;
  const y = tall ? tallProduct(left, right, options) : apply(MatMul, [left, right], options);
  const drop = [
    ...(a.shape.length === 1 ? [y.shape.length - 2] : []),
    ...(b.shape.length === 1 ? [y.shape.length - 1] : []),
  ];
  return dropAxes(y, drop);
}

function tallProduct(a: Node, b: Node, options: MatMulAttributes): Node {
  const rows = a.shape.slice(0, -1);
  const y = apply(MatMul, [reshape(a, [sizeOf(rows), a.shape.at(-1) as number]), b], options);
  return reshape(y, [...rows, y.shape[1]]);
}

/** x·wᵀ + b over the last axis: x is …×in, the weight out×in, the bias out. */
export function affine(x: Node, weight: Node, bias?: Node): Node {
  const y = matmul(x, weight, { transB: true });
  return bias ? add(y, bias) : y;
}

export const linear: Readonly<Record<string, Op>> = { MatMul };
