import { inOrder, type Node } from "./node.js";

/** Values of a constant that are printed; more are counted. */
const SHOWN = 6;

/**
 * A graph as text, for people: a line for each call in the order of computing, with its number, operator, inputs,
 * attributes, type and shape; last, under which name what leaves the graph.
 *
 * ```
 * %0 = Input x: float32 [2, 3]
 * %1 = Constant 0.5: float32 []
 * %2 = Mul %0 %1: float32 [2, 3]
 * %3 = ReduceSum %2 axes=[1]: float32 [2, 1]
 * sum = %3
 * ```
 */
export function printGraph(outputs: Readonly<Record<string, Node>>): string {
  const numbers = new Map<Node, string>();
  const lines = inOrder(Object.values(outputs)).map((node) => {
    const own = `%${numbers.size}`;
    numbers.set(node, own);
    const words = [node.op.name, ...node.inputs.map((from) => numbers.get(from)), ...details(node)];
    return `${own} = ${words.join(" ")}: ${node.type} [${node.shape.join(", ")}]`;
  });
  const results = Object.entries(outputs).map(([name, node]) => `${name} = ${numbers.get(node)}`);
  return `${[...lines, ...results].join("\n")}\n`;
}

/** A leaf's name or values; another operator's attributes, without those that the printed type and shape show. */
function details({ attributes, inputs, type, shape }: Node): string[] {
  const hidden = [type, shape.join()];
  return Object.entries(attributes).flatMap(([key, value]) => {
    if (key === "name" && inputs.length === 0) return [String(value)];
    if (key === "data") return [some(value as ArrayLike<number | bigint>)];
    if (["to", "type", "shape"].includes(key) && hidden.includes(String(value))) return [];
    return [`${key}=${text(value)}`];
  });
}

const some = (data: ArrayLike<number | bigint>): string => {
  const first = Array.from({ length: Math.min(data.length, SHOWN) }, (_, i) => short(data[i]));
  if (data.length === 1) return first[0];
  const more = data.length - first.length;
  return `[${first.join(", ")}${more > 0 ? `, … ${more} more` : ""}]`;
};

/** float32 values are shown with the digits that they have. */
const short = (value: number | bigint) =>
  typeof value === "bigint" ? String(value) : String(Number(value.toPrecision(7)));

function text(value: unknown): string {
  if (typeof value === "number" || typeof value === "bigint") return short(value);
  if (Array.isArray(value)) return `[${value.map(text).join(", ")}]`;
  if (ArrayBuffer.isView(value)) return some(value as unknown as ArrayLike<number>);
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value)
      .map(([key, part]) => `${key}=${text(part)}`)
      .join(", ")}}`;
  return String(value);
}
