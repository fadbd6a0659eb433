import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { captureCommand } from "../../packages/marey/src/command/capture.js";
import { openProgress } from "../../packages/marey/src/progress.js";
import { capture } from "../../packages/marey/src/session/capture.js";
import { sessionMaker } from "./smallSession.js";

const { root, remove, session: make } = sessionMaker();
afterAll(remove);

const top = join(import.meta.dirname, "../..");
const program = join(root, "marey.mts");
writeFileSync(
  program,
  `import { main } from ${JSON.stringify(join(top, "packages/marey/src/main.ts"))};\nawait main(process.argv);\n`,
);

interface Ended {
  code: number | null;
  output: string;
}

/** The program `marey` from its sources; `watch` sees its output while it runs. */
function marey(args: readonly string[], watch: (output: string, child: ChildProcess) => void = () => {}) {
  const child = spawn(process.execPath, ["--import", "tsx", "--conditions=marey-source", program, ...args], {
    cwd: top,
  });
  let output = "";
  const hear = (piece: Buffer) => {
    output += piece;
    watch(output, child);
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  return new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, output })));
}

describe("the program tells what is wrong and fails", () => {
  test.each([
    [["--people", "0"], /--people: "0" is no whole number from 1/],
    [["--people", "-1"], /--people: "-1" is no whole number/],
    [["--people", "x"], /--people: "x"/],
    [["--frame-rate", "fast"], /--frame-rate: "fast"/],
    [["--start", "1.5"], /--start: "1\.5"/],
    [["--format", "nonsense"], /"nonsense" is none of trc/],
    [["--model", "nonsense"], /Allowed choices are default/],
    [["--source", "thoughts"], /Allowed choices/],
    [["--nonsense"], /unknown option '--nonsense'/],
    [["another"], /too many arguments/],
  ])("%j", async (args, says) => {
    const { folder, results } = await make();
    const command = captureCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => {} });
    await expect(command.parseAsync([folder, ...args], { from: "user" })).rejects.toThrow(says);
    expect(results()).toEqual([]);
  });

  test("a wrong option, from outside", async () => {
    const { folder } = await make();
    const [number, flag] = await Promise.all([
      marey(["capture", folder, "--people", "x"]),
      marey(["capture", folder, "--nonsense"]),
    ]);
    expect(number).toMatchObject({ code: 1, output: expect.stringMatching(/^error OPTION: --people/) });
    expect(flag).toMatchObject({ code: 1, output: expect.stringMatching(/unknown option/) });
  });

  test("a damaged file; then, mended, all goes well", async () => {
    const session = await make();
    const path = session.frame(2, 5);
    const good = readFileSync(path);
    truncateSync(path, 100);
    const failed = await marey(["capture", session.folder]);
    expect(failed.output).toContain(`error JSON_INVALID: ${path}`);
    expect(failed.code).toBe(1);
    expect(session.results()).toEqual([]);
    writeFileSync(path, good);
    const mended = await marey(["capture", session.folder, "--json"]);
    expect(mended.code).toBe(0);
    expect(JSON.parse(mended.output)).toMatchObject({ session: "walk", people: [{ number: 1 }] });
    expect(session.results()).toEqual(["report.html", "walk_P1.bvh", "walk_P1.glb", "walk_P1.trc"]);
  });
});

const data = join(top, "../shared/data/pose2sim-single");

describe.skipIf(!existsSync(data))("videos", () => {
  /** A copy of the real session of four videos. */
  function videoSession(name: string) {
    const folder = join(root, name);
    for (const part of ["videos", "calibration"]) {
      mkdirSync(join(folder, part), { recursive: true });
      for (const file of readdirSync(join(data, part)))
        writeFileSync(join(folder, part, file), readFileSync(join(data, part, file)));
    }
    return { folder, out: join(folder, "motion"), video: join(folder, "videos", "cam02.mp4") };
  }

  test("an interruption while people are looked for leaves nothing, and the next run goes well", async () => {
    const sessions = (["SIGINT", "SIGTERM", "SIGKILL"] as const).map((signal) => ({
      signal,
      ...videoSession(signal),
    }));
    const ended = await Promise.all(
      sessions.map(async ({ signal, folder }) => {
        let sent = false;
        const { code, output } = await marey(["capture", folder, "--format", "trc"], (said, child) => {
          // A line of progress: it is in the middle of it.
          if (!sent && /\d+\/\d+/.test(said)) sent = child.kill(signal);
        });
        expect(sent, output).toBe(true);
        return code;
      }),
    );
    expect(ended).toEqual([130, 130, null]);
    for (const { folder } of sessions) expect(readdirSync(folder).sort()).toEqual(["calibration", "videos"]);
    const [{ folder, out }] = sessions as [(typeof sessions)[number]];
    const again = await marey(["capture", folder, "--fast", "--end", "20", "--format", "trc"]);
    expect(again.code, again.output).toBe(0);
    expect(readdirSync(out).sort()).toEqual(["SIGINT_P1.trc", "report.html"]);
  });

  test.each([
    [
      "no video",
      (path: string) => writeFileSync(path, new Uint8Array(3e5).fill(77)),
      /cam02\.mp4: FFmpeg can't read it/,
    ],
    ["an empty video", (path: string) => truncateSync(path), /cam02\.mp4: the file is empty/],
    ["sound only", (path: string) => writeFileSync(path, sound()), /cam02\.mp4: it holds no video/],
    ["a video cut short", (path: string) => truncateSync(path, 100_000), /cam02/],
  ])("%s", async (name, damage, says) => {
    const { folder, out, video } = videoSession(name);
    damage(video);
    const settings = { method: "marey", formats: ["trc"], model: "fast", end: 40 } as const;
    const progress = openProgress({ silent: true });
    await expect(capture(folder, settings, { progress })).rejects.toThrow(says);
    expect(existsSync(out)).toBe(false);
  });

  test("pictures that aren't the calibration's; frames beyond the end", async () => {
    const { folder, out } = videoSession("other pictures");
    const settings = { method: "marey", formats: ["trc"], model: "fast" } as const;
    const progress = openProgress({ silent: true });
    await expect(capture(folder, { ...settings, start: 5000 }, { progress })).rejects.toThrow(
      /cam0\d\.mp4: no frame lies at or after 5000; it has 100/,
    );
    const calibration = join(folder, "calibration", "Calib_qualisys.toml");
    const text = readFileSync(calibration, "utf8");
    writeFileSync(calibration, text.replace(/size = \[[^\]]*\]/, "size = [ 640.0, 480.0]"));
    await expect(capture(folder, settings, { progress })).rejects.toThrow(
      /\[cam01\]: calibrated at 640×480, but cam01 shows 1080×1920.*Calibrate at the recorded size/,
    );
    expect(existsSync(out)).toBe(false);
  });
});

/** A second of silence as a WAV file. */
function sound(): Uint8Array {
  const rate = 8000;
  const file = Buffer.alloc(44 + rate * 2);
  file.write("RIFF", 0);
  file.writeUInt32LE(36 + rate * 2, 4);
  file.write("WAVEfmt ", 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(2 * rate, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write("data", 36);
  file.writeUInt32LE(rate * 2, 40);
  return file;
}
