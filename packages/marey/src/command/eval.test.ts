import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { coco17 } from "@marey/core/skeleton";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { evalCommand } from "./eval.js";

let folder = "";
let truth = "";
let results = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "marey-eval-"));
  const keypoints = coco17.joints.flatMap((_, j) => [50 + 10 * (j % 4), 40 + 12 * j, 2]);
  truth = join(folder, "truth.json");
  results = join(folder, "results.json");
  const person = { id: 1, image_id: 3, iscrowd: 0, bbox: [40, 30, 60, 220], area: 9000, keypoints };
  writeFileSync(
    truth,
    JSON.stringify({
      images: [{ id: 3, file_name: "a.jpg", width: 200, height: 300 }],
      categories: [],
      annotations: [person],
    }),
  );
  writeFileSync(results, JSON.stringify([{ image_id: 3, category_id: 1, score: 0.9, keypoints }]));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the command prints. */
async function printed(...args: string[]): Promise<string> {
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
  try {
    await evalCommand().parseAsync(args, { from: "user" });
  } finally {
    log.mockRestore();
  }
  return lines.join("\n");
}

test("detections against annotations: a table, or JSON without curves and pictures", async () => {
  expect(await printed(results, truth)).toMatch(/^1 pictures of coco, 1 people.*AP +1\.000.*nose/s);
  const figures = JSON.parse(await printed(results, truth, "--json"));
  expect(figures).toMatchObject({ metric: "oks", people: 1, pictures: 1, detections: 1 });
  expect(figures.figures.length).toBe(10);
  expect(figures.figures[0].value).toBeCloseTo(1, 9);
  expect(Object.keys(figures)).not.toContain("worst");
  expect(await printed(results, truth, "--metric", "pcp")).toContain("PCP@0.5");
});

test("a report without pictures shows the lines alone", async () => {
  const report = join(folder, "report");
  expect(await printed(results, truth, "--report", report)).toContain("report.html");
  expect(readFileSync(join(report, "report.html"), "utf8")).toContain("Errors by joint");
  await expect(printed(results, truth, "--report", report)).rejects.toThrow(/there already/);
  await printed(results, truth, "--report", report, "--force");
});

test("a layout of one's own", async () => {
  const own = join(folder, "own.json");
  const joints = [...coco17.joints];
  writeFileSync(own, JSON.stringify({ joints: joints.map((joint) => (joint === "nose" ? "beak" : joint)) }));
  const table = await printed(results, truth, "--skeleton", own);
  expect(table).toContain("own was compared as coco17, without nose");
  await expect(printed(results, truth, "--skeleton", "nothing")).rejects.toThrow(/no layout has this name/);
});

test("what doesn't go together is said", async () => {
  await expect(printed(results)).rejects.toThrow(/nothing to measure it against/);
  await expect(printed(results, truth, "--images", folder)).rejects.toThrow(/--report/);
  await expect(printed(truth, results)).rejects.toThrow();
  await expect(printed(results, join(folder, "none.json"))).rejects.toThrow();
});
