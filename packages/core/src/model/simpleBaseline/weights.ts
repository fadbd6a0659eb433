import { MareyError } from "../../error.js";
import type { StoredTensor } from "../../format/storedTensor.js";
import { leaves, load, mapLeaves } from "../../nn/tree.js";
import * as network from "./network.js";

type Tensors = ReadonlyMap<string, StoredTensor>;

/** Components that programs put in front: PyTorch's parallel training, MMPose's two halves (of 2020, and of today). */
const FRONT = /^(?:module\.|backbone\.|keypoint_head\.|head\.)+/;

/** Tensors under the names of the authors' `state_dict`, as they or MMPose publish them. */
export const officialNames = (tensors: Tensors): Map<string, StoredTensor> =>
  new Map([...tensors].map(([path, tensor]) => [path.replace(FRONT, ""), tensor]));

/** A network with its sizes. */
export interface LoadedNetwork {
  readonly options: network.NetworkOptions;
  readonly params: network.NetworkParams;
}

/**
 * A network from the tensors of a file: joints, depth and channels are read off their shapes.
 *
 * @param name Of the file, for the error.
 * @throws MareyError `WEIGHTS_MISMATCH` naming what is missing or has another shape.
 */
export function loadWeights(tensors: Tensors, name = "weights"): LoadedNetwork {
  const official = officialNames(tensors);
  const options = optionsOf(official, name);
  return { options, params: load(network.init(still, options), official, name) };
}

/** Makes no numbers: they are replaced. */
const still = { uniform: () => 0, normal: () => 0, integer: () => 0 };

function optionsOf(official: Tensors, name: string): network.NetworkOptions {
  const shapeOf = (path: string): readonly number[] => {
    const tensor = official.get(path);
    if (tensor?.shape.length === 4) return tensor.shape;
    throw new MareyError(
      "WEIGHTS_MISMATCH",
      name,
      tensor ? `"${path}" is [${tensor.shape}], expected four sizes` : `"${path}" is missing`,
      "Give weights of a Simple Baselines network, as its authors or MMPose publish them",
    );
  };
  const blocks = (layer: number) => {
    let count = 0;
    while (official.has(`layer${layer}.${count}.conv1.weight`)) count++;
    return count;
  };
  const deconvolutions: number[] = [];
  for (let place = 0; official.has(`deconv_layers.${place}.weight`); place += 3)
    deconvolutions.push(shapeOf(`deconv_layers.${place}.weight`)[1]);
  const kernel = shapeOf("deconv_layers.0.weight")[2];
  if (kernel !== 2 && kernel !== 3 && kernel !== 4)
    throw new MareyError(
      "WEIGHTS_MISMATCH",
      name,
      `"deconv_layers.0.weight" has a kernel of ${kernel} cells, expected 2, 3 or 4`,
      "Give weights whose transposed convolutions double the maps' size",
    );
  return {
    joints: shapeOf("final_layer.weight")[0],
    depth: depthOf([2, 3].map(blocks), official.has("layer1.0.conv3.weight"), name),
    width: shapeOf("conv1.weight")[0],
    deconvolutions,
    kernel,
  };
}

/** Layers of a residual network with so many blocks in its second and third layer. */
function depthOf(blocks: readonly number[], bottleneck: boolean, name: string) {
  const depths = bottleneck
    ? ({ "4,6": 50, "4,23": 101, "8,36": 152 } as const)
    : ({ "2,2": 18, "4,6": 34 } as const);
  const depth = (depths as Readonly<Record<string, network.NetworkOptions["depth"]>>)[blocks.join()];
  if (depth !== undefined) return depth;
  throw new MareyError(
    "WEIGHTS_MISMATCH",
    name,
    `layers 2 and 3 have ${blocks.join(" and ")} blocks`,
    "Give a ResNet of 18, 34, 50, 101 or 152 layers",
  );
}

/**
 * New parameters with a file's values wherever name and shape agree: those of torchvision's classifier on ImageNet, with
 * which the published networks began, or of another network of this family to go on from.
 *
 * @returns The parameters, and the paths that the file gave.
 * @throws MareyError `WEIGHTS_MISMATCH` when the file gives none.
 */
export function startFrom(
  params: network.NetworkParams,
  tensors: Tensors,
  name = "weights",
): { params: network.NetworkParams; taken: string[] } {
  const official = officialNames(tensors);
  const taken: string[] = [];
  const started = mapLeaves(params, (leaf, path) => {
    const tensor = official.get(path);
    if (tensor?.shape.join() !== leaf.shape.join()) return leaf;
    taken.push(path);
    return { ...leaf, data: Float32Array.from(tensor.data as ArrayLike<number>, Number) };
  });
  if (taken.length > 0) return { params: started, taken };
  const names = [...leaves(params).keys()].slice(0, 3).join(", ");
  throw new MareyError(
    "WEIGHTS_MISMATCH",
    name,
    `none of its tensors has name and shape of one of the network's (${names} …)`,
    "Give a ResNet of torchvision or a Simple Baselines network of the same depth and width",
  );
}
