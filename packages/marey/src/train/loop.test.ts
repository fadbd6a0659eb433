import { execFileSync } from "node:child_process";
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { random } from "@marey/core/array";
import { readSafetensors } from "@marey/core/format";
import { mul, type Node, randomLeaf, reduceMean, square, sub } from "@marey/core/graph";
import { adam, parameter } from "@marey/core/nn";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openProgress } from "../progress.js";
import { type Batch, type Batches, batchList } from "./batches.js";
import { readCheckpoint, readWeights } from "./checkpoint.js";
import { type Training, train } from "./loop.js";
import { openRun, type Run } from "./run.js";

let root: string;
let made = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "marey-train-"));
});
afterAll(() => rm(root, { recursive: true }));

const runOf = (changes: Partial<Run> = {}) =>
  openRun({
    name: "point",
    settings: { seed: 3 },
    folder: join(root, String(made++)),
    threads: 1,
    ...changes,
  });

const start = { point: { at: parameter([3], Float32Array.of(5, -5, 5)) } };
type Params = typeof start;

/** Batch `position` of an epoch: where the point should go, with noise. */
function batchAt(epoch: number, position: number): Batch {
  const numbers = random(1000 * epoch + position);
  const data = Float32Array.from({ length: 12 }, (_, i) => (i % 3) + numbers.normal(0, 0.1));
  return { target: { type: "float32", dims: [4, 3], data } };
}
const epochSteps = 7;

/** A point is drawn to (0, 1, 2); noise inside the graph and a moving average belong to what must come back. */
const training = (changes: Partial<Training<Params>> = {}): Training<Params> => ({
  params: start,
  optimiser: adam(),
  average: 0.9,
  epochs: 4,
  rate: (epoch) => 0.2 * 0.9 ** epoch,
  batches: (epoch) => batchList(epochSteps, (position) => batchAt(epoch, position)),
  loss: ({ point }, { target }) =>
    reduceMean(square(sub(sub(point.at, target as Node), mul(randomLeaf([3], "normal"), 0.01)))),
  evaluate: async ({ point }) => ({ x: point.at.data[0] as number, y: point.at.data[1] as number }),
  best: { metric: "x" },
  ...changes,
});

/** The log's lines without times and without what tells of the run itself. */
async function curve(folder: string): Promise<object[]> {
  const lines = (await readFile(join(folder, "log.jsonl"), "utf8")).trimEnd().split("\n");
  return lines
    .map((line) => JSON.parse(line))
    .flatMap(({ seconds, ...rest }) => ("time" in rest ? [] : [rest]));
}

/** Stops a training after a number of steps, as Ctrl-C does. */
async function stopAfter(steps: number, run: Run, changes: Partial<Training<Params>> = {}): Promise<void> {
  const controller = new AbortController();
  const { rate, ...others } = training(changes);
  const counted = (epoch: number, step: number) => {
    if (step + 1 === steps) controller.abort(new Error("stopped"));
    return rate(epoch, step);
  };
  const stopped = train({ ...run, signal: controller.signal }, { ...others, rate: counted });
  await expect(stopped).rejects.toThrow("stopped");
}

const tensorsOf = async (file: string) => readSafetensors(await readFile(file), file).tensors;
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "nothing",
    (error: { code?: string }) => error.code,
  );

describe("a training", () => {
  test("writes down every step and evaluation, and keeps the last and the best", async () => {
    const run = runOf();
    const result = await train(run, training());
    expect(result).toMatchObject({ steps: 28, epochs: 4, folder: run.folder });
    const lines = (await readFile(join(run.folder, "log.jsonl"), "utf8")).split("\n");
    expect(JSON.parse(lines[0] as string)).toMatchObject({
      training: "point",
      settings: { seed: 3 },
      seed: 3,
      versions: { node: process.versions.node, marey: expect.any(String), onnxruntime: expect.any(String) },
    });
    const records = await curve(run.folder);
    expect(records).toHaveLength(28 + 4);
    expect(records[0]).toMatchObject({ step: 1, epoch: 0, rate: 0.2, loss: expect.any(Number) });
    expect(records[7]).toMatchObject({ step: 7, epoch: 0, evaluation: { x: expect.any(Number) } });
    expect(records[8]).toMatchObject({ step: 8, epoch: 1, rate: 0.2 * 0.9 });
    expect(result.loss).toBe((records[30] as { loss: number }).loss);

    const evaluations = records.filter((record) => "evaluation" in record) as { evaluation: { x: number } }[];
    const lowest = Math.min(...evaluations.map(({ evaluation }) => evaluation.x));
    expect(result.best?.metrics.x).toBe(lowest);
    const best = await tensorsOf(join(run.folder, "best.safetensors"));
    expect([...best.keys()]).toEqual(["point.at"]);
    expect(best.get("point.at")?.data[0]).toBe(lowest);
    expect((await readdir(run.folder)).sort()).toEqual([
      "best.safetensors",
      "events.out.tfevents.marey",
      "last.safetensors",
      "log.jsonl",
    ]);
  });

  test("convention: a checkpoint holds weights by path, state beside them; as weights it gives the averages", async () => {
    const run = runOf();
    const { params } = await train(run, training());
    const file = join(run.folder, "last.safetensors");
    const tensors = await tensorsOf(file);
    expect([...tensors.keys()].sort()).toEqual([
      "average:point.at",
      "exp_avg:point.at",
      "exp_avg_sq:point.at",
      "point.at",
    ]);
    expect(tensors.get("average:point.at")?.data).toEqual(params.point.at.data);
    expect(tensors.get("point.at")?.data).not.toEqual(params.point.at.data);
    expect((await readWeights(file)).get("point.at")?.data).toEqual(params.point.at.data);
    expect([...(await readWeights(file)).keys()]).toEqual(["point.at"]);
  });

  test("the greater metric is the better one when asked for", async () => {
    const run = runOf();
    const { best } = await train(run, training({ best: { metric: "x", lower: false } }));
    expect(best?.epoch).toBe(0);
  });

  test("logs every n-th step when asked for", async () => {
    const run = runOf();
    await train(run, training({ logEvery: 5 }));
    const steps = (await curve(run.folder)).flatMap((line) =>
      "evaluation" in line ? [] : [(line as { step: number }).step],
    );
    expect(steps).toEqual([5, 10, 15, 20, 25]);
  });
});

describe("stopped and resumed, it is the training that was never stopped, to the bit", () => {
  const sources: [string, (epoch: number) => Batches][] = [
    ["a list made on demand", (epoch) => batchList(epochSteps, (position) => batchAt(epoch, position))],
    ["an array", (epoch) => Array.from({ length: epochSteps }, (_, position) => batchAt(epoch, position))],
    [
      "a generator",
      function* (epoch) {
        for (let position = 0; position < epochSteps; position++) yield batchAt(epoch, position);
      },
    ],
  ];
  test.each(sources)("with %s", async (_, batches) => {
    const whole = runOf();
    await train(whole, training({ batches }));
    const pieces = runOf();
    // Within an epoch, at its last step, at the first of the next, and again.
    await stopAfter(3, pieces, { batches });
    const resumed = { ...pieces, resume: true };
    await stopAfter(7, resumed, { batches });
    await stopAfter(8, resumed, { batches });
    await stopAfter(20, resumed, { batches });
    await train(resumed, training({ batches }));
    expect(await curve(pieces.folder)).toEqual(await curve(whole.folder));
    for (const name of ["last.safetensors", "best.safetensors"])
      expect(await tensorsOf(join(pieces.folder, name))).toEqual(await tensorsOf(join(whole.folder, name)));
  });

  test("what was written after the checkpoint is cut off, what a killed one left is cleared", async () => {
    const whole = runOf();
    await train(whole, training());
    const run = runOf();
    await stopAfter(10, run);
    const events = join(run.folder, "events.out.tfevents.marey");
    const size = (await readFile(events)).length;
    await appendFile(
      join(run.folder, "log.jsonl"),
      `${JSON.stringify({ step: 11, epoch: 1, loss: 7 })}\n{"st`,
    );
    await appendFile(events, "half a reco");
    await writeFile(join(run.folder, ".last.safetensors.0badcafe.tmp"), "half");
    await writeFile(join(run.folder, ".mine.tmp"), "mine");
    await train({ ...run, resume: true }, training());
    expect(await curve(run.folder)).toEqual(await curve(whole.folder));
    expect((await readFile(events)).length).toBe(
      (await readFile(join(whole.folder, "events.out.tfevents.marey"))).length,
    );
    expect(size).toBeLessThan((await readFile(events)).length);
    expect((await readdir(run.folder)).filter((name) => name.startsWith("."))).toEqual([".mine.tmp"]);
  });

  test("making a batch is left out where the source can", async () => {
    const run = runOf();
    const asked: number[] = [];
    const batches = (epoch: number) =>
      batchList(epochSteps, (position) => {
        asked.push(epochSteps * epoch + position);
        return batchAt(epoch, position);
      });
    await stopAfter(10, run, { batches });
    asked.length = 0;
    await train({ ...run, resume: true }, training({ batches }));
    expect(asked).toEqual(Array.from({ length: 18 }, (_, i) => 10 + i));
  });

  test("one that is over stays as it is", async () => {
    const run = runOf();
    const first = await train(run, training());
    const again = await train({ ...run, resume: true }, training());
    expect(again.params).toEqual(first.params);
    expect([again.steps, again.best]).toEqual([first.steps, first.best]);
  });

  test("without a checkpoint it begins at the beginning", async () => {
    const run = runOf({ resume: true });
    expect((await train(run, training())).steps).toBe(28);
  });
});

describe("what goes wrong is said, and the checkpoint before stays", () => {
  test("an existing training is neither mixed with nor replaced without being told to", async () => {
    const run = runOf();
    await train(run, training());
    const before = await readFile(join(run.folder, "log.jsonl"));
    expect(await codeOf(train(run, training()))).toBe("FILE_EXISTS");
    expect(await readFile(join(run.folder, "log.jsonl"))).toEqual(before);
    const other = { ...run, resume: true, settings: { seed: 3, width: 5 } };
    await expect(train(other, training())).rejects.toThrow(/started with width=undefined, now 5/);
    expect(await codeOf(train({ ...run, force: true }, training({ epochs: 1 })))).toBe("nothing");
    expect((await readCheckpoint(run.folder))?.at.step).toBe(epochSteps);
  });

  test("weights that stand alone in the folder aren't replaced without being told to", async () => {
    const run = runOf();
    await mkdir(run.folder, { recursive: true });
    const best = join(run.folder, "best.safetensors");
    await writeFile(best, "theirs");
    expect(await codeOf(train(run, training()))).toBe("FILE_EXISTS");
    expect(await codeOf(train({ ...run, resume: true }, training()))).toBe("FILE_EXISTS");
    expect(await readFile(best, "utf8")).toBe("theirs");
    expect(await codeOf(train({ ...run, resume: true, force: true }, training({ best: undefined })))).toBe(
      "nothing",
    );
    expect(await readdir(run.folder)).not.toContain("best.safetensors");
  });

  test("what one left that was killed between its first evaluation and its first checkpoint is begun anew", async () => {
    const run = runOf();
    await train(run, training());
    const whole = await curve(run.folder);
    await rm(join(run.folder, "last.safetensors"));
    await train({ ...run, resume: true }, training());
    expect(await curve(run.folder)).toEqual(whole);
  });

  test("epochs that are no whole number, and a start that failed doesn't block the next", async () => {
    const run = runOf();
    for (const epochs of [-3, 0, 1.5])
      expect(await codeOf(train(run, training({ epochs })))).toBe("RECIPE_SETTING");
    const infinite = () => Number.POSITIVE_INFINITY;
    expect(await codeOf(train(run, training({ rate: infinite })))).toBe("TRAINING_DIVERGED");
    expect(await readdir(run.folder)).toContain("log.jsonl");
    expect((await train(run, training({ epochs: 1 }))).steps).toBe(epochSteps);
  });

  test("a training that diverges", async () => {
    const run = runOf();
    const rate = (_: number, step: number) => (step === 9 ? Infinity : 0.1);
    const failed = train(run, training({ rate }));
    await expect(failed).rejects.toMatchObject({ code: "TRAINING_DIVERGED", where: "step 11" });
    expect((await readCheckpoint(run.folder))?.at).toMatchObject({ step: epochSteps, epoch: 1, position: 0 });
  });

  test("one that diverges in the step before a checkpoint doesn't become one", async () => {
    const run = runOf();
    const rate = (_: number, step: number) => (step === 2 * epochSteps - 1 ? Infinity : 0.1);
    const failed = train(run, training({ rate, evaluate: undefined, best: undefined }));
    await expect(failed).rejects.toMatchObject({ code: "TRAINING_DIVERGED", where: "step 14" });
    expect((await readCheckpoint(run.folder))?.at.step).toBe(epochSteps);
  });

  test("no batches; a metric that isn't there; a file that is no checkpoint; a seed that is no number", async () => {
    expect(await codeOf(train(runOf(), training({ batches: () => [] })))).toBe("TRAINING_EMPTY");
    expect(await codeOf(train(runOf(), training({ best: { metric: "z" } })))).toBe("METRIC_MISSING");
    const run = runOf();
    await train(run, training());
    await writeFile(
      join(run.folder, "last.safetensors"),
      await readFile(join(run.folder, "best.safetensors")),
    );
    expect(await codeOf(train({ ...run, resume: true }, training()))).toBe("CHECKPOINT_INVALID");
    expect(() => runOf({ settings: { seed: "x" } })).toThrow(/seed is "x"/);
  });

  test("a full disk", async (context) => {
    const run = runOf();
    await mkdir(run.folder);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=24k", "tmpfs", run.folder], { stdio: "ignore" });
    } catch {
      return context.skip("a small disk can't be mounted here");
    }
    try {
      await expect(train(run, training({ epochs: 1000 }))).rejects.toMatchObject({
        code: "FILE_WRITE",
        what: "the disk is full",
      });
      const { at, log } = (await readCheckpoint(run.folder))!;
      expect(at.step % epochSteps).toBe(0);
      const lines = (await readFile(join(run.folder, "log.jsonl")))
        .subarray(0, log.lines)
        .toString()
        .trimEnd();
      expect(JSON.parse(lines.split("\n").at(-1) as string)).toMatchObject({ step: at.step });
    } finally {
      execFileSync("umount", [run.folder]);
    }
  });
});

test("progress tells the epochs, and the time left of what is still to be done", async () => {
  const told: string[] = [];
  const updates: [number, number | undefined][] = [];
  const task = (_: string, begun = 0) => {
    told.push(`begun ${begun}`);
    return { update: (done: number, total?: number) => updates.push([done, total]), end: () => {} };
  };
  const progress = { ...openProgress({ silent: true }), task, log: (line: string) => told.push(line) };
  const run = runOf({ progress });
  await stopAfter(9, run);
  await train({ ...run, resume: true }, training());
  expect(told.filter((line) => /^begun/.test(line))).toEqual(["begun 0", "begun 9"]);
  expect(told.at(-1)).toMatch(/^epoch 4 of 4: loss [\d.]+, x -?[\d.]+, y -?[\d.]+( \(the best so far\))?$/);
  expect(updates).toEqual(Array.from({ length: 28 }, (_, i) => [i + 1, 28]));
});
