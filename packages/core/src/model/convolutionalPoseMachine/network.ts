import type { Random } from "../../array/random.js";
import type { Node } from "../../graph/node.js";
import type { Symbolic } from "../../nn/tree.js";
import {
  initLayers,
  type LayerOptions,
  type LayerParams,
  type Layers,
  shapesOf,
  symbolicLayers,
} from "../openPose/layers.js";
import { features, type TrunkStep } from "../openPose/trunk.js";

/** Which of the released shapes, and of what sizes. */
export interface NetworkOptions {
  /**
   * `original` (MPII, LSP, FLIC) has large kernels and features of its own for the stages from the second on; `vgg` starts
   * from VGG-19; `person` finds the centres of people in a whole picture and takes no centre map.
   */
  readonly kind: "original" | "vgg" | "person";
  /** Belief maps of a stage: the parts and, but for `person`, the background. */
  readonly maps: number;
  readonly stages: number;
  /** Channels by published channels, for narrower networks. What isn't named keeps its width. */
  readonly widths?: Readonly<Record<number, number>>;
}

/** Parameters by the names of the published files: `conv1_stage1.weight`, `Mconv5_stage6.bias`. */
export type NetworkParams = LayerParams;

/** The published networks. */
export const ARCHITECTURES = {
  /** MPII or LSP: 14 parts and the background. */
  original: { kind: "original", maps: 15, stages: 6 },
  /** MPII, from VGG-19. */
  vgg: { kind: "vgg", maps: 15, stages: 6 },
  /** FLIC: 9 parts of the upper body and the background. */
  flic: { kind: "original", maps: 10, stages: 4 },
  /** Centres of people. */
  person: { kind: "person", maps: 1, stages: 4 },
} as const satisfies Readonly<Record<string, NetworkOptions>>;

/** How a graph is made. */
export interface ForwardOptions extends LayerOptions {
  /** Share of values dropped after the two widest layers of the first stage; 0.5 in the paper, 0 when absent. */
  readonly dropout?: number;
}

/** New parameters: He's normal numbers, biases 0, and small weights where maps come out. */
export const init = (random: Random, options: NetworkOptions): NetworkParams =>
  initLayers(random, (on) => describe(on, 3, 1, options, 0));

/** The shapes of the parameters, without values. */
export const shapes = (options: NetworkOptions): NetworkParams =>
  shapesOf((on) => describe(on, 3, 1, options, 0));

/**
 * Convolutional Pose Machine (Wei et al. 2016): the belief maps of each stage, of which each sees the last one's.
 *
 * @param x N×3×H×W: blue, green, red as byte / 256 − 0.5. H and W are 8·n, 368 as published.
 * @param centreMap N×1×H×W: a Gaussian at the middle of the person that is meant. `person` doesn't look at it.
 * @returns By stage [batch, maps, height / 8, width / 8].
 * @throws MareyError `GRAPH_SHAPE` when parameters, options and sizes don't fit.
 */
export const forward = (
  params: Symbolic<NetworkParams>,
  x: Node,
  centreMap: Node,
  options: NetworkOptions,
  { dropout = 0, ...layerOptions }: ForwardOptions = {},
): readonly Node[] => describe(symbolicLayers(params, layerOptions), x, centreMap, options, dropout);

type Width = (published: number) => number;

/** The network, by whatever steps `on` means. */
export function describe<T>(
  on: Layers<T>,
  image: T,
  centreMap: T,
  options: NetworkOptions,
  dropout: number,
): readonly T[] {
  const width = (published: number) => options.widths?.[published] ?? published;
  if (options.kind === "person") return fromVgg(on, image, PERSON, [], options, width);
  const centre = on.averagePool(centreMap, 9, 8);
  if (options.kind === "vgg") return fromVgg(on, image, POSE, [centre], options, width);
  return original(on, image, centre, options, width, dropout);
}

/** Three 9×9 convolutions of stride 8 together. Windows of 3 cells: only rounding up halves the even sizes. */
function ownFeatures<T>(on: Layers<T>, image: T, stage: string, width: Width): T {
  let y = image;
  for (let i = 1; i <= 3; i++) y = on.maxPool(on.conv(`conv${i}_${stage}`, y, width(128), 9, "relu"), 3);
  return y;
}

function original<T>(
  on: Layers<T>,
  image: T,
  centre: T,
  { maps, stages }: NetworkOptions,
  width: Width,
  dropout: number,
): readonly T[] {
  let y = ownFeatures(on, image, "stage1", width);
  y = on.conv("conv4_stage1", y, width(32), 5, "relu");
  y = on.drop(on.conv("conv5_stage1", y, width(512), 9, "relu"), dropout);
  y = on.drop(on.conv("conv6_stage1", y, width(512), 1, "relu"), dropout);
  const beliefs = [on.conv("conv7_stage1", y, maps, 1, "none")];
  if (stages === 1) return beliefs;
  const shared = ownFeatures(on, image, "stage2", width);
  for (let t = 2; t <= stages; t++) {
    const seen = on.conv(t === 2 ? "conv4_stage2" : `conv1_stage${t}`, shared, width(32), 5, "relu");
    let z = on.concat([seen, beliefs[t - 2], centre]);
    for (let i = 1; i <= 3; i++) z = on.conv(`Mconv${i}_stage${t}`, z, width(128), 11, "relu");
    z = on.conv(`Mconv4_stage${t}`, z, width(128), 1, "relu");
    beliefs.push(on.conv(`Mconv5_stage${t}`, z, maps, 1, "none"));
  }
  return beliefs;
}

/** A trunk from VGG-19 and the names of the first stage's two layers. */
interface Start {
  readonly trunk: readonly TrunkStep[];
  readonly first: readonly [string, string];
}

const layers = (...list: readonly (readonly [string, number])[]): TrunkStep[] =>
  list.map(([name, outputs]) => ({ name, outputs }));

const VGG: readonly TrunkStep[] = [
  ...layers(["conv1_1", 64], ["conv1_2", 64]),
  "pool",
  ...layers(["conv2_1", 128], ["conv2_2", 128]),
  "pool",
  ...layers(["conv3_1", 256], ["conv3_2", 256], ["conv3_3", 256], ["conv3_4", 256]),
  "pool",
  ...layers(["conv4_1", 512], ["conv4_2", 512]),
];
const POSE: Start = {
  trunk: [
    ...VGG,
    ...layers(["conv4_3_CPM", 256], ["conv4_4_CPM", 256], ["conv4_5_CPM", 256], ["conv4_6_CPM", 256]),
    ...layers(["conv4_7_CPM", 128]),
  ],
  first: ["conv5_1_CPM", "conv5_2_CPM"],
};
const PERSON: Start = {
  trunk: [...VGG, ...layers(["conv4_3", 512], ["conv4_4", 512], ["conv5_1", 512], ["conv5_2_CPM", 128])],
  first: ["conv6_1_CPM", "conv6_2_CPM"],
};

function fromVgg<T>(
  on: Layers<T>,
  image: T,
  { trunk, first }: Start,
  centre: readonly T[],
  { maps, stages }: NetworkOptions,
  width: Width,
): readonly T[] {
  const seen = features(on, image, trunk, width);
  const y = on.conv(first[0], seen, width(512), 1, "relu");
  const beliefs = [on.conv(first[1], y, maps, 1, "none")];
  for (let t = 2; t <= stages; t++) {
    let z = on.concat([beliefs[t - 2], seen, ...centre]);
    for (let i = 1; i <= 5; i++) z = on.conv(`Mconv${i}_stage${t}`, z, width(128), 7, "relu");
    z = on.conv(`Mconv6_stage${t}`, z, width(128), 1, "relu");
    beliefs.push(on.conv(`Mconv7_stage${t}`, z, maps, 1, "none"));
  }
  return beliefs;
}
