import { type NodeInit, node, type TensorInit, tensor, valueInfo, writeOnnx } from "../../graph/onnx.js";
import type { Activation, LayerParams, Layers } from "./layers.js";
import { describe, type NetworkOptions, type NetworkParams } from "./network.js";

/** Names of the graph's input and output. */
export const GRAPH_INPUT = "image";
export const GRAPH_OUTPUT = "net_output";

/** The steps of a network as calls of ONNX; values are named after their layers. */
interface Written {
  readonly on: Layers<string>;
  readonly nodes: NodeInit[];
  readonly initialisers: TensorInit[];
}

function writer(params: LayerParams): Written {
  const nodes: NodeInit[] = [];
  const initialisers: TensorInit[] = [];
  const call = (operator: string, inputs: readonly string[], output: string, attributes = {}) => {
    nodes.push(node(operator, inputs, [output], attributes));
    return output;
  };
  const weight = (layer: string, leaf: "weight" | "bias", shape?: readonly number[]) => {
    const { shape: own, data } = params[layer][leaf] as NonNullable<(typeof params)[string]["bias"]>;
    const name = `${layer}.${leaf}`;
    initialisers.push(tensor(name, "float32", shape ?? own, data));
    return name;
  };
  const activated = (name: string, x: string, activation: Activation, channels: number) => {
    if (activation === "none") return x;
    if (activation === "relu") return call("Relu", [x], `${name}/relu`);
    const layer = name.replace("conv", "prelu");
    return call("PRelu", [x, weight(layer, "weight", [channels, 1, 1])], layer);
  };
  let made = 0;
  const square = (kernel: number) => ({ kernel_shape: [kernel, kernel] });
  const on: Layers<string> = {
    conv: (name, x, outputs, kernel, activation) => {
      const inputs = [x, weight(name, "weight"), weight(name, "bias")];
      const pads = new Array<number>(4).fill((kernel - 1) / 2);
      return activated(name, call("Conv", inputs, name, { ...square(kernel), pads }), activation, outputs);
    },
    maxPool: (x, kernel) =>
      call("MaxPool", [x], `pool${++made}`, { ...square(kernel), strides: [2, 2], ceil_mode: 1 }),
    // The last window reaches over the edge, where nothing counts.
    averagePool: (x, kernel, stride) =>
      call("AveragePool", [x], `pool${++made}`, {
        ...square(kernel),
        strides: [stride, stride],
        pads: [0, 0, kernel - stride, kernel - stride],
      }),
    concat: (parts) =>
      parts.length === 1 ? parts[0] : call("Concat", parts, `concat${++made}`, { axis: 1 }),
    drop: (x) => x,
  };
  return { on, nodes, initialisers };
}

/** A network's file: what it is fed and how many maps it gives. */
export interface GraphFile {
  readonly name: string;
  readonly params: LayerParams;
  /** Channels of each input, whose height and width are free. */
  readonly inputs: Readonly<Record<string, number>>;
  readonly maps: number;
  /** Applies the network's steps to its inputs' names; gives the name of the maps. */
  readonly describe: (on: Layers<string>) => string;
}

/** Writes a network of these layers as ONNX, its output named `net_output`. */
export function writeGraph({
  name,
  params,
  inputs,
  maps,
  describe: steps,
}: GraphFile): Uint8Array<ArrayBuffer> {
  const { on, nodes, initialisers } = writer(params);
  const output = steps(on);
  return writeOnnx({
    name,
    inputs: Object.entries(inputs).map(([input, channels]) =>
      valueInfo(input, "float32", ["batch", channels, "height", "width"]),
    ),
    outputs: [valueInfo(GRAPH_OUTPUT, "float32", ["batch", maps, "rows", "columns"])],
    initialisers,
    nodes: [...nodes, node("Identity", [output], [GRAPH_OUTPUT])],
  });
}

/**
 * The network as an ONNX file that any runtime runs: input `image`, N×3×H×W (blue, green, red as byte / 256 − 0.5) of any
 * height and width, output `net_output`, N×maps×rows×columns: parts, background, fields.
 *
 * The description is read a third time here, by names. Through `compile` the sizes would be fixed.
 */
export function inferenceGraph(
  params: NetworkParams,
  options: NetworkOptions,
  name = "openpose",
): Uint8Array<ArrayBuffer> {
  const beliefs = options.parts + (options.background === false ? 0 : 1);
  return writeGraph({
    name,
    params,
    inputs: { [GRAPH_INPUT]: 3 },
    maps: beliefs + (options.kind === "belief" ? 0 : 2 * options.limbs),
    describe: (on) => describe(on, GRAPH_INPUT, options).output,
  });
}
