import type { Node } from "@marey/core/graph";
import * as g from "@marey/core/graph";
import type { Operations } from "./fixture.js";
import { type Build, graphOperation } from "./graph.js";

const conv = graphOperation(({ x, weight, bias }, { strides, dilations, pads, groups }) => ({
  y: g.conv(x!, weight!, { bias, strides, dilations, pads, groups }),
}));

const convTranspose = graphOperation(({ x, weight, bias }, attributes) => {
  const { strides, dilations, pads, groups, outputPadding } = attributes;
  return { y: g.convTranspose(x!, weight!, { bias, strides, dilations, pads, groups, outputPadding }) };
});

const pool = (build: (x: Node, attributes: Parameters<Build>[1]) => Node) =>
  graphOperation(({ x }, attributes) => ({ y: build(x!, attributes) }));

/** The operations of the golden group `ops` that slide windows, and batch normalisation. */
export const opsConvolution: Operations = {
  conv1d: conv,
  conv2d: conv,
  conv3d: conv,
  convTranspose1d: convTranspose,
  convTranspose2d: convTranspose,
  convTranspose3d: convTranspose,
  maxPool1d: pool(g.maxPool),
  maxPool2d: pool(g.maxPool),
  averagePool1d: pool(g.averagePool),
  averagePool2d: pool(g.averagePool),
  adaptiveAveragePool1d: pool((x, { size }) => g.adaptiveAveragePool(x, size)),
  adaptiveAveragePool2d: pool((x, { size }) => g.adaptiveAveragePool(x, size)),
  adaptiveMaxPool1d: pool((x, { size }) => g.adaptiveMaxPool(x, size)),
  adaptiveMaxPool2d: pool((x, { size }) => g.adaptiveMaxPool(x, size)),
  batchNorm: graphOperation(({ x, weight, bias, runningMean, runningVariance }, attributes) => {
    const { y, ...statistics } = g.batchNorm(
      x!,
      { weight: weight!, bias: bias!, runningMean: runningMean!, runningVariance: runningVariance! },
      attributes,
    );
    return { y, newRunningMean: statistics.runningMean, newRunningVariance: statistics.runningVariance };
  }),
};
