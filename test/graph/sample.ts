import { cast, type Node, type Shape } from "@marey/core/graph";

/** Where an input's values lie: evenly between two bounds (−1.5 and 1.5 when absent), or given. */
export interface Given {
  readonly shape: Shape;
  readonly between?: readonly [number, number];
  readonly values?: readonly number[];
}

/** A use of an operator whose gradients are compared with finite differences, with respect to each input. */
export interface Sample {
  readonly inputs: readonly Given[];
  build(...inputs: Node[]): Node;
  /** The gradient is 0 by intent, whatever the differences say. */
  readonly stops?: true;
  /** Second derivatives are not compared: the operator has none, or they are too steep for float32. */
  readonly once?: true;
}

/** Samples by operator: each operator must have one, in whose graph, or in whose gradients' graph, it occurs. */
export type Samples = Readonly<Record<string, readonly Sample[]>>;

export const of = (build: Sample["build"], ...inputs: (Shape | Given)[]): Sample => ({
  build,
  inputs: inputs.map((entry) => ("shape" in entry ? entry : { shape: entry })),
});
export const between = (low: number, high: number, shape: Shape = [2, 3]): Given => ({
  shape,
  between: [low, high],
});
export const given = (...values: number[]): Given => ({ shape: [values.length], values });
export const float = (x: Node) => cast(x, "float32");
