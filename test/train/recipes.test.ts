/** The recipes that ship run for a few steps on tiny data, and so does the sample of the docs page. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRun, readWeights, type Settings } from "marey";
import { afterAll, describe, expect, test } from "vitest";

const top = join(import.meta.dirname, "../..");
const root = mkdtempSync(join(tmpdir(), "marey-recipes-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const recipes = readdirSync(join(top, "recipes")).filter((name) => name.endsWith(".ts"));

async function runOf(file: string, name: string, changed: Settings = {}) {
  const module = await import(/* @vite-ignore */ file);
  const settings: Settings = { ...module.settings, ...module.tiny, ...changed };
  const run = openRun({ name, settings, folder: join(root, name), threads: 1 });
  return { module, settings, run };
}

const losses = (folder: string): number[] =>
  readFileSync(join(folder, "log.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .flatMap((line) => JSON.parse(line).loss ?? []);

describe.each(recipes)("%s", (name) => {
  test("runs for some steps with its tiny settings, and measures what came out", async (context) => {
    const { module, settings, run } = await runOf(join(top, "recipes", name), name.replace(/\.ts$/, ""));
    expect(module.tiny, "a recipe exports the settings of a run of seconds as `tiny`").toBeTypeOf("object");
    if (typeof settings.data === "string" && !existsSync(join(top, settings.data)))
      return context.skip(`${settings.data} isn't there`);
    const { steps, loss } = await module.default(run);
    expect(steps).toBeGreaterThan(1);
    expect(loss).toBeGreaterThan(0);
    if (!module.evaluate) return;
    const { metrics } = await module.evaluate(run, await readWeights(join(run.folder, "last.safetensors")));
    expect(Object.values(metrics).length).toBeGreaterThan(0);
    expect(Object.values(metrics).every(Number.isFinite)).toBe(true);
  });
});

test("the sample of train.md runs as printed, and the loss falls", async () => {
  const [, code = ""] = /^```ts\n(.*?)^```/ms.exec(readFileSync(join(top, "docs/train.md"), "utf8")) ?? [];
  // Inside the repository, so that the packages are found; git ignores it.
  const folder = join(top, "build/docs-train");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "wave.ts");
  writeFileSync(file, code);
  try {
    const { module, run } = await runOf(file, "sample", { epochs: 4 });
    await module.default(run);
    const all = losses(run.folder);
    expect(all).toHaveLength(400);
    expect(all.at(-1)).toBeLessThan(0.2 * all[0]!);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
