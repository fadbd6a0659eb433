import { MareyError } from "../error.js";
import type { Shape } from "../graph/node.js";
import { constant, input, type Node } from "../graph/node.js";

/** A leaf of a parameter tree: values that training changes by gradients, or state that layers keep (running statistics). */
export interface Parameter {
  readonly shape: Shape;
  readonly data: Float32Array;
  /** False for state: it has no gradient; its next value comes from the layer that keeps it. */
  readonly trainable: boolean;
}

/** A record of trees. */
interface Branch {
  readonly [key: string]: Tree | undefined;
}
/** Parameters of a network: nested records and arrays. The path to a leaf is its key in a weights file. */
export type Tree = Parameter | Branch | readonly Tree[];

/** The same tree with a symbolic tensor in each leaf's place. */
export type Symbolic<T> = T extends Parameter ? Node : { readonly [K in keyof T]: Symbolic<T[K]> };

/** A leaf that training changes. */
export const parameter = (shape: Shape, data: Float32Array): Parameter => ({ shape, data, trainable: true });
/** A leaf that its layer keeps. */
export const state = (shape: Shape, data: Float32Array): Parameter => ({ shape, data, trainable: false });

const isLeaf = (tree: Tree): tree is Parameter => (tree as Parameter).data instanceof Float32Array;

/** The leaves by path, in the tree's order: `layers.0.weight`. */
export function leaves(tree: Tree, path = ""): Map<string, Parameter> {
  if (isLeaf(tree)) return new Map([[path, tree]]);
  const entries = Object.entries(tree).flatMap(([key, branch]) =>
    branch === undefined ? [] : [...leaves(branch as Tree, path === "" ? key : `${path}.${key}`)],
  );
  return new Map(entries);
}

/** A tree of the same form whose leaves are `change`d. */
export function mapLeaves<T extends Tree>(tree: T, change: (leaf: Parameter, path: string) => Parameter): T {
  return build(tree, "", change) as T;
}

/** The tree as symbolic tensors, fed under their paths with `prefix` in front. */
export function symbolic<T extends Tree>(tree: T, prefix = ""): Symbolic<T> {
  return build(tree, "", (leaf, path) => input(prefix + path, leaf.shape)) as Symbolic<T>;
}

/** The tree as constants, for a graph that carries its weights: a network that is only run. */
export function baked<T extends Tree>(tree: T): Symbolic<T> {
  return build(tree, "", ({ shape, data }) => constant(data, shape)) as Symbolic<T>;
}

/** A tree of the same form with something else in the leaves. */
function build(tree: Tree, path: string, make: (leaf: Parameter, path: string) => unknown): unknown {
  if (isLeaf(tree)) return make(tree, path);
  const step = (key: string) => (path === "" ? key : `${path}.${key}`);
  if (Array.isArray(tree)) return tree.map((branch, i) => build(branch, step(String(i)), make));
  return Object.fromEntries(
    Object.entries(tree).map(([key, branch]) => [
      key,
      branch === undefined ? undefined : build(branch as Tree, step(key), make),
    ]),
  );
}

/** How many numbers training changes. */
export const count = (tree: Tree): number =>
  [...leaves(tree).values()].reduce((sum, leaf) => sum + (leaf.trainable ? leaf.data.length : 0), 0);

/**
 * The tree with values from a weights file. Each leaf must be there with its shape; what else the file holds is left.
 *
 * @throws MareyError `WEIGHTS_MISMATCH` naming each leaf that is missing or has another shape.
 */
export function load<T extends Tree>(
  tree: T,
  values: ReadonlyMap<string, { readonly shape: Shape; readonly data: ArrayLike<number | bigint> }>,
  name = "weights",
): T {
  const wrong: string[] = [];
  const loaded = mapLeaves(tree, (leaf, path) => {
    const value = values.get(path);
    if (!value) wrong.push(`"${path}" is missing`);
    else if (value.shape.join() !== leaf.shape.join())
      wrong.push(`"${path}" is [${value.shape}], expected [${leaf.shape}]`);
    else return { ...leaf, data: floats(value.data) };
    return leaf;
  });
  if (wrong.length > 0)
    throw new MareyError(
      "WEIGHTS_MISMATCH",
      name,
      `${wrong.slice(0, 5).join("; ")}${wrong.length > 5 ? ` and ${wrong.length - 5} more` : ""}`,
      "Give weights of this network with these sizes",
    );
  return loaded;
}

/** A copy as float32; converting one by one would take a second for each two million numbers. */
const floats = (data: ArrayLike<number | bigint>): Float32Array =>
  data instanceof Float32Array ? data.slice() : Float32Array.from(data as ArrayLike<number>, Number);
