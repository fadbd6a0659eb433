import type { Random } from "../array/random.js";
import { gru, lstm } from "../graph/recurrent.js";
import { torchUniform } from "./initialise.js";
import { type Parameter, parameter } from "./tree.js";

/** Weights by PyTorch's names: `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, then `…_l1`; `…_reverse`. */
export type RecurrentParams = { readonly [name: string]: Parameter };

/** Sizes of a recurrent network. */
export interface RecurrentSizes {
  readonly inputs: number;
  readonly hidden: number;
  /** 1 when absent. */
  readonly layers?: number;
  readonly bidirectional?: boolean;
}

/** New weights of `gates` gates, U(±1/√hidden) as PyTorch has it. */
function init(random: Random, gates: number, sizes: RecurrentSizes): RecurrentParams {
  const { inputs, hidden, layers = 1, bidirectional = false } = sizes;
  const directions = bidirectional ? ["", "_reverse"] : [""];
  const params: Record<string, Parameter> = {};
  for (let layer = 0; layer < layers; layer++)
    for (const direction of directions) {
      const width = layer === 0 ? inputs : hidden * directions.length;
      const named = { weight_ih: [width], weight_hh: [hidden], bias_ih: [], bias_hh: [] };
      for (const [name, rest] of Object.entries(named)) {
        const shape = [gates * hidden, ...rest];
        params[`${name}_l${layer}${direction}`] = parameter(shape, torchUniform(random, shape, hidden));
      }
    }
  return params;
}

/** Weights of gated recurrent units, for `forwardGru`. */
export const initGru = (random: Random, sizes: RecurrentSizes): RecurrentParams => init(random, 3, sizes);

/** Weights of a long short-term memory, for `forwardLstm`. */
export const initLstm = (random: Random, sizes: RecurrentSizes): RecurrentParams => init(random, 4, sizes);

export { gru as forwardGru, lstm as forwardLstm };
