import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openFrames, type SourceOptions } from "../../packages/marey/src/video/index.js";
import { mjpeg, startHttp } from "./httpCamera.js";
import { startRtsp } from "./rtspServer.js";
import { errorOf, h264Units, jpegs, watch } from "./watch.js";

const folder = mkdtempSync(join(tmpdir(), "marey-unreachable-"));
afterAll(() => rmSync(folder, { recursive: true }));

let units: Buffer[][];
let pictures: Buffer[];
beforeAll(async () => {
  units = await h264Units(folder);
  pictures = await jpegs(folder);
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
      const error = await errorOf(openFrames(url, { stall: 1 }));
      expect(error.code, url).toBe("STREAM_UNREACHABLE");
      expect(error.message, url).toMatch(why);
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
      const error = await errorOf(openFrames(url, { signal: AbortSignal.timeout(300) }));
      expect(error.name, url).toBe("TimeoutError");
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
    const options: SourceOptions = {
      signal,
      onEvent: ({ kind }) => kind === "retry" && controller.abort(new Error("enough")),
    };
    const stopped = watch(camera.url, 1e9, options, (n) => (n === 2 ? camera.die() : undefined));
    expect((await errorOf(stopped)).message).toBe("enough");
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
