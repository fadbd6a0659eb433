/** `marey train` as people run it: processes that are killed, interrupted and resumed. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { random } from "@marey/core/array";
import { readSafetensors } from "@marey/core/format";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";

const top = join(import.meta.dirname, "../..");
const root = mkdtempSync(join(tmpdir(), "marey-train-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const program = join(root, "marey.mts");
const mainFile = JSON.stringify(join(top, "packages/marey/src/main.ts"));
// Several commands, one after the other, are parted by a line: starting the program takes longer than they do.
writeFileSync(
  program,
  `import { main } from ${mainFile};
for (const args of JSON.parse(process.argv[2])) {
  await main(["node", "marey", ...args]);
  process.stderr.write("----\\n");
}
`,
);
// Nothing says in this folder that a .ts file is a module, and no packages are installed here.
const recipe = join(root, "wave.ts");
writeFileSync(recipe, readFileSync(join(import.meta.dirname, "fixtures/wave.ts")));

/** Starts the program from its sources, in a folder of the user's, with one command or several. */
function marey(...commands: (readonly string[])[]) {
  const loader = join(top, "node_modules/tsx/dist/loader.mjs");
  const args = ["--import", loader, "--conditions=marey-source", program, JSON.stringify(commands)];
  const child = spawn(process.execPath, args, { cwd: root });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (piece: Buffer) => {
      output += piece;
    });
  const ended = new Promise<{ code: number | null; output: string; outputs: string[] }>((resolve) =>
    child.on("close", (code) => resolve({ code, output, outputs: output.split("----\n").slice(0, -1) })),
  );
  return { child, ended };
}

const linesOf = (folder: string) =>
  readFile(join(folder, "log.jsonl"), "utf8").then(
    (text) => text.split("\n").slice(0, -1),
    () => [],
  );

/** Ends a training when its log has so many lines. */
async function endAt(
  lines: number,
  folder: string,
  { child, ended }: ReturnType<typeof marey>,
  signal: NodeJS.Signals,
) {
  const over = ended.then(() => true);
  while ((await linesOf(folder)).length < lines && !(await Promise.race([over, wait(1, false)])));
  child.kill(signal);
  return ended;
}

/** What a log says of steps and evaluations, without times. */
const curve = async (folder: string) =>
  (await linesOf(folder)).flatMap((line) => {
    const { seconds, ...record } = JSON.parse(line);
    return "time" in record ? [] : [JSON.stringify(record)];
  });

const stepOf = async (folder: string) =>
  JSON.parse(readSafetensors(await readFile(join(folder, "last.safetensors"))).metadata["marey.training"]!).at
    .step;

const tensors = (folder: string, name: string) =>
  readSafetensors(readFileSync(join(folder, name)), name).tensors;

describe("marey train", () => {
  const [whole, pieces] = [join(root, "whole"), join(root, "pieces")];
  const settings = ["--set", "epochs=8", "--set", "batch=16", "--threads", "1"];
  const steps = 8 * 128;

  test("killed or interrupted at any moment and resumed, it is the one that never was, to the bit", async () => {
    const seed = fc.readConfigureGlobal()?.seed ?? 1;
    const moments = random(seed);
    const uninterrupted = marey(["train", recipe, ...settings, "--out", whole]).ended;
    const ends: number[] = [];
    for (const signal of ["SIGKILL", "SIGINT", "SIGKILL"] as const) {
      const from = (await linesOf(pieces)).length;
      ends.push(Math.floor(from + 1 + moments.uniform() * 0.4 * (steps - from)));
      const saving = ["--resume", "--checkpoint-every", "0.02"];
      const run = marey(["train", recipe, ...settings, "--out", pieces, ...saving]);
      const { code, output } = await endAt(ends.at(-1)!, pieces, run, signal);
      expect([code, output]).toEqual([signal === "SIGINT" ? 130 : null, expect.stringMatching(/step \d/)]);
      if (signal === "SIGINT") {
        expect(output).toContain(`marey train ${recipe} --out ${pieces} --resume`);
        expect(await stepOf(pieces)).toBe(JSON.parse((await linesOf(pieces)).at(-1)!).step);
      }
    }
    const told = `seed ${seed}, ended after lines ${ends}`;
    const last = await marey(["train", recipe, "--out", pieces, "--resume", "--json"]).ended;
    expect(last.code, `${told}: ${last.output}`).toBe(0);
    expect((await uninterrupted).output).toMatch(new RegExp(`^${steps} steps in 8 epochs`, "m"));
    expect(await curve(pieces), told).toEqual(await curve(whole));
    expect(await curve(whole)).toHaveLength(steps + 8);
    for (const name of ["last.safetensors", "best.safetensors"])
      expect(tensors(pieces, name), told).toEqual(tensors(whole, name));
    const result = JSON.parse(last.outputs[0]!);
    expect(result).toMatchObject({ steps, epochs: 8, folder: pieces });
    expect(result.best.metrics.error).toBeLessThan(0.2);
  });

  test("its weights are measured by the recipe's evaluate", async () => {
    const { code, outputs } = await marey(
      ["eval", recipe, "--weights", join(whole, "best.safetensors")],
      ["eval", recipe, "--weights", join(whole, "last.safetensors"), "--json"],
      ["eval", recipe],
    ).ended;
    const [table, json, missing] = outputs;
    expect(table).toMatch(/^error +0\.\d+\nwave: error 0\.\d{4}\n$/);
    const { weights, metrics, line } = JSON.parse(json!);
    expect([weights, line]).toEqual([join(whole, "last.safetensors"), expect.stringMatching(/^wave: error/)]);
    expect(metrics.error).toBeLessThan(0.2);
    expect([code, missing]).toEqual([1, expect.stringMatching(/^error WEIGHTS_MISSING: runs\/wave: /)]);
  });

  test("what is wrong with a recipe or its settings is said before anything is written", async () => {
    const folder = join(root, "recipes");
    mkdirSync(folder);
    const write = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const never = ["--out", join(root, "never")];
    const cases: [string[], RegExp][] = [
      [["train", recipe, "--set", "rat=3", ...never], /^error RECIPE_SETTING: --set rat=3: .*rate=0\.01/],
      [["train", recipe, "--threads", "0", ...never], /^error OPTION: --threads/],
      [["train", "nothing", ...never], /^error RECIPE_UNKNOWN: nothing: .*there are: .*lifter/],
      [["train", "nothing.ts", ...never], /^error RECIPE_UNKNOWN: nothing\.ts: there is no such file/],
      [
        ["train", write("broken.ts", "export default ("), ...never],
        /^error RECIPE_INVALID: .*can't be loaded/,
      ],
      [["train", write("empty.js", "export const a = 1;"), ...never], /^error RECIPE_INVALID: .*no default/],
      [
        ["train", write("odd.mjs", "export const settings = { a: [] };\nexport default () => {};"), ...never],
        /^error RECIPE_INVALID: .*its settings aren't/,
      ],
      [
        ["eval", write("plain.mjs", "export default () => {};")],
        /^error RECIPE_INVALID: .*exports no evaluate/,
      ],
    ];
    const { code, outputs } = await marey(...cases.map(([args]) => args)).ended;
    expect(code).toBe(1);
    expect(outputs).toHaveLength(cases.length);
    for (const [i, [, says]] of cases.entries()) expect(outputs[i]).toMatch(says);
    expect(existsSync(join(root, "never"))).toBe(false);
  });
});
