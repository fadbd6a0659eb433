import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drawBox, type Image, planesToImage } from "@marey/core/image";
import { afterAll, expect, test } from "vitest";
import { openFrames, type SourceOptions, writeVideo } from "./index.js";

const folder = mkdtempSync(join(tmpdir(), "marey-canvas-"));
const file = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

/** Soft colours with a red block in the top left corner, on even pixels. */
function picture(i: number, width: number, height: number): Image {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, k = 0; y < height; y++)
    for (let x = 0; x < width; x++, k += 3)
      data.set(x < 20 && y < 12 ? [220, 30, 40] : [60 + x, 90 + 2 * y, 120 + 8 * i], k);
  return { width, height, channels: 3, data };
}

async function clip(name: string, width = 64, height = 48): Promise<string> {
  const writer = await writeVideo(file(name), { width, height, frameRate: 25 });
  for (let i = 0; i < 6; i++) await writer.write(picture(i, width, height));
  await writer.close();
  return file(name);
}

/** The pictures of a source with those to draw on, as RGB. */
async function pictures(path: string, options: SourceOptions) {
  const all: { image: Image; canvas?: Image }[] = [];
  for await (const { image, canvas } of await openFrames(path, options))
    all.push({
      image: { ...image, data: image.data.slice() },
      ...(canvas && { canvas: planesToImage(canvas) }),
    });
  return all;
}

/** How far two pictures of one size lie apart, grey levels: on average, and where it is farthest. */
function apart(a: Image | undefined, b: Image | undefined) {
  expect([a?.width, a?.height]).toEqual([b?.width, b?.height]);
  let [sum, most] = [0, 0];
  for (const [i, value] of (a as Image).data.entries()) {
    const far = Math.abs(value - (b as Image).data[i]!);
    sum += far;
    most = Math.max(most, far);
  }
  return { mean: sum / (a as Image).data.length, most };
}

test("pictures to draw on come beside small ones, each as if asked for alone", async () => {
  const path = await clip("plain.mp4");
  const [small, full] = [await pictures(path, { longerSide: 20 }), await pictures(path, {})];
  const both = await pictures(path, { longerSide: 20, canvasSide: Infinity });
  expect(both.map(({ image }) => image)).toEqual(small.map(({ image }) => image));
  expect(both).toHaveLength(6);
  for (const [i, { canvas }] of both.entries()) expect(apart(canvas, full[i]!.image).mean).toBeLessThan(1.5);
  expect(await pictures(path, { canvasSide: 64 })).toEqual(full);
});

test("smaller ones are scaled", async () => {
  const path = await clip("scaled.mp4");
  const want = await pictures(path, { longerSide: 32 });
  const both = await pictures(path, { longerSide: 20, canvasSide: 32 });
  for (const [i, { canvas }] of both.entries()) expect(apart(canvas, want[i]!.image).mean).toBeLessThan(2.5);
});

test.each([
  ["a quarter to the right", [0, 1, -1, 0]],
  ["half", [-1, 0, 0, -1]],
  ["mirrored", [-1, 0, 0, 1]],
])("they are turned as the file says: %s", async (_, [a, b, c, d]) => {
  const bytes = readFileSync(await clip("turned.mp4"));
  const matrix = bytes.indexOf("tkhd") + 4 + 40;
  [a, b, 0, c, d, 0].forEach((value, i) => void bytes.writeInt32BE(value! * 65536, matrix + 4 * i));
  writeFileSync(file("turned.mp4"), bytes);
  const full = await pictures(file("turned.mp4"), {});
  const both = await pictures(file("turned.mp4"), { longerSide: 20, canvasSide: Infinity });
  for (const [i, { canvas }] of both.entries()) expect(apart(canvas, full[i]!.image).mean).toBeLessThan(1.5);
});

/** An uncompressed video (YUV4MPEG2) of one grey, with `bytes` a sample. */
function y4m(name: string, header: string, samples: number, value: number, bytes: number): string {
  const plane = Buffer.alloc(samples * bytes);
  for (let i = 0; i < samples; i++)
    bytes === 2 ? plane.writeUInt16LE(value, 2 * i) : plane.writeUInt8(value, i);
  const frame = Buffer.concat([Buffer.from("FRAME\n"), plane]);
  writeFileSync(file(name), Buffer.concat([Buffer.from(`YUV4MPEG2 ${header}\n`), frame, frame]));
  return file(name);
}

test.each([
  ["8 bits, odd size", "W37 H25 F10:1 C420jpeg XCOLORRANGE=LIMITED", 37 * 25 + 2 * 19 * 13, 90, 1],
  ["full range", "W40 H26 F10:1 C420jpeg XCOLORRANGE=FULL", 40 * 39, 90, 1],
  ["10 bits", "W40 H26 F10:1 C420p10 XCOLORRANGE=LIMITED", 40 * 39, 360, 2],
  ["10 bits 4:4:4", "W40 H26 F10:1 C444p10 XCOLORRANGE=LIMITED", 40 * 26 * 3, 360, 2],
  ["grey", "W40 H26 F10:1 Cmono", 40 * 26, 90, 1],
])(
  "any pixel format gives the colours that the eyes see: %s",
  async (name, header, samples, value, bytes) => {
    const path = y4m(`${name}.y4m`, header, samples, value, bytes);
    const full = await pictures(path, {});
    const both = await pictures(path, { longerSide: 20, canvasSide: Infinity });
    expect(both).toHaveLength(2);
    for (const [i, { canvas }] of both.entries()) expect(apart(canvas, full[i]!.image).most).toBeLessThan(4);
  },
);

test.each([
  ["even", 64, 48],
  ["odd", 61, 35],
])(
  "planes written as a video read back with what was drawn on them, sides %s",
  async (name, width, height) => {
    const header = `W${width} H${height} F10:1 C420jpeg XCOLORRANGE=LIMITED`;
    const chroma = 2 * ((width + 1) >> 1) * ((height + 1) >> 1);
    const from = y4m(`${name}.y4m`, header, width * height + chroma, 128, 1);
    const path = file(`${name}.mp4`);
    const shape = { width, height, frameRate: 10, matrix: "bt601" } as const;
    const writer = await writeVideo(path, shape);
    const drawn: Image[] = [];
    for await (const { canvas } of await openFrames(from, { longerSide: 20, canvasSide: Infinity })) {
      drawBox(canvas!, [20, 12, 51, 31], { colour: [230, 60, 20] });
      drawn.push(planesToImage(canvas!));
      await writer.write(canvas!);
    }
    await expect(writer.write(picture(0, width, height))).rejects.toThrow("with planes of bt601");
    const again = await writeVideo(path, shape);
    for await (const { canvas } of await openFrames(from, { longerSide: 20, canvasSide: Infinity })) {
      drawBox(canvas!, [20, 12, 51, 31], { colour: [230, 60, 20] });
      await again.write(canvas!);
    }
    await again.close();
    let i = 0;
    for await (const { image } of await openFrames(path)) {
      expect([image.width, image.height]).toEqual([width + (width & 1), height + (height & 1)]);
      const at = (picture: Image, x: number, y: number) => [
        ...picture.data.subarray(3 * (y * picture.width + x), 3 * (y * picture.width + x) + 3),
      ];
      for (const [x, y] of [
        [2, 2],
        [30, 20],
        [width - 1, height - 1],
      ] as const)
        for (const [c, value] of at(image, x, y).entries())
          expect(Math.abs(value - at(drawn[i]!, x, y)[c]!)).toBeLessThan(8);
      i++;
    }
    expect(i).toBe(2);
  },
);
