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
import { join } from "node:path";
import { project } from "@marey/core/camera";
import { readCalibrationToml, readMotionNpz, readNpz } from "@marey/core/format";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { worldCommand } from "../command/world.js";
import { openProgress } from "../progress.js";
import { probeVideo, writeImage } from "../video/index.js";
import { checkScene, readSceneFile, renderWorld, type WorldSettings, worldSettings } from "./index.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "marey-world-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const host = { progress: openProgress({ silent: true }) };
const tiny: WorldSettings = worldSettings({
  ...{ people: 1, cameras: 2, seconds: 0.2, fps: 20, size: "96x64", seed: 5 },
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
  test("a session with videos, calibration, truth and labels; its scene.json gives the same bytes on other threads", async () => {
    const out = join(folder, "a");
    const summary = await renderWorld(tiny, { out, threads: 1 }, host);
    expect(summary).toMatchObject({ frames: 4, cameras: ["cam01", "cam02"], people: 1, labels: 4 * 2 * 6 });
    for (const name of summary.files) expect(existsSync(join(out, name)), name).toBe(true);
    expect(await probeVideo(join(out, "videos/cam02.mp4"))).toMatchObject({
      width: 96,
      height: 64,
      frameRate: 20,
    });
    const again = join(folder, "b");
    const scene = await readSceneFile(join(out, "scene.json"));
    await renderWorld(worldSettings(scene), { out: again, threads: 3 }, host);
    expect(digests(again)).toEqual(digests(out));
  });

  test("truth, calibration and labels agree: a person's keypoints project onto the person", async () => {
    const out = join(folder, "a");
    await renderWorld(tiny, { out }, host);
    const bytes = (name: string) => new Uint8Array(readFileSync(join(out, name)));
    const rig = readCalibrationToml(bytes("calibration/Calib_scene.toml"));
    expect(rig.cameras[0]?.distortion.some((k) => k !== 0)).toBe(true);
    const inside = readMotionNpz(bytes("truth/smpl24.npz"));
    expect(inside.up).toBe("z");
    const [person] = inside.people;
    const T = inside.frameCount - 1;
    for (const camera of rig.cameras) {
      const pelvis = project(person!.positions.subarray(72 * T, 72 * T + 3), camera);
      const at = Math.round(pelvis[1]!) * 96 + Math.round(pelvis[0]!);
      const label = async (channel: string) => {
        const picture = sharp(join(out, `labels/${camera.name}/${channel}/00000${T}.png`));
        const { data, info } = await picture.raw({ depth: "ushort" }).toBuffer({ resolveWithObject: true });
        return Array.from({ length: info.channels }, (_, c) =>
          data.readUInt16LE(2 * (at * info.channels + c)),
        );
      };
      const [R, t] = [camera.rotation, camera.translation];
      const [x = 0, y = 0, z = 0] = person!.positions.subarray(72 * T);
      const depth = R[6]! * x + R[7]! * y + R[8]! * z + t[2]!;
      const [seen = 0] = await label("depth");
      // The skin is up to a body's thickness nearer than the joint; arms may be before it.
      expect(seen / 1000).toBeGreaterThan(depth - 0.6);
      expect(seen / 1000).toBeLessThan(depth + 0.05);
      expect((await label("person"))[0]! & 255).toBe(1);
      expect((await label("part"))[0]! & 255).toBeGreaterThan(0);
      const normal = (await label("normal")).map((value) => (value - 32_768) / 32_767);
      expect(Math.hypot(...normal)).toBeCloseTo(1, 2);
      expect(normal[2]).toBeLessThan(0);
      expect((await label("flow"))[2]).toBe(1);
    }
    const poses = readNpz(bytes("truth/poses.npz"));
    expect(poses.get("poses_0")).toMatchObject({ shape: [4, 72] });
  });

  test("an earlier scene goes with --force alone, and what isn't a scene's stays", async () => {
    const out = join(folder, "a");
    const plain = { ...tiny, channels: ["colour"] as const };
    await renderWorld(tiny, { out }, host);
    writeFileSync(join(out, "notes.txt"), "");
    await expect(renderWorld(plain, { out }, host)).rejects.toThrow(
      expect.objectContaining({ code: "FOLDER_FILLED" }),
    );
    await renderWorld({ ...plain, cameras: 1 }, { out, force: true }, host);
    const files = Object.keys(digests(out));
    expect(files).toContain("notes.txt");
    expect(files.filter((name) => /videos|labels/.test(name))).toEqual(["videos/cam01.mp4"]);
  });

  test("who is interrupted leaves nothing", async () => {
    const out = join(folder, "a");
    const stop = new AbortController();
    const progress = {
      ...host.progress,
      task: () => ({ update: () => stop.abort(new Error("enough")), end: () => {} }),
    };
    await expect(renderWorld(tiny, { out }, { progress, signal: stop.signal })).rejects.toThrow("enough");
    expect(existsSync(out)).toBe(false);
  });

  test("a place where nothing can be written is named", async () => {
    writeFileSync(join(folder, "file"), "");
    await expect(renderWorld(tiny, { out: join(folder, "file") }, host)).rejects.toThrow(
      expect.objectContaining({ code: "FILE_WRITE" }),
    );
  });

  test("photographs stand behind, and motions come from files", async () => {
    const photographs = join(folder, "photographs");
    mkdirSync(photographs);
    const data = new Uint8Array(50 * 40 * 3).fill(0).map((_, i) => (i % 3 === 1 ? 230 : 10));
    await writeImage(join(photographs, "green.png"), { width: 50, height: 40, channels: 3, data });
    const settings: WorldSettings = {
      ...tiny,
      channels: ["colour"],
      backgrounds: photographs,
      handHeld: true,
    };
    const out = join(folder, "a");
    await renderWorld(settings, { out }, host);
    const { frames } = await import("../video/index.js");
    for await (const { image } of await frames.open(join(out, "videos/cam01.mp4"))) {
      // The floor of a photograph shows shadows alone: the corners are green whatever the sensor does to them.
      const [red = 0, green = 0, blue = 0] = image.data;
      expect(green).toBeGreaterThan(2 * Math.max(red, blue));
      break;
    }
    expect(
      readNpz(new Uint8Array(readFileSync(join(out, "truth/cameras.npz")))).get("rotation"),
    ).toMatchObject({
      shape: [2, 4, 3, 3],
    });
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
