import { add, div, maximum, mul, sqrt, square, sub } from "../graph/elementwise.js";
import type { Node } from "../graph/node.js";
import { decayed, type Optimiser, runningMean, runningMeanSquare, type Updated } from "./optimiser.js";

/** Options of RMSprop, by PyTorch's defaults. */
export interface RmspropOptions {
  /** Share of the running mean square that stays. */
  readonly alpha?: number;
  readonly epsilon?: number;
  readonly momentum?: number;
  /** Divides by the gradient's deviation instead of its root mean square (Graves 2013, equations 38–45). */
  readonly centered?: boolean;
  /** Added to the gradient, times the parameter. */
  readonly weightDecay?: number;
}

/** RMSprop (Tieleman & Hinton 2012): gradients over their running root mean square, ε added to the root. */
export function rmsprop(options: RmspropOptions = {}): Optimiser {
  const { alpha = 0.99, epsilon = 1e-8, momentum = 0, centered = false, weightDecay = 0 } = options;
  return {
    state: {
      square_avg: 0,
      ...(momentum !== 0 && { momentum_buffer: 0 }),
      ...(centered && { grad_avg: 0 }),
    },
    update(parameter, gradient, state, settings): Updated {
      const g = decayed(gradient, parameter, weightDecay);
      const meanSquare = runningMeanSquare(state.square_avg, g, alpha);
      const mean: Record<string, Node> = centered ? { grad_avg: runningMean(state.grad_avg, g, alpha) } : {};
      // Rounding can make the variance of a steady gradient negative.
      const spread = mean.grad_avg ? maximum(sub(meanSquare, square(mean.grad_avg)), 0) : meanSquare;
      const scaled = div(g, add(sqrt(spread), epsilon));
      const kept = { square_avg: meanSquare, ...mean };
      if (momentum === 0) return { parameter: sub(parameter, mul(scaled, settings.rate)), state: kept };
      const velocity = add(mul(state.momentum_buffer, settings.momentum ?? momentum), scaled);
      return {
        parameter: sub(parameter, mul(velocity, settings.rate)),
        state: { ...kept, momentum_buffer: velocity },
      };
    },
  };
}

/** Options of Adadelta, by PyTorch's defaults. */
export interface AdadeltaOptions {
  /** Share of the running mean squares that stays. */
  readonly rho?: number;
  readonly epsilon?: number;
  /** Added to the gradient, times the parameter. */
  readonly weightDecay?: number;
}

/** Adadelta (Zeiler 2012, algorithm 1), its step multiplied by the learning rate. */
export function adadelta({ rho = 0.9, epsilon = 1e-6, weightDecay = 0 }: AdadeltaOptions = {}): Optimiser {
  return {
    state: { square_avg: 0, acc_delta: 0 },
    update(parameter, gradient, state, { rate }) {
      const g = decayed(gradient, parameter, weightDecay);
      const meanSquare = runningMeanSquare(state.square_avg, g, rho);
      const ratio = sqrt(div(add(state.acc_delta, epsilon), add(meanSquare, epsilon)));
      const delta = mul(ratio, g);
      return {
        parameter: sub(parameter, mul(delta, rate)),
        state: { square_avg: meanSquare, acc_delta: runningMeanSquare(state.acc_delta, delta, rho) },
      };
    },
  };
}

/** Options of Adagrad, by PyTorch's defaults. */
export interface AdagradOptions {
  /** The rate of step t is divided by 1 + (t − 1) · rateDecay. */
  readonly rateDecay?: number;
  readonly epsilon?: number;
  /** What the sums of squares start from. */
  readonly initialSum?: number;
  /** Added to the gradient, times the parameter. */
  readonly weightDecay?: number;
}

/** Adagrad (Duchi et al. 2011): gradients over the root of the sum of their squares so far. */
export function adagrad(options: AdagradOptions = {}): Optimiser {
  const { rateDecay = 0, epsilon = 1e-10, initialSum = 0, weightDecay = 0 } = options;
  return {
    state: { sum: initialSum },
    update(parameter, gradient, state, { rate, step }) {
      const g = decayed(gradient, parameter, weightDecay);
      const sum = add(state.sum, square(g));
      const size = rateDecay === 0 ? rate : div(rate, add(mul(sub(step, 1), rateDecay), 1));
      return {
        parameter: sub(parameter, mul(div(g, add(sqrt(sum), epsilon)), size)),
        state: { sum },
      };
    },
  };
}
