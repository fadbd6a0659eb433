import { existsSync } from "node:fs";
import { basename, join, relative, resolve, sep } from "node:path";
import { type Colour, drawLabel, drawLine, type Image } from "@marey/core/image";
import sharp from "sharp";
import { readImage } from "../video/index.js";
import type { Compared } from "./compared.js";
import type { PictureErrors } from "./evaluate.js";
import type { ShownPicture } from "./page.js";

/** Longer side of a picture on the page, pixels. */
const SIDE = 640;

/** Pictures in a row of the contact sheet, and the size of their cells. */
const [COLUMNS, CELL_WIDTH, CELL_HEIGHT] = [4, 400, 320];

/**
 * The path of a data set's picture below a folder: as the data set writes it, or its name alone; undefined if neither is
 * there. Data sets come from others: nothing outside the folder is shown.
 */
function pictureIn(folder: string | undefined, file: string): string | undefined {
  if (folder === undefined || file === "") return undefined;
  const isBelow = (path: string) => relative(resolve(folder), resolve(path)).split(sep)[0] !== "..";
  return [join(folder, file), join(folder, basename(file))].find((path) => isBelow(path) && existsSync(path));
}

/** Each person's limbs of whom a picture shows as lines between pixels: x1, y1, x2, y2. */
interface Lines {
  truth: number[][];
  detected: number[][];
}

/** Detections below this score are many and weak: they aren't drawn. */
const LEAST_SCORE = 0.1;

function linesOf({ truth, labelled, found, known }: Compared, image: number): Lines {
  const { edges } = truth.skeleton;
  const limbs = (joints: Float64Array) =>
    edges.flatMap(([a, b]) => {
      const line = [joints[3 * a], joints[3 * a + 1], joints[3 * b], joints[3 * b + 1]].map(
        (v) => v ?? Number.NaN,
      );
      return line.every(Number.isFinite) ? [line] : [];
    });
  return {
    truth: labelled.filter((person) => person.image === image).flatMap(({ joints }) => limbs(joints)),
    detected: found.flatMap((person, d) =>
      person.image === image && person.score >= LEAST_SCORE ? limbs(known[d] as Float64Array) : [],
    ),
  };
}

/** Lines of faces and hands lie close together. */
const finenessOf = ({ truth }: Compared) => (truth.skeleton.joints.length > 40 ? 0.5 : 1);

const pathOf = (lines: readonly number[][]) =>
  lines
    .map(([a, b, c, d]) => `M${a?.toFixed(1)},${b?.toFixed(1)}L${c?.toFixed(1)},${d?.toFixed(1)}`)
    .join("");

/**
 * Bad pictures for the page, each with what is labelled and what was found in it.
 *
 * @param folder Where the pictures lie; without it, or where one isn't there, only the lines are shown.
 * @throws MareyError as `readImage`.
 */
export async function shownPictures(
  worst: readonly PictureErrors[],
  compared: Compared,
  folder: string | undefined,
): Promise<ShownPicture[]> {
  const shown: ShownPicture[] = [];
  for (const errors of worst) {
    const path = pictureIn(folder, errors.file);
    const lines = linesOf(compared, errors.image);
    const listed = compared.truth.images[errors.image];
    const image = path === undefined ? undefined : await readImage(path);
    const reach = (axis: number) =>
      Math.max(64, ...[...lines.truth, ...lines.detected].flat().filter((_, i) => i % 2 === axis));
    const width = image?.width ?? (listed?.width || Math.ceil(1.05 * reach(0)));
    const height = image?.height ?? (listed?.height || Math.ceil(1.05 * reach(1)));
    shown.push({
      ...errors,
      width,
      height,
      truth: pathOf(lines.truth),
      detected: pathOf(lines.detected),
      fineness: finenessOf(compared),
      ...(image && { address: await addressOf(image) }),
    });
  }
  return shown;
}

async function addressOf({ width, height, channels, data }: Image): Promise<string> {
  const bytes = await sharp(data, { raw: { width, height, channels: channels as 3 } })
    .resize({ width: SIDE, height: SIDE, fit: "inside", withoutEnlargement: true })
    .jpeg({ quality: 80 })
    .toBuffer();
  return `data:image/jpeg;base64,${bytes.toString("base64")}`;
}

const white: Colour = [255, 255, 255];
const orange: Colour = [230, 159, 0];
const dark: Colour = [17, 17, 17];

/**
 * The bad pictures side by side as one picture, labelled people white, detected ones orange.
 *
 * @throws MareyError as `readImage`.
 */
export async function contactSheet(
  worst: readonly PictureErrors[],
  compared: Compared,
  folder: string | undefined,
): Promise<Image> {
  const rows = Math.max(1, Math.ceil(worst.length / COLUMNS));
  const columns = Math.max(1, Math.min(COLUMNS, worst.length));
  const [width, height] = [columns * CELL_WIDTH, rows * CELL_HEIGHT];
  const sheet: Image = { width, height, channels: 3, data: new Uint8Array(width * height * 3).fill(24) };
  for (const [i, { file, image, similarity }] of worst.entries()) {
    const [left, top] = [(i % COLUMNS) * CELL_WIDTH, Math.floor(i / COLUMNS) * CELL_HEIGHT];
    const path = pictureIn(folder, file);
    const listed = compared.truth.images[image];
    const whole = path === undefined ? undefined : await readImage(path);
    const size = whole ?? { width: listed?.width || 640, height: listed?.height || 480 };
    const scale = Math.min((CELL_WIDTH - 8) / size.width, (CELL_HEIGHT - 8) / size.height);
    const x = left + (CELL_WIDTH - scale * size.width) / 2;
    const y = top + (CELL_HEIGHT - scale * size.height) / 2;
    if (whole) await paste(sheet, whole, scale, Math.round(x), Math.round(y));
    const lines = linesOf(compared, image);
    const draw = (limbs: readonly number[][], colour: Colour, lineWidth: number) => {
      for (const [a = 0, b = 0, c = 0, d = 0] of limbs)
        drawLine(sheet, [x + scale * a, y + scale * b], [x + scale * c, y + scale * d], lineWidth, {
          colour,
        });
    };
    const fineness = finenessOf(compared);
    draw(lines.truth, dark, 4.4 * fineness);
    draw(lines.truth, white, 3 * fineness);
    draw(lines.detected, dark, 3.2 * fineness);
    draw(lines.detected, orange, 2 * fineness);
    const text = `${basename(file)}${Number.isFinite(similarity) ? ` ${similarity.toFixed(2)}` : ""}`;
    drawLabel(sheet, text, [left + CELL_WIDTH / 2, top + CELL_HEIGHT - 6], 11, { colour: white });
  }
  return sheet;
}

/** A picture, scaled, into a cell of the sheet. */
async function paste(
  sheet: Image,
  { width, height, channels, data }: Image,
  scale: number,
  x: number,
  y: number,
) {
  const [w, h] = [Math.max(1, Math.floor(scale * width)), Math.max(1, Math.floor(scale * height))];
  const small = await sharp(data, { raw: { width, height, channels: channels as 3 } })
    .resize(w, h, { fit: "fill" })
    .raw()
    .toBuffer();
  for (let row = 0; row < h; row++) {
    const from = small.subarray(row * w * 3, (row + 1) * w * 3);
    sheet.data.set(from, ((y + row) * sheet.width + x) * 3);
  }
}
