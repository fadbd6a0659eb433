import { MareyError } from "../../error.js";
import type { StoredTensor } from "../../format/storedTensor.js";
import { leaves, load } from "../../nn/tree.js";
import type { LayerParams } from "./layers.js";
import type { NetworkOptions, NetworkParams } from "./network.js";
import * as network from "./network.js";

type Tensors = ReadonlyMap<string, StoredTensor>;

/**
 * Tensors under the names of a network's parameters: of a `.caffemodel` (`conv1_1.0` is the weight, `conv1_1.1` the bias),
 * or of a PyTorch conversion, whose wrappers put components in front (`model1_1.conv5_1_CPM_L1.weight`).
 *
 * @throws MareyError `WEIGHTS_MISMATCH` when two tensors would have one name: the file holds several networks.
 */
export function officialNames(tensors: Tensors, name = "weights"): Map<string, StoredTensor> {
  const named = new Map<string, StoredTensor>();
  for (const [path, tensor] of tensors) {
    const official = path.split(".").slice(-2).join(".").replace(/\.0$/, ".weight").replace(/\.1$/, ".bias");
    if (named.has(official))
      throw new MareyError(
        "WEIGHTS_MISMATCH",
        name,
        `two tensors are "${official}", the second as "${path}"`,
        "Give a file of one network; `marey models import --key` picks an entry of a checkpoint",
      );
    named.set(official, tensor);
  }
  return named;
}

/**
 * A network's parameters from the tensors of a file, in its names or those of conversions.
 *
 * @param name Of the file, for the error.
 * @param called What published networks are called where the error is read.
 * @throws MareyError `WEIGHTS_MISMATCH` naming each tensor that is missing or has another shape, with both shapes; where
 *   the file holds another published network, its name.
 */
export function loadWeights(
  options: NetworkOptions,
  tensors: Tensors,
  name = "weights",
  called: (key: keyof typeof network.ARCHITECTURES) => string = (key) => key,
): NetworkParams {
  const official = officialNames(tensors, name);
  try {
    return fill(network.shapes(options), official, name);
  } catch (error) {
    const other = recognise(official);
    if (!(error instanceof MareyError) || other === undefined) throw error;
    throw new MareyError(
      "WEIGHTS_MISMATCH",
      name,
      error.what,
      `These are weights of the network "${called(other)}": name that one`,
      { cause: error },
    );
  }
}

/**
 * Shapes filled with tensors under official names. Old Caffe files have four sizes for everything, ones in front.
 *
 * @throws MareyError `WEIGHTS_MISMATCH` naming each tensor that is missing or has another shape.
 */
export function fill(shapes: LayerParams, official: Tensors, name: string): LayerParams {
  const fitted = new Map<string, StoredTensor>();
  for (const [path, { shape }] of leaves(shapes)) {
    const tensor = official.get(path);
    if (tensor) fitted.set(path, alike(tensor.shape, shape) ? { ...tensor, shape: [...shape] } : tensor);
  }
  return load(shapes, fitted, name);
}

const withoutOnes = (shape: readonly number[]) => shape.filter((size) => size !== 1).join();
const alike = (a: readonly number[], b: readonly number[]) => withoutOnes(a) === withoutOnes(b);

/** The published network that tensors under official names are of. */
export function recognise(official: Tensors): keyof typeof network.ARCHITECTURES | undefined {
  const names = Object.keys(network.ARCHITECTURES) as (keyof typeof network.ARCHITECTURES)[];
  const fits = (key: (typeof names)[number]) =>
    [...leaves(network.shapes(network.ARCHITECTURES[key]))].every(([path, { shape }]) => {
      const tensor = official.get(path);
      return tensor !== undefined && alike(tensor.shape, shape);
    });
  // The largest that fits: four stages of MPI_15 are also there where all six are.
  return names.filter(fits).sort((a, b) => stagesOf(b) - stagesOf(a))[0];
}

function stagesOf(key: keyof typeof network.ARCHITECTURES): number {
  const options: NetworkOptions = network.ARCHITECTURES[key];
  return options.kind === "dense" ? options.fieldStages.length : options.stages;
}
