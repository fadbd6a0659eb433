import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { detect } from "../../packages/marey/src/command/detect.js";
import { openProgress } from "../../packages/marey/src/progress.js";
import { networksFolder } from "../../packages/marey/src/store/networks.js";
import { writeImage } from "../../packages/marey/src/video/index.js";
import { mjpeg, startHttp } from "./httpCamera.js";

const there = existsSync(join(networksFolder, "movenet-multipose.onnx"));
if (!there) console.log("cameras together: skipped, the networks aren't built");
const folder = mkdtempSync(join(tmpdir(), "marey-together-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.skipIf(!there)("more cameras than processors are watched at once", { timeout: 120_000 }, async () => {
  const picture = join(folder, "dark.jpg");
  await writeImage(picture, { width: 32, height: 24, channels: 3, data: new Uint8Array(32 * 24 * 3) });
  const show = mjpeg([readFileSync(picture)]);
  const count = availableParallelism() + 1;
  // Nobody is shown anything before everybody has come.
  const waiting: (() => void)[] = [];
  const server = await startHttp((request, response) => {
    waiting.push(() => show(request, response));
    if (waiting.length >= count) for (const begin of waiting.splice(0)) begin();
  });
  const inputs = Array.from({ length: count }, (_, i) => `http://127.0.0.1:${server.port}/${i}`);
  const found = await detect(
    inputs,
    { model: "fast", out: folder, duration: 0.5 },
    { progress: openProgress({ silent: true }) },
  );
  await server.die();
  expect(found.map(({ input }) => input)).toEqual(inputs);
  for (const { frames } of found) expect(frames).toBeGreaterThan(0);
});
