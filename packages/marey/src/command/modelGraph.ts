import { MareyError } from "@marey/core";
import { declaredShape, inOrder, printGraph, readGraph, readOnnx } from "@marey/core/graph";
import { readWhole } from "../files/whole.js";
import { findNetwork } from "../store/models.js";

/** A network's graph as people read it, and what it was read with. */
export interface ModelGraph {
  readonly file: string;
  /** Sizes that the file leaves free, and what they were taken as. */
  readonly sizes: Readonly<Record<string, number>>;
  readonly calls: number;
  /** A line for each leaf and call in the order of computing, then the outputs. */
  readonly lines: readonly string[];
}

/** What a free size is taken as unless it is given: one example, of a picture that all networks can take. */
const ONE = 1;
const PICTURE = 256;

/** Reads options `--size name=n`. @throws MareyError `OPTION`. */
export function readSize(
  text: string,
  before: Readonly<Record<string, number>> = {},
): Record<string, number> {
  const [, name, digits] = /^(.+)=(\d+)$/.exec(text) ?? [];
  if (name !== undefined && Number(digits) > 0) return { ...before, [name]: Number(digits) };
  throw new MareyError(
    "OPTION",
    "--size",
    `"${text}" is no size`,
    "Write it as name=number, as in height=256",
  );
}

/**
 * The graph of an embedded or stored network or an ONNX file with all shapes, which are worked out where the file lacks them.
 *
 * @param sizes Sizes that the file leaves free, by the names that it gives them.
 * @throws MareyError those of `findNetwork` and `readGraph`; `OPTION` for a size that it doesn't have.
 */
export async function modelGraph(
  nameOrFile: string,
  sizes: Readonly<Record<string, number>> = {},
): Promise<ModelGraph> {
  const { file } = await findNetwork(nameOrFile);
  const model = readOnnx(await readWhole(file), file);
  const graph = model.graph as NonNullable<typeof model.graph>;
  const stored = new Set(graph.initializer.map(({ name }) => name));
  const taken: Record<string, number> = {};
  const shapes = graph.input.flatMap(({ name }) => {
    const declared = stored.has(name) ? undefined : declaredShape(graph, name);
    if (!declared) return [];
    const shape = declared.map((size, axis) => {
      if (typeof size === "number") return size;
      const key = size === "?" ? `${name}.${axis}` : size;
      taken[key] = sizes[key] ?? (axis === 0 ? ONE : PICTURE);
      return taken[key];
    });
    return [[name, shape] as const];
  });
  requireKnown(sizes, taken, file);
  const { outputs } = readGraph(model, { shapes: Object.fromEntries(shapes), name: file });
  const calls = inOrder(Object.values(outputs)).filter(({ inputs }) => inputs.length > 0).length;
  return { file, sizes: taken, calls, lines: printGraph(outputs).trimEnd().split("\n") };
}

function requireKnown(
  sizes: Readonly<Record<string, number>>,
  free: Readonly<Record<string, number>>,
  file: string,
): void {
  const unknown = Object.keys(sizes).find((name) => !Object.hasOwn(free, name));
  if (unknown === undefined) return;
  const names = Object.keys(free).join(", ") || "none";
  throw new MareyError(
    "OPTION",
    "--size",
    `${file} leaves no size "${unknown}" free`,
    `Free sizes: ${names}`,
  );
}

/** The graph as text, with a head that says for which sizes it holds. */
export function graphText({ file, sizes, calls, lines }: ModelGraph): string {
  const free = Object.entries(sizes).map(([name, size]) => `${name} ${size}`);
  const head = free.length > 0 ? `, for ${free.join(", ")} (others with --size name=n)` : "";
  return [`${file}: ${calls} calls${head}`, ...lines].join("\n");
}
