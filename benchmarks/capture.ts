/**
 * Seconds from files to files of `marey capture` on the real four-camera trial, start-up included, without cache: from
 * videos by default and with --fast, and from stored detections. Medians of several runs, with seconds per stage.
 * Needs ../shared/data/pose2sim-single and a build. `--runs N`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { CaptureSummary } from "marey";

const root = join(import.meta.dirname, "..");
const trial = join(root, "../shared/data/pose2sim-single");
const { values } = parseArgs({ options: { runs: { type: "string", default: "3" } } });
const runs = Number(values.runs);

const ways: [string, string[]][] = [
  ["videos, default", ["--source", "videos"]],
  ["videos, --fast", ["--source", "videos", "--fast"]],
  ["detections, default", ["--source", "detections"]],
  ["detections, --pose2sim", ["--source", "detections", "--pose2sim"]],
];

interface Run {
  seconds: number;
  summary: CaptureSummary;
}

function once(flags: readonly string[]): Run {
  const out = mkdtempSync(join(tmpdir(), "marey-capture-"));
  const begin = performance.now();
  const child = spawnSync(
    process.execPath,
    [
      join(root, "packages/marey/bin/marey.js"),
      "capture",
      trial,
      "--no-cache",
      "--json",
      "--out",
      join(out, "motion"),
      ...flags,
    ],
    { encoding: "utf8", maxBuffer: 1 << 28 },
  );
  const seconds = (performance.now() - begin) / 1000;
  rmSync(out, { recursive: true });
  if (child.status !== 0) throw new Error(child.stderr);
  return { seconds, summary: JSON.parse(child.stdout) };
}

const median = (numbers: readonly number[]) =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;

if (!existsSync(trial)) console.log("capture: skipped, no ../shared/data/pose2sim-single");
else {
  console.log(
    `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, ${runs} runs each after one to warm up`,
  );
  for (const [name, flags] of ways) {
    once(flags);
    const all = Array.from({ length: runs }, () => once(flags));
    const seconds = all.map((run) => run.seconds);
    console.log(
      `${name.padEnd(24)} ${median(seconds).toFixed(2)} s (${Math.min(...seconds).toFixed(2)}–${Math.max(...seconds).toFixed(2)})`,
    );
    const stages = all[0]?.summary.stages.map(({ stage }) => stage) ?? [];
    const rows = stages.map((stage) => {
      const each = all.map(
        ({ summary }) => summary.stages.find((s) => s.stage === stage)?.seconds ?? Number.NaN,
      );
      return `${stage} ${median(each).toFixed(2)}`;
    });
    console.log(`  ${rows.join(", ")}`);
  }
}
