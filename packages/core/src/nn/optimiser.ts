import { add, div, equal, log, maximum, mul, sqrt, sub, tanh, where } from "../graph/elementwise.js";
import type { Node, Operand } from "../graph/node.js";

/** What changes from step to step and is the same for all parameters: scalars, float32. */
export interface StepSettings {
  /** Learning rate. */
  readonly rate: Node;
  /** Number of this step, from 1. */
  readonly step: Node;
  /** Takes the place of SGD's momentum and of Adam's first β, for schedules that move it. */
  readonly momentum?: Node;
}

/** What an update gives: the new parameter, and the new state under the names it had. */
export interface Updated {
  readonly parameter: Node;
  readonly state: Record<string, Node>;
}

/** An optimiser as pure functions on symbolic tensors. */
export interface Optimiser {
  /** State per parameter by PyTorch's names: its initial value. A state tensor has the parameter's shape. */
  readonly state: Readonly<Record<string, number>>;
  /** One update of one parameter. */
  update(
    parameter: Node,
    gradient: Node,
    state: Readonly<Record<string, Node>>,
    settings: StepSettings,
  ): Updated;
}

/** One optimiser for all parameters, or by the parameter's path. */
export type Optimisers = Optimiser | ((path: string) => Optimiser);

/** The optimiser of a parameter. */
export const optimiserOf = (optimisers: Optimisers, path: string): Optimiser =>
  typeof optimisers === "function" ? optimisers(path) : optimisers;

/** Parameters whose paths begin with one of `paths`, and how they are trained. */
export interface ParameterGroup {
  /** Whole steps of paths: `layers.0` means `layers.0.weight` and not `layers.01`. */
  readonly paths: readonly string[];
  readonly optimiser: Optimiser;
}

/** Parameter groups: the first group that names a parameter's path trains it, `otherwise` trains the rest. */
export function groups(list: readonly ParameterGroup[], otherwise: Optimiser): Optimisers {
  const within = (path: string, lead: string) => path === lead || path.startsWith(`${lead}.`);
  return (path) => list.find(({ paths }) => paths.some((lead) => within(path, lead)))?.optimiser ?? otherwise;
}

/** An optimiser with a learning rate of its own: the step's, multiplied by `factor`. */
export const scaled = (optimiser: Optimiser, factor: number): Optimiser => ({
  ...optimiser,
  update: (parameter, gradient, state, settings) =>
    optimiser.update(parameter, gradient, state, { ...settings, rate: mul(settings.rate, factor) }),
});

/** The gradient of a loss to which weightDecay/2 · ‖parameter‖² was added. */
export const decayed = (gradient: Node, parameter: Node, weightDecay: number): Node =>
  weightDecay === 0 ? gradient : add(gradient, mul(parameter, weightDecay));

/** Options of gradient descent, by PyTorch's defaults. */
export interface SgdOptions {
  /** Share of the velocity that stays, 0 for none. */
  readonly momentum?: number;
  /** Share of each gradient but the first that doesn't enter the velocity. */
  readonly dampening?: number;
  readonly nesterov?: boolean;
  /** Added to the gradient, times the parameter. */
  readonly weightDecay?: number;
}

/**
 * Stochastic gradient descent as PyTorch defines it: velocity = momentum · velocity + (1 − dampening) · gradient, the
 * first velocity being the gradient; Nesterov's form (Sutskever et al. 2013) looks ahead by one velocity.
 */
export function sgd(options: SgdOptions = {}): Optimiser {
  const { momentum = 0, dampening = 0, nesterov = false, weightDecay = 0 } = options;
  return {
    state: momentum === 0 ? {} : { momentum_buffer: 0 },
    update(parameter, gradient, state, settings): Updated {
      const g = decayed(gradient, parameter, weightDecay);
      if (momentum === 0) return { parameter: sub(parameter, mul(g, settings.rate)), state: {} };
      const kept: Operand = settings.momentum ?? momentum;
      const entering = dampening === 0 ? 1 : where(equal(settings.step, 1), 1, 1 - dampening);
      const velocity = add(mul(state.momentum_buffer, kept), mul(g, entering));
      const direction = nesterov ? add(g, mul(velocity, kept)) : velocity;
      return {
        parameter: sub(parameter, mul(direction, settings.rate)),
        state: { momentum_buffer: velocity },
      };
    },
  };
}

/** Options of Adam and AdamW, by PyTorch's defaults. */
export interface AdamOptions {
  /** Shares of the running means of the gradient and of its square that stay. */
  readonly betas?: readonly [number, number];
  readonly epsilon?: number;
  /** Adam adds it to the gradient, times the parameter; AdamW shrinks the parameter by rate · weightDecay. */
  readonly weightDecay?: number;
  /** Divides by the greatest mean square so far (Reddi et al. 2018). */
  readonly amsgrad?: boolean;
}

/** Adam (Kingma & Ba 2015), optionally with AMSGrad's maximum. */
export const adam = (options: AdamOptions = {}): Optimiser => adaptiveMoments(options, false);

/** Adam with decoupled weight decay, 0.01 by default (Loshchilov & Hutter 2019). */
export const adamW = (options: AdamOptions = {}): Optimiser =>
  adaptiveMoments({ weightDecay: 0.01, ...options }, true);

function adaptiveMoments(options: AdamOptions, decoupled: boolean): Optimiser {
  const { betas = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0, amsgrad = false } = options;
  return {
    state: { exp_avg: 0, exp_avg_sq: 0, ...(amsgrad && { max_exp_avg_sq: 0 }) },
    update(parameter, gradient, state, { rate, step, momentum }): Updated {
      const g = decoupled ? gradient : decayed(gradient, parameter, weightDecay);
      const mean = runningMean(state.exp_avg, g, momentum ?? betas[0]);
      const meanSquare = runningMeanSquare(state.exp_avg_sq, g, betas[1]);
      const greatest = amsgrad ? maximum(state.max_exp_avg_sq, meanSquare) : meanSquare;
      // With c₁, c₂ = 1 − βᵗ: rate/c₁ · m / (√v/√c₂ + ε) = (rate·√c₂/c₁) · m / (√v + ε·√c₂), which leaves all
      // corrections to scalars.
      const root = sqrt(oneMinusPower(betas[1], step));
      const size = div(mul(rate, root), oneMinusPower(momentum ?? betas[0], step));
      const direction = div(mean, add(sqrt(greatest), mul(root, epsilon)));
      const kept =
        decoupled && weightDecay !== 0 ? mul(parameter, sub(1, mul(rate, weightDecay))) : parameter;
      return {
        parameter: sub(kept, mul(direction, size)),
        state: { exp_avg: mean, exp_avg_sq: meanSquare, ...(amsgrad && { max_exp_avg_sq: greatest }) },
      };
    },
  };
}

/** β · mean + (1 − β) · x */
export const runningMean = (mean: Node, x: Node, beta: Operand): Node =>
  add(mul(mean, beta), mul(x, complement(beta)));

/** 1 − β; of a number in doubles, since float32 has few digits of it left where β is near 1. */
export const complement = (beta: Operand): Operand => (typeof beta === "number" ? 1 - beta : sub(1, beta));

/** β · mean + (1 − β) · x² */
export function runningMeanSquare(mean: Node, x: Node, beta: number): Node {
  const scaledX = mul(x, Math.sqrt(1 - beta));
  return add(mul(mean, beta), mul(scaledX, scaledX));
}

/** 1 − βᵗ = 2h/(1 + h), h = tanh(−t·ln β / 2): float32 loses nothing where β is near 1 and t small. */
function oneMinusPower(beta: Operand, step: Node): Node {
  const logarithm = typeof beta === "number" ? Math.log(beta) : log(beta);
  const half = tanh(mul(mul(step, logarithm), -0.5));
  return div(mul(half, 2), add(half, 1));
}
