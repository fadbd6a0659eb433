import type { Random } from "../../array/random.js";
import { relu } from "../../graph/elementwise.js";
import { type Node, refuse } from "../../graph/node.js";
import * as batchNorm from "../../nn/batchNorm.js";
import * as convolution from "../../nn/convolution.js";
import { normal, zeros } from "../../nn/initialise.js";
import type { Mode } from "../../nn/mode.js";
import * as resNet from "../../nn/resNet.js";
import { parameter, type Symbolic } from "../../nn/tree.js";

/** Which network of the family it is; nothing but joints given means the paper's ResNet-50. */
export interface NetworkOptions {
  readonly joints: number;
  /** Layers of the backbone, 50 when absent. */
  readonly depth?: resNet.ResNetSizes["depth"];
  /** Channels of the backbone's first layer, 64 when absent. */
  readonly width?: number;
  /** Channels of each transposed convolution, the paper's three of 256 when absent. */
  readonly deconvolutions?: readonly number[];
  /** Side of their kernels, 4 when absent. */
  readonly kernel?: Kernel;
}

/** Kernels by which a transposed convolution of stride 2 doubles the size of maps. */
export type Kernel = keyof typeof DOUBLING;

/** What is cut off and added at the ends. */
const DOUBLING = {
  2: { pads: 0, outputPadding: 0 },
  3: { pads: 1, outputPadding: 1 },
  4: { pads: 1, outputPadding: 0 },
} as const;

/** Parameters by the published names: the backbone's are torchvision's. */
export type NetworkParams = Omit<resNet.ResNetParams, "fc"> & {
  /** `0`, `3`, `6`: transposed convolutions; `1`, `4`, `7`: their norms; between them stand ReLUs. */
  readonly deconv_layers: {
    readonly [place: string]: convolution.ConvolutionParams | batchNorm.BatchNormParams;
  };
  readonly final_layer: convolution.ConvolutionParams;
};

/** Places of a transposed convolution, its norm and its ReLU in PyTorch's list. */
const PLACES = 3;
/** Standard deviation of new weights after the backbone, as the authors draw them. */
const DEVIATION = 0.001;
/** Channels of the paper's transposed convolutions. */
const DECONVOLUTIONS = [256, 256, 256];

/** New parameters: the backbone's as torchvision initialises them, the others as the authors do. */
export function init(random: Random, options: NetworkOptions): NetworkParams {
  const { joints, depth = 50, width = 64, deconvolutions = DECONVOLUTIONS, kernel = 4 } = options;
  const fill = (from: Random, shape: readonly number[]) => normal(from, shape, DEVIATION);
  const backbone = resNet.init(random, { depth, width });
  const channels = [resNet.featureWidths({ depth, width })[3], ...deconvolutions];
  const layers = deconvolutions.flatMap((outputs, i) => {
    const sizes = { inputs: channels[i], outputs, kernel: [kernel, kernel], bias: false, fill };
    return [
      [String(PLACES * i), convolution.initTransposed(random, sizes)],
      [String(PLACES * i + 1), batchNorm.init(outputs)],
    ] as const;
  });
  const weight = [joints, channels[deconvolutions.length], 1, 1];
  return {
    ...backbone,
    deconv_layers: Object.fromEntries(layers),
    final_layer: {
      weight: parameter(weight, fill(random, weight)),
      bias: parameter([joints], zeros([joints])),
    },
  };
}

/**
 * Heatmaps of one person's joints (Xiao, Wu, Wei 2018): a residual network, transposed convolutions that double the size
 * of its last features, and a convolution of one cell.
 *
 * @param x [batch, 3, height, width], multiples of 32.
 * @returns [batch, joint, height / 4, width / 4] with three transposed convolutions.
 */
export function forward(params: Symbolic<NetworkParams>, x: Node, mode: Mode): Node {
  const { deconv_layers: layers, final_layer: final } = params;
  const count = Object.keys(layers).length / 2;
  let y = resNet.features(params, x, mode)[3];
  for (let i = 0; i < count; i++) {
    const layer = layers[PLACES * i] as Symbolic<convolution.ConvolutionParams>;
    const norm = layers[PLACES * i + 1] as Symbolic<batchNorm.BatchNormParams>;
    const geometry = { strides: 2, ...doubling(layer.weight) };
    y = relu(batchNorm.forward(norm, convolution.forwardTransposed(layer, y, geometry), { mode }));
  }
  return convolution.forward(final, y, { pads: (final.weight.shape[2] - 1) / 2 });
}

function doubling(weight: Node): (typeof DOUBLING)[Kernel] {
  const side = weight.shape[2];
  if (side === 2 || side === 3 || side === 4) return DOUBLING[side];
  return refuse("SimpleBaseline", [weight], `a kernel of ${side} cells`, "Take 2, 3 or 4");
}
