import { compile } from "../../graph/compile.js";
import { input } from "../../graph/node.js";
import { EVALUATION } from "../../nn/mode.js";
import { baked } from "../../nn/tree.js";
import { forward, type NetworkParams } from "./network.js";

/** Names of the graph's input and output. */
export const GRAPH_INPUT = "image";
export const GRAPH_OUTPUT = "heatmaps";

/**
 * The network as an ONNX file for one crop: input `image` [1, 3, height, width] as `writePicture` makes it, output
 * `heatmaps` [1, joint, height / 4, width / 4].
 *
 * @param size Width and height, pixels.
 */
export const inferenceGraph = (
  params: NetworkParams,
  [width, height]: readonly [number, number],
  name = "simple baseline",
): Uint8Array<ArrayBuffer> => {
  const maps = forward(baked(params), input(GRAPH_INPUT, [1, 3, height, width]), EVALUATION);
  return compile({ [GRAPH_OUTPUT]: maps }, name).model;
};
