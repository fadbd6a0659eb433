import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { liftCommand } from "../../packages/marey/src/command/lift.js";
import { keypointsFile, keypointsOf, liftFolder, namesIn, walker } from "./smallLift.js";

const { root, lifter, remove } = await liftFolder();
afterAll(remove);

const top = join(import.meta.dirname, "../..");
const program = join(root, "marey.mts");
writeFileSync(
  program,
  `import { main } from ${JSON.stringify(join(top, "packages/marey/src/main.ts"))};\nawait main(process.argv);\n`,
);
const walk = keypointsFile(root, keypointsOf([walker(40)]));

/** `marey lift` from its sources, after a shell command; `watch` sees its output while it runs. */
function lift(
  args: readonly string[],
  before = ":",
  watch: (output: string, child: ChildProcess) => void = () => {},
) {
  const command = [
    process.execPath,
    "--import",
    "tsx",
    "--conditions=marey-source",
    program,
    "lift",
    ...args,
  ];
  const line = `${before}; exec ${command.map((word) => `"${word}"`).join(" ")} --lifter "${lifter}"`;
  const child = spawn("sh", ["-c", line], { cwd: top, env: { ...process.env, TSX_DISABLE_CACHE: "1" } });
  const said = { out: "", err: "" };
  child.stdout.on("data", (piece: Buffer) => {
    said.out += piece;
  });
  child.stderr.on("data", (piece: Buffer) => {
    said.err += piece;
    watch(said.err, child);
  });
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, ...said })),
  );
}

test.each([
  [["--focal", "0"], /--focal: "0" is no number above 0/],
  [["--size", "nonsense"], /--size: "nonsense" is no size/],
  [["--size", "0x480"], /"0x480" is no size/],
  [["--people", "0"], /--people: "0" is no whole number from 1/],
  [["--start", "-3"], /--start: "-3"/],
  [["--frame-rate", "fast"], /--frame-rate: "fast"/],
  [["--model", "nonsense"], /Allowed choices are default/],
  [["--nonsense"], /unknown option '--nonsense'/],
  [["another.json"], /too many arguments/],
])("%j is refused", async (args, says) => {
  const command = liftCommand()
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  await expect(command.parseAsync([walk, ...args], { from: "user" })).rejects.toThrow(says);
});

test("the page's samples are commands", async () => {
  const page = readFileSync(join(top, "docs/lift.md"), "utf8");
  const samples = [...page.matchAll(/^npx marey lift (.*)$/gm)].map(([, args = ""]) => args.split(" "));
  expect(samples.length).toBeGreaterThan(1);
  for (const args of samples) {
    const command = liftCommand().exitOverride();
    await command.action(() => {}).parseAsync(args, { from: "user" });
    expect(command.args).toHaveLength(1);
  }
});

describe("the program", () => {
  test("lifts, and tells a machine what it did", async () => {
    const out = join(root, "done");
    const { code, out: said, err } = await lift([walk, "--out", out, "--json", "--floor"]);
    expect(err).toBe("");
    expect(code).toBe(0);
    expect(JSON.parse(said)).toMatchObject({ session: "walk", method: "lift", people: [{ number: 1 }] });
    expect(namesIn(out)).toEqual(["walk.report.html", "walk_P1.bvh", "walk_P1.glb", "walk_P1.trc"]);
  });

  test("fails with one line, before it lifts", async () => {
    const { code, out, err } = await lift([walk, "--camera", "a"]);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^error OPTION: --camera: .*\n$/);
  });

  test.skipIf(process.platform === "win32")("leaves nothing on a disk that is too small", async () => {
    const out = join(root, "full");
    // A limit on the size of files stands in for a full disk: the same call fails in the same way.
    const { code, err } = await lift([walk, "--out", out], "trap '' XFSZ; ulimit -f 8");
    expect(err).toMatch(/error FILE_WRITE: .*larger than the system allows/);
    expect(code).toBe(1);
    expect(namesIn(out)).toEqual([]);
  });

  const video = join(top, "../shared/data/video/sports2d_demo.mp4");
  test.skipIf(!existsSync(video))("interrupted while it looks it leaves nothing", async () => {
    const out = join(root, "stopped");
    let sent = false;
    const { code, err } = await lift(
      [video, "--model", "blazepose-full", "--out", out],
      undefined,
      (said, child) => {
        if (!sent && /\d+\/\d+/.test(said)) sent = child.kill("SIGINT");
      },
    );
    expect(sent, err).toBe(true);
    expect(code).toBe(130);
    expect(namesIn(out)).toEqual([]);
  });
});
