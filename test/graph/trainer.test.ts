/** Trainings that really run: a small network on ONNX Runtime. */
import { random } from "@marey/core/array";
import { log, type Node, reduceMean, relu, square, sub } from "@marey/core/graph";
import {
  adam,
  batchNorm,
  clipByNorm,
  dropout,
  leaves,
  linear,
  mseLoss,
  openTrainer,
  parameter,
  type StepDefinition,
  type Symbolic,
  sgd,
  TRAINING,
  type Trainer,
  type Tree,
} from "@marey/core/nn";
import type { Tensor } from "@marey/core/seam";
import { onnxRuntime } from "marey";
import { describe, expect, test } from "vitest";

const matrix = (rows: number, data: Float32Array): Tensor => ({
  type: "float32",
  dims: [rows, data.length / rows],
  data,
});

/** Points of a curve in the plane: x of [rows, 2], y = x₀·x₁ + |x₀| of [rows, 1]. */
function points(rows: number, seed: number) {
  const numbers = random(seed);
  const x = Float32Array.from({ length: 2 * rows }, () => numbers.uniform(-1, 1));
  const at = (i: number) => x[i] as number;
  const y = Float32Array.from({ length: rows }, (_, i) => at(2 * i) * at(2 * i + 1) + Math.abs(at(2 * i)));
  return { x: matrix(rows, x), y: matrix(rows, y) };
}

/** Two layers with all that a step can have: batch norm, dropout, momentum from outside. */
function network(seed = 1) {
  const numbers = random(seed);
  return {
    hidden: linear.init(numbers, { inputs: 2, outputs: 24 }),
    norm: batchNorm.init(24),
    out: linear.init(numbers, { inputs: 24, outputs: 1 }),
  };
}
type Params = ReturnType<typeof network>;

function definition(
  changes: Partial<StepDefinition<Params>> & { drop?: number } = {},
): StepDefinition<Params> {
  const { drop = 0.1, ...others } = changes;
  return {
    params: network(),
    optimiser: adam(),
    loss(params, { x, y }, { statistics }) {
      const mode = { ...TRAINING, ...(statistics && { momentum: statistics }) };
      const features = relu(batchNorm.forward(params.norm, linear.forward(params.hidden, x), { mode }));
      const loss = mseLoss(linear.forward(params.out, dropout.forward(features, drop, mode)), y);
      return { loss, twice: square(loss) };
    },
    clip: (gradients) => clipByNorm(gradients, 1),
    ...others,
  };
}

/** The losses of steps `from` to `to`, each on a batch of its own. */
async function lossesOf(trainer: Trainer<Tree>, from: number, to: number, rows = (_step: number) => 64) {
  const losses: number[] = [];
  for (let step = from; step < to; step++) {
    const { loss } = await trainer.step(points(rows(step), step), { rate: 0.01, statistics: 0.1 });
    losses.push(loss as number);
  }
  return losses;
}

const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
/** All that is kept, copied. */
const copied = (trainer: Trainer<Tree>) =>
  new Map([...trainer.state()].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]));
const bytes = (trainer: Trainer<Tree>) =>
  [...trainer.state()].map(([name, { data }]) => [name, Buffer.from(data.slice().buffer).toString("hex")]);

test("the loss falls", async () => {
  const trainer = openTrainer(onnxRuntime, definition());
  const losses = await lossesOf(trainer, 0, 400);
  expect(mean(losses.slice(-20))).toBeLessThan(0.1 * mean(losses.slice(0, 5)));
  expect(trainer.done).toBe(400);
  await trainer.close();
});

test("a step of plain descent is parameter − rate · gradient, and gives the loss before it", async () => {
  const params = { a: parameter([2], Float32Array.of(1, -2)) };
  const trainer = openTrainer(onnxRuntime, {
    params,
    optimiser: sgd(),
    loss: ({ a }, { target }) => reduceMean(square(sub(a, target as Node))),
  });
  const target: Tensor = { type: "float32", dims: [2], data: Float32Array.of(3, 4) };
  expect(await trainer.step({ target }, { rate: 0.5 })).toEqual({ loss: 20 }); // (2² + 6²) / 2
  expect(trainer.params().a.data).toEqual(Float32Array.of(2, 1)); // a − 0.5 · (a − target)
  expect(params.a.data).toEqual(Float32Array.of(1, -2));
});

describe("what was restored goes on as if never stopped, to the bit", () => {
  test.each([
    ["in a trainer that is new", () => openTrainer(onnxRuntime, definition({ average: 0.9 }))],
    [
      "in one that did other steps before",
      async () => {
        const used = openTrainer(onnxRuntime, definition({ average: 0.9, params: network(5) }));
        await lossesOf(used, 100, 103);
        return used;
      },
    ],
  ])("%s", async (_, make) => {
    const whole = openTrainer(onnxRuntime, definition({ average: 0.9 }));
    const before = await lossesOf(whole, 0, 13);
    const state = copied(whole);
    const after = await lossesOf(whole, 13, 30);

    const resumed = await make();
    resumed.restore(state, 13);
    expect(resumed.done).toBe(13);
    expect(await lossesOf(resumed, 13, 30)).toEqual(after);
    expect(bytes(resumed)).toEqual(bytes(whole));
    expect(new Set([...before, ...after]).size).toBe(30);
  });

  test("before its first step a restored trainer gives what was restored", async () => {
    const whole = openTrainer(onnxRuntime, definition({ average: 0.9 }));
    await lossesOf(whole, 0, 5);
    const resumed = openTrainer(onnxRuntime, definition({ average: 0.9 }));
    resumed.restore(copied(whole), 5);
    expect(bytes(resumed)).toEqual(bytes(whole));
    for (const average of [false, true])
      expect(resumed.params({ average })).toEqual(whole.params({ average }));
  });

  test("what doesn't fit is refused by its name, and nothing is changed", async () => {
    const trainer = openTrainer(onnxRuntime, definition());
    await lossesOf(trainer, 0, 2);
    const before = bytes(trainer);
    const lacking = copied(trainer);
    lacking.delete("exp_avg:out.bias");
    const other = copied(trainer).set("weights:out.bias", { shape: [2], data: new Float32Array(2) });
    for (const [state, says] of [
      [lacking, /it holds no "exp_avg:out\.bias"/],
      [other, /its "weights:out\.bias" is \[2\], expected \[1\]/],
    ] as const) {
      expect(() => trainer.restore(state, 2, "last")).toThrow(says);
      expect(bytes(trainer)).toEqual(before);
      const fresh = openTrainer(onnxRuntime, definition());
      const resumed = async () => {
        fresh.restore(state, 2, "last");
        if (state === other) expect.unreachable("parameters are looked at before the first step");
        await lossesOf(fresh, 2, 3);
      };
      await expect(resumed()).rejects.toMatchObject({
        code: "CHECKPOINT_MISMATCH",
        where: "last",
      });
    }
  });
});

test("what is random follows from seed and step alone", async () => {
  const run = (seed: number) => lossesOf(openTrainer(onnxRuntime, definition({ drop: 0.5 }), { seed }), 0, 3);
  const [a, again, b] = [await run(7), await run(7), await run(8)];
  expect(again).toEqual(a);
  expect(b[0]).not.toBe(a[0]);

  // The same parameters and batch at another step: only the dropout differs.
  const trainer = openTrainer(onnxRuntime, definition({ drop: 0.5 }), { seed: 7 });
  await lossesOf(trainer, 0, 1);
  const state = copied(trainer);
  const at = async (done: number) => {
    trainer.restore(state, done);
    return (await lossesOf(trainer, 1, 2))[0];
  };
  const [first, second, firstAgain] = [await at(1), await at(2), await at(1)];
  expect(firstAgain).toBe(first);
  expect(second).not.toBe(first);
});

test("moving averages follow the parameters, starting at the first ones", async () => {
  const trainer = openTrainer(onnxRuntime, definition({ average: 0.8 }));
  const expected = new Map([...leaves(network())].map(([path, { data }]) => [path, Array.from(data)]));
  for (let step = 0; step < 6; step++) {
    await lossesOf(trainer, step, step + 1);
    for (const [path, { data, trainable }] of leaves(trainer.params())) {
      const average = expected.get(path) as number[];
      // Running statistics are averages already.
      expected.set(path, trainable ? average.map((x, i) => 0.8 * x + 0.2 * (data[i] as number)) : [...data]);
    }
  }
  for (const [path, { data }] of leaves(trainer.params({ average: true })))
    data.forEach((value, i) => {
      expect(value).toBeCloseTo(expected.get(path)?.[i] as number, 5);
    });
  expect(trainer.params({ average: true }).out.weight.data).not.toEqual(trainer.params().out.weight.data);
});

test("frozen paths stay as they are, running statistics among them, and the others move", async () => {
  const frozen = (path: string) => path.startsWith("norm.") || path === "hidden.bias";
  const trainer = openTrainer(onnxRuntime, definition({ frozen }));
  await lossesOf(trainer, 0, 4);
  const before = leaves(network());
  for (const [path, { data }] of leaves(trainer.params())) {
    const stayed = data.every((value, i) => value === before.get(path)?.data[i]);
    expect([path, stayed]).toEqual([path, frozen(path)]);
  }
  expect([...trainer.state().keys()].filter((name) => name.includes("norm"))).toEqual([
    "weights:norm.weight",
    "weights:norm.bias",
    "weights:norm.running_mean",
    "weights:norm.running_var",
  ]);
});

test("optimisers by path; a scalar of the settings reaches the layers", async () => {
  const optimiser = (path: string) =>
    path.startsWith("out") ? sgd({ momentum: 0.9 }) : adam({ amsgrad: true });
  const trainer = openTrainer(onnxRuntime, definition({ optimiser }));
  await trainer.step(points(16, 1), { rate: 0.01, statistics: 0 });
  const names = [...trainer.state().keys()];
  expect(names.filter((name) => name.endsWith(":out.bias"))).toEqual([
    "weights:out.bias",
    "momentum_buffer:out.bias",
  ]);
  expect(names).toContain("max_exp_avg_sq:hidden.weight");
  expect(trainer.params().norm.running_mean.data).toEqual(new Float32Array(24));
  await trainer.step(points(16, 1), { rate: 0.01, statistics: 1 });
  expect(trainer.params().norm.running_mean.data.every((value) => value !== 0)).toBe(true);
});

test("of the settings only optimiserMomentum reaches the optimiser", async () => {
  const run = async (settings: Record<string, number>) => {
    const trainer = openTrainer(onnxRuntime, definition({ drop: 0 }));
    for (const step of [0, 1, 2]) await trainer.step(points(16, step), { rate: 0.01, ...settings });
    return trainer.params().out.weight.data;
  };
  const plain = await run({});
  expect(await run({ momentum: 0 })).toEqual(plain);
  expect(await run({ optimiserMomentum: 0 })).not.toEqual(plain);
});

test("a loss or a metric that isn't one number is refused by its name", async () => {
  const perRow = (params: Symbolic<Params>, { x }: Readonly<Record<string, Node>>) =>
    square(linear.forward(params.hidden, x as Node));
  for (const [loss, name] of [
    [perRow, "loss"],
    [(params, batch) => ({ loss: reduceMean(perRow(params, batch)), rows: perRow(params, batch) }), "rows"],
  ] satisfies [StepDefinition<Params>["loss"], string][]) {
    const trainer = openTrainer(onnxRuntime, definition({ loss }));
    await expect(trainer.step(points(4, 1), { rate: 0.1 })).rejects.toMatchObject({
      code: "GRAPH_SHAPE",
      where: expect.stringContaining(`"${name}"`),
      what: "it is [4,24], not one number",
    });
  }
});

test("batches of another size go on with the same parameters", async () => {
  const sizes = (step: number) => (step % 3 === 2 ? 40 : 64);
  const trainer = openTrainer(onnxRuntime, definition());
  const losses = await lossesOf(trainer, 0, 240, sizes);
  expect(mean(losses.slice(-20))).toBeLessThan(0.2 * mean(losses.slice(0, 5)));

  // Twice the same rows weigh as once: the mean is over rows.
  const step = async (copies: number) => {
    const one = openTrainer(onnxRuntime, definition({ drop: 0, clip: undefined, optimiser: sgd() }));
    const { x, y } = points(8, 3);
    const repeat = ({ data }: Tensor) =>
      matrix(
        8 * copies,
        Float32Array.from(Array.from({ length: copies }, () => [...(data as Float32Array)]).flat()),
      );
    await one.step({ x: repeat(x), y: repeat(y) }, { rate: 0.1, statistics: 0.1 });
    return one.params().hidden.weight.data;
  };
  const [once, twice] = [await step(1), await step(2)];
  once.forEach((value, i) => {
    expect(twice[i]).toBeCloseTo(value, 5);
  });
});

describe("a training that diverges says at which step, and which tensor", () => {
  const wrong = async (trainer: Trainer<Tree>, batch: Record<string, Tensor>) =>
    trainer.step(batch, { rate: 0.01 }).then(
      () => undefined,
      (error: unknown) => error,
    );

  test("the batch", async () => {
    const trainer = openTrainer(onnxRuntime, definition());
    await lossesOf(trainer, 0, 2);
    const before = bytes(trainer);
    const { x, y } = points(64, 5);
    y.data[3] = NaN;
    expect(await wrong(trainer, { x, y })).toMatchObject({
      code: "TRAINING_DIVERGED",
      where: "step 3",
      what: expect.stringContaining(`the batch's "y"`),
    });
    expect([trainer.done, bytes(trainer)]).toEqual([2, before]);
    // The parameters weren't touched: a good batch goes on.
    expect((await lossesOf(trainer, 2, 3))[0]).toBeGreaterThan(0);
  });

  test("a parameter, by the step before", async () => {
    const trainer = openTrainer(onnxRuntime, definition({ optimiser: sgd(), clip: undefined }));
    await trainer.step(points(64, 1), { rate: Infinity });
    expect(await wrong(trainer, points(64, 2))).toMatchObject({
      where: "step 2",
      what: expect.stringMatching(/is "weights:[a-z.]+", since the update of the step before$/),
    });
  });

  test("something inside the loss", async () => {
    const trainer = openTrainer(onnxRuntime, {
      ...definition({ drop: 0.5 }),
      loss: (params: Parameters<StepDefinition<Params>["loss"]>[0], { x }) => {
        const features = dropout.forward(relu(linear.forward(params.hidden, x as Node)), 0.5, TRAINING);
        return reduceMean(linear.forward(params.out, log(features)));
      },
    });
    expect(await wrong(trainer, { x: points(64, 2).x })).toMatchObject({
      where: "step 1",
      what: `the loss isn't finite; the first tensor that isn't is the result of Log [64,24], after "hidden.bias"`,
    });
  });
});
