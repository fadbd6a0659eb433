import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openFrames, type SourceOptions } from "../../packages/marey/src/video/index.js";
import { repeatClip, writeClip } from "./clip.js";
import { mjpeg, startHttp } from "./httpCamera.js";
import { accessUnits, startRtsp } from "./rtspServer.js";

const folder = mkdtempSync(join(tmpdir(), "marey-memory-"));
const file = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const megabytes = () => process.memoryUsage().rss / 1e6;

/** Takes frames and notes the memory in use at every so many. */
async function follow(input: string, frames: number, every: number, options: SourceOptions = {}) {
  const levels: number[] = [];
  let count = 0;
  for await (const _ of await openFrames(input, options)) {
    if (++count % every === 0) levels.push(megabytes());
    if (count === frames) break;
  }
  return { count, levels };
}

/** Growth after the first quarter, in which pools fill. */
function growth(levels: readonly number[]): number {
  return Math.max(...levels.slice(levels.length >> 1)) - Math.max(...levels.slice(0, levels.length >> 2));
}

test("a 10-minute video comes through in flat memory", async () => {
  const minute = await writeClip(file("minute.mp4"), { frames: 1500, width: 320, height: 180, gop: 250 });
  const path = await repeatClip(minute, file("long.mp4"), 10);
  const { count, levels } = await follow(path, Number.POSITIVE_INFINITY, 500);
  expect(count).toBe(15000);
  console.info(
    `15000 frames of 320×180: ${levels[4]!.toFixed(0)} MB after 2500, ${levels.at(-1)!.toFixed(0)} at the end`,
  );
  expect(growth(levels)).toBeLessThan(25);
});

test("opening and leaving early 200 times keeps nothing", async () => {
  const path = await writeClip(file("short.mp4"), { frames: 60, width: 640, height: 360 });
  const levels: number[] = [];
  for (let i = 0; i < 200; i++) {
    const source = await openFrames(path, i % 3 === 0 ? { start: 40 } : {});
    let taken = 0;
    if (i % 4 > 0) for await (const _ of source) if (++taken === i % 7) break;
    await source.close();
    if (i % 10 === 9) levels.push(megabytes());
  }
  console.info(`200 opens: ${levels[4]!.toFixed(0)} MB after 50, ${levels.at(-1)!.toFixed(0)} at the end`);
  expect(growth(levels)).toBeLessThan(25);
});

test("3000 frames of a live stream, some dropped: flat", async () => {
  const jpeg = readFileSync(
    await writeClip(file("one.mjpeg"), {
      encoder: "mjpeg",
      pixelFormat: "yuvj420p",
      frames: 1,
      width: 640,
      height: 360,
      format: "mjpeg",
    }),
  );
  const camera = await startHttp(mjpeg([jpeg], 1000));
  const { levels, count } = await follow(camera.url, 3000, 100);
  await camera.die();
  expect(count).toBe(3000);
  console.info(
    `3000 live frames: ${levels[7]!.toFixed(0)} MB after 800, ${levels.at(-1)!.toFixed(0)} at the end`,
  );
  expect(growth(levels)).toBeLessThan(25);
});

test("a stream that breaks off 15 times keeps nothing of its connections", async () => {
  const clip = {
    width: 320,
    height: 240,
    gop: 4,
    options: { "x264-params": "aud=1:bframes=0", tune: "zerolatency" },
  };
  const frames = accessUnits(readFileSync(await writeClip(file("live.h264"), clip)));
  const camera = await startRtsp({ frames, frameRate: 200 });
  const levels: number[] = [];
  let backs = 0;
  let last = -1;
  const source = await openFrames(camera.url, {
    onWarning: () => {},
    onEvent: ({ kind }) => {
      if (kind !== "back") return;
      backs++;
      levels.push(megabytes());
    },
  });
  let since = -1;
  for await (const { index } of source) {
    expect(index).toBeGreaterThan(last);
    last = index;
    if (backs === 15) break;
    if (backs === since) continue;
    since = backs;
    camera.cut();
  }
  await camera.die();
  console.info(`15 outages: ${levels[3]!.toFixed(0)} MB after 4, ${levels.at(-1)!.toFixed(0)} at the end`);
  expect(growth(levels)).toBeLessThan(25);
});
