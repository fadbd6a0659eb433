import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { project } from "@marey/core/camera";
import { readCalibrationToml, readMotionNpz, readNpz } from "@marey/core/format";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { worldCommand } from "../command/world.js";
import { openProgress } from "../progress.js";
import { frames, probeVideo, writeImage } from "../video/index.js";
import {
  checkScene,
  type RenderSummary,
  readSceneFile,
  renderWorld,
  type WorldSettings,
  worldSettings,
} from "./index.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "marey-world-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const host = { progress: openProgress({ silent: true }) };
const tiny: WorldSettings = worldSettings({
  ...{ people: 1, cameras: 2, seconds: 0.15, fps: 20, size: "96x64", seed: 5 },
  channels: ["colour", "depth", "person", "part", "iuv", "normal", "flow"],
});

/** Names and digests of all files. */
function digests(root: string): Record<string, string> {
  const names = readdirSync(root, { recursive: true, encoding: "utf8" }).sort();
  const files = names.filter((name) => statSync(join(root, name)).isFile());
  const digest = (name: string) =>
    createHash("sha256")
      .update(readFileSync(join(root, name)))
      .digest("hex");
  return Object.fromEntries(files.map((name) => [name, digest(name)]));
}

describe("rendering", () => {
  let out: string;
  let summary: RenderSummary;
  beforeAll(async () => {
    out = join(mkdtempSync(join(tmpdir(), "marey-world-")), "a");
    summary = await renderWorld(tiny, { out, threads: 1 }, host);
  });
  afterAll(() => rmSync(dirname(out), { recursive: true, force: true }));
  const bytes = (name: string) => new Uint8Array(readFileSync(join(out, name)));

  test("a session with videos, calibration, truth and labels, which its scene.json gives again on other threads", async () => {
    expect(summary).toMatchObject({ frames: 3, cameras: ["cam01", "cam02"], people: 1, labels: 3 * 2 * 6 });
    for (const name of summary.files) expect(existsSync(join(out, name)), name).toBe(true);
    expect(await probeVideo(join(out, "videos/cam02.mp4"))).toMatchObject({
      ...{ width: 96, height: 64, frameRate: 20 },
    });
    const again = join(folder, "b");
    const scene = await readSceneFile(join(out, "scene.json"));
    await renderWorld(worldSettings(scene), { out: again, threads: 2 }, host);
    expect(digests(again)).toEqual(digests(out));
  });

  test("truth, calibration and labels agree: a person's pelvis projects onto the person", async () => {
    const rig = readCalibrationToml(bytes("calibration/Calib_scene.toml"));
    expect(rig.cameras[0]?.distortion.some((k) => k !== 0)).toBe(true);
    const inside = readMotionNpz(bytes("truth/smpl24.npz"));
    expect(inside.up).toBe("z");
    const T = inside.frameCount - 1;
    const pelvis = inside.people[0]!.positions.subarray(72 * T, 72 * T + 3);
    for (const camera of rig.cameras) {
      const [u = 0, v = 0] = project(pelvis, camera);
      const at = Math.round(v) * 96 + Math.round(u);
      const label = async (channel: string, space: "b-w" | "grey16" | "rgb16") => {
        const picture = sharp(join(out, `labels/${camera.name}/${channel}/00000${T}.png`));
        const raw = picture.toColourspace(space).raw({ depth: space === "b-w" ? "uchar" : "ushort" });
        const { data, info } = await raw.toBuffer({ resolveWithObject: true });
        expect([info.width, info.height, info.channels]).toEqual([96, 64, space === "rgb16" ? 3 : 1]);
        const from = at * info.channels;
        return Array.from({ length: info.channels }, (_, c) =>
          space === "b-w" ? (data[from + c] ?? 0) : data.readUInt16LE(2 * (from + c)),
        );
      };
      const { rotation: R, translation: t } = camera;
      const [x = 0, y = 0, z = 0] = pelvis;
      const depth = R[6]! * x + R[7]! * y + R[8]! * z + t[2]!;
      const [seen = 0] = await label("depth", "grey16");
      // The skin is up to a body's thickness nearer than the joint; arms may be before it.
      expect(seen / 1000).toBeGreaterThan(depth - 0.6);
      expect(seen / 1000).toBeLessThan(depth + 0.05);
      expect(await label("person", "b-w")).toEqual([1]);
      expect((await label("part", "b-w"))[0]).toBeGreaterThan(0);
      const normal = (await label("normal", "rgb16")).map((value) => (value - 32_768) / 32_767);
      expect(Math.hypot(...normal)).toBeCloseTo(1, 2);
      expect(normal[2]).toBeLessThan(0);
      expect((await label("flow", "rgb16"))[2]).toBe(1);
    }
    expect(readNpz(bytes("truth/poses.npz")).get("poses_0")).toMatchObject({ shape: [3, 72] });
  });

  test("with --force alone an earlier scene goes, and what isn't a scene's stays; photographs, cameras in hands", async () => {
    const photographs = join(folder, "photographs");
    mkdirSync(photographs);
    const data = new Uint8Array(50 * 40 * 3).map((_, i) => (i % 3 === 1 ? 230 : 10));
    await writeImage(join(photographs, "green.png"), { width: 50, height: 40, channels: 3, data });
    const other: WorldSettings = {
      ...tiny,
      ...{ cameras: 1, channels: ["colour"], backgrounds: photographs, handHeld: true },
    };
    writeFileSync(join(out, "notes.txt"), "");
    await expect(renderWorld(other, { out }, host)).rejects.toThrow(
      expect.objectContaining({ code: "FOLDER_FILLED" }),
    );
    await renderWorld(other, { out, threads: 1, force: true }, host);
    const files = Object.keys(digests(out));
    expect(files).toContain("notes.txt");
    expect(files.filter((name) => /videos|labels/.test(name))).toEqual(["videos/cam01.mp4"]);
    for await (const { image } of await frames.open(join(out, "videos/cam01.mp4"))) {
      // The floor of a photograph shows shadows alone: the corner is green whatever the sensor does to it.
      const [red = 0, green = 0, blue = 0] = image.data;
      expect(green).toBeGreaterThan(2 * Math.max(red, blue));
      break;
    }
    expect(readNpz(bytes("truth/cameras.npz")).get("rotation")).toMatchObject({ shape: [1, 3, 3, 3] });
  });

  test("who is interrupted leaves nothing", async () => {
    const gone = join(folder, "gone");
    const stop = new AbortController();
    const task = () => {
      setTimeout(() => stop.abort(new Error("enough")), 20);
      return { update: () => {}, end: () => {} };
    };
    await expect(
      renderWorld(
        tiny,
        { out: gone, threads: 1 },
        { progress: { ...host.progress, task }, signal: stop.signal },
      ),
    ).rejects.toThrow("enough");
    expect(existsSync(gone)).toBe(false);
  });

  test("a place where nothing can be written is named", async () => {
    writeFileSync(join(folder, "file"), "");
    await expect(renderWorld(tiny, { out: join(folder, "file") }, host)).rejects.toThrow(
      expect.objectContaining({ code: "FILE_WRITE" }),
    );
  });
});

describe("what can't be rendered is refused with its name", () => {
  test("keys and values of a scene's file", async () => {
    expect(() => checkScene({ peple: 2 }, "s.json")).toThrow(
      /^s\.json: it has a key "peple" that means nothing/,
    );
    expect(() => checkScene({ size: "12x9000x1" }, "s.json")).toThrow(
      /^s\.json: size: expected WIDTHxHEIGHT/,
    );
    const act = { actions: [{ do: "walk", to: [[1, 2]], sped: 2 }] };
    expect(() => checkScene({ acts: [act] }, "s.json")).toThrow(/acts\.0\.actions\.0\.sped/);
    expect(() => worldSettings({ people: 1, acts: [act, act] as never })).toThrow(/what 2 people do/);
    expect(() => worldSettings({ seconds: 0.001 })).toThrow(/no frame/);
    expect(checkScene({ acts: [{ actions: [{ do: "sit", height: 0.4 }] }], people: 3 }, "s").people).toBe(3);
    await expect(readSceneFile(join(folder, "none.json"))).rejects.toThrow(
      expect.objectContaining({ code: "FILE_READ" }),
    );
  });

  test.each([
    ["--size", "12x12", "OPTION"],
    ["--size", "wide", "OPTION"],
    ["--people", "0", "OPTION"],
    ["--channels", "colour,smell", "OPTION"],
    ["--motion", "none", "FILE_READ"],
    ["--backgrounds", "none", "WORLD_BACKGROUNDS"],
  ])("%s %s", async (flag, value, code) => {
    const out = join(folder, "out");
    const run = () =>
      worldCommand().parseAsync(["render", flag, value, "--seconds", "0.1", "--json", "--out", out], {
        from: "user",
      });
    await expect((async () => run())()).rejects.toThrow(expect.objectContaining({ code }));
    expect(existsSync(out)).toBe(false);
  });

  test("motion files without their skeleton, folders without motions", async () => {
    writeFileSync(join(folder, "05_01.amc"), ":FULLY-SPECIFIED\n:DEGREES\n");
    const render = (motion: string[]) => renderWorld({ ...tiny, motion }, { out: join(folder, "out") }, host);
    await expect(render([folder])).rejects.toThrow(/05\.asf isn't beside it/);
    mkdirSync(join(folder, "empty"));
    await expect(render([join(folder, "empty")])).rejects.toThrow(/no \.bvh or \.amc file/);
    writeFileSync(join(folder, "walk.fbx"), "");
    await expect(render([join(folder, "walk.fbx")])).rejects.toThrow(/neither \.bvh nor \.amc/);
  });
});
