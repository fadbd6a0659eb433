import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openFrames, type SourceOptions } from "../../packages/marey/src/video/index.js";
import { type ClipOptions, grey, writeClip } from "./clip.js";

const folder = mkdtempSync(join(tmpdir(), "marey-containers-"));
const file = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const x265 = (more = "") => ({ "x265-params": `log-level=none${more}` });
/** Colours of the encoders' palette are coarse. */
const coarse = 33;

const clips: [name: string, clip: ClipOptions, tolerance?: number][] = [
  ["h264.mp4", {}],
  ["h264.flv", {}],
  ["h264.ts", {}],
  ["bare.h264", {}],
  ["ten bits.mkv", { pixelFormat: "yuv420p10le" }],
  ["4-2-2.mov", { pixelFormat: "yuv422p" }],
  ["interlaced.mp4", { options: { flags: "+ildct+ilme" } }],
  ["hevc.mp4", { encoder: "libx265", options: x265() }],
  ["bare.hevc", { encoder: "libx265", options: x265() }],
  [
    "hdr10.mp4",
    {
      encoder: "libx265",
      pixelFormat: "yuv420p10le",
      options: x265(":hdr10=1:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc"),
    },
  ],
  ["vp8.webm", { encoder: "libvpx" }],
  ["vp9.webm", { encoder: "libvpx-vp9" }],
  ["transparent.webm", { encoder: "libvpx-vp9", pixelFormat: "yuva420p" }],
  ["av1.mp4", { encoder: "libsvtav1" }],
  ["av1 ten bits.mkv", { encoder: "libsvtav1", pixelFormat: "yuv420p10le" }],
  ["mpeg4.avi", { encoder: "mpeg4" }],
  ["mpeg2.ts", { encoder: "mpeg2video" }],
  ["mjpeg.avi", { encoder: "mjpeg", pixelFormat: "yuvj420p" }],
  ["prores.mov", { encoder: "prores_ks", pixelFormat: "yuv422p10le" }],
  ["ffv1.mkv", { encoder: "ffv1" }],
  ["sixteen bits.mkv", { encoder: "ffv1", pixelFormat: "gray16le" }],
  ["one pixel.mkv", { encoder: "ffv1", pixelFormat: "gray", width: 1, height: 1 }],
  ["odd.mkv", { encoder: "ffv1", pixelFormat: "yuv420p", width: 63, height: 37 }],
  ["thin.mov", { encoder: "png", pixelFormat: "rgb24", width: 1, height: 500 }],
  ["theora.ogv", { encoder: "libtheora" }],
  ["wmv2.wmv", { encoder: "wmv2" }],
  ["h263.3gp", { encoder: "h263", width: 176, height: 144 }],
  ["dv.dv", { encoder: "dvvideo", width: 720, height: 576 }],
  ["dnx.mxf", { encoder: "dnxhd", width: 1280, height: 720, pixelFormat: "yuv422p", options: { b: "60M" } }],
  ["raw.avi", { encoder: "rawvideo", pixelFormat: "bgr24" }],
  ["planes.avi", { encoder: "utvideo", pixelFormat: "gbrp" }],
  ["alpha.mov", { encoder: "png", pixelFormat: "rgba" }],
  ["moving.gif", { encoder: "gif", pixelFormat: "rgb8" }, coarse],
  ["moving.webp", { encoder: "libwebp_anim" }],
  ["moving.apng", { encoder: "apng", pixelFormat: "rgb24" }],
  ["moving.png", { encoder: "apng", pixelFormat: "rgb24", format: "apng" }],
];

async function read(path: string, options?: SourceOptions) {
  const source = await openFrames(path, options);
  const seen: { index: number; time: number; value: number }[] = [];
  for await (const { index, time, image } of source)
    seen.push({
      index,
      time,
      value: image.data[((image.height >> 1) * image.width + (image.width >> 1)) * 3]!,
    });
  return { source, seen };
}

test.each(clips)("%s: every frame, at its time, in its grey", async (name, clip, tolerance = 3) => {
  const { source, seen } = await read(await writeClip(file(name), clip));
  const { width = 64, height = 48 } = clip;
  expect(source).toMatchObject({ width, height, frameRate: 25 });
  expect(source.live).toBeUndefined();
  expect(seen.map(({ index }) => index)).toEqual(Array.from({ length: 28 }, (_, i) => i));
  for (const { index, time, value } of seen) {
    expect(time).toBeCloseTo(index / 25, 3);
    expect(Math.abs(value - grey(index))).toBeLessThanOrEqual(tolerance);
  }
  const part = await read(file(name), { startTime: 0.4, endTime: 0.64, step: 2 });
  expect(part.seen).toEqual([seen[10], seen[12], seen[14]]);
});

test("program streams carry times of packs, not of frames: frames in order, times within one", async () => {
  const { seen } = await read(await writeClip(file("mpeg2.mpg"), { encoder: "mpeg2video" }));
  expect(seen.map(({ index }) => index)).toEqual(Array.from({ length: 28 }, (_, i) => i));
  for (const { index, time } of seen) expect(Math.abs(time - index / 25)).toBeLessThan(0.041);
});

/** Frames farther apart the later they come, as a phone records in the dark. */
const uneven = (i: number) => 40 * i + 3 * i * i; // thousandths of a second at 25 Hz·1000 are ticks of 40 µs
test.each(["uneven.mkv", "uneven.mp4"])("%s: limits by time go by the frames' own times", async (name) => {
  const path = await writeClip(file(name), { frames: 90, tick: (i) => 25 * uneven(i) });
  const { seen } = await read(path);
  expect(seen).toHaveLength(90);
  for (const { index, time } of seen) expect(time).toBeCloseTo(uneven(index) / 1000, 3);
  for (const [startTime, endTime] of [
    [0.5, 2],
    [5, 9],
    [20.0035, 21],
    [uneven(70) / 1000, uneven(72) / 1000],
  ] as const) {
    const part = await read(path, { startTime, endTime });
    const wanted = seen.filter(({ time }) => time >= startTime - 5e-4 && time < endTime - 5e-4);
    expect(wanted.length).toBeGreaterThan(0);
    expect(part.seen).toEqual(wanted);
  }
  const mixed = await read(path, { startTime: 5, end: 40 });
  expect(mixed.seen.at(-1)!.index).toBe(39);
  await expect(read(path, { startTime: 99 })).rejects.toMatchObject({ code: "FRAME_RANGE" });
});

test("a picture of 8192×4320 comes whole and scaled", async () => {
  const path = await writeClip(file("huge.mp4"), {
    width: 8192,
    height: 4320,
    frames: 2,
    options: { preset: "ultrafast" },
  });
  const whole = await openFrames(path, { end: 1 });
  for await (const { image } of whole) {
    expect([image.width, image.height]).toEqual([8192, 4320]);
    expect(Math.abs(image.data.at(-1)! - grey(0))).toBeLessThanOrEqual(2);
  }
  const { seen, source } = await read(path, { longerSide: 512 });
  expect(source).toMatchObject({ width: 8192, height: 4320, deliveredWidth: 512, deliveredHeight: 270 });
  expect(seen).toHaveLength(2);
});
