/** OpenPose's loss, its optimisers, and the recipe on a small folder as COCO's is. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { random } from "@marey/core/array";
import { gradients, input, reduceSum } from "@marey/core/graph";
import { drawDisc, drawLine, type Image } from "@marey/core/image";
import { network, optimisers, stagesLoss, steppedRate } from "@marey/core/model/openPose";
import { leaves, openPoseLoss } from "@marey/core/nn";
import { coco17 } from "@marey/core/skeleton";
import { openRun, readWeights, type Settings, writeImage } from "marey";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as recipe from "../../recipes/open-pose.js";
import { compute } from "../graph/compute.js";

const root = mkdtempSync(join(tmpdir(), "marey-openPose-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const data = join(root, "coco");

/** Somebody who waves, as COCO annotates; unlabelled on request. */
function annotation(image_id: number, x: number, y: number, labelled = true) {
  const places = [[0, -44], [3, -47], [-3, -47], [6, -45], [-6, -45], [14, -30], [-14, -30], [24, -14], [-24, -44], [28, 2], [-30, -60], [9, 4], [-9, 4], [11, 26], [-11, 26], [12, 46], [-12, 46]]; // biome-ignore format: a table
  const keypoints = places.flatMap(([u, v]) => (labelled ? [x + u!, y + v!, 2] : [0, 0, 0]));
  const bbox = [x - 34, y - 64, 66, 114];
  const segmentation = [[x - 34, y - 64, x + 32, y - 64, x + 32, y + 50, x - 34, y + 50]];
  return { image_id, category_id: 1, bbox, area: 2500, iscrowd: 0, keypoints, segmentation };
}

async function draw(file: string, people: ReturnType<typeof annotation>[]): Promise<void> {
  const image: Image = { width: 160, height: 128, channels: 3, data: new Uint8Array(160 * 128 * 3).fill(40) };
  for (const { keypoints } of people) {
    const point = (j: number): [number, number] => [keypoints[j * 3]!, keypoints[j * 3 + 1]!];
    coco17.edges.forEach(([a, b], i) => {
      drawLine(image, point(a), point(b), 4, { colour: [200, 30 * (i % 8), 250 - 15 * i] });
    });
    for (let j = 0; j < 17; j++) drawDisc(image, point(j), 3, { colour: [15 * j, 255 - 15 * j, 128] });
  }
  await writeImage(file, image);
}

beforeAll(async () => {
  mkdirSync(join(data, "annotations"), { recursive: true });
  mkdirSync(join(data, "train2017"));
  const people = [annotation(1, 60, 70), annotation(1, 120, 72, false), annotation(2, 90, 74)];
  const content = {
    images: [1, 2].map((id) => ({ id, file_name: `00000000000${id}.png`, width: 160, height: 128 })),
    annotations: people.map((person, id) => ({ id, ...person })),
    categories: [{ id: 1, name: "person", keypoints: coco17.joints }],
  };
  writeFileSync(join(data, recipe.settings.annotations), JSON.stringify(content));
  await draw(join(data, "train2017", "000000000001.png"), [people[0]!]);
  await draw(join(data, "train2017", "000000000002.png"), [people[2]!]);
});

const runOf = (name: string, changed: Settings = {}, more = {}) =>
  openRun({
    name,
    folder: join(root, name),
    threads: 1,
    settings: { ...recipe.settings, ...recipe.tiny, data, ...changed } as typeof recipe.settings,
    ...more,
  });
const curve = (folder: string) =>
  readFileSync(join(folder, "log.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, number>)
    .filter((line) => "loss" in line)
    .map(({ step, loss, heatmaps, rate }) => ({ step, loss, heatmaps, rate }));

describe("recipe", () => {
  test("says where it looked for annotations that aren't there", async () => {
    const refusal = (changed: Settings) =>
      recipe.default(runOf("missing", changed)).then(
        () => expect.unreachable(),
        (error: Error) => error.message,
      );
    const nowhere = join(root, "nowhere");
    expect(await refusal({ data: nowhere })).toMatch(`there is no folder ${nowhere}`);
    const told = await refusal({ annotations: "other.json" });
    expect(told).toMatch(`${join(data, "other.json")} and at other.json, and neither is there`);
    expect(told).toMatch("--set data=FOLDER");
  });

  test("takes COCO's folder as it stands; weights go on from, and the network is written with its card", async () => {
    const run = runOf("first", { repeat: 5, drops: "5", dropBy: 0.1 });
    const trained = await recipe.default(run);
    expect([trained.steps, trained.epochs]).toEqual([10, 2]);
    expect(Number.isFinite(trained.loss)).toBe(true);
    expect(curve(run.folder)).toEqual([expect.objectContaining({ step: 10, rate: expect.closeTo(1e-4, 9) })]);
    const weights = await readWeights(join(run.folder, "last.safetensors"));
    expect(weights.get("conv4_1.weight")?.shape).toEqual([16, 8, 3, 3]);
    const evaluation = await recipe.evaluate(run, weights);
    expect(Object.keys(evaluation.metrics)).toEqual(["AP", "AP50", "AR"]);
    const card = JSON.parse(readFileSync(join(run.folder, "network.json"), "utf8"));
    expect([card.codec.kind, card.codec.limbs.length, card.skeleton]).toEqual([
      "part-affinity",
      26,
      "body25",
    ]);
    expect(readFileSync(join(run.folder, card.file)).length).toBeGreaterThan(10_000);
    const second = runOf("second", { weights: join(run.folder, "last.safetensors"), epochs: 1 });
    expect((await recipe.default(second)).steps).toBe(1);
  });

  test("resumed in the middle of an epoch it gives the same losses and weights to the bit", async () => {
    const settings = { network: "coco18", repeat: 20, epochs: 1 };
    const whole = runOf("whole", settings);
    await recipe.default(whole);
    const stop = new AbortController();
    const stopped = runOf("resumed", settings, { signal: stop.signal, checkpointEvery: 0 });
    const progress = {
      ...stopped.progress,
      task: () => ({ update: (at: number) => at === 12 && stop.abort(), end() {} }),
    };
    await expect(recipe.default({ ...stopped, progress } as typeof stopped)).rejects.toThrow();
    const resumed = runOf("resumed", settings, { resume: true });
    expect((await recipe.default(resumed)).steps).toBe(20);
    expect(curve(resumed.folder)).toEqual(curve(whole.folder));
    const bytes = (folder: string) => readFileSync(join(folder, "network.onnx"));
    expect(bytes(resumed.folder).equals(bytes(whole.folder))).toBe(true);
  });

  test("a folder of pictures without people takes its share of an epoch", async () => {
    const backgrounds = join(root, "empty");
    mkdirSync(backgrounds);
    await draw(join(backgrounds, "wall.png"), []);
    const settings = { backgrounds, backgroundShare: 0.5, epochs: 1 };
    expect((await recipe.default(runOf("backgrounds", settings))).steps).toBe(2);
    rmSync(join(backgrounds, "wall.png"));
    await expect(recipe.default(runOf("no backgrounds", settings))).rejects.toThrow(/no picture is in it/);
  });

  test("several files of annotations: feet from one, bodies from both", async () => {
    const { images, annotations } = JSON.parse(readFileSync(join(data, recipe.settings.annotations), "utf8"));
    const feet = annotations.slice(2).map((person: { keypoints: number[] }) => ({
      ...person,
      keypoints: [...person.keypoints, ...Array.from({ length: 6 }, (_, j) => [80 + 4 * j, 124, 2]).flat()],
    }));
    const file = "annotations/person_keypoints_train2017_foot_v1.json";
    writeFileSync(join(data, file), JSON.stringify({ images: images.slice(1), annotations: feet }));
    const both = runOf("both", { annotations: `${recipe.settings.annotations},${file}`, batch: 3 });
    const trained = await recipe.default(both);
    // Two people of the first file and one of the second make one batch.
    expect([trained.steps, trained.epochs]).toEqual([2, 2]);
  });

  test.each<[string, Settings, RegExp]>([
    ["annotations that aren't there", { annotations: "none.json" }, /none\.json.*annotations=FILE/],
    ["a network that there isn't", { network: "body26" }, /body25, coco18, mpi15/],
    ["an optimiser that there isn't", { optimiser: "lion" }, /adam and sgd/],
    ["pictures that there aren't", { pictures: "cat.png" }, /cat\.png.*ends so/],
    ["a crop of no whole cells", { size: 60 }, /multiple of the stride/],
  ])("refused: %s", async (name, settings, message) => {
    await expect(recipe.default(runOf(`refused ${name}`, settings))).rejects.toThrow(message);
  });

  test("a missing picture is named with the places where it was looked for", async () => {
    const copy = join(root, "missing");
    cpSync(data, copy, { recursive: true });
    rmSync(join(copy, "train2017", "000000000002.png"));
    await expect(recipe.default(runOf("missing run", { data: copy }))).rejects.toThrow(
      /000000000002\.png.*train2017.*data=FOLDER/,
    );
  });

  test("a picture of another size than annotated is named", async () => {
    const copy = join(root, "resized");
    cpSync(data, copy, { recursive: true });
    await writeImage(join(copy, "train2017", "000000000002.png"), {
      width: 80,
      height: 64,
      channels: 3,
      data: new Uint8Array(80 * 64 * 3),
    });
    await expect(recipe.default(runOf("resized run", { data: copy }))).rejects.toThrow(
      /000000000002\.png.*80×64.*160×128/,
    );
  });

  test("learns from the studio without any data", { timeout: 120_000 }, async () => {
    const run = runOf("studio", { data: "studio", epochs: 1 });
    const { steps, loss } = await recipe.default(run);
    expect(steps).toBe(2);
    expect(loss).toBeGreaterThan(0);
    const card = JSON.parse(readFileSync(join(run.folder, "network.json"), "utf8"));
    expect(card.title).toMatch(/studio/);
  });

  test("joints and edges of one's own", async () => {
    const file = join(root, "arms.json");
    const joints = ["left_shoulder", "left_elbow", "right_shoulder", "right_elbow"];
    const edges = [["left_shoulder", "left_elbow"], ["right_shoulder", "right_elbow"], ["left_shoulder", "right_shoulder"]]; // biome-ignore format: pairs
    writeFileSync(file, JSON.stringify({ name: "arms", joints, edges }));
    const run = runOf("own", { skeleton: file, epochs: 1 });
    await recipe.default(run);
    const card = JSON.parse(readFileSync(join(run.folder, "network.json"), "utf8"));
    expect([card.skeleton.joints, card.codec.limbs.length]).toEqual([joints, 3]);
  });
});

describe("loss", () => {
  const shape = (channels: number) => [2, channels, 3, 4];
  const values = (seed: number, size: number) => {
    const draw = random(seed);
    return Float32Array.from({ length: size }, () => draw.normal());
  };

  test("is that of the paper for stages side by side under one mask", async () => {
    const mask = values(9, 24).map((value) => (value > 0 ? 1 : 0));
    const fed = [6, 4, 6, 4, 6, 4].map((channels, i) => ({
      shape: shape(channels),
      values: values(i, channels * 24),
    }));
    const results = await compute(
      (...given) => {
        const [f0, h0, f1, h1, fields, heatmaps, w] = given as [
          never,
          never,
          never,
          never,
          never,
          never,
          never,
        ];
        const ours = stagesLoss(
          { fields: [f0, f1], heatmaps: [h0, h1], output: h1 },
          { target: heatmaps, weight: w },
          { target: fields, weight: w },
        );
        const pairs = [
          { fields: f0, heatmaps: h0 },
          { fields: f1, heatmaps: h1 },
        ];
        return { ours: ours.loss, theirs: openPoseLoss(pairs, { fields, heatmaps }, w).loss };
      },
      ...fed,
      { shape: [2, 1, 3, 4], values: mask },
    );
    expect(results.ours[0]).toBeCloseTo(results.theirs[0]!, 3);
    expect(results.ours[0]).toBeGreaterThan(10);
  });

  test("has no gradient where nothing counts", async () => {
    const weight = values(3, 96).map((value) => (value > 0 ? 1 : 0));
    const { gradient } = await compute(
      (prediction, target, w) => {
        const { loss } = stagesLoss(
          { fields: [], heatmaps: [prediction!], output: prediction! },
          { target: target!, weight: w! },
        );
        return { gradient: gradients(loss, [prediction!])[0]! };
      },
      { shape: shape(4), values: values(1, 96) },
      { shape: shape(4), values: values(2, 96) },
      { shape: shape(4), values: weight },
    );
    const [seen, wanted] = [values(1, 96), values(2, 96)];
    gradient.forEach((value, i) => {
      expect(value).toBeCloseTo((weight[i]! * (seen[i]! - wanted[i]!)) / 2, 5);
    });
  });
});

test("later stages learn four times as fast, biases twice as fast and without decay", async () => {
  const options = { ...network.ARCHITECTURES.coco18, stages: 2, widths: { 64: 1, 128: 1, 256: 1, 512: 1 } };
  const rates = optimisers({ kind: "sgd", momentum: 0, weightDecay: 0.5 });
  const stepOf = async (path: string) => {
    const optimiser = typeof rates === "function" ? rates(path) : rates;
    const { moved } = await compute(
      (parameter, gradient, rate) => ({
        moved: optimiser.update(
          parameter!,
          gradient!,
          {},
          { rate: reduceSum(rate!), step: input("step", []) },
        ).parameter,
      }),
      { shape: [1], values: [2] },
      { shape: [1], values: [1] },
      { shape: [1], values: [0.01] },
    );
    return (2 - moved[0]!) / 0.01;
  };
  const paths = ["conv1_1", "conv5_1_CPM_L1", "Mconv1_stage2_L2"];
  for (const path of paths) expect(leaves(network.init(random(1), options)).has(`${path}.weight`)).toBe(true);
  const moved: number[] = [];
  for (const path of paths) moved.push(await stepOf(`${path}.weight`), await stepOf(`${path}.bias`));
  // The gradient is 1, the decay of weights 0.5 · 2.
  expect(moved.map((value) => Math.round(value * 100) / 100)).toEqual([2, 2, 2, 2, 8, 8]);
});

test("the rate falls at each of the steps", () => {
  const at = [10, 20];
  expect([0, 9, 10, 19, 20, 99].map((step) => steppedRate(8, 0.5, at, step))).toEqual([8, 8, 4, 4, 2, 2]);
});
