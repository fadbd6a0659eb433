import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { noCache, stageCache } from "./cache.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "marey-cache-"));
});
afterEach(() => rm(folder, { recursive: true }));

const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);

test("what is stored comes back, and pieces are stored as the whole is", async () => {
  const cache = stageCache(folder);
  await cache.put("whole", bytes);
  await cache.put("pieces", function* () {
    for (let at = 0; at < bytes.length; at += 300) yield bytes.subarray(at, at + 300);
  });
  await cache.put("nothing", () => []);
  expect(await cache.get("whole")).toEqual(bytes);
  expect(await cache.get("pieces")).toEqual(bytes);
  expect(await cache.get("nothing")).toEqual(new Uint8Array(0));
  expect(await readFile(join(folder, "pieces"))).toEqual(await readFile(join(folder, "whole")));
});

test("a changed or cut result is none", async () => {
  const cache = stageCache(folder);
  await cache.put("result", () => [bytes]);
  const file = await readFile(join(folder, "result"));
  await writeFile(join(folder, "result"), file.subarray(0, 500));
  expect(await cache.get("result")).toBeUndefined();
  file[700] = 3;
  await writeFile(join(folder, "result"), file);
  expect(await cache.get("result")).toBeUndefined();
});

test("pieces that can't be made leave nothing behind", async () => {
  const failing = function* () {
    yield bytes;
    throw new Error("no more");
  };
  await expect(stageCache(folder).put("result", failing)).rejects.toThrow(/no more/);
  expect(await readdir(folder)).toEqual([]);
});

test("nothing is made for a cache that keeps nothing", async () => {
  await noCache.put("result", () => {
    throw new Error("made in vain");
  });
  expect(await noCache.get("result")).toBeUndefined();
});
