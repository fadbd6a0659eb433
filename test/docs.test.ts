/** The pages hold what they promise: codes and options are complete, links lead somewhere, samples run. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeCalibrationToml, writeOpenPose } from "@marey/core/format";
import { syntheticTake } from "@marey/core/world";
import { writeImage, writeVideo } from "marey";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { captureCommand } from "../packages/marey/src/command/capture.js";
import { compareCommand } from "../packages/marey/src/command/compare.js";
import { convertCommand } from "../packages/marey/src/command/convert.js";
import { demoCommand } from "../packages/marey/src/command/demo.js";
import { detectCommand } from "../packages/marey/src/command/detect.js";
import { evalCommand } from "../packages/marey/src/command/eval.js";
import { liftCommand } from "../packages/marey/src/command/lift.js";
import { modelsCommand } from "../packages/marey/src/command/models.js";
import { trainCommand } from "../packages/marey/src/command/train.js";
import { worldCommand } from "../packages/marey/src/command/world.js";

const root = join(import.meta.dirname, "..");
const page = (name: string) => readFileSync(join(root, "docs", name), "utf8");

/** Sources of the packages, without tests and generated code. */
function sources(): string[] {
  return ["packages/core/src", "packages/marey/src", "packages/web/src"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !/\.test\.ts$|_pb\.ts$|\.d\.ts$/.test(name))
      .map((name) => readFileSync(join(root, folder, name), "utf8")),
  );
}

/** A code as first argument of `MareyError` or of a function that makes one: alone, or one of two by a condition. */
const thrown =
  /\b(MareyError|\w+Error|refused)\(\s*(?:\w+\s*\?\s*)?"([A-Z][A-Z0-9_]*)"(?:\s*:\s*"([A-Z][A-Z0-9_]*)")?/g;

describe("errors.md", () => {
  const code = sources().join("\n");
  const codes = new Set(
    [...code.matchAll(thrown)].flatMap(([, , a, b]) => [a, b]).filter((c) => c !== undefined),
  );
  const explained = [...page("errors.md").matchAll(/^\| `([A-Z0-9_]+)` +\|/gm)].map(([, name]) => name);

  test("explains every code in the sources, each once, and no other", () => {
    expect(codes.size).toBeGreaterThan(80);
    expect([...explained].sort()).toEqual([...codes].sort());
  });

  test("the codes are found: each error begins with one, or with the parameter of a function that makes errors", () => {
    const begins = [...code.matchAll(/new MareyError\(\s*([^\s,]+)/g)].map(([, first]) => first);
    for (const first of begins) expect(first).toMatch(/^("[A-Z][A-Z0-9_]*"|code|inside|person)$/);
  });
});

test("the commands that messages name exist", () => {
  const named = sources().flatMap((text) => [...text.matchAll(/\bmarey ([a-z]+)\b(?! unexpectedly)/g)]);
  const commands = [
    captureCommand,
    compareCommand,
    convertCommand,
    demoCommand,
    detectCommand,
    evalCommand,
    liftCommand,
    modelsCommand,
    trainCommand,
    worldCommand,
  ];
  const names = commands.map((make) => make().name());
  expect(named.length).toBeGreaterThan(5);
  for (const [, name] of named) expect(names).toContain(name);
});

test("the packages carry the licence, and marey the notice", () => {
  const text = (...path: string[]) => readFileSync(join(root, ...path), "utf8");
  for (const [name, ...papers] of [
    ["core", "LICENSE"],
    ["marey", "LICENSE", "NOTICE"],
  ] as const)
    for (const paper of papers) {
      expect(text("packages", name, paper)).toBe(text(paper));
      expect(JSON.parse(text("packages", name, "package.json")).files).toContain(paper);
    }
  expect(text("NOTICE")).toMatch(/GNU General Public License/);
});

describe("options", () => {
  const optionsOf = (command: ReturnType<typeof captureCommand>): string[] =>
    [...command.options.map(({ long }) => long ?? ""), ...command.commands.flatMap(optionsOf)].sort();
  const mentioned = (text: string) =>
    new Set([...text.matchAll(/(?<![\w-])--[A-Za-z0-9][\w-]*/g)].map(([flag]) => flag.replaceAll("_", "-")));

  test.each([
    ["capture.md", captureCommand()],
    ["detect.md openpose.md", detectCommand()],
    ["convert.md", convertCommand()],
    ["compare.md", compareCommand()],
    ["lift.md", liftCommand()],
    ["models.md", modelsCommand()],
    ["train.md", trainCommand()],
    ["eval.md train.md", evalCommand()],
    ["world.md", worldCommand()],
    ["world.md", demoCommand()],
  ])("%s names every option of its command", (names, command) => {
    const flags = mentioned(names.split(" ").map(page).join("\n"));
    expect(optionsOf(command).filter((flag) => !flags.has(flag))).toEqual([]);
  });

  test("no page names an option that isn't there", () => {
    const commands = [
      captureCommand(),
      detectCommand(),
      convertCommand(),
      compareCommand(),
      modelsCommand(),
      demoCommand(),
      liftCommand(),
      trainCommand(),
      evalCommand(),
      worldCommand(),
    ];
    const known = new Set([...commands.flatMap(optionsOf), "--help", "--conditions"]);
    for (const file of [...pages(), "README.md"])
      expect([
        file,
        [...mentioned(readFileSync(join(root, file), "utf8"))].filter((flag) => !known.has(flag)),
      ]).toEqual([file, []]);
  });
});

const pages = () =>
  readdirSync(join(root, "docs")).flatMap((name) => (name.endsWith(".md") ? [`docs/${name}`] : []));

test("links between pages lead to files and headings", () => {
  const models = readdirSync(join(root, "packages/core/src/model")).map(
    (name) => `packages/core/src/model/${name}/README.md`,
  );
  const top = ["README.md", "CONVENTIONS.md", "CONTRIBUTING.md", "CHANGELOG.md"];
  const packages = ["packages/core/README.md", "packages/marey/README.md"];
  for (const file of [...pages(), ...top, ...packages, ...models]) {
    const text = readFileSync(join(root, file), "utf8");
    for (const [, link = ""] of text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      const [path = "", heading] = link.split("#");
      const target = path === "" ? join(root, file) : join(root, dirname(file), path);
      expect(existsSync(target), `${file}: ${link}`).toBe(true);
      if (heading === undefined) continue;
      const slugs = [...readFileSync(target, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
        title
          .toLowerCase()
          .replace(/[^\w\- ]/g, "")
          .replaceAll(" ", "-"),
      );
      expect(slugs, `${file}: ${link}`).toContain(heading);
    }
  }
});

describe.each(["api.md", "graph.md"])("%s", (name) => {
  // Inside the repository, so that the packages are found; git ignores it.
  const folder = join(root, "build/docs", name);
  const before = process.cwd();
  const samples = [...page(name).matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = ""]) => code);

  beforeAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    const { rig, views, frameRate } = syntheticTake({ seed: 2, people: 1, frameCount: 60 });
    mkdirSync(join(folder, "walk/calibration"), { recursive: true });
    writeFileSync(join(folder, "walk/calibration/Calib.toml"), writeCalibrationToml(rig));
    writeFileSync(join(folder, "walk/Config.toml"), `[project]\nframe_rate = ${frameRate}\n`);
    for (const view of views) {
      mkdirSync(join(folder, `walk/pose/${view.name}_json`), { recursive: true });
      for (const { name, text } of writeOpenPose({ ...view, frames: await view.read(0, 60) }, view.name))
        writeFileSync(join(folder, `walk/pose/${view.name}_json`, name), text);
    }
    const data = new Uint8Array(320 * 240 * 3).fill(128);
    await writeImage(join(folder, "photo.png"), { width: 320, height: 240, channels: 3, data });
    const street = await writeVideo(join(folder, "street.mp4"), { width: 320, height: 240, frameRate: 25 });
    for (let t = 0; t < 5; t++) await street.write({ width: 320, height: 240, channels: 3, data });
    await street.close();
    process.env.MAREY_CACHE = join(folder, "cache");
    process.chdir(folder);
  });
  afterAll(() => {
    process.chdir(before);
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(samples.map((code, i) => [i + 1, code] as const))(
    "sample %i runs as printed",
    async (i, code) => {
      const file = join(folder, `sample${i}.ts`);
      writeFileSync(file, code);
      const lines: string[] = [];
      const log = console.log;
      console.log = (...values: unknown[]) => lines.push(values.join(" "));
      try {
        await import(/* @vite-ignore */ file);
      } finally {
        console.log = log;
      }
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.join("\n")).not.toMatch(/NaN|undefined|Infinity/);
    },
  );
});
