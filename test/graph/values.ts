import { random } from "@marey/core/array";
import { evaluate, type Node, type Shape, sizeOf } from "@marey/core/graph";
import { onnxRuntime } from "marey";

const draw = random(7);
/** Random numbers between −1 and 1. */
export const filled = (shape: Shape) =>
  Float32Array.from({ length: sizeOf(shape) }, () => draw.uniform(-1, 1));
/** What is fed to an input. */
export const float = (shape: Shape, data: Float32Array) => ({ type: "float32" as const, dims: shape, data });
/** Computes float32 outputs. */
export async function values(
  outputs: Record<string, Node>,
  feeds: Record<string, ReturnType<typeof float>> = {},
) {
  const results = await evaluate(onnxRuntime, outputs, feeds);
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]));
}
