/** The recipe of Simple Baselines: on crops of the studio, and on a small folder as COCO's is. */

import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { drawDisc, type Image } from "@marey/core/image";
import { coco17 } from "@marey/core/skeleton";
import type { Sample } from "@marey/core/world";
import {
  type Batch,
  onnxRuntime,
  openEyes,
  openRun,
  readImage,
  readWeights,
  type SampleStream,
  type Settings,
  sampleBatches,
  writeImage,
} from "marey";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as recipe from "../../recipes/simple-baseline.js";

const root = mkdtempSync(join(tmpdir(), "marey-simpleBaseline-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const data = join(root, "pictures");

/** Two people, each joint a disc in a colour of its own. */
beforeAll(async () => {
  mkdirSync(data);
  const image: Image = { width: 200, height: 120, channels: 3, data: new Uint8Array(200 * 120 * 3).fill(60) };
  const places = [[0, -44], [3, -47], [-3, -47], [6, -45], [-6, -45], [14, -30], [-14, -30], [24, -14], [-24, -44], [28, 2], [-30, -50], [9, 4], [-9, 4], [11, 26], [-11, 26], [12, 46], [-12, 46]]; // biome-ignore format: a table
  const annotations = [60, 140].map((x, id) => {
    const keypoints = places.flatMap(([u, v]) => [x + u!, 60 + v!, 2]);
    places.forEach(([u, v], j) => {
      drawDisc(image, [x + u!, 60 + v!], 4, { colour: [15 * j, 255 - 15 * j, 128] });
    });
    return { id, image_id: 1, category_id: 1, bbox: [x - 34, 8, 66, 104], area: 3600, iscrowd: 0, keypoints };
  });
  const images = [{ id: 1, file_name: "two.png", width: 200, height: 120 }];
  const categories = [{ id: 1, name: "person", keypoints: coco17.joints }];
  writeFileSync(join(data, "people.json"), JSON.stringify({ images, annotations, categories }));
  await writeImage(join(data, "two.png"), image);
});

const runOf = (name: string, changed: Settings = {}) => {
  const settings = {
    ...recipe.settings,
    ...recipe.tiny,
    data,
    annotations: "people.json",
    ...changed,
  } as typeof recipe.settings;
  return openRun({ name: "simple-baseline", settings, folder: join(root, name), threads: 1 });
};
const body = join(import.meta.dirname, "../../packages/core/data/open-body.npz");

describe("the recipe", () => {
  test.skipIf(!existsSync(body))("runs on crops of the studio", { timeout: 120_000 }, async () => {
    const run = runOf("studio", { data: "studio", epochs: 1 });
    const { steps, loss } = await recipe.default(run);
    expect(steps).toBe(2);
    expect(loss).toBeGreaterThan(0);
  });

  test("learns from a folder, goes on from a checkpoint, and is measured", { timeout: 60_000 }, async () => {
    const validation = join(data, "people.json");
    const run = runOf("folder", { validation });
    const whole = await recipe.default(run);
    expect(whole.steps).toBe(4);
    const { metrics } = await recipe.evaluate(run, await readWeights(join(run.folder, "last.safetensors")));
    expect(Object.keys(metrics)).toEqual(["AP", "AP50", "PCK10", "PCK20", "AP half a", "AP half b"]);

    const half = runOf("halved", { validation, epochs: 2 });
    const stop = new AbortController();
    const stopping = {
      ...half,
      signal: stop.signal,
      progress: { ...half.progress, log: () => stop.abort(new Error("stopped")) },
    };
    await expect(recipe.default(stopping)).rejects.toThrow("stopped");
    const resumed = await recipe.default({ ...half, resume: true });
    expect(resumed.loss).toBe(whole.loss);
    expect(resumed.params.final_layer.weight.data).toEqual(whole.params.final_layer.weight.data);
  });

  test("publishes a network that detection takes", { timeout: 60_000 }, async () => {
    const run = runOf("published", { coding: "dark", epochs: 1 });
    await recipe.default(run);
    const card = JSON.parse(readFileSync(join(run.folder, "network.json"), "utf8"));
    expect(card).toMatchObject({
      skeleton: "coco17",
      input: { width: 64, height: 64, colour: "RGB" },
      codec: { kind: "heatmap", decode: "dark", blur: 3 },
      crop: { unbiased: false },
    });
    const eyes = await openEyes({ model: join(run.folder, "network.json"), runtime: onnxRuntime });
    await eyes.look(await readImage(join(data, "two.png")), { alone: true });
    expect(eyes.skeleton.name).toBe("coco17");
    await eyes.close();
  });

  test.each<[string, Settings, RegExp]>([
    ["a coding that there isn't", { coding: "simcc" }, /quarter, dark, udp/],
    ["a depth that there isn't", { depth: 20 }, /18, 34, 50/],
    ["a size of no whole cells", { size: "90x120" }, /multiples of 32/],
    ["a size that is none", { size: "large" }, /96x128/],
    ["pictures that aren't there", { annotations: "none.json" }, /none\.json/],
    ["a folder of backgrounds that isn't there", { data: "studio", backgrounds: join(root, "none") }, /none/],
  ])("refuses %s", async (name, changed, message) => {
    await expect(recipe.default(runOf(`refused ${name}`, changed))).rejects.toThrow(message);
  });

  test("has nothing to measure without photographs", async () => {
    await expect(recipe.evaluate(runOf("none"), new Map())).rejects.toThrow(/validation=FILE/);
  });
});

test("a stream is read on from epoch to epoch, and from anywhere", async () => {
  const opened: number[] = [];
  const stream: SampleStream = {
    async *from(place) {
      opened.push(place);
      for (let i = place; ; i++) yield { source: String(i) } as Sample;
    },
    close: async () => {},
  };
  const { epoch } = sampleBatches(stream, { length: 2, batch: 3 }, (samples): Batch => {
    const data = Float32Array.from(samples, ({ source }) => Number(source));
    return { x: { type: "float32", dims: [3], data } };
  });
  const numbers = async (e: number, from = 0) => {
    const all: number[] = [];
    for await (const { x } of epoch(e).from!(from)) all.push(...(x!.data as Float32Array));
    return all;
  };
  expect(await numbers(0)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(await numbers(1)).toEqual([6, 7, 8, 9, 10, 11]);
  expect(opened).toEqual([0]);
  expect(await numbers(0, 1)).toEqual([3, 4, 5]);
  expect(opened).toEqual([0, 3]);
});

test("the experiment on what carries over says what is missing without photographs", async () => {
  const top = join(import.meta.dirname, "../..");
  const loader = join(top, "node_modules/tsx/dist/loader.mjs");
  const script = join(top, "experiments/studio/transfer.ts");
  const flags = ["--import", loader, "--conditions=marey-source", script, "--photographs", "nowhere.json"];
  const { stdout } = await promisify(execFile)(process.execPath, flags, { cwd: top });
  expect(stdout).toBe("skipped: nowhere.json isn't there\n");
});
