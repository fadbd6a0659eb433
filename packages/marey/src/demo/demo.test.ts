import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openProgress } from "../progress.js";
import { runDemo } from "./demo.js";
import { demoTake, writeDemoSession } from "./demoSession.js";
import { describeJudgement } from "./judgement.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "marey-demo-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const host = { progress: openProgress({ silent: true }) };

test("a short demo of simulated detections: everyone found, nobody exchanged, within 15 mm; files of every kind; run again in place", async () => {
  const out = join(folder, "demo");
  await runDemo({ seed: 4, out, detections: true, frameCount: 30 }, host);
  const settings = { seed: 5, out, detections: true, frameCount: 120 };
  const { summary, judgement } = await runDemo(settings, host);
  expect(summary.frameCount).toBe(120);
  const { matches, extra, swaps, missing, errors } = judgement;
  expect({ matches: matches.toSorted(), extra, swaps }).toEqual({ matches: [0, 1], extra: 0, swaps: 0 });
  expect(missing + errors.length).toBe(120 * 2 * 25);
  expect(missing).toBeLessThan(0.01 * errors.length);
  const last = describeJudgement(judgement).split("\n").at(-1);
  expect(last).toMatch(/^mean joint error \d+\.\d mm over \d+ joints$/);
  expect(Number(last?.split(" ")[3])).toBeLessThan(15);
  expect(Number(last?.split(" ")[6])).toBe(errors.length);
  const endings = summary.people.flatMap(({ files }) => files.map((file) => file.split(".").at(-1)));
  expect(endings).toEqual(["trc", "bvh", "glb", "npz", "trc", "bvh", "glb", "npz"]);
  for (const file of [...summary.people.flatMap(({ files }) => files), summary.report ?? ""])
    expect(existsSync(file)).toBe(true);
});

test("a small rendered demo goes from pixels to motion: both found, nobody exchanged; run again in place", async () => {
  const out = join(folder, "demo");
  mkdirSync(out);
  writeFileSync(join(out, "notes.txt"), "");
  const small = { width: 400, height: 224, seconds: 0.5, cameras: 3, fps: 12 };
  await expect(runDemo({ seed: 1, out, scene: small }, host)).rejects.toThrow(
    expect.objectContaining({ code: "FOLDER_FILLED" }),
  );
  const { summary, judgement, joints, overlay } = await runDemo(
    { seed: 1, out, force: true, scene: small },
    host,
  );
  expect(summary.source).toBe("videos");
  expect(summary.cameras.map(({ name }) => name)).toEqual(["cam01", "cam02", "cam03"]);
  const { matches, extra, swaps, errors } = judgement;
  expect({ matches: matches.toSorted(), extra, swaps }).toEqual({ matches: [0, 1], extra: 0, swaps: 0 });
  expect(joints.map(({ joint }) => joint)).toHaveLength(17);
  expect(joints.reduce((sum, { count }) => sum + count, 0)).toBe(errors.length);
  expect(errors.length).toBeGreaterThan(0.9 * 6 * 2 * 17);
  expect(errors[errors.length >> 1]).toBeLessThan(0.06);
  expect(existsSync(overlay ?? "")).toBe(true);
  expect(describeJudgement(judgement, joints)).toMatch(/^mm by joint: nose \d+\.\d, left eye/m);
  // Again, with simulated detections: nothing of the videos stays, and what isn't the demo's does.
  await runDemo({ seed: 1, out, detections: true, frameCount: 20 }, host);
  expect(readdirSync(out).sort()).toEqual(["Config.toml", "calibration", "motion", "notes.txt", "pose"]);
}, 300_000);

test("a folder of somebody's own is left alone", async () => {
  writeFileSync(join(folder, "holiday.jpg"), "");
  await expect(writeDemoSession(folder, demoTake(1, 2))).rejects.toThrow(
    expect.objectContaining({ code: "FOLDER_FILLED" }),
  );
  expect(readdirSync(folder)).toEqual(["holiday.jpg"]);
  await writeDemoSession(folder, demoTake(1, 2), { force: true });
  expect(existsSync(join(folder, "holiday.jpg"))).toBe(true);
  expect(readdirSync(join(folder, "pose")).sort()).toEqual(
    ["1", "2", "3", "4"].map((number) => `cam0${number}_json`),
  );
});

test("a file where the folder should be is named, and nothing is left half-written", async () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  await expect(writeDemoSession(file, demoTake(1, 2))).rejects.toThrow(/file/);
  mkdirSync(join(folder, "session"));
  writeFileSync(join(folder, "session", "pose"), "");
  await expect(writeDemoSession(join(folder, "session"), demoTake(1, 2), { force: true })).rejects.toThrow(
    expect.objectContaining({ code: "FILE_WRITE" }),
  );
});
