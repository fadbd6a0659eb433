import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MareyError } from "@marey/core";
import { random } from "@marey/core/array";
import { afterAll, expect, test } from "vitest";
import { openFrames } from "../../packages/marey/src/video/index.js";
import { type ClipOptions, writeClip } from "./clip.js";

const folder = mkdtempSync(join(tmpdir(), "marey-bad-"));
const file = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const clips: [name: string, clip: ClipOptions][] = [
  ["a.mp4", {}],
  ["a.mov", { encoder: "prores_ks", pixelFormat: "yuv422p10le" }],
  ["a.mkv", { encoder: "libx265", options: { "x265-params": "log-level=none" } }],
  ["a.webm", { encoder: "libvpx-vp9" }],
  ["a.avi", { encoder: "mpeg4" }],
  ["a.ts", { encoder: "mpeg2video" }],
  ["a.flv", {}],
  ["a.wmv", { encoder: "wmv2" }],
  ["a.ogv", { encoder: "libtheora" }],
  ["a.gif", { encoder: "gif", pixelFormat: "rgb8" }],
  ["a.webp", { encoder: "libwebp_anim" }],
  ["moving.png", { encoder: "apng", pixelFormat: "rgb24", format: "apng" }],
  ["a.y4m", { encoder: "wrapped_avframe", format: "yuv4mpegpipe" }],
];

/** Frames with rising numbers and times and whole pictures, or an error of ours. */
async function tryReading(path: string): Promise<"frames" | "error"> {
  try {
    let before = { index: -1, time: -1 };
    const source = await openFrames(path, { onWarning: () => {}, longerSide: 512 });
    for await (const { index, time, image } of source) {
      expect(index).toBeGreaterThan(before.index);
      expect(Number.isFinite(time)).toBe(true);
      expect(image.data).toHaveLength(image.width * image.height * 3);
      before = { index, time };
    }
    return "frames";
  } catch (error) {
    expect((error as MareyError).name, String(error)).toBe("MareyError");
    expect((error as MareyError).where).toBe(path);
    return "error";
  }
}

test.each(clips)("%s cut off anywhere: what is there, or an error", async (name, clip) => {
  const whole = readFileSync(await writeClip(file(name), clip));
  const outcomes = new Set<string>();
  for (let i = 0; i < 16; i++) {
    const path = file(`cut ${name}`);
    writeFileSync(path, whole.subarray(0, Math.floor((whole.length * i) / 16)));
    outcomes.add(await tryReading(path));
  }
  expect(outcomes).toContain("error");
});

test.each(clips)("%s with damaged bytes: no crash, no hang", async (name, clip) => {
  const whole = readFileSync(await writeClip(file(name), { frames: 14, ...clip }));
  const numbers = random(name.length * 7 + name.charCodeAt(2));
  for (let i = 0; i < 24; i++) {
    const bytes = Buffer.from(whole);
    // Heads are small and matter most.
    const reach = i % 2 ? bytes.length : Math.min(bytes.length, 600);
    for (let k = 0; k < 1 + (i % 12); k++)
      bytes[Math.floor(numbers.uniform() * reach)] = Math.floor(numbers.uniform() * 256);
    const path = file(`bad ${name}`);
    writeFileSync(path, bytes);
    await tryReading(path);
  }
});

test("pieces of two videos one after the other", async () => {
  const one = readFileSync(await writeClip(file("one.ts"), { width: 64, height: 48 }));
  const two = readFileSync(await writeClip(file("two.ts"), { width: 96, height: 80 }));
  writeFileSync(file("both.ts"), Buffer.concat([one, two]));
  let frames = 0;
  for await (const { image } of await openFrames(file("both.ts"), { onWarning: () => {} })) {
    frames++;
    expect([image.width, image.height]).toEqual([64, 48]); // stretched to what was said first
  }
  expect(frames).toBeGreaterThan(40);
});

test("a head that promises a giant is refused, not allocated", async () => {
  writeFileSync(file("giant.y4m"), `YUV4MPEG2 W60000 H60000 F25:1 C420jpeg\nFRAME\n${"x".repeat(5000)}`);
  const before = process.memoryUsage().rss;
  expect(await tryReading(file("giant.y4m"))).toBe("error");
  expect(process.memoryUsage().rss - before).toBeLessThan(500e6);
});

test("a playlist in a file opens no address", async () => {
  writeFileSync(file("list.m3u8"), "#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n");
  expect(await tryReading(file("list.m3u8"))).toBe("error");
});
