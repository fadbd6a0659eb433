/**
 * Moments of a video side by side, everybody in the colour of who they are: people in Marey JSON as `marey detect` writes it.
 *
 * npx tsx --conditions=marey-source docs/pictures/identity.ts OUT.png VIDEO FILE.json LEFT,TOP,WIDTH,HEIGHT FRAME FRAME …
 */
import { readFileSync } from "node:fs";
import { readMareyJson } from "@marey/core/format";
import type { Image } from "@marey/core/image";
import type { Detection } from "@marey/core/motion";
import sharp from "sharp";
import { openFrames } from "../../packages/marey/src/video/index.js";

const [out, video, file, cut, ...moments] = process.argv.slice(2);
if (!out || !video || !file || !cut)
  throw new Error("usage: identity.ts OUT.png VIDEO FILE.json LEFT,TOP,WIDTH,HEIGHT FRAME …");
const read = readMareyJson(new Uint8Array(readFileSync(file)), file);
if (read.kind !== "detections") throw new Error(`${file} holds no people found in frames`);
const { skeleton, frames, firstFrame } = read.detections;
const [left, top, width, height] = cut.split(",").map(Number) as [number, number, number, number];
const gap = 4;
const column = Math.floor(1200 / moments.length) - gap;
const scale = column / width;
const row = Math.round(height * scale);
const colours = ["#ff9d4d", "#4dd2ff", "#9dff70", "#ff7ad9", "#fff06b", "#b79cff"];

/** Bones as lines and the id on the torso, in pixels of the strip's part. */
function figure({ id, joints }: Detection): string {
  const colour = id === undefined ? "#ffffff" : colours[id % colours.length];
  const at = (j: number) =>
    [0, 1].map((axis) => scale * (joints[3 * j + axis]! - [left, top][axis]!)) as [number, number];
  const isSeen = (j: number) => joints[3 * j + 2]! > 0.2;
  const bones = skeleton.edges
    .filter(([a, b]) => isSeen(a) && isSeen(b))
    .map(([a, b]) => `M${at(a)}L${at(b)}`)
    .join("");
  // The middle of the torso: heads of people who pass each other meet more often.
  const torso = skeleton.joints.flatMap((name, j) => (/shoulder|hip/.test(name) && isSeen(j) ? [at(j)] : []));
  const middle = (axis: 0 | 1) => torso.reduce((sum, point) => sum + point[axis], 0) / torso.length;
  const [x, y] = [middle(0), middle(1)];
  return (
    `<path d="${bones}" fill="none" stroke="${colour}" stroke-width="2.5" stroke-linecap="round"/>` +
    `<circle cx="${x}" cy="${y}" r="9" fill="${colour}"/>` +
    `<text x="${x}" y="${y + 5}" text-anchor="middle" font-weight="bold">${id ?? "–"}</text>`
  );
}

async function moment(image: Image, index: number): Promise<Buffer> {
  const { channels } = image;
  const people = frames[index - firstFrame]!.map(figure).join("");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${column}" height="${row}" font-family="sans-serif" font-size="14">${people}<text x="6" y="${row - 8}" fill="#fff" font-size="12">frame ${index}</text></svg>`;
  const part = await sharp(Buffer.from(image.data), {
    raw: { width: image.width, height: image.height, channels },
  })
    .extract({ left, top, width, height })
    .resize(column, row)
    .modulate({ brightness: 0.7, saturation: 0.6 })
    .png()
    .toBuffer();
  return sharp(part)
    .composite([{ input: Buffer.from(svg) }])
    .removeAlpha()
    .toBuffer();
}

const parts: Buffer[] = [];
for await (const { index, image } of await openFrames(video, {}))
  if (moments.includes(`${index}`)) parts.push(await moment(image, index));
const strip = { width: parts.length * (column + gap) - gap, height: row, channels: 3 as const };
await sharp({ create: { ...strip, background: "#14161a" } })
  .composite(parts.map((input, i) => ({ input, left: i * (column + gap), top: 0 })))
  .png({ palette: true, colours: 48, dither: 0.4, compressionLevel: 9 })
  .toFile(out);
