import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { MareyError } from "@marey/core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openFrames, type SourceOptions, type StreamEvent } from "../../packages/marey/src/video/index.js";
import { grey, writeClip } from "./clip.js";
import { mjpeg, startHttp, transportStream, wholeFile } from "./httpCamera.js";
import { accessUnits, startRtsp } from "./rtspServer.js";

const folder = mkdtempSync(join(tmpdir(), "marey-streams-"));
const file = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

let units: Buffer[][];
let pictures: Buffer[];
beforeAll(async () => {
  // Noise-free pictures are small; 4:4:4 of 320×240 still gives fragmented packets in the frames that stand alone.
  const options = { "x264-params": "aud=1:bframes=0:qp=1", tune: "zerolatency" };
  await writeClip(file("live.h264"), { width: 320, height: 240, gop: 7, options });
  units = accessUnits(readFileSync(file("live.h264")));
  pictures = await Promise.all(
    Array.from({ length: 28 }, (_, i) =>
      sharp({
        create: { width: 64, height: 48, channels: 3, background: { r: grey(i), g: grey(i), b: grey(i) } },
      })
        .jpeg({ quality: 95 })
        .toBuffer(),
    ),
  );
});

const errorOf = (promise: Promise<unknown>): Promise<MareyError> =>
  promise.then(
    () => expect.unreachable("no error"),
    (error) => error,
  );

interface Seen {
  index: number;
  time: number;
  value: number;
}

/** Takes frames until enough have come; tells of each. */
async function watch(
  url: string,
  frames: number,
  options: SourceOptions = {},
  onFrame?: (n: number) => unknown,
) {
  const warnings: MareyError[] = [];
  const events: StreamEvent[] = [];
  const source = await openFrames(url, {
    onWarning: (warning) => warnings.push(warning),
    onEvent: (event) => events.push(event),
    ...options,
  });
  const seen: Seen[] = [];
  for await (const { index, time, image } of source) {
    seen.push({ index, time, value: image.data[(image.width * image.height * 3) >> 1]! });
    await onFrame?.(seen.length);
    if (seen.length >= frames) break;
  }
  return { source, seen, warnings, events, dropped: source.dropped?.() };
}

/** Numbers and times rise; over the outage the time stands still no more than numbers leap. */
function expectSteady(seen: readonly Seen[]): void {
  for (const [i, frame] of seen.entries()) {
    const before = seen[i - 1];
    if (!before) continue;
    expect(frame.index).toBeGreaterThan(before.index);
    expect(frame.time).toBeGreaterThan(before.time);
  }
}

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
    const began = performance.now();
    const error = await errorOf(
      watch(camera.url, 1e9, { reconnect: 1.2 }, (n) => (n === 3 ? camera.die() : undefined)),
    );
    expect(error.code).toBe("STREAM_LOST");
    expect(error.what).toContain("1.2 s");
    expect(performance.now() - began).toBeLessThan(6000);
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

describe("what can't be reached says so, soon", () => {
  test("refused, not found, not a stream, silent", async () => {
    const server = await startHttp((_, response) => void response.writeHead(404).end("no"));
    const text = await startHttp((_, response) => void response.end("no video at all ".repeat(99)));
    const mute = await startRtsp({ frames: units, mute: true });
    const closed = await startHttp(() => {});
    await closed.die();
    const cases: [url: string, why: RegExp][] = [
      [`http://127.0.0.1:${closed.port}/x`, /refused/],
      [`rtsp://127.0.0.1:${closed.port}/x`, /refused/],
      [`rtmp://127.0.0.1:${closed.port}/a/b`, /refused/],
      [server.url, /404/],
      [text.url, /Invalid data/],
      [mute.url, /can't be opened/],
      [`http://127.0.0.1:${mute.port}/`, /timed out|exit/],
      [`udp://127.0.0.1:${closed.port}`, /can't be opened/],
    ];
    for (const [url, why] of cases) {
      const began = performance.now();
      const error = await errorOf(openFrames(url, { stall: 1 }));
      expect(error.code, url).toBe("STREAM_UNREACHABLE");
      expect(error.message, url).toMatch(why);
      expect(performance.now() - began, url).toBeLessThan(4000);
    }
    await Promise.all([server.die(), text.die(), mute.die()]);
  });

  test("an address's password is used and never shown", async () => {
    const camera = await startRtsp({ frames: units, secret: true });
    const open = (user: string) => `rtsp://${user}@127.0.0.1:${camera.port}/live`;
    expect((await watch(open("marey:secret"), 3)).seen).toHaveLength(3);
    const error = await errorOf(openFrames(open("marey:wrong-one")));
    expect(error.message).toContain("401");
    expect(error.message).toContain("marey:***@");
    expect(error.message + error.stack).not.toContain("wrong-one");
    await camera.die();
  });
});

describe("shutting down never hangs", () => {
  test("the signal ends waiting at any moment", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as { port: number };
    for (const url of [
      `rtsp://127.0.0.1:${port}/x`,
      `http://127.0.0.1:${port}/x`,
      `tcp://127.0.0.1:${port}`,
    ]) {
      const began = performance.now();
      const error = await errorOf(openFrames(url, { signal: AbortSignal.timeout(300) }));
      expect(error.name, url).toBe("TimeoutError");
      expect(performance.now() - began, url).toBeLessThan(1500);
    }
    silent.close();
    const camera = await startRtsp({ frames: units });
    const controller = new AbortController();
    const stopped = watch(camera.url, 1e9, { signal: controller.signal }, (n) => {
      if (n === 5) setTimeout(() => controller.abort(new Error("enough")), 50);
    });
    expect((await errorOf(stopped)).message).toBe("enough");
    await camera.die();
  });

  test("the signal ends waiting for the next attempt", async () => {
    const camera = await startHttp(mjpeg(pictures));
    const controller = new AbortController();
    const { signal } = controller;
    const began = performance.now();
    const options: SourceOptions = {
      signal,
      onEvent: ({ kind }) => kind === "retry" && controller.abort(new Error("enough")),
    };
    const stopped = watch(camera.url, 1e9, options, (n) => (n === 2 ? camera.die() : undefined));
    expect((await errorOf(stopped)).message).toBe("enough");
    expect(performance.now() - began).toBeLessThan(4000);
  });

  test("close ends an iteration that waits, without an error; also one that never began", async () => {
    const camera = await startRtsp({ frames: units });
    const source = await openFrames(camera.url);
    let taken = 0;
    const iterating = (async () => {
      for await (const _ of source)
        if (++taken === 4) {
          camera.hush();
          setTimeout(() => void source.close(), 100);
        }
    })();
    await iterating;
    expect(taken).toBeGreaterThanOrEqual(4);
    await source.close();
    const other = await startRtsp({ frames: units });
    const untouched = await openFrames(other.url);
    await untouched.close();
    await Promise.all([camera.die(), other.die()]);
  });
});
