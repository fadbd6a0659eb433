import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MareyError } from "@marey/core";
import { afterAll, expect, test } from "vitest";
import { openFrames, probeVideo, writeVideo } from "./index.js";

const folder = mkdtempSync(join(tmpdir(), "marey-encode-"));
const file = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const errorOf = (promise: Promise<unknown>): Promise<MareyError> =>
  promise.then(
    () => expect.unreachable("no error"),
    (error) => error,
  );
const shape = { width: 32, height: 32, frameRate: 10 };
const picture = (width: number, height: number) => ({
  width,
  height,
  channels: 3,
  data: new Uint8Array(width * height * 3).fill(99),
});

const left = () => readdirSync(folder);

test("nothing is there before closing, nor after aborting", async () => {
  const writer = await writeVideo(file("half.mp4"), shape);
  await writer.write(picture(32, 32));
  expect(existsSync(file("half.mp4"))).toBe(false);
  await writer.abort();
  await writer.abort();
  expect(left()).toEqual([]);
});

test("a wrong picture, an empty video, a folder that isn't there", async () => {
  const writer = await writeVideo(file("half.mp4"), shape);
  expect((await errorOf(writer.write(picture(30, 32)))).code).toBe("IMAGE_SIZE");
  const empty = await writeVideo(file("half.mp4"), shape);
  expect((await errorOf(empty.close())).code).toBe("VIDEO_EMPTY");
  const error = await errorOf(writeVideo(join(folder, "none", "half.mp4"), shape));
  expect([error.code, error.what]).toEqual(["FILE_WRITE", "its folder doesn't exist"]);
  expect((await errorOf(writeVideo(file("half.mp4"), { ...shape, frameRate: Number.NaN }))).code).toBe(
    "VIDEO_SHAPE",
  );
  expect(left()).toEqual([]);
});

test("written twice, the file is the newer one; later writes are refused", async () => {
  for (const frames of [3, 5]) {
    const writer = await writeVideo(file("twice.mp4"), shape);
    for (let i = 0; i < frames; i++) await writer.write(picture(32, 32));
    await writer.close();
    await writer.close();
    expect((await errorOf(writer.write(picture(32, 32)))).code).toBe("VIDEO_CLOSED");
    expect((await probeVideo(file("twice.mp4"))).frameCount).toBe(frames);
  }
  expect(left()).toEqual(["twice.mp4"]);
});

test("pictures stand at their times; a time that doesn't grow comes just after the one before", async () => {
  const writer = await writeVideo(file("uneven.mp4"), shape);
  for (const time of [0, 0.1, 0.15, 0.5, 0.5, 1.2]) await writer.write(picture(32, 32), time);
  await writer.close();
  const times: number[] = [];
  for await (const { time } of await openFrames(file("uneven.mp4"))) times.push(Math.round(time * 1000));
  expect(times).toEqual([0, 100, 150, 500, 500, 1200]);
  rmSync(file("uneven.mp4"));
});

test.each(["mp4", "mov", "mkv", "avi"])("the ending names the container: .%s", async (ending) => {
  const path = file(`clip.${ending}`);
  const writer = await writeVideo(path, { ...shape, frameRate: 30_000 / 1001 });
  for (let i = 0; i < 7; i++) await writer.write(picture(32, 32));
  await writer.close();
  let frames = 0;
  const source = await openFrames(path);
  for await (const { index, time } of source) {
    expect(time).toBeCloseTo((index * 1001) / 30_000, 2);
    frames++;
  }
  expect(frames).toBe(7);
  rmSync(path);
  expect((await errorOf(writeVideo(file("clip.gif"), shape))).code).toBe("VIDEO_FORMAT");
});
