import type { Node } from "@marey/core/graph";
import * as g from "@marey/core/graph";
import type { Operations } from "./fixture.js";
import { graphOperation } from "./graph.js";

const along = (op: (x: Node, axis: number) => Node) =>
  graphOperation(({ x }, { axis }) => ({ y: op(x!, axis) }));

const resizeModes = { linear: "linear", bilinear: "linear", trilinear: "linear" } as const;

/** A causal mask, if asked for. */
const causal = (wanted: boolean, q: Node, k: Node) =>
  wanted ? g.causalMask(q.shape.at(-2)!, k.shape.at(-2)!) : undefined;

/** Operations of networks (golden group `ops`): normalisation, resizing, recurrence, attention. */
export const opsNetwork: Operations = {
  softmax: along(g.softmax),
  logSoftmax: along(g.logSoftmax),
  layerNorm: graphOperation(({ x, weight, bias }, { axes, epsilon }) => ({
    y: g.layerNorm(x!, weight!, bias!, { axes, epsilon }),
  })),
  groupNorm: graphOperation(({ x, weight, bias }, { groups, epsilon }) => ({
    y: g.groupNorm(x!, groups, weight!, bias!, { epsilon }),
  })),
  instanceNorm: graphOperation(({ x, weight, bias }, { epsilon }) => ({
    y: g.instanceNorm(x!, weight!, bias!, { epsilon }),
  })),
  spectralNorm: graphOperation(({ x, weight, u, v }, { training, powerIterations, epsilon }) => {
    const normal = g.spectralNorm(weight!, u!, v!, { training, iterations: powerIterations, epsilon });
    return {
      y: g.matmul(x!, normal.weight, { transB: true }),
      weightNormalised: normal.weight,
      newU: normal.u,
      newV: normal.v,
    };
  }),
  resize: graphOperation(({ x }, { mode, size, alignCorners }) => ({
    y: g.resize(x!, size, {
      mode: resizeModes[mode as keyof typeof resizeModes] ?? mode,
      alignCorners: alignCorners ?? false,
    }),
  })),
  pixelShuffle: graphOperation(({ x }, { factor }) => ({ y: g.pixelShuffle(x!, factor) })),
  pixelUnshuffle: graphOperation(({ x }, { factor }) => ({ y: g.pixelUnshuffle(x!, factor) })),
  gridSample: graphOperation(({ x, grid }, { paddingMode, alignCorners }) => ({
    y: g.gridSample(x!, grid!, { padding: paddingMode, alignCorners }),
  })),
  softArgmax2d: graphOperation(({ heatmaps }, { beta }) => ({
    coordinates: g.softArgmax(heatmaps!, 2, beta),
  })),
  softArgmax3d: graphOperation(({ heatmaps }, { beta }) => ({
    coordinates: g.softArgmax(heatmaps!, 3, beta),
  })),
  integralPose: graphOperation(({ volume }, { joints }) => ({
    coordinates: g.integralPose(volume!, joints),
  })),
  gru: graphOperation(({ x, h0, ...weights }, { batchFirst }) => g.gru(weights, x!, { batchFirst, h0 })),
  lstm: graphOperation(({ x, h0, c0, ...weights }, { batchFirst }) =>
    g.lstm(weights, x!, { batchFirst, h0, c0 }),
  ),
  scaledDotProductAttention: graphOperation(({ q, k, v }, attributes) => ({
    y: g.scaledDotProductAttention(q!, k!, v!, causal(attributes.causal, q!, k!)),
  })),
  multiHeadAttention: graphOperation(
    (
      { query, key = query, value = key, attentionMask, keyPaddingMask, ...weights },
      { heads, batchFirst },
    ) => {
      const order = (x: Node) => (batchFirst ? x : g.transpose(x, [1, 0, 2]));
      const { y, attention } = g.multiHeadAttention(
        {
          in_proj_weight: weights.in_proj_weight!,
          in_proj_bias: weights.in_proj_bias!,
          out_proj: { weight: weights["out_proj.weight"]!, bias: weights["out_proj.bias"]! },
        },
        ...([query!, key!, value!].map(order) as [Node, Node, Node]),
        { heads, mask: attentionMask, keyPaddingMask },
      );
      return { y: order(y), attention };
    },
  ),
};
