import type { StoredTensor } from "../../format/storedTensor.js";
import { GRAPH_INPUT, writeGraph } from "../openPose/inferenceGraph.js";
import { fill, officialNames } from "../openPose/weights.js";
import { describe, type NetworkOptions, type NetworkParams, shapes } from "./network.js";

/** Name of the graph's second input. */
export const CENTRE_INPUT = "centre_map";

/**
 * A network's parameters from the tensors of a `.caffemodel` or a PyTorch conversion.
 *
 * @throws MareyError `WEIGHTS_MISMATCH` naming each tensor that is missing or has another shape, with both shapes.
 */
export const loadWeights = (
  options: NetworkOptions,
  tensors: ReadonlyMap<string, StoredTensor>,
  name = "weights",
): NetworkParams => fill(shapes(options), officialNames(tensors, name), name);

/**
 * The network as an ONNX file for any runtime: inputs `image`, N×3×H×W (blue, green, red as byte / 256 − 0.5), and, but
 * for `person`, `centre_map`, N×1×H×W; output `net_output`, the last stage's belief maps. H and W are multiples of 8.
 */
export const inferenceGraph = (
  params: NetworkParams,
  options: NetworkOptions,
  name = "convolutional-pose-machine",
): Uint8Array<ArrayBuffer> =>
  writeGraph({
    name,
    params,
    inputs: { [GRAPH_INPUT]: 3, ...(options.kind !== "person" && { [CENTRE_INPUT]: 1 }) },
    maps: options.maps,
    describe: (on) => describe(on, GRAPH_INPUT, CENTRE_INPUT, options, 0).at(-1) as string,
  });
