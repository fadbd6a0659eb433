import { existsSync } from "node:fs";
import { basename, join, relative, resolve, sep } from "node:path";
import { type Colour, drawDisc, drawLabel, drawLine, type Image } from "@marey/core/image";
import sharp from "sharp";
import { readImage } from "../video/index.js";
import type { Compared } from "./compared.js";
import type { PictureErrors } from "./evaluate.js";
import { FAINT, type ShownPicture } from "./page.js";
import { lineWidth, type ShownPerson, shownPeople } from "./shownPeople.js";

/** Longer side of a picture on the page, pixels. */
const SIDE = 800;

/** Pictures in a row of the contact sheet, and the size of their cells. */
const [COLUMNS, CELL_WIDTH, CELL_HEIGHT] = [3, 540, 440];

/**
 * The path of a data set's picture below a folder: as the data set writes it, or its name alone; undefined if neither is
 * there. Data sets come from others: nothing outside the folder is shown.
 */
function pictureIn(folder: string | undefined, file: string): string | undefined {
  if (folder === undefined || file === "") return undefined;
  const isBelow = (path: string) => relative(resolve(folder), resolve(path)).split(sep)[0] !== "..";
  return [join(folder, file), join(folder, basename(file))].find((path) => isBelow(path) && existsSync(path));
}

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
  const peopleOf = shownPeople(compared);
  for (const errors of worst) {
    const path = pictureIn(folder, errors.file);
    const people = peopleOf(errors.image);
    const listed = compared.truth.images[errors.image];
    const image = path === undefined ? undefined : await readImage(path);
    const reach = (axis: 0 | 1) =>
      Math.max(64, ...people.flatMap(({ points }) => points.map((point) => point[axis])));
    const width = image?.width ?? (listed?.width || Math.ceil(1.05 * reach(0)));
    const height = image?.height ?? (listed?.height || Math.ceil(1.05 * reach(1)));
    shown.push({
      ...errors,
      width,
      height,
      people,
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
const dark: Colour = [17, 17, 17];
const colours: Record<ShownPerson["side"], Colour> = { labelled: [86, 180, 233], detected: [230, 159, 0] };

/**
 * The bad pictures side by side as one picture: labelled people blue, detected ones orange; strongly where somebody was missed
 * or found wrongly.
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
  const peopleOf = shownPeople(compared);
  for (const [i, { file, image, missed, wrong }] of worst.entries()) {
    const [left, top] = [(i % COLUMNS) * CELL_WIDTH, Math.floor(i / COLUMNS) * CELL_HEIGHT];
    const path = pictureIn(folder, file);
    const listed = compared.truth.images[image];
    const whole = path === undefined ? undefined : await readImage(path);
    const size = whole ?? { width: listed?.width || 640, height: listed?.height || 480 };
    const scale = Math.min((CELL_WIDTH - 8) / size.width, (CELL_HEIGHT - 8) / size.height);
    const x = left + (CELL_WIDTH - scale * size.width) / 2;
    const y = top + (CELL_HEIGHT - scale * size.height) / 2;
    if (whole) await paste(sheet, whole, scale, Math.round(x), Math.round(y));
    const place = { x, y, scale, side: Math.max(size.width, size.height) };
    for (const person of peopleOf(image)) drawPerson(sheet, person, place);
    const text = `${basename(file)}: ${missed} missed, ${wrong} wrong`;
    drawLabel(sheet, text, [left + CELL_WIDTH / 2, top + CELL_HEIGHT - 6], 11, { colour: white });
  }
  return sheet;
}

/** Where a picture lies on the sheet, and how it is scaled; `side` is its longer side before that. */
interface Place {
  x: number;
  y: number;
  scale: number;
  side: number;
}

function drawPerson(sheet: Image, person: ShownPerson, { x, y, scale, side }: Place): void {
  const { wrong, limbs, points } = person;
  const width = Math.max(1, scale * lineWidth(person, side));
  const colour = colours[person.side];
  const at = (u: number, v: number) => [x + scale * u, y + scale * v] as const;
  const draw = (lineWidth: number, colour: Colour, opacity: number) => {
    for (const [a, b, c, d] of limbs) drawLine(sheet, at(a, b), at(c, d), lineWidth, { colour, opacity });
    if (wrong) for (const [u, v] of points) drawDisc(sheet, at(u, v), 0.9 * lineWidth, { colour, opacity });
  };
  if (wrong) draw(width + 1.5, dark, 0.8);
  draw(width, colour, wrong ? 1 : FAINT);
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
