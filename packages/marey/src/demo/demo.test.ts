import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openProgress } from "../progress.js";
import { describeJudgement, runDemo } from "./demo.js";
import { demoTake, writeDemoSession } from "./demoSession.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "marey-demo-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const host = { progress: openProgress({ silent: true }) };

test("a short demo: everyone found, nobody exchanged, within 15 mm; files of every kind; run again in place", async () => {
  const out = join(folder, "demo");
  await runDemo({ seed: 4, out, frameCount: 30 }, host);
  const { summary, judgement } = await runDemo({ seed: 5, out, frameCount: 120 }, host);
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
