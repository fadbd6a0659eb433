import { activation } from "./activation.js";
import { normalisation } from "./batchNorm.js";
import { convolution } from "./convolution.js";
import { cumulative } from "./cumulative.js";
import { elementary } from "./elementary.js";
import { elementwise } from "./elementwise.js";
import { indexing } from "./indexing.js";
import { linear } from "./linear.js";
import { linearAlgebra } from "./linearAlgebra.js";
import { movement } from "./movement.js";
import type { Op } from "./node.js";
import { normalise } from "./normalise.js";
import { pooling } from "./pooling.js";
import { procrustes } from "./procrustes.js";
import { recurrent } from "./recurrent.js";
import { reduce } from "./reduce.js";
import { softmaxes } from "./softmax.js";
import { statistics } from "./statistics.js";

/** All operators. A test walks them and compares every gradient with finite differences. */
export const ops: Readonly<Record<string, Op>> = {
  ...elementwise,
  ...elementary,
  ...activation,
  ...movement,
  ...indexing,
  ...reduce,
  ...cumulative,
  ...statistics,
  ...linear,
  ...softmaxes,
  ...convolution,
  ...pooling,
  ...normalisation,
  ...recurrent,
  ...procrustes,
  ...normalise,
  ...linearAlgebra,
};
