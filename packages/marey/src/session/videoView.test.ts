import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Eyes, openEyes, type WorkerRuntime, workerRuntime } from "../detect/index.js";
import { noCache, stageCache } from "./cache.js";
import { openVideoView } from "./videoView.js";

const path = join(import.meta.dirname, "../../../../../shared/data/video/pose_1.mp4");
const present = existsSync(path);
if (!present) console.log("videoView: skipped, no ../shared/data/video");

describe.skipIf(!present)("a video as a view", () => {
  let folder: string;
  let runtime: WorkerRuntime;
  let real: Eyes;
  let looks = 0;
  /** The real eyes, counting. */
  const eyes = async (): Promise<Eyes> => ({
    ...real,
    look: (...given) => {
      looks++;
      return real.look(...given);
    },
  });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "marey-view-"));
    runtime = workerRuntime(1);
    real = await openEyes({ model: "fast", runtime });
  });
  afterAll(async () => {
    await runtime.close();
    await rm(folder, { recursive: true });
  });

  test("an interrupted look goes on where it was, and a finished one isn't repeated", async () => {
    const options = { eyes, model: "fast", cache: stageCache(folder), end: 35, piece: 10 };
    const whole = await (await openVideoView({ name: "a", path }, { ...options, cache: noCache })).read(
      0,
      35,
    );
    expect(looks).toBe(35);

    const stop = new AbortController();
    const interrupted = openVideoView(
      { name: "a", path },
      {
        ...options,
        signal: stop.signal,
        onProgress: (done) => done >= 24 && stop.abort(new Error("stopped")),
      },
    );
    await expect(interrupted).rejects.toThrow("stopped");

    looks = 0;
    const view = await openVideoView({ name: "a", path }, options);
    expect(looks).toBe(15); // two of four pieces were stored
    expect(view.frameCount).toBe(35);
    expect(await view.read(0, 35)).toEqual(whole);
    expect(await view.read(8, 23)).toEqual(whole.slice(8, 23));

    looks = 0;
    await openVideoView({ name: "a", path }, options);
    expect(looks).toBe(0);
  });
});
