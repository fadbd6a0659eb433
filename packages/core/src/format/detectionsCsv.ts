import type { Detection } from "../motion/keypoints.js";
import type { Skeleton } from "../skeleton/skeleton.js";

/** First line of the table. @param named With a column of the pictures' names. */
export const detectionsCsvHead = (named: boolean) =>
  `frame,time,person,joint,x,y,confidence${named ? ",picture" : ""}\n`;

/**
 * Writes people found in pictures as a tidy table, one row per frame, person and joint: seconds, pixels rounded to 0.01;
 * cells are empty where a joint is missing. A person is named by the id, or by its place in the frame where nobody was
 * followed. A frame without people has no rows.
 *
 * @returns From a frame's number, its time in seconds, its people and, for the column of that name, its picture to their rows.
 */
export function detectionsCsv({
  joints: names,
}: Skeleton): (frame: number, time: number, people: readonly Detection[], picture?: string) => string {
  const cells = names.map(quoted);
  return (frame, time, people, picture) => {
    let text = "";
    const end = picture === undefined ? "\n" : `,${quoted(picture)}\n`;
    for (const [i, { id = i, joints }] of people.entries()) {
      const start = `${frame},${rounded(time, 1e6)},${id}`;
      for (let j = 0; j < cells.length; j++)
        text += `${start},${cells[j]},${rounded(joints[3 * j], 100)},${rounded(joints[3 * j + 1], 100)},${rounded(joints[3 * j + 2], 1e4)}${end}`;
    }
    return text;
  };
}

const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const rounded = (value: number, per: number) =>
  Number.isFinite(value) ? String(Math.round(value * per) / per + 0) : "";
