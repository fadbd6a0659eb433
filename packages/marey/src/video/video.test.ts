import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MareyError } from "@marey/core";
import type { Image } from "@marey/core/image";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openFrames, probeVideo, type SourceOptions, writeVideo } from "./index.js";
import { library } from "./library.js";

const folder = mkdtempSync(join(tmpdir(), "marey-video-"));
const file = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

/** Frame i is grey 8·i + 16 with a white block in its top left quarter. */
function picture(i: number, width: number, height: number): Image {
  const data = new Uint8Array(width * height * 3).fill(8 * i + 16);
  for (let y = 0; y < height / 2; y++) data.fill(250, y * width * 3, (y * width + (width >> 1)) * 3);
  return { width, height, channels: 3, data };
}

async function clip(name: string, frames: number, width = 64, height = 48, frameRate = 25): Promise<string> {
  const writer = await writeVideo(file(name), { width, height, frameRate });
  for (let i = 0; i < frames; i++) await writer.write(picture(i, width, height));
  await writer.close();
  return file(name);
}

/** The grey level of a picture's pixel, red. */
const level = ({ width, data }: Image, x: number, y: number) => data[(y * width + x) * 3]!;

async function read(path: string, options?: SourceOptions) {
  const source = await openFrames(path, options);
  const seen: { index: number; time: number; grey: number; width: number; height: number }[] = [];
  for await (const { index, time, image } of source) {
    const { width, height } = image;
    seen.push({ index, time, grey: level(image, width - 3, height - 3), width, height });
  }
  return { source, seen };
}

async function errorOf(promise: Promise<unknown>): Promise<MareyError> {
  return promise.then(
    () => expect.unreachable("no error"),
    (error) => error,
  );
}

let walk: string;
beforeAll(async () => {
  walk = await clip("walk.mp4", 28);
});

describe("a written video reads back", () => {
  test("every frame, in order, at its time", async () => {
    const { source, seen } = await read(walk);
    expect(seen.map(({ index }) => index)).toEqual(Array.from({ length: 28 }, (_, i) => i));
    for (const { index, time, grey } of seen) {
      expect(time).toBeCloseTo(index / 25, 9);
      expect(Math.abs(grey - (8 * index + 16))).toBeLessThanOrEqual(3);
    }
    expect(source).toMatchObject({ width: 64, height: 48, frameRate: 25, frameCount: 28 });
    expect(await probeVideo(walk)).toEqual({
      width: 64,
      height: 48,
      frameRate: 25,
      frameCount: 28,
      duration: expect.closeTo(28 / 25, 6),
      codec: "h264",
    });
  });

  test("a range with a step gives the frames of those numbers, also where it seeks", async () => {
    const { source, seen } = await read(walk, { start: 5, end: 20, step: 6 });
    expect(seen.map(({ index }) => index)).toEqual([5, 11, 17]);
    expect(source.frameCount).toBe(3);
    const long = await clip("long.mp4", 130, 32, 32);
    const all = (await read(long)).seen;
    for (const start of [31, 60, 99, 129])
      expect((await read(long, { start, step: 4 })).seen).toEqual(
        all.filter(({ index }) => index >= start && (index - start) % 4 === 0),
      );
    expect((await errorOf(openFrames(long, { start: 130 }))).code).toBe("FRAME_RANGE");
    expect((await errorOf(openFrames(walk, { start: 28 }))).message).toContain("it has 28");
  });

  test("pictures are scaled by the longer side, never up", async () => {
    const { source, seen } = await read(walk, { longerSide: 32 });
    expect(source).toMatchObject({ width: 64, deliveredWidth: 32, deliveredHeight: 24 });
    expect(seen[9]).toMatchObject({ width: 32, height: 24 });
    expect(Math.abs(seen[9]!.grey - 88)).toBeLessThanOrEqual(3);
    expect((await read(walk, { longerSide: 500 })).source.deliveredWidth).toBe(64);
  });

  test("odd sizes are evened by one, and rates such as 29.97 are kept", async () => {
    const path = await clip("odd.mp4", 6, 61, 35, 29.97);
    const { seen, source } = await read(path);
    expect(source).toMatchObject({ width: 62, height: 36 });
    expect(source.frameRate).toBeCloseTo(30000 / 1001, 6);
    expect(seen).toHaveLength(6);
    expect(Math.abs(seen[5]!.grey - 56)).toBeLessThanOrEqual(3);
  });

  test("reading several at once gives the same, and leaving early closes", async () => {
    const alone = (await read(walk)).seen;
    const together = await Promise.all([1, 2, 3, 4].map(() => read(walk, { threads: 2 })));
    for (const { seen } of together) expect(seen).toEqual(alone);
    const source = await openFrames(walk);
    for await (const { index } of source) if (index === 3) break;
    await source.close();
    const untouched = await openFrames(walk);
    await untouched.close();
  });

  test("a frame's picture stays as it is until the next is asked for", async () => {
    const source = await openFrames(walk);
    for await (const { index, image } of source) {
      await new Promise((resolve) => setTimeout(resolve, 5)); // decoding runs ahead meanwhile
      expect(Math.abs(level(image, 60, 44) - (8 * index + 16))).toBeLessThanOrEqual(3);
    }
  });
});

/** Where the four corners of the white block go under each matrix: bytes of the track header are changed. */
test.each([
  ["a quarter to the right", [0, 1, -1, 0], "right top"],
  ["half", [-1, 0, 0, -1], "right bottom"],
  ["a quarter to the left", [0, -1, 1, 0], "left bottom"],
  ["mirrored", [-1, 0, 0, 1], "right top"],
])("rotation in the file is applied: %s", async (_, [a, b, c, d], corner) => {
  const bytes = readFileSync(walk);
  const matrix = bytes.indexOf("tkhd") + 4 + 40;
  [a, b, 0, c, d, 0].forEach((value, i) => void bytes.writeInt32BE(value! * 65536, matrix + 4 * i));
  const path = file(`turned ${corner} ${a}.mp4`);
  writeFileSync(path, bytes);
  const source = await openFrames(path, { end: 1 });
  const sideways = a === 0;
  expect([source.width, source.height]).toEqual(sideways ? [48, 64] : [64, 48]);
  expect(await probeVideo(path)).toMatchObject({ width: source.width, height: source.height });
  for await (const { image } of source)
    for (const x of ["left", "right"])
      for (const y of ["top", "bottom"]) {
        const grey = level(image, x === "left" ? 4 : image.width - 5, y === "top" ? 4 : image.height - 5);
        expect(grey > 200).toBe(corner === `${x} ${y}`);
      }
});

/** An uncompressed video (YUV4MPEG2) of one grey, with `bytes` a sample. */
function y4m(name: string, header: string, samples: number, value: number, bytes = 1, frames = 3): string {
  const plane = Buffer.alloc(samples * bytes);
  for (let i = 0; i < samples; i++)
    bytes === 2 ? plane.writeUInt16LE(value, 2 * i) : plane.writeUInt8(value, i);
  const frame = Buffer.concat([Buffer.from("FRAME\n"), plane]);
  writeFileSync(
    file(name),
    Buffer.concat([Buffer.from(`YUV4MPEG2 ${header}\n`), ...Array(frames).fill(frame)]),
  );
  return file(name);
}

test.each([
  ["8 bits, odd size", "W7 H5 F10:1 C420jpeg XCOLORRANGE=LIMITED", 35 + 24, 128, 1, 130],
  ["full range", "W8 H6 F10:1 C420jpeg XCOLORRANGE=FULL", 72, 128, 1, 128],
  ["10 bits", "W8 H6 F10:1 C444p10 XCOLORRANGE=LIMITED", 144, 512, 2, 130],
  ["grey", "W8 H6 F10:1 Cmono", 48, 128, 1, undefined],
])("pixel formats become RGB: %s", async (name, header, samples, value, bytes, want) => {
  const { source, seen } = await read(y4m(`${name}.y4m`, header, samples, value, bytes));
  expect(seen).toHaveLength(3);
  expect(source.frameRate).toBe(10);
  if (want === undefined) expect(seen[0]!.grey).toBeGreaterThanOrEqual(127);
  else expect(Math.abs(seen[0]!.grey - want)).toBeLessThanOrEqual(2);
});

/** Copies a video into Matroska with other times, in milliseconds. */
async function retime(from: string, to: string, times: number[]): Promise<void> {
  const lib = await library();
  const [input, output] = [new lib.FormatContext(), new lib.FormatContext()];
  await input.openInput(from);
  await input.findStreamInfo(null);
  output.allocOutputContext2(null, "matroska", to);
  const stream = output.newStream(null);
  input.streams[0]!.codecpar.copy(stream.codecpar);
  stream.codecpar.codecTag = 0;
  await output.openOutput();
  await output.writeHeader(null);
  const packet = new lib.Packet();
  packet.alloc();
  const ticks = (n: bigint) =>
    BigInt(
      times[Math.round((Number(n) * 25 * input.streams[0]!.timeBase.num) / input.streams[0]!.timeBase.den)] ??
        0,
    );
  while ((await input.readFrame(packet)) >= 0) {
    packet.pts = ticks(packet.pts);
    packet.dts = lib.AV_NOPTS_VALUE;
    packet.duration = 0n;
    await output.interleavedWriteFrame(packet);
  }
  await output.writeTrailer();
  await output.closeOutput();
  await input.closeInput();
}

test("variable frame rate: times come from the file, from zero", async () => {
  const times = Array.from({ length: 28 }, (_, i) => 500 + 40 * i + 3 * i * i);
  await retime(walk, file("uneven.mkv"), times);
  const { seen } = await read(file("uneven.mkv"));
  expect(seen.map(({ time }) => Math.round(time * 1000))).toEqual(times.map((t) => t - 500));
  const { seen: late } = await read(file("uneven.mkv"), { start: 20, step: 7 });
  expect(late).toEqual([seen[20], seen[27]]);
});

describe("bad input is named, with what to do", () => {
  test("files that are no video", async () => {
    const cases: [path: string, code: string][] = [
      [file("absent.mp4"), "FILE_MISSING"],
      [file("text.mp4"), "VIDEO_UNREADABLE"],
      [file("empty.mp4"), "VIDEO_UNREADABLE"],
      [file("sound.mp4"), "VIDEO_NO_PICTURES"],
    ];
    writeFileSync(file("text.mp4"), "This is not a video.\n".repeat(50));
    writeFileSync(file("empty.mp4"), "");
    const wave = Buffer.alloc(44 + 8000);
    wave.write("RIFF....WAVEfmt ", "latin1");
    [8036, 16, 1 | (1 << 16), 8000, 8000, 1 | (8 << 16)].forEach(
      (v, i) => void wave.writeUInt32LE(v, [4, 16, 20, 24, 28, 32][i]!),
    );
    wave.write("data", 36, "latin1");
    wave.writeUInt32LE(8000, 40);
    writeFileSync(file("sound.mp4"), wave);
    for (const [path, code] of cases)
      for (const open of [openFrames, probeVideo]) {
        const error = await errorOf(open(path));
        expect(error.code, path).toBe(code);
        expect(error.where).toBe(path);
        expect(error.remedy).not.toBe("");
      }
  });

  test("a file cut off gives what is there and says how much is missing", async () => {
    const writer = await writeVideo(file("noise.mp4"), { width: 64, height: 48, frameRate: 25 });
    for (let i = 0; i < 28; i++) {
      const image = picture(i, 64, 48);
      image.data.forEach((v, k) => void (image.data[k] = v ^ ((k * 2654435761 * (i + 1)) >>> 27)));
      await writer.write(image);
    }
    await writer.close();
    const bytes = readFileSync(file("noise.mp4"));
    writeFileSync(file("cut.mp4"), bytes.subarray(0, bytes.length * 0.7));
    const warnings: MareyError[] = [];
    const { seen } = await read(file("cut.mp4"), { onWarning: (warning) => warnings.push(warning) });
    expect(seen.length).toBeGreaterThan(5);
    expect(seen.length).toBeLessThan(28);
    expect(warnings.map(({ code }) => code)).toEqual(["VIDEO_DAMAGED"]);
    writeFileSync(file("head.mp4"), bytes.subarray(0, bytes.indexOf("mdat") + 4));
    expect(["VIDEO_EMPTY", "VIDEO_UNREADABLE"]).toContain((await errorOf(openFrames(file("head.mp4")))).code);
  });

  test("damaged bytes: frames or an error, frame numbers that rise, no crash", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 40 }),
        async (changes) => {
          const bytes = readFileSync(walk);
          for (const [at, value] of changes) bytes[32 + (at % (bytes.length - 32))] = value;
          const path = file("damaged.mp4");
          writeFileSync(path, bytes);
          try {
            const { seen } = await read(path, { onWarning: () => {} });
            expect(seen.length).toBeGreaterThan(0);
            seen.forEach(({ index }, i) => void expect(index).toBeGreaterThan(seen[i - 1]?.index ?? -1));
          } catch (error) {
            expect((error as MareyError).name, String(error)).toBe("MareyError");
          }
        },
      ),
      { numRuns: 40 },
    ));
});

const videos = join(import.meta.dirname, "../../../../../shared/data/pose2sim-single/videos");
test.skipIf(!existsSync(videos))("four real cameras at once, H.264 and VP9: 100 frames each", async () => {
  const names = ["cam01", "cam02", "cam03", "cam04"];
  const all = await Promise.all(
    names.map((name) => read(join(videos, `${name}.mp4`), { longerSide: 128, step: 3 })),
  );
  for (const { source, seen } of all) {
    expect(source).toMatchObject({ frameRate: 60, frameCount: 34, height: 1920, deliveredHeight: 128 });
    expect(seen.map(({ index }) => index)).toEqual(Array.from({ length: 34 }, (_, i) => 3 * i));
  }
});
