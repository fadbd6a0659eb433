import * as g from "@marey/core/graph";
import * as nn from "@marey/core/nn";
import type { Operations } from "./fixture.js";
import { graphOperation } from "./graph.js";

/** Losses whose value follows from predictions and targets of one shape, or of one shape without classes. */
export const opsLoss: Operations = {
  mseLoss: graphOperation(({ prediction, target }, options) => ({
    y: nn.mseLoss(prediction!, target!, options),
  })),
  l1Loss: graphOperation(({ prediction, target }, options) => ({
    y: nn.l1Loss(prediction!, target!, options),
  })),
  smoothL1Loss: graphOperation(({ prediction, target }, { reduction, beta }) => ({
    y: nn.smoothL1Loss(prediction!, target!, { reduction, beta }),
  })),
  huberLoss: graphOperation(({ prediction, target }, { reduction, delta }) => ({
    y: nn.huberLoss(prediction!, target!, { reduction, delta }),
  })),
  binaryCrossEntropy: graphOperation(({ prediction, target, weight }, { reduction }) => ({
    y: nn.binaryCrossEntropy(prediction!, target!, { reduction, weight }),
  })),
  binaryCrossEntropyWithLogits: graphOperation(
    ({ prediction, target, weight, positiveWeight }, { reduction }) => ({
      y: nn.binaryCrossEntropyWithLogits(prediction!, target!, { reduction, weight, positiveWeight }),
    }),
  ),
  crossEntropy: graphOperation(
    ({ logits, target, weight }, { reduction, ignoreIndex, labelSmoothing, classAxis }) => ({
      y: nn.crossEntropy(logits!, target!, {
        weight,
        ignoreIndex,
        labelSmoothing,
        classAxis,
        reduction: reduction.split(" ", 1)[0], // "mean (divided by …)" explains itself
      }),
    }),
  ),
  klDivergence: graphOperation(({ logits, target }, { reduction }) => ({
    y: nn.klDivergence(g.logSoftmax(logits!), target!, { reduction }),
  })),
  cosineSimilarity: graphOperation(({ a, b }, { axis, epsilon }) => ({
    y: nn.cosineSimilarity(a!, b!, axis, epsilon),
  })),
  dropout: graphOperation(({ x, mask }, { probability }) => ({
    y: nn.dropout.forward(x!, probability, { training: true, mask: () => mask! }),
  })),
};
