import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SourceOptions } from "../../packages/marey/src/video/index.js";
import { grey, writeClip } from "./clip.js";
import { mjpeg, startHttp, transportStream, wholeFile } from "./httpCamera.js";
import { startRtsp } from "./rtspServer.js";
import { errorOf, expectSteady, h264Units, jpegs, watch } from "./watch.js";

const folder = mkdtempSync(join(tmpdir(), "marey-streams-"));
const file = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

let units: Buffer[][];
let pictures: Buffer[];
beforeAll(async () => {
  units = await h264Units(folder);
  pictures = await jpegs(folder);
});

describe("a publisher that dies and returns", () => {
  async function outage(
    url: string,
    publisher: { die(): Promise<void> },
    restart: () => Promise<unknown>,
    options: SourceOptions = {},
  ) {
    let returned = 0;
    const result = await watch(url, 60, options, async (n) => {
      if (n !== 25) return;
      await publisher.die();
      setTimeout(() => void restart().then(() => (returned = performance.now())), 1200);
    });
    expect(returned).toBeGreaterThan(0);
    const { seen, warnings, events } = result;
    expect(seen).toHaveLength(60);
    expectSteady(seen);
    expect(warnings.map(({ code }) => code)).toEqual(["STREAM_LOST"]);
    expect(events[0]?.kind).toBe("lost");
    expect(events.at(-1)).toMatchObject({ kind: "back" });
    const gap = Math.max(...seen.slice(1).map(({ time }, i) => time - seen[i]!.time));
    expect(gap).toBeGreaterThan(1.1); // the outage is kept in the times
    expect(gap).toBeLessThan(8);
    return result;
  }

  test("RTSP: frames go on, numbers too, and the picture is right", async () => {
    const first = await startRtsp({ frames: units });
    let second: typeof first | undefined;
    const { seen, source } = await outage(first.url, first, async () => {
      second = await startRtsp({ frames: units, port: first.port });
    });
    await second!.die();
    expect(source).toMatchObject({ live: true, width: 320, height: 240, frameRate: 25 });
    expect(source.frameCount).toBeUndefined();
    const greys = Array.from({ length: 28 }, (_, i) => grey(i));
    for (const { value } of seen) expect(Math.min(...greys.map((g) => Math.abs(g - value)))).toBeLessThan(3);
  });

  test("HTTP with JPEGs", async () => {
    const first = await startHttp(mjpeg(pictures, 40));
    let second: typeof first | undefined;
    await outage(first.url, first, async () => {
      second = await startHttp(mjpeg(pictures, 40), first.port);
    });
    await second!.die();
  });

  test("HTTP with a transport stream, whose end is an outage too", async () => {
    await writeClip(file("live.ts"), { frames: 250, gop: 5 });
    const handler = transportStream(readFileSync(file("live.ts")), 10);
    const first = await startHttp(handler);
    let second: typeof first | undefined;
    const { seen } = await outage(first.url, first, async () => {
      second = await startHttp(handler, first.port);
    });
    await second!.die();
    const steps = seen
      .slice(1)
      .map(({ time, index }, i) => (time - seen[i]!.time) / (index - seen[i]!.index));
    expect(steps.filter((step) => Math.abs(step - 0.04) < 1e-3).length).toBeGreaterThan(50); // the stream's own times
  });

  test("a camera that falls silent counts as lost", async () => {
    const first = await startRtsp({ frames: units });
    const publisher = { die: async () => first.hush() };
    const { events } = await outage(first.url, publisher, async () => {}, { stall: 1 });
    expect(events[0]).toMatchObject({ kind: "lost", why: expect.stringContaining("1 s") });
    expect(first.clients()).toBeGreaterThan(1);
    await first.die();
  });

  test("an outage longer than allowed ends it with an error", async () => {
    const camera = await startHttp(mjpeg(pictures));
    const error = await errorOf(
      watch(camera.url, 1e9, { reconnect: 1.2 }, (n) => (n === 3 ? camera.die() : undefined)),
    );
    expect(error.code).toBe("STREAM_LOST");
    expect(error.what).toContain("1.2 s");
  });

  test("reconnect 0: the stream's end is the end", async () => {
    await writeClip(file("short.ts"), { frames: 40, gop: 5 });
    const camera = await startHttp(transportStream(readFileSync(file("short.ts")), 1.6));
    const { seen, warnings } = await watch(camera.url, 1e9, { reconnect: 0 });
    expect(seen.at(-1)!.index).toBe(39);
    expect(warnings).toEqual([]);
    await camera.die();
  });
});

describe("whoever takes frames slowly", () => {
  test("gets the newest, and the others are counted", async () => {
    const camera = await startRtsp({ frames: units });
    const { seen, dropped } = await watch(camera.url, 12, {}, () => sleep(150));
    await camera.die();
    const last = seen.at(-1)!;
    expect(dropped).toBeGreaterThan(20);
    expect(last.index + 1 - seen.length).toBeLessThanOrEqual(dropped!);
    for (const [i, { index, value }] of seen.entries())
      if (i > 1) expect(Math.abs(value - grey(index))).toBeLessThan(3);
    // No frame is older than two intervals when it is taken: 25 Hz against 150 ms.
    expect(last.time - seen[1]!.time).toBeGreaterThan(1.2);
  });

  test("gets all with keepAll", async () => {
    const camera = await startHttp(mjpeg(pictures, 100));
    const { seen, dropped } = await watch(camera.url, 40, { keepAll: true }, () => sleep(15));
    await camera.die();
    expect(dropped).toBe(0);
    expect(seen.map(({ index }) => index)).toEqual(Array.from({ length: 40 }, (_, i) => i));
    for (const { index, value } of seen) expect(Math.abs(value - grey(index))).toBeLessThan(4);
  });

  test("range and step count the stream's frames", async () => {
    const camera = await startHttp(mjpeg(pictures, 100));
    const byNumber = await watch(camera.url, 99, { keepAll: true, start: 4, end: 20, step: 5 });
    expect(byNumber.seen.map(({ index }) => index)).toEqual([4, 9, 14, 19]);
    const byTime = await watch(camera.url, 999, { startTime: 0.2, endTime: 0.5 });
    await camera.die();
    expect(byTime.seen.length).toBeGreaterThan(3);
    for (const { time } of byTime.seen) {
      expect(time).toBeGreaterThanOrEqual(0.1995);
      expect(time).toBeLessThan(0.5);
    }
  });
});

test("a file on a web server is a video: it has an end, a range, and no outages", async () => {
  await writeClip(file("clip.mp4"), { frames: 80, muxer: { movflags: "+faststart" } });
  const server = await startHttp(wholeFile(file("clip.mp4")));
  const { source, seen, warnings } = await watch(server.url, 1e9);
  expect(source.live).toBeUndefined();
  expect(source.frameCount).toBe(80);
  expect(seen.map(({ index }) => index)).toEqual(Array.from({ length: 80 }, (_, i) => i));
  const part = await watch(server.url, 1e9, { startTime: 2, endTime: 2.2 });
  expect(part.seen).toEqual(seen.slice(50, 55));
  expect(warnings).toEqual([]);
  await server.die();
});

test("a transfer that breaks off goes on where it broke", async () => {
  await writeClip(file("web.mp4"), { frames: 200, options: { qp: "2" }, muxer: { movflags: "+faststart" } });
  const server = await startHttp(wholeFile(file("web.mp4"), 1));
  const { seen, warnings } = await watch(server.url, 1e9);
  await server.die();
  expect(seen.map(({ index }) => index)).toEqual(Array.from({ length: 200 }, (_, i) => i));
  expect(warnings).toEqual([]);
});
