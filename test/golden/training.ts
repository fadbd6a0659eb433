import { random } from "@marey/core/array";
import * as g from "@marey/core/graph";
import { evaluate, gradients, type Node } from "@marey/core/graph";
import { network as videoPose3d } from "@marey/core/model/videoPose3d";
import {
  adadelta,
  adagrad,
  adam,
  adamW,
  batchNorm,
  convolution,
  crossEntropy,
  EVALUATION,
  leaves,
  linear,
  load,
  type Mode,
  mseLoss,
  type Optimiser,
  openTrainer,
  rmsprop,
  sgd,
  symbolic,
  type Tree,
} from "@marey/core/nn";
import type { Tensor } from "@marey/core/seam";
import { onnxRuntime } from "marey";
import type { Case, Operation, Operations, Stored } from "./fixture.js";
import { meanDistance } from "./networks.js";

// biome-ignore lint/suspicious/noExplicitAny: attributes are free JSON that each operation knows
type Attributes = any;

/** A network that the group trains. */
interface Trained<P extends Tree> {
  /** Parameters of the right form; their values come from the case. */
  params(fixture: Case): P;
  // biome-ignore lint/suspicious/noExplicitAny: the symbolic tree of P, which the compiler can't spell out
  forward(params: any, x: Node, attributes: Attributes, mode: Mode): Node;
  loss(y: Node, target: Node): Node;
}

const named = (prefix: string, values: Record<string, Stored>) =>
  Object.entries(values)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, value]) => [name.slice(prefix.length), value] as const);

const optimisers: Record<string, (options: Attributes) => Optimiser> = {
  sgd,
  adam,
  adamW,
  rmsprop,
  adadelta,
  adagrad: ({ lrDecay, initialAccumulator, ...rest }) =>
    adagrad({ rateDecay: lrDecay, initialSum: initialAccumulator, ...rest }),
};
const optimiserFor = ({ kind, learningRate: _, ...options }: Attributes) => optimisers[kind]!(options);

/** The row of a step. */
function at({ dtype, shape, data }: Stored, step: number): Tensor {
  const size = data.length / shape[0]!;
  const row = data.slice(step * size, (step + 1) * size);
  const dims = shape.slice(1);
  if (dtype === "I64") return { type: "int64", dims, data: row as BigInt64Array };
  if (dtype === "BOOL") return { type: "bool", dims, data: row as Uint8Array };
  return { type: "float32", dims, data: Float32Array.from(row as Float32Array) };
}

const feedsOf = (params: Tree) =>
  Object.fromEntries(
    [...leaves(params)].map(([path, { shape, data }]) => [
      path,
      { type: "float32" as const, dims: shape, data },
    ]),
  );

/** Trains as the case says: losses, first gradients, what becomes of the parameters, outputs in evaluation. */
function training<P extends Tree>({ params, forward, loss }: Trained<P>): Operation {
  return async (fixture) => {
    const { attributes, inputs } = fixture;
    const initial = load(params(fixture), new Map(named("initial.", inputs)), fixture.name);
    const rate = attributes.optimizer.learningRate;
    const masks = named("dropoutMask.", inputs).map(([name]) => name);
    const lossOf = (nodes: unknown, batch: Readonly<Record<string, Node>>) => {
      const waiting = [...masks];
      const mode: Mode = {
        training: true,
        momentum: attributes.batchNormMomentum,
        ...(masks.length > 0 && { mask: () => batch[waiting.shift()!]! }),
      };
      return loss(forward(nodes, batch.x!, attributes, mode), batch.target!);
    };
    const stored = {
      x: inputs.x!,
      target: inputs.target!,
      ...Object.fromEntries(named("dropoutMask.", inputs)),
    };
    const batchAt = (step: number) =>
      Object.fromEntries(Object.entries(stored).map(([name, value]) => [name, at(value, step)]));

    const first = batchAt(0);
    const outputs = await firstGradients(initial, lossOf, first);
    const trainer = openTrainer(
      onnxRuntime,
      { params: initial, loss: lossOf, optimiser: optimiserFor(attributes.optimizer) },
      {},
    );
    const losses: number[] = [];
    for (let step = 0; step < attributes.steps; step++)
      losses.push((await trainer.step(batchAt(step), { rate })).loss!);
    const final = trainer.params();
    await trainer.close();
    for (const [path, { data }] of leaves(final)) outputs[`final.${path}`] = data;
    const x = g.input("x", first.x!.dims);
    const nodes: unknown = symbolic(final);
    const y = forward(nodes, x, attributes, EVALUATION);
    const { y: evalOutput } = await evaluate(onnxRuntime, { y }, { ...feedsOf(final), x: first.x! });
    return { ...outputs, loss: losses, evalOutput: evalOutput!.data as Float32Array };
  };
}

async function firstGradients<P extends Tree>(
  params: P,
  lossOf: (nodes: unknown, batch: Record<string, Node>) => Node,
  batch: Record<string, Tensor>,
): Promise<Record<string, Float32Array>> {
  const nodes: unknown = symbolic(params);
  const at = (path: string) =>
    path.split(".").reduce<unknown>((tree, key) => (tree as Record<string, unknown>)[key], nodes) as Node;
  const paths = [...leaves(params)].filter(([, { trainable }]) => trainable).map(([path]) => path);
  const fed = Object.fromEntries(
    Object.entries(batch).map(([name, { dims, type }]) => [name, g.input(`batch:${name}`, dims, type)]),
  );
  const grads = gradients(lossOf(nodes, fed), paths.map(at));
  const outputs = Object.fromEntries(paths.map((path, i) => [`firstGradient.${path}`, grads[i]!]));
  const feeds = Object.fromEntries(Object.entries(batch).map(([name, value]) => [`batch:${name}`, value]));
  const results = await evaluate(onnxRuntime, outputs, { ...feedsOf(params), ...feeds });
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]));
}

type Mlp = Record<string, linear.LinearParams>;
/** Modules by their place in PyTorch's sequence: `{"0": "linear", "1": "tanh", …}`. */
const mlp: Trained<Mlp> = {
  params: ({ attributes: { layers, modules } }) => {
    const places = Object.keys(modules).filter((place) => modules[place] === "linear");
    return Object.fromEntries(
      places.map((place, i) => [
        place,
        linear.init(random(1), { inputs: layers[i], outputs: layers[i + 1] }),
      ]),
    );
  },
  forward: (params, x, { modules }) =>
    Object.entries(modules as Record<string, string>).reduce(
      (y, [place, kind]) => (kind === "linear" ? linear.forward(params[place]!, y) : activations[kind]!(y)),
      x,
    ),
  loss: (y, target) => mseLoss(y, target),
};
const activations: Record<string, (x: Node) => Node> = {
  tanh: g.tanh,
  relu: g.relu,
  sigmoid: g.sigmoid,
  gelu: (x) => g.gelu(x),
  elu: (x) => g.elu(x),
  silu: g.silu,
  mish: g.mish,
  softplus: g.softplus,
  softsign: g.softsign,
  relu6: g.relu6,
  hardSwish: g.hardSwish,
  leakyRelu: (x) => g.leakyRelu(x),
};

const convNet: Trained<{
  conv1: convolution.ConvolutionParams;
  bn1: batchNorm.BatchNormParams;
  conv2: convolution.ConvolutionParams;
  bn2: batchNorm.BatchNormParams;
  fc: linear.LinearParams;
}> = {
  params: ({ inputs }) => {
    const shape = (name: string) => inputs[`initial.${name}.weight`]!.shape as number[];
    const conv = ([outputs, channels, ...kernel]: number[]) =>
      convolution.init(random(1), { inputs: channels!, outputs: outputs!, kernel, bias: false });
    const [classes, features] = shape("fc");
    return {
      conv1: conv(shape("conv1")),
      bn1: batchNorm.init(shape("bn1")[0]!),
      conv2: conv(shape("conv2")),
      bn2: batchNorm.init(shape("bn2")[0]!),
      fc: linear.init(random(1), { inputs: features!, outputs: classes! }),
    };
  },
  forward: ({ conv1, bn1, conv2, bn2, fc }, x, { epsilon }, mode) => {
    const norm = (params: typeof bn1, y: Node) => g.relu(batchNorm.forward(params, y, { mode, epsilon }));
    const half = g.maxPool(norm(bn1, convolution.forward(conv1, x, { pads: 1 })), { kernel: 2 });
    const quarter = norm(bn2, convolution.forward(conv2, half, { strides: 2, pads: 1 }));
    return linear.forward(fc, g.reduceMean(quarter, [2, 3]));
  },
  loss: (y, target) => crossEntropy(y, target),
};

const lifter: Trained<videoPose3d.NetworkParams> = {
  params: ({ attributes: { filterWidths, channels, variant }, inputs: { x, target } }) =>
    videoPose3d.init(random(1), {
      filterWidths,
      channels,
      dense: variant === "dense",
      jointsIn: x!.shape[3]!,
      features: x!.shape[4]!,
      jointsOut: target!.shape[3]!,
    }),
  forward: (params, x, { variant, filterWidths, causal, dropout }, mode) =>
    videoPose3d.forward(params, x, { variant, filterWidths, causal, dropout, mode }),
  loss: meanDistance,
};

/** The operations of the golden group `training`. */
export const trainings: Operations = {
  trainMlp: training(mlp),
  trainConvNet: training(convNet),
  trainVideoPose3D: training(lifter),
};
