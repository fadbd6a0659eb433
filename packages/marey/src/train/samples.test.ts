import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { coco17 } from "@marey/core/skeleton";
import { NO_AUGMENTATION, type Sample } from "@marey/core/world";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mixedStream } from "./mixedStream.js";
import { openSamples } from "./samples.js";
import { type SampleStream, type StudioStreamOptions, studioStream } from "./studioStream.js";

const small: StudioStreamOptions = {
  ...{ seed: 8, threads: 1, skeleton: coco17, samples: 3, variants: 3, together: 1, people: [1, 1] },
  crop: { width: 48, height: 64 },
};

async function take(stream: SampleStream, from: number, count: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  for await (const sample of stream.from(from)) if (samples.push(sample) === count) break;
  return samples;
}

const digest = (samples: readonly Sample[]) => {
  const hash = createHash("sha256");
  for (const { image, people, source } of samples) {
    hash.update(image.data).update(source);
    for (const { keypoints } of people) hash.update(new Uint8Array(keypoints.buffer));
  }
  return hash.digest("hex");
};

describe("the studio's stream", () => {
  test("gives the same bytes on 1, 2 and 3 threads, and from any place on", {
    timeout: 120_000,
  }, async () => {
    const digests: string[] = [];
    for (const threads of [1, 2, 3]) {
      const stream = await studioStream({ ...small, threads });
      digests.push(digest((await take(stream, 0, 6)).slice(2)));
      if (threads === 2) digests.push(digest(await take(stream, 2, 4)));
      await stream.close();
    }
    expect(new Set(digests).size).toBe(1);
  });

  test("says which scene failed, and that it was closed", { timeout: 60_000 }, async () => {
    // Nobody is seen by cameras that fill their picture with a thousandth of a person.
    const stream = await studioStream({ ...small, crop: { ...small.crop, share: [1e3, 1e3] } });
    await expect(stream.from(0).next()).rejects.toMatchObject({
      code: "STUDIO_SCENE",
      where: expect.stringMatching(/^studio scene \d+$/),
    });
    await stream.close();
    await expect(stream.from(0).next()).rejects.toMatchObject({ code: "STUDIO_THREAD" });
  });
});

describe("samples of pictures on disk", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "marey-samples-"));
    const dots = Array.from({ length: 17 }, (_, j) => [30 + 2 * j, 20 + 4 * j, 1 + (j % 2)]);
    const data = new Uint8Array(120 * 100 * 3);
    for (const [x, y] of dots) data.fill(255, 3 * (120 * y! + x!), 3 * (120 * y! + x!) + 3);
    await sharp(data, { raw: { width: 120, height: 100, channels: 3 } })
      .png()
      .toFile(join(folder, "a.png"));
    const annotation = { image_id: 1, category_id: 1, id: 1, iscrowd: 0, bbox: [28, 18, 36, 68], area: 900 };
    const crowd = { image_id: 1, category_id: 1, id: 2, iscrowd: 1, bbox: [0, 0, 20, 90], area: 900 };
    const content = {
      images: [{ id: 1, file_name: "a.png", width: 120, height: 100 }],
      annotations: [
        { ...annotation, keypoints: dots.flat() },
        { ...crowd, keypoints: Array(51).fill(0) },
      ],
      categories: [{ id: 1, name: "person" }],
    };
    await writeFile(join(folder, "people.json"), JSON.stringify(content));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const open = () =>
    openSamples(folder, {
      ...{ seed: 3, skeleton: coco17, annotations: "people.json", augmentation: NO_AUGMENTATION },
      crop: { width: 96, height: 128, closeUps: 0, share: [0.7, 0.9] },
    });

  test("have their labels where their pictures show them, with visibility and a mask of the crowd", async () => {
    const stream = await open();
    for (const { image, people, mask, known } of await take(stream, 0, 4)) {
      expect([image.width, image.height, known.length]).toEqual([96, 128, 17]);
      const { keypoints } = people[0]!;
      for (let j = 0; j < 17; j++) {
        const [x, y, v] = keypoints.subarray(3 * j, 3 * j + 3) as unknown as [number, number, number];
        if (v === 0) continue;
        expect(v).toBe(1 + (j % 2));
        const around = [-1, 0, 1].flatMap((dy) =>
          [-1, 0, 1].map((dx) => image.data[3 * (96 * (Math.round(y) + dy) + Math.round(x) + dx)] ?? 0),
        );
        expect(Math.max(...around)).toBeGreaterThan(60);
      }
      expect(mask).toHaveLength(96 * 128);
    }
  });

  test("come in an order that the seed decides, from any place", async () => {
    const [a, b] = [await open(), await open()];
    expect(digest((await take(a, 0, 6)).slice(2))).toBe(digest(await take(b, 2, 4)));
  });

  test("are refused without a share or a source", async () => {
    const options = { seed: 1, skeleton: coco17 };
    await expect(openSamples("studio:0,x:1", options)).rejects.toMatchObject({ code: "RECIPE_SETTING" });
    await expect(openSamples("studio,,", options)).rejects.toMatchObject({ code: "RECIPE_SETTING" });
  });
});

test("a mixture gives each stream its share, from any place on the same", async () => {
  const counting = (name: string): SampleStream => ({
    async *from(place) {
      const image = { width: 1, height: 1, channels: 3, data: new Uint8Array(3) };
      for (let i = place; ; i++) yield { image, people: [], known: [], source: `${name} ${i}` };
    },
    close: async () => {},
  });
  const mixed = mixedStream(
    [
      { stream: counting("a"), share: 0.7 },
      { stream: counting("b"), share: 0.3 },
    ],
    4,
  );
  const sources = (await take(mixed, 0, 192)).map(({ source }) => source);
  expect(sources.filter((source) => source.startsWith("a"))).toHaveLength(3 * 45);
  // Nothing is left out or shown twice.
  expect(new Set(sources).size).toBe(192);
  expect(sources).toContain("b 56");
  expect((await take(mixed, 100, 20)).map(({ source }) => source)).toEqual(sources.slice(100, 120));
});
