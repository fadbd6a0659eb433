import { MareyError } from "@marey/core";
import { openTrainer, type StepDefinition, type Tree } from "@marey/core/nn";
import { type Batches, batchesFrom } from "./batches.js";
import { type Best, bestFile, type Position, writeCheckpoint, writeWeights } from "./checkpoint.js";
import { type Log, openLog } from "./log.js";
import type { Run } from "./run.js";
import { header, startingPoint } from "./start.js";

/** What is trained and how, as plain functions. Epochs and steps are counted from 0. */
export interface Training<P extends Tree> extends StepDefinition<P> {
  readonly epochs: number;
  /** The batches of an epoch: a function of the epoch (and a seed) alone, so that a training can be resumed exactly. */
  batches(epoch: number): Batches;
  /** The learning rate of a step. */
  rate(epoch: number, step: number): number;
  /** Further scalars that the loss is fed by name, such as batch norms' momentum. */
  settings?(epoch: number, step: number): Readonly<Record<string, number>>;
  /** Metrics of the parameters (of their moving averages, where these are kept), after each epoch. */
  evaluate?(params: P): Promise<Readonly<Record<string, number>>>;
  /** What decides which parameters are kept as `best.safetensors`; nothing is, when absent. */
  readonly best?: Goal;
  /** Steps per line of the log; 1 when absent. */
  readonly logEvery?: number;
}

/** A metric by which evaluations are compared. */
export interface Goal {
  readonly metric: string;
  /** Whether the lower is the better; true when absent. */
  readonly lower?: boolean;
}

/** What a training came to. */
export interface Trained<P extends Tree> {
  /** The parameters after the last step (their moving averages, where these are kept). */
  readonly params: P;
  readonly steps: number;
  readonly epochs: number;
  /** Time in training, over all sessions. */
  readonly seconds: number;
  /** Of the last step. */
  readonly loss?: number;
  /** The best evaluation, whose parameters are in `best.safetensors`. */
  readonly best?: Best;
  readonly folder: string;
}

/**
 * Trains, and goes on exactly where a checkpoint stands if the run says so. The folder gets `log.jsonl`, TensorBoard's
 * event file, `last.safetensors` (all that is needed to go on) and `best.safetensors` (weights alone).
 *
 * @throws MareyError `TRAINING_DIVERGED` naming step and tensor, `TRAINING_EMPTY`, `TRAINING_SETTINGS`, `FILE_EXISTS`
 *   when the folder holds a training that is neither resumed nor replaced. The checkpoint before stays valid.
 */
export async function train<P extends Tree>(run: Run, training: Training<P>): Promise<Trained<P>> {
  const { folder, settings, seed, threads, device, signal } = run;
  requireEpochs(training.epochs);
  const from = await startingPoint(run);
  const log = openLog(folder, from?.log);
  log.line(header(run, from));
  const trainer = openTrainer(run.runtime, training, { seed, threads, device });
  let at: Position = from?.at ?? { step: 0, epoch: 0, position: 0, seconds: 0 };
  if (from) trainer.restore(from.state, at.step, from.file);
  const params = () => trainer.params({ average: training.average !== undefined });
  const clock = stopwatch(at.seconds);
  const progress = run.progress.task(run.name, at.step);

  let saved = clock();
  const save = async () => {
    const note = { at, settings, seed, threads, device, log: log.size() };
    await writeCheckpoint(folder, note, trainer.state());
    saved = clock();
  };

  try {
    while (at.epoch < training.epochs) {
      const batches = training.batches(at.epoch);
      for await (const batch of batchesFrom(batches, at.position)) {
        // 1. The learning rate, and whatever else changes from step to step.
        const rate = training.rate(at.epoch, at.step);
        const scalars = training.settings?.(at.epoch, at.step) ?? {};

        // 2. Forward, backward, clipping, update: one graph, one run.
        const values = await trainer.step(batch, { ...scalars, rate });
        at = { ...at, step: trainer.done, position: at.position + 1, seconds: clock(), loss: values.loss };

        // 3. Write it down.
        if (at.step % (training.logEvery ?? 1) === 0) logStep(log, at, { ...values, ...scalars, rate });
        progress.update(at.step, expectedSteps(training, batches, at));

        // 4. Save, now and then, and when asked to stop.
        if (signal?.aborted || at.seconds - saved >= run.checkpointEvery) await save();
        signal?.throwIfAborted();
      }
      requireBatches(at);

      // 5. Evaluate, and keep the best.
      at = await evaluated(run, training, params(), at, log);

      // 6. The epoch is over: save again.
      at = { ...at, epoch: at.epoch + 1, position: 0, epochSteps: at.position, seconds: clock() };
      await save();
      signal?.throwIfAborted();
    }
    const { step: steps, epoch: epochs, seconds, loss, best } = at;
    return { params: params(), steps, epochs, seconds, loss, best, folder };
  } finally {
    progress.end();
    log.close();
    await trainer.close();
  }
}

/** Seconds so far, on top of those of earlier sessions. */
function stopwatch(before: number): () => number {
  const begun = performance.now();
  return () => before + (performance.now() - begun) / 1000;
}

function logStep(
  log: Log,
  { step, epoch, seconds }: Position,
  values: Readonly<Record<string, number>>,
): void {
  log.line({ step, epoch, ...values, seconds: round(seconds) });
  log.chart(step, tagged("train", values));
}

const round = (seconds: number) => Math.round(seconds * 1000) / 1000;

const tagged = (group: string, values: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${group}/${name}`, value]));

/** Steps of the whole training; undefined before an epoch's length is known. */
function expectedSteps<P extends Tree>(
  { epochs }: Training<P>,
  { length }: Batches,
  { step, epoch, position, epochSteps }: Position,
): number | undefined {
  const each = length ?? epochSteps;
  return each === undefined ? undefined : step - position + each * (epochs - epoch);
}

function requireEpochs(epochs: number): void {
  if (!(Number.isInteger(epochs) && epochs > 0))
    throw new MareyError(
      "RECIPE_SETTING",
      "epochs",
      `it is ${epochs}`,
      "Train for a whole number of epochs, 1 or more",
    );
}

function requireBatches({ epoch, position }: Position): void {
  if (position === 0)
    throw new MareyError(
      "TRAINING_EMPTY",
      `epoch ${epoch}`,
      "it has no batches",
      "Check that the data is there and that a batch isn't larger than it",
    );
}

/** Evaluates, writes down what came out, and writes the weights if none were better before. */
async function evaluated<P extends Tree>(
  { folder, progress }: Run,
  { evaluate, best: goal, epochs }: Training<P>,
  params: P,
  at: Position,
  log: Log,
): Promise<Position> {
  const { step, epoch, seconds, loss } = at;
  const metrics = (await evaluate?.(params)) ?? {};
  const reached: Best = { step, epoch, metrics: { ...metrics } };
  const better = goal !== undefined && isBetter(goal, reached, at.best);
  if (evaluate) {
    log.line({ evaluation: metrics, step, epoch, seconds: round(seconds), ...(better && { best: true }) });
    log.chart(step, tagged("evaluation", metrics));
  }
  if (better) await writeWeights(bestFile(folder), params, reached);
  const told = Object.entries({ loss, ...metrics }).map(
    ([name, value]) => `${name} ${value?.toPrecision(5)}`,
  );
  progress.log(`epoch ${epoch + 1} of ${epochs}: ${told.join(", ")}${better ? " (the best so far)" : ""}`);
  return better ? { ...at, best: reached } : at;
}

function isBetter({ metric, lower = true }: Goal, now: Best, before: Best | undefined): boolean {
  const [value, record] = [now.metrics[metric], before?.metrics[metric]];
  if (value === undefined)
    throw new MareyError(
      "METRIC_MISSING",
      `epoch ${now.epoch}`,
      `the evaluation gives ${Object.keys(now.metrics).join(", ") || "nothing"}, but "${metric}" decides what is best`,
      "Name one of these as the training's best.metric",
    );
  if (record === undefined) return Number.isFinite(value);
  return lower ? value < record : value > record;
}
