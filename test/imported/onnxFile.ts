import { random } from "@marey/core/array";
import {
  type Attribute,
  type Dimension,
  type ElementType,
  type NodeType,
  node,
  sizeOf,
  type TensorData,
  tensor,
  valueInfo,
  writeOnnx,
} from "@marey/core/graph";
import type { Tensor } from "@marey/core/seam";

export type Port = [type: NodeType, shape: Dimension[]];
export type Initialiser = [type: ElementType, shape: number[], data: TensorData];
export type Call = [
  operator: string,
  inputs: string,
  outputs: string,
  attributes?: Record<string, Attribute>,
];

/** A hand-made file in any operator set; inputs and outputs of calls are names with spaces between, "_" for none. */
export interface Made {
  set: number;
  inputs: Record<string, Port>;
  weights?: Record<string, Initialiser>;
  calls: Call[];
  outputs: string[];
}

export function file({ set, inputs, weights = {}, calls, outputs }: Made): Uint8Array {
  const names = (list: string) => list.split(" ").map((name) => (name === "_" ? "" : name));
  return writeOnnx({
    name: "made",
    inputs: Object.entries(inputs).map(([name, [type, shape]]) => valueInfo(name, type, shape)),
    outputs: outputs.map((name) => ({ name })),
    initialisers: Object.entries(weights).map(([name, [type, shape, data]]) =>
      tensor(name, type, shape, data),
    ),
    nodes: calls.map(([operator, from, to, attributes]) =>
      node(operator, names(from), names(to), attributes),
    ),
    domains: { "": set },
  });
}

export const whole = (...values: number[]): Initialiser => [
  "int64",
  [values.length],
  BigInt64Array.from(values, BigInt),
];
export const floats = (shape: number[], ...values: number[]): Initialiser => [
  "float32",
  shape,
  Float32Array.from(values),
];

/** Values in [−2, 2), or whole numbers in −5…5. */
export function filled(type: NodeType, shape: readonly number[], seed: number): Tensor {
  const next = random(seed);
  const size = sizeOf(shape);
  const floating = Float32Array.from({ length: size }, () => next.uniform(-2, 2));
  const integers = Array.from({ length: size }, () => next.integer(11) - 5);
  if (type === "float32") return { type, dims: shape, data: floating };
  if (type === "int64") return { type, dims: shape, data: BigInt64Array.from(integers, BigInt) };
  if (type === "int32") return { type, dims: shape, data: Int32Array.from(integers) };
  return { type, dims: shape, data: Uint8Array.from(integers, (value) => Number(value > 0)) };
}

export const x234: Record<string, Port> = { x: ["float32", [2, 3, 4]] };
export const one = (
  call: Call,
  set = 17,
  inputs = x234,
  weights: Record<string, Initialiser> = {},
): Made => ({
  set,
  inputs,
  weights,
  calls: [call],
  outputs: call[2].split(" ").filter((name) => name !== "_"),
});
