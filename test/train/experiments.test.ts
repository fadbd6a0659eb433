/** The experiments run to their last line when made short, and say so where the data isn't there. */
import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const top = join(import.meta.dirname, "../..");
const folder = join(top, "experiments/video-pose-3d");
const loader = join(top, "node_modules/tsx/dist/loader.mjs");
const run = async (name: string, ...flags: string[]) =>
  (
    await promisify(execFile)(
      process.execPath,
      ["--import", loader, "--conditions=marey-source", join(folder, name), ...flags],
      { cwd: top },
    )
  ).stdout;

test.skipIf(!existsSync(join(top, "../shared/data/cmu/motion17")))(
  "receptiveField and semiSupervised: a table, and a verdict on every claim",
  async () => {
    const [field, semi] = await Promise.all([
      run("receptiveField.ts", "--quick"),
      run("semiSupervised.ts", "--quick", "--seed", "2"),
    ]);
    const verdicts = (text: string) => text.match(/^(holds|DOES NOT HOLD): .*\(.*\)$/gm)?.length;
    expect(verdicts(field)).toBe(7);
    expect(field.match(/^\| [13,]+( causal)? +\| \d+ /gm)).toHaveLength(5);
    expect(field).toContain("holds: strided and dilated networks are one");
    expect(verdicts(semi)).toBe(7);
    expect(semi.match(/^\| \d+ % \(\d+ frames\) /gm)).toHaveLength(9);
    expect(field + semi).not.toMatch(/NaN|undefined/);
  },
);

describe("without the data", () => {
  const scripts = readdirSync(folder).filter((name) => /^(receptive|semi).*\.ts$/.test(name));
  test.each(scripts)("%s ends with a line that says what is missing", async (name) => {
    expect(await run(name, "--data", "nowhere")).toMatch(/^skipped: nowhere.* isn't there\n$/);
  });
});
