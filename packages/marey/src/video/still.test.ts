import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MareyError } from "@marey/core";
import sharp, { type Sharp } from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ClipOptions, grey, writeClip } from "../../../../test/video/clip.js";
import { openFrames, readImage } from "./index.js";

const folder = mkdtempSync(join(tmpdir(), "marey-pictures-"));
const file = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

/** 48×32: red, green over blue, white. */
const [width, height] = [48, 32];
const colours = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 255],
] as const;
const quarters = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
  const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
  return colours[(y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1)]![i % 3]!;
});
const base = () => sharp(quarters, { raw: { width, height, channels: 3 } });

/** The colours of the corners, row by row: 0 red, 1 green, 2 blue, 3 white. */
async function corners(path: string) {
  for await (const { image } of await openFrames(path)) {
    const at = (x: number, y: number) => [...image.data.subarray((y * image.width + x) * 3).subarray(0, 3)];
    const [right, bottom] = [image.width - 3, image.height - 3];
    const seen = [at(2, 2), at(right, 2), at(2, bottom), at(right, bottom)];
    const distance = (pixel: number[], colour: readonly number[]) =>
      Math.hypot(...pixel.map((value, c) => value - colour[c]!));
    const nearest = seen.map((pixel) => {
      const distances = colours.map((colour) => distance(pixel, colour));
      return distances.indexOf(Math.min(...distances));
    });
    return { size: [image.width, image.height], nearest };
  }
  return expect.unreachable("no frame");
}

/** Where the stored corners go by EXIF's table of orientations: what stands in the first row and column. */
const orientations: [orientation: number, corners: number[]][] = [
  [1, [0, 1, 2, 3]],
  [2, [1, 0, 3, 2]],
  [3, [3, 2, 1, 0]],
  [4, [2, 3, 0, 1]],
  [5, [0, 2, 1, 3]],
  [6, [2, 0, 3, 1]],
  [7, [3, 1, 2, 0]],
  [8, [1, 3, 0, 2]],
];

describe.each(["jpeg", "png", "webp", "tiff"] as const)("%s", (format) => {
  test.each(orientations)("EXIF orientation %i is applied", async (orientation, wanted) => {
    const path = file(`o${orientation}.${format}`);
    writeFileSync(path, await base().withMetadata({ orientation }).toFormat(format).toBuffer());
    const { size, nearest } = await corners(path);
    expect(nearest).toEqual(wanted);
    expect(size).toEqual(orientation > 4 ? [height, width] : [width, height]);
    const source = await openFrames(path);
    expect([source.width, source.height]).toEqual(size);
    await source.close();
  });
});

const makers: [name: string, make: (picture: Sharp) => Sharp][] = [
  ["cmyk.jpg", (picture) => picture.toColourspace("cmyk").jpeg()],
  ["cmyk.tif", (picture) => picture.toColourspace("cmyk").tiff()],
  ["sixteen bits.png", (picture) => picture.toColourspace("rgb16").png()],
  ["sixteen bits.tif", (picture) => picture.toColourspace("rgb16").tiff()],
  ["alpha.png", (picture) => picture.ensureAlpha().png()],
  ["alpha.webp", (picture) => picture.ensureAlpha().webp({ lossless: true })],
  ["palette.png", (picture) => picture.png({ palette: true })],
  ["still.gif", (picture) => picture.gif()],
  ["still.avif", (picture) => picture.avif({ quality: 90 })],
  ["progressive.jpg", (picture) => picture.jpeg({ progressive: true })],
  ["lab.tif", (picture) => picture.toColourspace("lab").tiff()],
];
test.each(makers)("%s shows its colours", async (name, make) => {
  writeFileSync(file(name), await make(base()).toBuffer());
  expect(await corners(file(name))).toEqual({ size: [width, height], nearest: [0, 1, 2, 3] });
});

test.each([
  ["grey.png", 1, "b-w"],
  ["grey sixteen.png", 1, "grey16"],
] as const)("%s becomes RGB", async (name, channels, space) => {
  const grey = sharp(new Uint8Array(12).fill(77), { raw: { width: 4, height: 3, channels } });
  writeFileSync(file(name), await grey.toColourspace(space).png().toBuffer());
  const { data } = await readImage(file(name));
  expect([...data].every((value) => Math.abs(value - 77) <= 1)).toBe(true);
});

const byFfmpeg: [name: string, clip: ClipOptions][] = [
  ["a.bmp", { encoder: "bmp", pixelFormat: "bgr24" }],
  ["a.ppm", { encoder: "ppm", pixelFormat: "rgb24" }],
  ["a.pgm", { encoder: "pgm", pixelFormat: "gray" }],
  ["a.tga", { encoder: "targa", pixelFormat: "bgr24" }],
  ["a.jxl", { encoder: "libjxl", pixelFormat: "rgb24" }],
  ["a.jp2", { encoder: "jpeg2000", pixelFormat: "rgb24" }],
];
test.each(byFfmpeg)("%s is read, alone and in a list", async (name, clip) => {
  const path = await writeClip(file(name), { ...clip, frames: 1, format: "image2", muxer: { update: "1" } });
  for (const input of [path, "-"]) {
    const source = await openFrames(input, {
      list: (async function* () {
        yield path;
      })(),
    });
    expect(source).toMatchObject({ width: 64, height: 48 });
    for await (const { image } of source) expect(Math.abs(image.data[999]! - grey(0))).toBeLessThanOrEqual(2);
  }
});

describe("bad pictures", () => {
  const errorOf = (path: string): Promise<MareyError> =>
    openFrames(path).then(
      async (source) => {
        for await (const _ of source);
        return expect.unreachable("no error");
      },
      (error) => error,
    );

  test("one pixel is a picture", async () => {
    writeFileSync(
      file("one.png"),
      await sharp({ create: { width: 1, height: 1, channels: 3, background: "red" } })
        .png()
        .toBuffer(),
    );
    expect([...(await readImage(file("one.png"))).data]).toEqual([255, 0, 0]);
    expect([...(await readImage(file("one.png"), { longerSide: 1 })).data]).toEqual([255, 0, 0]);
  });

  test("a bomb is refused before it goes off", async () => {
    // 40000×40000 of one colour: 4.8 GB of pixels in a few megabytes. Only the head says so here.
    const small = await sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } })
      .png()
      .toBuffer();
    small.writeUInt32BE(40000, 16);
    small.writeUInt32BE(40000, 20);
    small.writeUInt32BE(crc32(small.subarray(12, 29)), 29);
    writeFileSync(file("bomb.png"), small);
    expect(await errorOf(file("bomb.png"))).toMatchObject({
      code: "IMAGE_TOO_LARGE",
      where: file("bomb.png"),
    });
  });

  test("a picture of 9000×9000 can be had small, in little memory", async () => {
    const huge = sharp({ create: { width: 9000, height: 9000, channels: 3, background: "#1e3c5a" } });
    writeFileSync(file("huge.png"), await huge.png({ compressionLevel: 1 }).toBuffer());
    const before = process.memoryUsage().rss;
    const image = await readImage(file("huge.png"), { longerSide: 320 });
    expect([image.width, image.height, ...image.data.subarray(0, 3)]).toEqual([320, 320, 30, 60, 90]);
    expect(process.memoryUsage().rss - before).toBeLessThan(120e6); // whole it is 243 MB
  });

  test("HEIC says what to do", async () => {
    writeFileSync(file("phone.heic"), Buffer.from("\0\0\0\x18ftypheic\0\0\0\0heicmif1", "latin1"));
    const error = await errorOf(file("phone.heic"));
    expect([error.code, error.remedy]).toEqual(["IMAGE_UNREADABLE", expect.stringContaining("JPEG")]);
  });

  test.each(["jpeg", "png", "webp", "tiff", "gif", "avif"] as const)(
    "%s cut off or damaged: a picture or an error that names it",
    async (format) => {
      const noise = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 2654435761) >>> 13);
      const picture = sharp(noise, { raw: { width: 64, height: 64, channels: 3 } }).toFormat(format);
      const whole = await picture.toBuffer();
      const path = file(`bad.${format}`);
      let errors = 0;
      for (let i = 0; i < 60; i++) {
        const bytes = Buffer.from(whole);
        for (let k = 0; k < 6; k++)
          bytes[(i * 7919 + k * 104729 * (i + 1)) % bytes.length] = (i * 37 + k * 11) & 255;
        writeFileSync(path, i < 20 ? whole.subarray(0, (whole.length * i) / 20) : bytes);
        try {
          for await (const { image } of await openFrames(path))
            expect(image.data).toHaveLength(image.width * image.height * 3);
        } catch (error) {
          errors++;
          expect((error as MareyError).name, String(error)).toBe("MareyError");
          expect((error as MareyError).where).toBe(path);
        }
      }
      expect(errors).toBeGreaterThan(8);
    },
  );
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

test("the picture's own bytes are only read", async () => {
  const bytes = readFileSync(file("cmyk.jpg"));
  await readImage(file("cmyk.jpg"));
  expect(readFileSync(file("cmyk.jpg"))).toEqual(bytes);
});

beforeAll(() => sharp.cache(false)); // what it keeps would count as memory
