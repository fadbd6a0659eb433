import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MareyError } from "@marey/core";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";
import { openFrames, readImage, writeImage } from "./index.js";

const folder = mkdtempSync(join(tmpdir(), "marey-picture-"));
const file = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const errorOf = (promise: Promise<unknown>): Promise<MareyError> =>
  promise.then(
    () => expect.unreachable("no error"),
    (error) => error,
  );

/** 4×2, red at the left and blue at the right. */
const flag = {
  width: 4,
  height: 2,
  channels: 3,
  data: Uint8Array.from({ length: 24 }, (_, i) => ((i / 3) % 4 < 2 ? [255, 0, 0] : [0, 0, 255])[i % 3]!),
};
const raw = { width: 4, height: 2, channels: 3 as const };

test("PNG keeps every pixel; JPEG and WebP nearly", async () => {
  await writeImage(file("a.png"), flag);
  expect(await readImage(file("a.png"))).toEqual(flag);
  const calm = { width: 16, height: 16, channels: 3, data: new Uint8Array(768).fill(90) };
  for (const name of ["a.jpg", "a.webp"]) {
    await writeImage(file(name), calm);
    const { data } = await readImage(file(name));
    expect(Math.max(...data.map((v) => Math.abs(v - 90)))).toBeLessThanOrEqual(2);
  }
});

test("a picture is read anew when its file has changed", async () => {
  await writeImage(file("same.png"), flag);
  await readImage(file("same.png"));
  const other = { ...flag, data: flag.data.map((v) => 255 - v) };
  await writeImage(file("same.png"), other);
  expect(await readImage(file("same.png"))).toEqual(other);
});

test("EXIF rotation is applied", async () => {
  // Orientation 6: the file's left is shown on top.
  writeFileSync(
    file("turned.png"),
    await sharp(flag.data, { raw }).withMetadata({ orientation: 6 }).png().toBuffer(),
  );
  const image = await readImage(file("turned.png"));
  expect([image.width, image.height]).toEqual([2, 4]);
  expect([...image.data.subarray(0, 3)]).toEqual([255, 0, 0]);
  expect([...image.data.subarray(-3)]).toEqual([0, 0, 255]);
  const source = await openFrames(file("turned.png"), { longerSide: 2 });
  expect(source).toMatchObject({ width: 2, height: 4, deliveredWidth: 1, deliveredHeight: 2, frameCount: 1 });
  for await (const { image: frame } of source) expect([frame.width, frame.height]).toEqual([1, 2]);
});

test("grey, transparent and 16-bit pictures become 8-bit RGB", async () => {
  const grey = sharp(new Uint8Array([0, 128, 255, 7]), { raw: { width: 2, height: 2, channels: 1 } });
  writeFileSync(file("grey.png"), await grey.toColourspace("b-w").png().toBuffer());
  expect([...(await readImage(file("grey.png"))).data.subarray(0, 6)]).toEqual([0, 0, 0, 128, 128, 128]);
  const clear = sharp(new Uint8Array([10, 20, 30, 255, 10, 20, 30, 0]), {
    raw: { width: 2, height: 1, channels: 4 },
  });
  writeFileSync(file("clear.png"), await clear.png().toBuffer());
  expect([...(await readImage(file("clear.png"))).data]).toEqual([10, 20, 30, 255, 255, 255]);
  const deep = sharp(new Uint16Array([0, 32896, 65535]), { raw: { width: 1, height: 1, channels: 3 } });
  writeFileSync(file("deep.png"), await deep.toColourspace("rgb16").png().toBuffer());
  expect([...(await readImage(file("deep.png"))).data]).toEqual([0, 128, 255]);
});

test("a folder of pictures comes in the order of its numbers", async () => {
  mkdirSync(file("shots"));
  // What `detect` drew earlier is no picture to look at.
  for (const [i, name] of ["2.png", "10.png", "1.png", "2.overlay.png"].entries())
    await writeImage(join(folder, "shots", name), { ...flag, data: flag.data.map(() => i) });
  writeFileSync(join(folder, "shots", "notes.txt"), "not a picture");
  const source = await openFrames(file("shots"), { frameRate: 50 });
  expect(source).toMatchObject({ width: 4, height: 2, frameRate: 50, frameCount: 3 });
  const seen: number[][] = [];
  for await (const { index, time, image } of source) seen.push([index, time, image.data[0]!]);
  expect(seen).toEqual([
    [0, 0, 2],
    [1, 0.02, 0],
    [2, 0.04, 1],
  ]);
  const part: number[] = [];
  for await (const { index } of await openFrames(file("shots"), { start: 1, step: 2 })) part.push(index);
  expect(part).toEqual([1]);
  expect((await errorOf(openFrames(file("shots"), { start: 3 }))).code).toBe("FRAME_RANGE");
});

test("what can't be read or written says so", async () => {
  mkdirSync(file("bare"));
  writeFileSync(file("text.png"), "no picture");
  expect((await errorOf(openFrames(file("bare")))).code).toBe("FOLDER_NO_PICTURES");
  expect((await errorOf(openFrames(file("text.png")))).code).toBe("IMAGE_UNREADABLE");
  expect((await errorOf(readImage(file("none.png")))).code).toBe("FILE_MISSING");
  expect((await errorOf(writeImage(file("x.bmp"), flag))).code).toBe("IMAGE_FORMAT");
  const error = await errorOf(writeImage(join(folder, "none", "x.png"), flag));
  expect([error.code, error.what]).toEqual(["FILE_WRITE", "its folder doesn't exist"]);
  expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
});
