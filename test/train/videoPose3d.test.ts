/** The recipe of VideoPose3D on small files in its authors' forms: training with and without labels, evaluation, weights. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { random } from "@marey/core/array";
import { safetensorsPieces } from "@marey/core/format";
import { network } from "@marey/core/model/videoPose3d";
import { leaves } from "@marey/core/nn";
import { openRun, readWeights, type Settings } from "marey";
import { afterAll, describe, expect, test } from "vitest";
import { joinPieces } from "../../packages/core/src/format/pieces.js";
import * as recipe from "../../recipes/videoPose3d.js";
import { legacyCheckpoint, writeHuman36m } from "./videoPose3dFiles.js";

const root = mkdtempSync(join(tmpdir(), "marey-videoPose3d-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const data = join(root, "data");
writeHuman36m(data);

const runOf = (name: string, changed: Settings = {}) =>
  openRun({
    name,
    folder: join(root, name),
    threads: 1,
    settings: {
      ...recipe.settings,
      ...recipe.tiny,
      data,
      keypoints: "gt",
      train: "S1",
      test: "S9",
      ...changed,
    } as typeof recipe.settings,
  });

const logOf = (folder: string): Record<string, number>[] =>
  readFileSync(join(folder, "log.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

const errors = ["P1 (mm)", "P2 (mm)", "P3 (mm)", "velocity (mm)"];

describe("supervised", () => {
  test("every frame and its mirror image once an epoch, rate and momentum as in the paper", async () => {
    const run = runOf("supervised", { batch: 32 });
    const trained = await recipe.default(run);
    // 2 actions × 4 cameras × 20 frames × 2: 10 batches of 32 an epoch.
    expect([trained.steps, trained.epochs]).toEqual([20, 2]);
    const steps = logOf(run.folder).filter((line) => "loss" in line);
    expect(steps.map(({ rate, momentum }) => [rate, momentum])).toEqual([
      [1e-3, expect.closeTo(0.1, 6)],
      [0.95e-3, expect.closeTo(0.01, 6)],
    ]);
  });

  test("a last batch that isn't full counts, and so do examples of several poses and dense filters", async () => {
    expect((await recipe.default(runOf("rest", { batch: 300, epochs: 1 }))).steps).toBe(2);
    expect((await recipe.default(runOf("stride", { batch: 40, stride: 5, epochs: 1 }))).steps).toBe(8);
    expect((await recipe.default(runOf("dense", { batch: 160, dense: true, epochs: 1 }))).steps).toBe(2);
  });

  test("evaluation: the four errors of each action, and their mean over actions", async () => {
    const run = runOf("judged", { epochs: 1 });
    const { folder } = await recipe.default(run);
    const { metrics, line } = await recipe.evaluate(run, await readWeights(join(folder, "last.safetensors")));
    for (const name of errors) {
      const of = (action: string) => metrics[`${action} ${name}`]!;
      expect(metrics[name]).toBeCloseTo((of("Walking") + of("Sitting")) / 2, 6);
      expect(metrics[name]).toBeGreaterThan(0);
    }
    expect(metrics["P2 (mm)"]!).toBeLessThan(metrics["P1 (mm)"]!);
    expect(line).toMatch(/^mean of 2 actions: P1 [\d.]+ mm P2 [\d.]+ mm P3 [\d.]+ mm velocity [\d.]+ mm$/);
    const only = runOf("judged", { actions: "Sitting" });
    const sitting = await recipe.evaluate(only, await readWeights(join(folder, "last.safetensors")));
    expect(sitting.metrics["P1 (mm)"]).toBe(metrics["Sitting P1 (mm)"]);
    const once = runOf("judged", { testFlip: false });
    const plain = await recipe.evaluate(once, await readWeights(join(folder, "last.safetensors")));
    expect(plain.metrics["P1 (mm)"]).not.toBe(metrics["P1 (mm)"]);
  });
});

test("files and subjects that aren't there are named", async () => {
  const said = (changed: Settings) => recipe.default(runOf("none", changed));
  await expect(said({ keypoints: "cpn" })).rejects.toThrow(/^.*data_2d_h36m_cpn\.npz: there is no such file/);
  await expect(said({ train: "S6,S7" })).rejects.toThrow(
    'nothing of subjects "S6,S7" (there are: S1, S5, S9)',
  );
  await expect(said({ actions: "Eating" })).rejects.toThrow('and actions "Eating"');
});

describe("semi-supervised", () => {
  test("warm-up by labels alone, then both halves; the trajectory is trained and measured", async () => {
    const changed = { unlabelled: "S5", subset: 0.5, batch: 16, warmUp: 1, seed: 3 };
    const run = runOf("semi", changed);
    const { steps, folder } = await recipe.default(run);
    expect(steps).toBe(20);
    const [warm, whole] = logOf(folder).filter((line) => "loss" in line);
    expect(Object.keys(warm!)).not.toContain("bone");
    expect(Object.keys(whole!)).toEqual(
      expect.arrayContaining(["pose", "trajectory", "reprojection", "bone"]),
    );
    const weights = await readWeights(join(folder, "last.safetensors"));
    expect([...weights.keys()]).toEqual(
      expect.arrayContaining(["model_pos.expand_conv.weight", "model_traj.shrink.bias"]),
    );
    const { metrics } = await recipe.evaluate(run, weights);
    expect(metrics["root (mm)"]).toBeGreaterThan(0);
    expect(metrics["P1 (mm)"]).toBeGreaterThan(0);
  });
});

test("the authors' checkpoints: PyTorch's old format measures as the same weights in safetensors do", async () => {
  const params = network.init(random(5), { filterWidths: [3, 3], channels: 8, jointsIn: 17, jointsOut: 17 });
  const tensors = new Map(
    [...leaves(params)].map(([path, { shape, data }]) => [path, { dtype: "F32", shape: [...shape], data }]),
  );
  writeFileSync(join(root, "pretrained.bin"), legacyCheckpoint(params));
  writeFileSync(join(root, "pretrained.safetensors"), joinPieces([...safetensorsPieces(tensors, {})]));
  const measure = async (name: string) =>
    recipe.evaluate(runOf("official"), await readWeights(join(root, name)));
  const official = await measure("pretrained.bin");
  expect(official.metrics["P1 (mm)"]).toBeGreaterThan(0);
  expect(official).toEqual(await measure("pretrained.safetensors"));
});
