import { Gru } from "./gatedUnit.js";
import { Lstm } from "./longShortTerm.js";
import { concat, expand, flip, reshape, stack, transpose } from "./movement.js";
import { apply, constant, type Node, type Op, refuse, type Shape } from "./node.js";
import { at, Step } from "./recurrence.js";

/** Weights under PyTorch's names: `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, then `…_l1`; `…_reverse`. */
export type RecurrentWeights = Readonly<Record<string, Node>>;

export interface RecurrentOptions {
  /** [batch, time, features] instead of [time, batch, features]. */
  batchFirst?: boolean;
  /** First states [layers · directions, batch, hidden], direction fastest; zeros when absent. */
  h0?: Node;
  /** First cells of an LSTM, like `h0`. */
  c0?: Node;
}

/** Runs layer upon layer, each in one or both directions; `run` gives a direction's states and what else it ends with. */
function layered(
  weights: RecurrentWeights,
  input: Node,
  first: readonly (Node | undefined)[],
  run: (inputs: readonly Node[]) => { states: Node; ends: readonly Node[] },
): { y: Node; ends: Node[] } {
  const directions = "weight_ih_l0_reverse" in weights ? ["", "_reverse"] : [""];
  if (!("weight_ih_l0" in weights))
    refuse(
      "Recurrent",
      [input],
      `weights ${Object.keys(weights)}`,
      "Name them as PyTorch does: weight_ih_l0, …",
    );
  const ends: Node[][] = [];
  let x = input;
  for (let layer = 0; `weight_ih_l${layer}` in weights; layer++) {
    const sides = directions.map((direction) => {
      const named = (name: string) => weights[`${name}_l${layer}${direction}`];
      const recurrent = named("weight_hh");
      const shape: Shape = [x.shape[1], recurrent.shape[1]];
      const none = expand(constant(0), [recurrent.shape[0]]);
      const states = first.map((all) => (all ? at(all, ends.length) : expand(constant(0), shape)));
      const upright = direction === "" ? x : flip(x, [0]);
      const biases = [named("bias_ih") ?? none, named("bias_hh") ?? none];
      const result = run([upright, named("weight_ih"), recurrent, ...biases, ...states]);
      ends.push([...result.ends]);
      return direction === "" ? result.states : flip(result.states, [0]);
    });
    x = concat(sides, 2);
  }
  return {
    y: x,
    ends: ends[0].map((_, i) =>
      stack(
        ends.map((end) => end[i]),
        0,
      ),
    ),
  };
}

const timeFirst = (x: Node, { batchFirst = false }: RecurrentOptions) =>
  batchFirst ? transpose(x, [1, 0, 2]) : x;
/** [T, 1, B, H] → [T, B, H] */
const withoutDirection = (y: Node) => reshape(y, [y.shape[0], y.shape[2], y.shape[3]]);

/**
 * Gated recurrent units (Cho et al. 2014), the reset gate acting after the recurrent product. As many layers as there
 * are weights for, in both directions if some are named `_reverse`.
 *
 * @param x [time, batch, features], or [batch, time, features] by option.
 * @returns `y` like x with hidden · directions features, and the last states `hn` [layers · directions, batch, hidden].
 */
export function gru(
  weights: RecurrentWeights,
  x: Node,
  options: RecurrentOptions = {},
): { y: Node; hn: Node } {
  const { y, ends } = layered(weights, timeFirst(x, options), [options.h0], (inputs) => {
    const states = withoutDirection(apply(Gru, inputs, {}));
    return { states, ends: [at(states, states.shape[0] - 1)] };
  });
  return { y: timeFirst(y, options), hn: ends[0] };
}

/**
 * Long short-term memory (Hochreiter & Schmidhuber 1997). As many layers as there are weights for, in both directions
 * if some are named `_reverse`.
 *
 * @param x [time, batch, features], or [batch, time, features] by option.
 * @returns `y` like x with hidden · directions features, and the last states `hn` and cells `cn`
 *   [layers · directions, batch, hidden].
 */
export function lstm(
  weights: RecurrentWeights,
  x: Node,
  options: RecurrentOptions = {},
): { y: Node; hn: Node; cn: Node } {
  const { y, ends } = layered(weights, timeFirst(x, options), [options.h0, options.c0], (inputs) => {
    const states = withoutDirection(apply(Lstm, inputs, { result: "states" }));
    const cells = at(apply(Lstm, inputs, { result: "cells" }), 0);
    return { states, ends: [at(states, states.shape[0] - 1), cells] };
  });
  return { y: timeFirst(y, options), hn: ends[0], cn: ends[1] };
}

export const recurrent: Readonly<Record<string, Op>> = { Gru, Lstm, Step };
