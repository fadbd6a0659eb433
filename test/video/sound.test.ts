import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { writeVideo } from "../../packages/marey/src/video/index.js";
import { library } from "../../packages/marey/src/video/library.js";
import { startHttp, wholeFile } from "./httpCamera.js";

const sounding = resolve("../shared/data/video/sports2d_demo.mp4");
const there = existsSync(sounding);
if (!there) console.log("sound: skipped, the video isn't there");
const folder = mkdtempSync(join(tmpdir(), "marey-sound-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Packets of sound in a video of five dark pictures whose sound is another video's. */
async function soundFrom(from: string): Promise<number> {
  const path = join(folder, "dark.mp4");
  const video = await writeVideo(path, { width: 16, height: 16, frameRate: 25 }, { sound: { from } });
  for (let i = 0; i < 5; i++)
    await video.write({ width: 16, height: 16, channels: 3, data: new Uint8Array(16 * 16 * 3) });
  await video.close();
  const lib = await library();
  const format = new lib.FormatContext();
  await format.openInput(path);
  await format.findStreamInfo(null);
  const index = format.findBestStream(lib.AVMEDIA_TYPE_AUDIO);
  const packet = new lib.Packet();
  packet.alloc();
  let count = 0;
  while ((await format.readFrame(packet)) >= 0) {
    if (packet.streamIndex === index) count++;
    packet.unref();
  }
  packet.free();
  await format.closeInput();
  return count;
}

test.skipIf(!there)("sound is copied from a file by path or address, and over HTTP", async () => {
  const server = await startHttp(wholeFile(sounding));
  const byPath = await soundFrom(sounding);
  expect(byPath).toBeGreaterThan(5);
  expect(await soundFrom(pathToFileURL(sounding).href)).toBe(byPath);
  expect(await soundFrom(server.url)).toBe(byPath);
  await server.die();
});
