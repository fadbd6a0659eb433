import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeImage } from "../../packages/marey/src/video/index.js";

const top = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "marey-process-"));
const file = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  for (let i = 0; i < 5; i++)
    await writeImage(file(`${i}.png`), {
      width: 4,
      height: 3,
      channels: 3,
      data: new Uint8Array(36).fill(i),
    });
  writeFileSync(
    file("program.mts"),
    `import { openFrames } from ${JSON.stringify(join(top, "packages/marey/src/video/index.ts"))};
const [input, most, exit] = process.argv.slice(2);
if (exit) setTimeout(() => { console.log("leaving"); process.exit(7); }, Number(exit));
let count = 0;
for await (const { index, image } of await openFrames(input)) {
  console.log("frame", index, image.data[0]);
  if (++count === Number(most)) break;
}
console.log("done");
`,
  );
});

/** Runs the program; `onOutput` may write to its standard input. */
function run(args: string[], onOutput: (output: string, write: (text: string) => void) => void = () => {}) {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", "--conditions=marey-source", file("program.mts"), ...args],
    {
      cwd: top,
    },
  );
  child.stdin.on("error", () => {});
  let output = "";
  child.stdout.on("data", (piece) => {
    output += piece;
    onOutput(output, (text) => void child.stdin.write(text));
  });
  child.stderr.on("data", (piece) => (output += piece));
  const ended = new Promise<{ code: number | null; output: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, output })),
  );
  return { child, ended };
}

test("standard input: each picture is seen before the next line is written", async () => {
  let written = 0;
  const { child, ended } = run(["-", "99"], (output, write) => {
    if (output.split("frame").length - 1 < written) return;
    if (written < 5) write(`${file(`${written++}.png`)}\n`);
    else child.stdin.end();
  });
  child.stdin.write(`${file("0.png")}\n`);
  written = 1;
  const { code, output } = await ended;
  expect(output).toBe("frame 0 0\nframe 1 1\nframe 2 2\nframe 3 3\nframe 4 4\ndone\n");
  expect(code).toBe(0);
});

test("standard input that stays open doesn't keep a program that has enough", async () => {
  const { child, ended } = run(["-", "2"]);
  child.stdin.write(`${file("0.png")}\n${file("1.png")}\n`);
  const { code, output } = await ended;
  expect(output).toBe("frame 0 0\nframe 1 1\ndone\n");
  expect(code).toBe(0);
});

test("a process that exits while a stream connects isn't held back", async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as { port: number };
  const { code, output } = await run([`rtsp://127.0.0.1:${port}/x`, "1", "2500"]).ended;
  silent.close();
  expect(output).toBe("leaving\n");
  expect(code).toBe(7);
});
