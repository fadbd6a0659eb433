import type { Activation, Layers } from "./layers.js";

/** A 3×3 convolution of the trunk, or one of another size. */
export interface TrunkConvolution {
  readonly name: string;
  readonly outputs: number;
  /** 3 when absent. */
  readonly kernel?: number;
  /** ReLU when absent. */
  readonly activation?: Activation;
  /** Three convolutions in series whose results are joined, as in the later stages. */
  readonly dense?: boolean;
}

/** A step of the features that all stages see: a convolution, a pooling to half the size, or earlier results side by side. */
export type TrunkStep = TrunkConvolution | "pool" | { readonly join: readonly string[] };

const relu = (...layers: readonly (readonly [string, number])[]): TrunkStep[] =>
  layers.map(([name, outputs]) => ({ name, outputs }));
const prelu = (...layers: readonly (readonly [string, number])[]): TrunkStep[] =>
  layers.map(([name, outputs]) => ({ name, outputs, activation: "prelu" }));

/** VGG-19 up to its first convolution of stride 8. */
const VGG: readonly TrunkStep[] = [
  ...relu(["conv1_1", 64], ["conv1_2", 64]),
  "pool",
  ...relu(["conv2_1", 128], ["conv2_2", 128]),
  "pool",
  ...relu(["conv3_1", 256], ["conv3_2", 256], ["conv3_3", 256], ["conv3_4", 256]),
  "pool",
  ...relu(["conv4_1", 512]),
];

/** Of the networks of 2017: VGG-19 to conv4_2, then two convolutions that reduce. */
export const pairedTrunk: readonly TrunkStep[] = [
  ...VGG,
  ...relu(["conv4_2", 512], ["conv4_3_CPM", 256], ["conv4_4_CPM", 128]),
];

/** Of the networks of 2019: the same sizes, with PReLU from conv4_2 on. */
export const denseTrunk: readonly TrunkStep[] = [
  ...VGG,
  ...prelu(["conv4_2", 512], ["conv4_3_CPM", 256], ["conv4_4_CPM", 128]),
];

/** Of BODY_25B's accurate form: four depths of features side by side. */
export const deepTrunk: readonly TrunkStep[] = [
  ...VGG,
  ...relu(["conv4_2", 512], ["conv4_3", 512], ["conv4_4", 512]),
  ...[256, 256, 224, 256, 256, 224].map(
    (outputs, i): TrunkStep => ({
      name: `conv4_${i + 5}_CPM`,
      outputs,
      activation: "prelu",
      dense: true,
    }),
  ),
  { join: ["conv4_2", "conv4_4", "conv4_7_CPM", "conv4_10_CPM"] },
  { name: "conv4_11_CPM", outputs: 512, kernel: 1, activation: "prelu" },
];

/** Of hands and faces: VGG-19 to conv5_2 without its fourth pooling. */
export const beliefTrunk: readonly TrunkStep[] = [
  ...VGG,
  ...relu(["conv4_2", 512], ["conv4_3", 512], ["conv4_4", 512]),
  ...relu(["conv5_1", 512], ["conv5_2", 512], ["conv5_3_CPM", 128]),
];

/** Input pixels from one cell of the maps to the next. */
export const strideOf = (trunk: readonly TrunkStep[]): number =>
  2 ** trunk.filter((step) => step === "pool").length;

/** Three convolutions in series, each of `outputs` channels; the three results side by side. */
export function denseTriple<T>(
  on: Layers<T>,
  name: string,
  x: T,
  outputs: number,
  activation: Activation = "prelu",
): T {
  const results: T[] = [];
  for (let i = 0, y = x; i < 3; i++) {
    y = on.conv(`${name}_${i}`, y, outputs, 3, activation);
    results.push(y);
  }
  return on.concat(results);
}

/** The trunk's features of a picture. `width` gives the channels that stand for the published ones. */
export function features<T>(
  on: Layers<T>,
  image: T,
  trunk: readonly TrunkStep[],
  width: (published: number) => number,
): T {
  const made = new Map<string, T>();
  let x = image;
  for (const step of trunk) {
    if (step === "pool") x = on.maxPool(x, 2);
    else if ("join" in step) x = on.concat(step.join.map((name) => made.get(name) as T));
    else {
      const { name, outputs, kernel = 3, activation = "relu", dense = false } = step;
      x = dense
        ? denseTriple(on, name, x, width(outputs), activation)
        : on.conv(name, x, width(outputs), kernel, activation);
      made.set(name, x);
    }
  }
  return x;
}
