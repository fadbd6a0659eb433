import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MareyError } from "@marey/core";
import { readMareyJson, readOpenPose } from "@marey/core/format";
import type { Frame, FrameSource, Runtime } from "@marey/core/seam";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { detect, detectCommand } from "../command/detect.js";
import { openProgress } from "../progress.js";
import { networksFolder } from "../store/networks.js";
import { readImage } from "../video/index.js";
import { detectVideo, type Eyes, openEyes, type WorkerRuntime, workerRuntime } from "./index.js";

const pictures = join(import.meta.dirname, "../../../../../shared/data/images");
const skier = join(pictures, "annotated/000000000785.jpg");
const there = existsSync(skier) && existsSync(join(networksFolder, "movenet-thunder.onnx"));
if (!there) console.log("detect: skipped, the pictures or the built networks aren't there");
const progress = openProgress({ silent: true });

let runtime: WorkerRuntime;
let folder: string;
beforeAll(async () => {
  runtime = workerRuntime(1);
  folder = await mkdtemp(join(tmpdir(), "marey-detect-"));
});
afterAll(async () => {
  await runtime.close();
  await rm(folder, { recursive: true, force: true });
});

test.skipIf(!there)(
  "what only pictures that stand alone need is loaded with the first of them, once",
  async () => {
    let loaded = 0;
    const counting: Runtime = {
      load(...given) {
        loaded++;
        return runtime.load(...given);
      },
    };
    const eyes = await openEyes({ runtime: counting });
    const image = await readImage(skier, { longerSide: 256 });
    await eyes.look(image);
    expect(loaded).toBe(2);
    await Promise.all([eyes.look(image, { alone: true }), eyes.look(image, { alone: true })]);
    expect(loaded).toBe(3);
    await eyes.close();
  },
);

const nothing = { width: 64, height: 48, channels: 3, data: new Uint8Array(64 * 48 * 3) };

/** Frames of one picture; the third can't be read. */
function still(image: Frame["image"], count: number): FrameSource {
  async function* frames(): AsyncGenerator<Frame> {
    for (let index = 10; index < 10 + count; index++)
      if (index !== 12) yield { index, time: index / 30, image };
  }
  const { width, height } = image;
  return {
    width: 2 * width,
    height: 2 * height,
    deliveredWidth: width,
    deliveredHeight: height,
    frameRate: 30,
    frameCount: count,
    close: async () => undefined,
    [Symbol.asyncIterator]: frames,
  };
}

describe("workers", () => {
  test("bytes that are no network, and inputs that don't fit, are refused", async () => {
    await expect(runtime.load(new Uint8Array(100))).rejects.toThrow(/NETWORK|can't load/);
    await expect(runtime.load(new Uint8Array(100), { device: "webgpu" })).rejects.toThrow(MareyError);
  });
  test("an unknown method is named with those that there are", () =>
    expect(openEyes({ model: "retina", runtime })).rejects.toThrow(/blazepose-full/));
});

describe.skipIf(!there)("eyes on real pictures", () => {
  /** COCO's annotation of the skier: right shoulder, left wrist, right ankle. */
  const truth = [
    ["right_shoulder", 358, 129],
    ["left_wrist", 449, 165],
    ["right_ankle", 396, 341],
  ] as const;
  test.each(["default", "fast", "movenet-lightning", "blazepose-full"])(
    "%s finds the skier",
    async (model) => {
      const eyes = await openEyes({ model, runtime });
      const { people } = await eyes.look(await readImage(skier));
      const [best] = people.sort((a, b) => b.score - a.score);
      for (const [name, x, y] of truth) {
        const j = 3 * eyes.skeleton.joints.indexOf(name);
        const [u = NaN, v = NaN] = best?.joints.subarray(j, j + 2) ?? [];
        expect(Math.hypot(u - x, v - y), name).toBeLessThan(25);
      }
      await eyes.close();
    },
  );

  test("in a video people are followed, lost frames stay empty, pixels are the source's", async () => {
    const eyes = await openEyes({ model: "default", runtime });
    const image = await readImage(skier);
    const seen = await detectVideo(still(image, 6), eyes, { people: 1 });
    expect(seen.firstFrame).toBe(10);
    expect(seen.frames.map(({ length }) => length)).toEqual([1, 1, 0, 1, 1, 1]);
    expect(seen.times).toBeUndefined();
    const at = 3 * eyes.skeleton.joints.indexOf("right_shoulder");
    expect(seen.frames[5]?.[0]?.joints[at]).toBeGreaterThan(2 * 358 - 50);
    expect(seen.frames[5]?.[0]?.joints[at]).toBeLessThan(2 * 358 + 50);
    await eyes.close();
  });

  test("whoever was followed is gone when the scene changes, and found when it comes back", async () => {
    const eyes = await openEyes({ model: "default", runtime });
    const image = await readImage(skier);
    const first = await eyes.look(image);
    const cut = await eyes.look(nothing, { previous: first, findEvery: 9 });
    expect(cut.people).toEqual([]);
    const back = await eyes.look(image, { previous: cut, findEvery: 9 });
    expect(back.people.length).toBe(first.people.length);
    expect(back.sinceFound).toBe(0);
    await eyes.close();
  });

  test("nobody in a picture is an answer", async () => {
    const eyes: Eyes = await openEyes({ model: "default", runtime });
    expect((await detectVideo(still(nothing, 2), eyes)).frames).toEqual([[], []]);
    await eyes.close();
  });

  test("the command writes what it is asked for, keeps what is there, and stops without a trace", async () => {
    const out = join(folder, "out");
    const options = { out, fast: true, overlay: true, format: ["json", "openpose"] as const };
    const [found] = await detect([skier], options, { progress });
    expect(found).toMatchObject({ frames: 1, people: 1, empty: 0, model: "fast" });
    const file = readMareyJson(new Uint8Array(await readFile(join(out, "000000000785.keypoints.json"))));
    if (file.kind !== "detections") throw new Error("not detections");
    const openPose = join(out, "000000000785_json");
    const [name = ""] = await readdir(openPose);
    expect(name).toBe("000000000785_keypoints.json");
    const bytes = new Uint8Array(await readFile(join(openPose, name)));
    const again = readOpenPose([{ name, bytes }], {});
    expect(again.frames[0]?.[0]?.joints[0]).toBeCloseTo(file.detections.frames[0]?.[0]?.joints[0] ?? NaN, 1);
    expect((await readImage(join(out, "000000000785.overlay.png"))).width).toBe(640);
    await expect(detect([skier], options, { progress })).rejects.toThrow(/--force/);
    await expect(detect([skier, skier], { out: folder }, { progress })).rejects.toThrow(/both/);
    const late = join(folder, "late");
    await expect(
      detect([skier], { out: late }, { progress, signal: AbortSignal.abort(new Error("stop")) }),
    ).rejects.toThrow("stop");
    expect(existsSync(late)).toBe(false);
  });
});

test("options that make no sense are refused with what they may be", async () => {
  const command = detectCommand().exitOverride();
  await expect(command.parseAsync(["node", "detect", "x.mp4", "--format", "xml"])).rejects.toThrow(
    /json, openpose, coco, csv, npz/,
  );
  await expect(detectCommand().parseAsync(["node", "detect", "x.mp4", "--step", "0"])).rejects.toThrow(
    /--step/,
  );
});
