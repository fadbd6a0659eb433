import { MareyError } from "../error.js";
import { mul } from "./elementwise.js";
import { matmul } from "./linear.js";
import { reshape, slice, transpose } from "./movement.js";
import { type Node, refuse, sizeOf } from "./node.js";
import { reduceSum } from "./reduce.js";

/** A tensor with a letter for each of its axes. */
interface Labelled {
  readonly node: Node;
  readonly letters: readonly string[];
}

/**
 * A sum of products in Einstein's notation: "bij,jk->bik" names the axes of each operand and of the result; letters that
 * the result lacks are summed over. "..." stands for any further axes; without "->" the result has the letters that occur
 * once, in alphabetical order. It becomes transposes, one matrix product for each operand after the first, and sums.
 */
export function einsum(equation: string, ...operands: readonly Node[]): Node {
  const { terms, result } = parse(equation, operands);
  const sizes = sizesOf(equation, operands, terms);
  const missing = result.find((letter) => !sizes.has(letter));
  if (missing !== undefined)
    refuse(
      `Einsum "${equation}"`,
      operands,
      `"${missing}" of the result names no axis`,
      "Take its letters from operands",
    );
  const parts = operands.map((node, i) => narrowed({ node, letters: terms[i] }, sizes));
  const sum = parts.reduce((left, right, i) => {
    const later = parts.slice(i + 1).flatMap(({ letters }) => letters);
    return contract(left, right, new Set([...result, ...later]), sizes);
  });
  return arranged(summed(sum, new Set(result)), result).node;
}

function parse(equation: string, operands: readonly Node[]) {
  const [left, right, ...rest] = equation.replace(/\s/g, "").split("->");
  const words = left.split(",");
  const valid = [...words, right ?? ""].every((word) => /^[a-zA-Z]*(\.\.\.)?[a-zA-Z]*$/.test(word));
  if (!valid || rest.length > 0 || words.length !== operands.length)
    throw new MareyError(
      "GRAPH_EQUATION",
      `operator Einsum "${equation}"`,
      `not an equation for ${operands.length} operands`,
      'Write it as "ij,jk->ik", with a word for each operand',
    );
  const terms = words.map((word, i) => spelt(word, operands[i].shape.length));
  const dots = terms.flat().filter((letter) => letter.startsWith("."));
  const farthest = Math.max(0, ...dots.map((letter) => Number(letter.slice(1))));
  const all = terms.flat();
  const once = [...new Set(all)].filter(
    (letter) => !letter.startsWith(".") && all.indexOf(letter) === all.lastIndexOf(letter),
  );
  const ellipsis = Array.from({ length: farthest }, (_, i) => `.${farthest - i}`);
  const word = right ?? `${farthest > 0 ? "..." : ""}${once.sort().join("")}`;
  const result = word.includes("...")
    ? word.split("...").flatMap((part, i) => (i === 0 ? [...part, ...ellipsis] : [...part]))
    : [...word];
  return { terms, result };
}

/** The letters of a word; "..." becomes ".3", ".2", ".1", counted from its end as broadcasting does. */
function spelt(word: string, rank: number): string[] {
  if (!word.includes("...")) return [...word];
  const [before, after] = word.split("...");
  const further = Math.max(0, rank - before.length - after.length);
  return [...before, ...Array.from({ length: further }, (_, i) => `.${further - i}`), ...after];
}

function sizesOf(
  equation: string,
  operands: readonly Node[],
  terms: readonly string[][],
): Map<string, number> {
  const sizes = new Map<string, number>();
  operands.forEach((node, i) => {
    if (terms[i].length !== node.shape.length)
      refuse(
        `Einsum "${equation}"`,
        operands,
        `operand ${i} has ${terms[i].length} letters`,
        "Name each axis once",
      );
    terms[i].forEach((letter, axis) => {
      const [size, before] = [node.shape[axis], sizes.get(letter) ?? 1];
      if (size !== before && size !== 1 && before !== 1)
        refuse(
          `Einsum "${equation}"`,
          operands,
          `"${letter}" is ${before} and ${size}`,
          "Make the sizes equal",
        );
      sizes.set(letter, size === 1 ? before : size);
    });
  });
  return sizes;
}

/** Takes diagonals of axes with one letter, and drops axes of size 1 that other operands have larger. */
function narrowed({ node, letters }: Labelled, sizes: ReadonlyMap<string, number>): Labelled {
  const twice = letters.find((letter, i) => letters.indexOf(letter) !== i);
  if (twice !== undefined) return narrowed(diagonal({ node, letters }, twice), sizes);
  const kept = letters.flatMap((letter, axis) => (node.shape[axis] === sizes.get(letter) ? [axis] : []));
  return {
    node: reshape(
      node,
      kept.map((axis) => node.shape[axis]),
    ),
    letters: kept.map((axis) => letters[axis]),
  };
}

/** Of two axes with the same letter the elements at equal places: n + 1 apart, when the axes lie flat side by side. */
function diagonal({ node, letters }: Labelled, letter: string): Labelled {
  const first = letters.indexOf(letter);
  const second = letters.indexOf(letter, first + 1);
  const others = letters.flatMap((_, axis) => (axis === first || axis === second ? [] : [axis]));
  const n = node.shape[first];
  if (n !== node.shape[second])
    refuse(
      "Einsum",
      [node],
      `"${letter}" names axes of ${n} and ${node.shape[second]}`,
      "Make the sizes equal",
    );
  const square = transpose(node, [...others, first, second]);
  const flat = reshape(square, [...square.shape.slice(0, -2), n * n]);
  return {
    node: slice(flat, -1, 0, n * n, n + 1),
    letters: [...others.map((axis) => letters[axis]), letter],
  };
}

/** Sums over the letters that nobody needs any more. */
function summed({ node, letters }: Labelled, needed: ReadonlySet<string>): Labelled {
  const axes = letters.flatMap((letter, axis) => (needed.has(letter) ? [] : [axis]));
  return { node: reduceSum(node, axes), letters: letters.filter((letter) => needed.has(letter)) };
}

/** The axes in another order. */
const arranged = ({ node, letters }: Labelled, order: readonly string[]): Labelled => ({
  node: transpose(
    node,
    order.map((letter) => letters.indexOf(letter)),
  ),
  letters: order,
});

/** The product of two operands, summed over the letters that are not needed afterwards. */
function contract(
  a: Labelled,
  b: Labelled,
  needed: ReadonlySet<string>,
  sizes: ReadonlyMap<string, number>,
): Labelled {
  const left = summed(a, new Set([...needed, ...b.letters]));
  const right = summed(b, new Set([...needed, ...a.letters]));
  const shared = left.letters.filter((letter) => right.letters.includes(letter));
  const batch = shared.filter((letter) => needed.has(letter));
  const inner = shared.filter((letter) => !needed.has(letter));
  const rows = left.letters.filter((letter) => !shared.includes(letter));
  const columns = right.letters.filter((letter) => !shared.includes(letter));
  const letters = [...batch, ...rows, ...columns];
  const size = (list: readonly string[]) => list.map((letter) => sizes.get(letter) as number);
  // A product of vectors, one for each place of a batch, is too small for a matrix product to pay.
  if (inner.length === 0 || rows.length + columns.length === 0) {
    const one = (list: readonly string[]) => list.map(() => 1);
    const x = arranged(left, [...batch, ...inner, ...rows]).node;
    const y = arranged(right, [...batch, ...inner, ...columns]).node;
    const product = mul(
      reshape(x, [...size(batch), ...size(inner), ...size(rows), ...one(columns)]),
      reshape(y, [...size(batch), ...size(inner), ...one(rows), ...size(columns)]),
    );
    return {
      node: reduceSum(
        product,
        inner.map((_, i) => batch.length + i),
      ),
      letters,
    };
  }
  const x = matrix(left, batch, rows, inner);
  const y = matrix(right, batch, inner, columns);
  const product = matmul(x.node, y.node, { transA: x.turned, transB: y.turned });
  return { node: reshape(product, size(letters)), letters };
}

/** An operand as batch × rows × columns, or turned, if that saves the transpose. */
function matrix(x: Labelled, batch: readonly string[], rows: readonly string[], columns: readonly string[]) {
  const lies = (...lists: (readonly string[])[]) => lists.flat().join() === x.letters.join();
  const turned = !lies(batch, rows, columns) && lies(batch, columns, rows);
  const order = turned ? [columns, rows] : [rows, columns];
  const { node } = arranged(x, [...batch, ...order.flat()]);
  const count = (list: readonly string[]) =>
    sizeOf(list.map((letter) => x.node.shape[x.letters.indexOf(letter)]));
  const lead = batch.length > 0 ? [count(batch)] : [];
  return { node: reshape(node, [...lead, ...order.map(count)]), turned };
}
