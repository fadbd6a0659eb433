import { declaredShape, elementTypeName, readOnnx } from "@marey/core/graph";
import { readWhole } from "../files/whole.js";
import type { Card } from "./card.js";
import { findNetwork } from "./models.js";

/** What an ONNX file says of itself, with its card if it has one. */
export interface ModelInfo {
  file: string;
  bytes: number;
  inputs: ModelPort[];
  outputs: ModelPort[];
  /** Operator calls by name, most frequent first. */
  operators: Record<string, number>;
  parameters: number;
  card?: Card;
}

/** An input or output of a network. */
export interface ModelPort {
  name: string;
  type: string;
  /** Sizes, a name for a free one; absent when the file doesn't state them. */
  shape?: (number | string)[];
}

/**
 * Describes an embedded or stored network, or an ONNX file.
 *
 * @throws MareyError `NETWORK_UNKNOWN`, `NETWORK_MISSING`, `MODEL_KIND` for weights without a network, `ONNX_INVALID`.
 */
export async function describeModel(nameOrFile: string): Promise<ModelInfo> {
  const { file, card } = await findNetwork(nameOrFile);
  return { ...describeOnnx(await readWhole(file), file), ...(card && { card }) };
}

/** What the bytes of an ONNX file say. @throws MareyError `ONNX_INVALID`. */
export function describeOnnx(bytes: Uint8Array, file: string): ModelInfo {
  const graph = readOnnx(bytes, file).graph!;
  const counts = new Map<string, number>();
  for (const { opType } of graph.node) counts.set(opType, (counts.get(opType) ?? 0) + 1);
  const stored = new Set(graph.initializer.map(({ name }) => name));
  const ports = (infos: typeof graph.input): ModelPort[] =>
    infos.map(({ name, type }) => ({
      name,
      type: type?.value.case === "tensorType" ? elementTypeName(type.value.value.elemType) : "unknown",
      shape: declaredShape(graph, name),
    }));
  return {
    file,
    bytes: bytes.length,
    // Old files list their weights among the inputs.
    inputs: ports(graph.input.filter(({ name }) => !stored.has(name))),
    outputs: ports(graph.output),
    operators: Object.fromEntries([...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))),
    parameters: graph.initializer.reduce(
      (sum, { dims }) => sum + dims.reduce((product, size) => product * Number(size), 1),
      0,
    ),
  };
}
