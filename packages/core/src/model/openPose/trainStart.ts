import { MareyError } from "../../error.js";
import type { StoredTensor } from "../../format/storedTensor.js";
import { leaves, mapLeaves } from "../../nn/tree.js";
import type { NetworkParams } from "./network.js";
import { officialNames } from "./weights.js";

/** VGG-19's convolutions up to conv4_2, by their places in PyTorch's model. */
const VGG_FEATURES: Readonly<Record<string, string>> = {
  0: "conv1_1",
  2: "conv1_2",
  5: "conv2_1",
  7: "conv2_2",
  10: "conv3_1",
  12: "conv3_2",
  14: "conv3_3",
  16: "conv3_4",
  19: "conv4_1",
  21: "conv4_2",
};

/**
 * New parameters with a file's values wherever name and shape agree: those of VGG-19, which the published networks began
 * with (as a `.caffemodel` or as PyTorch's `features.0.weight`), or of another network of this family to go on from.
 *
 * @returns The parameters, and the paths that the file gave.
 * @throws MareyError `WEIGHTS_MISMATCH` when the file gives none.
 */
export function startFrom(
  params: NetworkParams,
  tensors: ReadonlyMap<string, StoredTensor>,
  name = "weights",
): { params: NetworkParams; taken: string[] } {
  const official = officialNames(
    new Map([...tensors].map(([path, tensor]) => [vggName(path), tensor])),
    name,
  );
  const taken: string[] = [];
  const started = mapLeaves(params, (leaf, path) => {
    const tensor = official.get(path);
    if (tensor?.shape.join() !== leaf.shape.join()) return leaf;
    taken.push(path);
    return { ...leaf, data: Float32Array.from(tensor.data as ArrayLike<number>, Number) };
  });
  if (taken.length === 0)
    throw new MareyError(
      "WEIGHTS_MISMATCH",
      name,
      `none of its tensors has name and shape of one of the network's (${[...leaves(params).keys()].slice(0, 3).join(", ")} …)`,
      "Give VGG-19 or OpenPose weights, and the published widths",
    );
  return { params: started, taken };
}

function vggName(path: string): string {
  const found = /(?:^|\.)features\.(\d+)\.(weight|bias)$/.exec(path);
  const layer = found && VGG_FEATURES[found[1]];
  return layer ? `${layer}.${found[2]}` : path;
}
