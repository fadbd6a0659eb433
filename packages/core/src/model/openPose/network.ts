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
} from "./layers.js";
import {
  beliefTrunk,
  deepTrunk,
  denseTriple,
  denseTrunk,
  features,
  pairedTrunk,
  type TrunkStep,
} from "./trunk.js";

/** What all networks of the family have. */
interface MapOptions {
  /** Keypoints: the first channels of the confidence maps. */
  readonly parts: number;
  /** Whether a channel for the background follows the parts; true when absent. */
  readonly background?: boolean;
  /** What the stages see of the picture; the published trunk when absent. */
  readonly trunk?: readonly TrunkStep[];
  /** Channels by published channels, for narrower networks: `{ 64: 8, 128: 16 }`. What isn't named keeps its width. */
  readonly widths?: Readonly<Record<number, number>>;
}

/** The networks of 2017 (Cao et al., CVPR): fields and parts refined side by side. */
export interface PairedOptions extends MapOptions {
  readonly kind: "paired";
  readonly limbs: number;
  readonly stages: number;
}

/** A stage of dense triples. */
export interface DenseStage {
  /** How many triples of 3×3 convolutions stand in series. */
  readonly triples: number;
  /** Channels of each of their convolutions. */
  readonly width: number;
  /** Channels of the 1×1 convolution behind them. */
  readonly wide: number;
}

/** The networks of 2019 (Cao et al., TPAMI): fields first, then parts. */
export interface DenseOptions extends MapOptions {
  readonly kind: "dense";
  readonly limbs: number;
  readonly fieldStages: readonly DenseStage[];
  readonly partStages: readonly DenseStage[];
}

/** The networks of hands and faces (Simon et al. 2017): parts of one person only. */
export interface BeliefOptions extends MapOptions {
  readonly kind: "belief";
  readonly stages: number;
}

/** Which network, and of what sizes. */
export type NetworkOptions = PairedOptions | DenseOptions | BeliefOptions;

/** Parameters by the names of the published files: `conv1_1.weight`, `Mconv7_stage6_L2.bias`, `prelu4_2.weight`. */
export type NetworkParams = LayerParams;

/** What a network predicts: maps at 1/stride of the picture's size, one set for each stage. */
export interface MapStages<T = Node> {
  /** Part affinity fields, [batch, 2 · limbs, height, width]: x, then y of each limb. */
  readonly fields: readonly T[];
  /** Confidence maps, [batch, parts (+ background), height, width]. */
  readonly heatmaps: readonly T[];
  /** The last confidence maps, then the last fields. */
  readonly output: T;
}

const stageOf = (triples: number, width: number, wide: number): DenseStage => ({ triples, width, wide });

/** The published networks. */
export const ARCHITECTURES = {
  /** COCO_18, 2017. */
  coco18: { kind: "paired", parts: 18, limbs: 19, stages: 6 },
  /** MPI_15, 2017. */
  mpi15: { kind: "paired", parts: 15, limbs: 14, stages: 6 },
  /** MPI_15 for less time: the first four stages. */
  mpi15Fast: { kind: "paired", parts: 15, limbs: 14, stages: 4 },
  /** BODY_25, 2019. */
  body25: {
    kind: "dense",
    parts: 25,
    limbs: 26,
    fieldStages: [stageOf(5, 96, 256), ...Array<DenseStage>(3).fill(stageOf(5, 128, 512))],
    partStages: [stageOf(5, 96, 256), stageOf(5, 128, 512)],
  },
  /** BODY_25B with redundant fields, the fast form ("option 2"). */
  body25bFast: {
    kind: "dense",
    parts: 25,
    limbs: 36,
    background: false,
    fieldStages: [
      stageOf(5, 64, 256),
      stageOf(5, 128, 256),
      ...Array<DenseStage>(3).fill(stageOf(5, 128, 512)),
    ],
    partStages: [stageOf(5, 128, 512)],
  },
  /** BODY_25B, the accurate form ("option 1"). */
  body25b: {
    kind: "dense",
    parts: 25,
    limbs: 36,
    background: false,
    trunk: deepTrunk,
    fieldStages: [stageOf(9, 256, 512)],
    partStages: [stageOf(9, 192, 512)],
  },
  /** BODY_135, body, hands and face at once. */
  body135: {
    kind: "dense",
    parts: 135,
    limbs: 152,
    background: false,
    fieldStages: [
      stageOf(8, 128, 256),
      ...Array<DenseStage>(2).fill(stageOf(8, 128, 512)),
      stageOf(8, 256, 512),
    ],
    partStages: [stageOf(5, 256, 512)],
  },
  /** The 21 points of a right hand, 2017. */
  hand21: { kind: "belief", parts: 21, stages: 6 },
  /** The 70 points of a face. */
  face70: { kind: "belief", parts: 70, stages: 6 },
} as const satisfies Readonly<Record<string, NetworkOptions>>;

/** New parameters: He's normal numbers, biases 0, and small weights where maps come out. */
export const init = (random: Random, options: NetworkOptions): NetworkParams =>
  initLayers(random, (on) => describe(on, 3, options));

/** The shapes of the parameters, without values. */
export const shapes = (options: NetworkOptions): NetworkParams => shapesOf((on) => describe(on, 3, options));

/**
 * The network of a picture.
 *
 * @param x N×3×H×W: blue, green, red as byte / 256 − 0.5.
 * @returns The maps of every stage, since training supervises each.
 * @throws MareyError `GRAPH_SHAPE` when parameters and options don't fit.
 */
export const forward = (
  params: Symbolic<NetworkParams>,
  x: Node,
  options: NetworkOptions,
  layerOptions?: LayerOptions,
): MapStages => describe(symbolicLayers(params, layerOptions), x, options);

/** The network, by whatever steps `on` means. */
export function describe<T>(on: Layers<T>, image: T, options: NetworkOptions): MapStages<T> {
  const width = (published: number) => options.widths?.[published] ?? published;
  const beliefs = options.parts + (options.background === false ? 0 : 1);
  switch (options.kind) {
    case "paired":
      return paired(on, image, options, beliefs, width);
    case "dense":
      return dense(on, image, options, beliefs, width);
    case "belief":
      return belief(on, image, options, beliefs, width);
  }
}

type Width = (published: number) => number;

/** A refining stage of 7×7 convolutions: `Mconv1…5`, then two of 1×1. `suffix` tells stage and branch. */
function refine<T>(on: Layers<T>, suffix: string, x: T, outputs: number, width: Width): T {
  let y = x;
  for (let i = 1; i <= 5; i++) y = on.conv(`Mconv${i}_${suffix}`, y, width(128), 7, "relu");
  y = on.conv(`Mconv6_${suffix}`, y, width(128), 1, "relu");
  return on.conv(`Mconv7_${suffix}`, y, outputs, 1, "none");
}

/** Here branch L1 gives the fields and L2 the parts. */
function paired<T>(
  on: Layers<T>,
  image: T,
  { trunk = pairedTrunk, limbs, stages }: PairedOptions,
  beliefs: number,
  width: Width,
): MapStages<T> {
  const seen = features(on, image, trunk, width);
  const first = (branch: string, outputs: number) => {
    let y = seen;
    for (let i = 1; i <= 3; i++) y = on.conv(`conv5_${i}_CPM_${branch}`, y, width(128), 3, "relu");
    y = on.conv(`conv5_4_CPM_${branch}`, y, width(512), 1, "relu");
    return on.conv(`conv5_5_CPM_${branch}`, y, outputs, 1, "none");
  };
  const fields = [first("L1", 2 * limbs)];
  const heatmaps = [first("L2", beliefs)];
  for (let t = 2; t <= stages; t++) {
    const joined = on.concat([fields[t - 2], heatmaps[t - 2], seen]);
    fields.push(refine(on, `stage${t}_L1`, joined, 2 * limbs, width));
    heatmaps.push(refine(on, `stage${t}_L2`, joined, beliefs, width));
  }
  return { fields, heatmaps, output: on.concat([heatmaps[stages - 1], fields[stages - 1]]) };
}

/** Here branch L2 gives the fields and L1 the parts. Only the last fields are seen by the stages of parts. */
function dense<T>(
  on: Layers<T>,
  image: T,
  { trunk = denseTrunk, limbs, fieldStages, partStages }: DenseOptions,
  beliefs: number,
  width: Width,
): MapStages<T> {
  const seen = features(on, image, trunk, width);
  const stage = (suffix: string, inputs: readonly T[], outputs: number, sizes: DenseStage) => {
    let y = on.concat(inputs);
    for (let i = 1; i <= sizes.triples; i++)
      y = denseTriple(on, `Mconv${i}_${suffix}`, y, width(sizes.width));
    y = on.conv(`Mconv${sizes.triples + 1}_${suffix}`, y, width(sizes.wide), 1, "prelu");
    return on.conv(`Mconv${sizes.triples + 2}_${suffix}`, y, outputs, 1, "none");
  };
  const fields: T[] = [];
  fieldStages.forEach((sizes, s) => {
    fields.push(stage(`stage${s}_L2`, [seen, ...fields.slice(-1)], 2 * limbs, sizes));
  });
  const heatmaps: T[] = [];
  partStages.forEach((sizes, s) => {
    const inputs = [seen, ...heatmaps.slice(-1), ...fields.slice(-1)];
    heatmaps.push(stage(`stage${s}_L1`, inputs, beliefs, sizes));
  });
  return { fields, heatmaps, output: on.concat([...heatmaps.slice(-1), ...fields.slice(-1)]) };
}

function belief<T>(
  on: Layers<T>,
  image: T,
  { trunk = beliefTrunk, stages }: BeliefOptions,
  beliefs: number,
  width: Width,
): MapStages<T> {
  const seen = features(on, image, trunk, width);
  const y = on.conv("conv6_1_CPM", seen, width(512), 1, "relu");
  const heatmaps = [on.conv("conv6_2_CPM", y, beliefs, 1, "none")];
  for (let t = 2; t <= stages; t++)
    heatmaps.push(refine(on, `stage${t}`, on.concat([heatmaps[t - 2], seen]), beliefs, width));
  return { fields: [], heatmaps, output: heatmaps[stages - 1] };
}
