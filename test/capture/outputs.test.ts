import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, relative, sep } from "node:path";
import { readTrc } from "@marey/core/format";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { sessionMaker } from "./smallSession.js";

const { root, remove, session: make } = sessionMaker();
afterAll(remove);

const bytes = (path: string) => new Uint8Array(readFileSync(path));
const code = (name: string) => expect.objectContaining({ code: name });

describe("what a capture writes", () => {
  test("joints where they are, in every format, with nothing else beside them", async () => {
    const session = await make({ people: 2, frameCount: 20 });
    const formats = ["trc", "bvh", "glb", "c3d", "csv", "npz", "json"];
    const { people } = await session.capture({ formats });
    expect(people).toHaveLength(2);
    const names = formats.flatMap((format) => [`walk_P1.${format}`, `walk_P2.${format}`]);
    expect(session.results()).toEqual(expect.arrayContaining(["report.html"]));
    expect(session.results()).toHaveLength(names.length + 1);
    for (const format of ["trc", "bvh", "csv"]) {
      const text = readFileSync(join(session.out, `walk_P1.${format}`), "utf8");
      expect(text).not.toMatch(/undefined|null|Infinity/);
    }
  });

  test("what is there stays without --force, and is replaced with it", async () => {
    const session = await make();
    await session.capture();
    const path = join(session.out, "walk_P1.trc");
    const first = bytes(path);
    writeFileSync(path, "mine");
    await expect(session.capture()).rejects.toThrow(code("FILE_EXISTS"));
    rmSync(join(session.out, "report.html"));
    await expect(session.capture()).rejects.toThrow(/walk_P1\.trc.*--force/);
    expect(readFileSync(path, "utf8")).toBe("mine");
    expect(session.results()).toEqual(["walk_P1.trc"]);
    await session.capture({ force: true });
    expect(bytes(path)).toEqual(first);
  });

  test("a second person's file that is there keeps everything back", async () => {
    const session = await make({ people: 2, frameCount: 20 });
    mkdirSync(session.out);
    writeFileSync(join(session.out, "walk_P2.trc"), "mine");
    await expect(session.capture()).rejects.toThrow(code("FILE_EXISTS"));
    expect(session.results()).toEqual(["walk_P2.trc"]);
  });

  test("two sessions at once into one folder", async () => {
    const out = join(root, "shared");
    const sessions = [await make({ name: "one" }), await make({ name: "two" })];
    const done = await Promise.allSettled(sessions.map((session) => session.capture({ out })));
    // One of them finds the other's report.
    expect(done.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(readdirSync(out).filter((name) => name !== "report.html")).toHaveLength(1);
  });

  test("the same session twice at once: one wins, whole", async () => {
    const session = await make();
    const done = await Promise.allSettled([
      session.capture({ cache: true }),
      session.capture({ cache: true }),
    ]);
    expect(done.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(session.results()).toEqual(["report.html", "walk_P1.trc"]);
    readTrc(bytes(join(session.out, "walk_P1.trc")));
  });

  test("an interrupted capture writes nothing", async () => {
    const session = await make({ people: 2 });
    await expect(session.capture({}, AbortSignal.abort(new Error("interrupted")))).rejects.toThrow(
      "interrupted",
    );
    const stop = new AbortController();
    const running = session.capture({}, stop.signal);
    setTimeout(() => stop.abort(new Error("interrupted")), 60);
    await running.then(
      () => expect(session.results()).toContain("report.html"),
      () => expect(existsSync(session.out)).toBe(false),
    );
  });

  test("a file where the folder should be", async () => {
    const session = await make();
    writeFileSync(session.out, "mine");
    await expect(session.capture()).rejects.toThrow(/motion.*a part of the path is a file/);
    expect(readFileSync(session.out, "utf8")).toBe("mine");
  });

  test("a folder that can only be read", async (context) => {
    if (process.getuid?.() === 0) return context.skip("root may write everywhere");
    const session = await make();
    mkdirSync(session.out);
    chmodSync(session.out, 0o555);
    await expect(session.capture()).rejects.toThrow(/motion.*permission is denied/);
  });

  test("no space: for the results, and for the cache", async (context) => {
    const small = join(root, "small");
    mkdirSync(small);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=32k", "tmpfs", small], { stdio: "ignore" });
    } catch {
      return context.skip("a small disk can't be mounted here");
    }
    onTestFinished(() => {
      execFileSync("umount", [small]);
    });
    const session = await make({ people: 2, frameCount: 40 });
    const out = join(small, "deep", "out");
    const formats = ["trc", "bvh", "csv", "json"];
    await expect(session.capture({ out, formats })).rejects.toThrow(
      /small.*the disk is full.*Free some space/,
    );
    expect(readdirSync(small)).toEqual([]);
    const usual = process.env.MAREY_CACHE;
    process.env.MAREY_CACHE = join(small, "cache");
    try {
      await expect(session.capture({ cache: true })).rejects.toThrow(/cache.*ENOSPC.*--no-cache/);
    } finally {
      process.env.MAREY_CACHE = usual;
    }
    expect(existsSync(session.out)).toBe(false);
    for (const name of readdirSync(join(small, "cache"))) expect(name).not.toMatch(/part$/);
    await session.capture();
  });

  test("a disk that can only be read", async (context) => {
    const still = join(root, "still");
    mkdirSync(still);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "ro,size=32k", "tmpfs", still], { stdio: "ignore" });
    } catch {
      return context.skip("a disk can't be mounted here");
    }
    onTestFinished(() => {
      execFileSync("umount", [still]);
    });
    const session = await make();
    await expect(session.capture({ out: still })).rejects.toThrow(/still.*the disk can only be read/);
  });
});

describe("where a session lies", () => {
  test("blanks, umlauts, a slash at the end, relative, a link", async () => {
    const session = await make({ name: "Übung mit Ball – Take 2 日本" });
    const ways = [
      `${session.folder}${sep}`,
      relative(process.cwd(), session.folder),
      join(root, "link to it"),
    ];
    symlinkSync(session.folder, ways[2]!);
    for (const folder of ways) {
      const { people, session: name } = await session.capture({ force: true }, undefined, folder);
      expect(name).toBe("Übung mit Ball – Take 2 日本");
      expect(people).toHaveLength(1);
    }
    expect(session.results()).toEqual(["report.html", "Übung mit Ball – Take 2 日本_P1.trc"]);
  });

  test("views and calibration behind links; hidden files beside them", async () => {
    const session = await make();
    renameSync(session.pose(1), join(session.folder, "elsewhere"));
    symlinkSync(join(session.folder, "elsewhere"), session.pose(1));
    renameSync(join(session.folder, "calibration"), join(session.folder, "there"));
    symlinkSync(join(session.folder, "there"), join(session.folder, "calibration"));
    writeFileSync(join(session.pose(0), "._cam01_000000000003_keypoints.json"), Uint8Array.of(0, 5, 22, 7));
    const { cameras } = await session.capture();
    expect(cameras.every(({ seen }) => seen > 0)).toBe(true);
  });

  test("damaged results of stages are made again", async () => {
    const session = await make();
    await session.capture({ cache: true });
    const path = join(session.out, "walk_P1.trc");
    const first = bytes(path);
    const folder = process.env.MAREY_CACHE as string;
    for (const name of readdirSync(folder)) {
      const { size } = statSync(join(folder, name));
      writeFileSync(join(folder, name), new Uint8Array(size >> 1).fill(7));
    }
    await session.capture({ cache: true, force: true });
    expect(bytes(path)).toEqual(first);
  });
});

describe("who is there", () => {
  test("nobody at all", async () => {
    const session = await make({ people: 0 });
    await expect(session.capture()).rejects.toThrow(code("NOBODY"));
    expect(existsSync(session.out)).toBe(false);
  });

  test("nobody in one view: the others do", async () => {
    const session = await make({ change: (frames, v) => (v === 1 ? frames.map(() => []) : frames) });
    const { people, cameras, advice } = await session.capture();
    expect(people).toHaveLength(1);
    expect(cameras[1]).toMatchObject({ name: "cam02", seen: 0 });
    expect(advice.join()).toMatch(/cam02 contributed nothing/);
  });

  test("somebody in one view only is nobody", async () => {
    const session = await make({ change: (frames, v) => (v === 1 ? frames : frames.map(() => [])) });
    await expect(session.capture()).rejects.toThrow(/two of the cameras/);
  });

  test("two cameras are enough, more calibrated ones are named", async () => {
    const session = await make();
    for (const v of [0, 2]) rmSync(session.pose(v), { recursive: true });
    const { people, cameras, advice } = await session.capture();
    expect(people).toHaveLength(1);
    expect(cameras.map(({ name }) => name)).toEqual(["cam02", "cam04"]);
    expect(advice.join()).toMatch(/cam01, cam03.*no view/);
  });

  test("at most so many", async () => {
    const session = await make({ people: 3, frameCount: 20 });
    expect((await session.capture({ people: 1 })).people).toHaveLength(1);
  });

  test.each([1, 2])("a take of %i frames is too short", async (frameCount) => {
    const session = await make({ frameCount });
    await expect(session.capture()).rejects.toThrow(/only \d frames?.*Capture 3 frames at least/);
  });

  test("Pose2Sim's way wants ten frames", async () => {
    const session = await make({ frameCount: 8 });
    await expect(session.capture({ method: "pose2sim" })).rejects.toThrow(
      /1 person was followed.*min_chunk_size/,
    );
  });

  test.each([3, 4])("a take of %i frames", async (frameCount) => {
    const session = await make({ frameCount });
    const { people } = await session.capture({ formats: ["trc", "bvh", "glb"] });
    expect(people[0]).toMatchObject({ frames: frameCount });
  });

  test("views of different length: the frames that all have, by their numbers", async () => {
    const session = await make({ frameCount: 16 });
    const whole = await session.capture({ formats: ["csv"] });
    rmSync(session.frame(1, 0));
    rmSync(session.frame(2, 15));
    const { frameCount, cameras, people } = await session.capture({ shortest: true, force: true });
    expect(frameCount).toBe(14);
    expect(people[0]).toMatchObject({ firstFrame: 1, lastFrame: 14 });
    // One frame off, a view of someone who walks would be worse.
    cameras.forEach(({ pixels }, v) => {
      expect(pixels).toBeLessThan(1.3 * whole.cameras[v]!.pixels);
    });
  });
});
