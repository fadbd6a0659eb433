import { add, mul, neg, square, sub } from "../graph/elementwise.js";
import type { Node } from "../graph/node.js";
import { reduceSum } from "../graph/reduce.js";

/** Σ over scores, for one example on average: discriminators give several scores an example. */
const perExample = (scores: Node) => mul(reduceSum(scores), 1 / scores.shape[0]);

/** What a discriminator loses on real and on made examples, and both together. */
export interface DiscriminatorLoss {
  readonly real: Node;
  readonly fake: Node;
  readonly loss: Node;
}

const together = (real: Node, fake: Node): DiscriminatorLoss => ({ real, fake, loss: add(real, fake) });

/** Least squares (Mao et al. 2017): what is made, scores [batch, …], shall be scored 1. */
export const lsganGeneratorLoss = (fake: Node): Node => perExample(square(sub(fake, 1)));

/** Least squares (Mao et al. 2017): real examples shall be scored 1, made ones 0; each [batch, …] of its own size. */
export const lsganDiscriminatorLoss = (real: Node, fake: Node): DiscriminatorLoss =>
  together(perExample(square(sub(real, 1))), perExample(square(fake)));

/** Wasserstein (Arjovsky et al. 2017): what is made, scores [batch, …], shall be scored high. */
export const wassersteinGeneratorLoss = (fake: Node): Node => neg(perExample(fake));

/** Wasserstein (Arjovsky et al. 2017): real examples shall be scored high, made ones low. */
export const wassersteinDiscriminatorLoss = (real: Node, fake: Node): DiscriminatorLoss =>
  together(neg(perExample(real)), perExample(fake));
