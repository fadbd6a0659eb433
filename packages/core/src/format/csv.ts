import { MareyError } from "../error.js";
import type { Motion, MotionPerson } from "../motion/motion.js";
import { JointState, jointStateNames } from "../motion/state.js";
import { skeletons } from "../skeleton/layouts.js";
import { type Skeleton, skeleton } from "../skeleton/skeleton.js";
import { readDecimal } from "./decimal.js";
import { layoutName } from "./layoutName.js";
import { readLines } from "./lines.js";

const HEADER = "frame,time,person,joint,x,y,z,state,sigma";

/**
 * Writes a motion as a tidy table, one row per frame, person and joint: seconds, metres in the motion's own world,
 * rounded to 0.00001; cells are empty where missing.
 *
 * @returns Pieces of text, to be written one after the other.
 */
export function* writeCsv(motion: Motion): Generator<string> {
  yield `${HEADER}\n`;
  const { joints } = motion.skeleton;
  const names = joints.map(quoted);
  for (let t = 0; t < motion.frameCount; t++) {
    const frame = motion.firstFrame + t;
    const start = `${frame},${Math.round((frame / motion.frameRate) * 1e6) / 1e6}`;
    for (const person of motion.people) {
      let rows = "";
      for (let j = 0; j < joints.length; j++) {
        const i = t * joints.length + j;
        const [x, y, z] = [0, 1, 2].map((k) => cell(person.positions[i * 3 + k]));
        const state = jointStateNames[x === "" ? JointState.missing : person.state[i]];
        rows += `${start},${person.id},${names[j]},${x},${y},${z},${state},${cell(person.sigma?.[i] ?? NaN)}\n`;
      }
      yield rows;
    }
  }
}

const cell = (value: number) => (Number.isFinite(value) ? String(Math.round(value * 1e5) / 1e5 + 0) : "");
const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export interface CsvOptions {
  /** Which axis of the file's world points up: the table doesn't say. Z when absent. */
  up?: "y" | "z";
  /** Hz; from the first two times when absent. */
  frameRate?: number;
}

interface CsvRow {
  frame: number;
  time: number;
  person: number;
  joint: string;
  values: number[];
  state: number;
}

/**
 * Reads the table that `writeCsv` writes; rows may come in any order.
 *
 * @throws MareyError `CSV_INVALID` naming the line.
 */
export function readCsv(bytes: Uint8Array, name = "csv", options: CsvOptions = {}): Motion {
  const lines = readLines(bytes, name);
  if (lines[0]?.trim() !== HEADER) throw invalid(`${name}, line 1`, `the columns are not ${HEADER}`);
  const rows: CsvRow[] = [];
  for (let l = 1; l < lines.length; l++)
    if (lines[l] !== "") rows.push(readRow(lines[l], `${name}, line ${l + 1}`));
  if (rows.length === 0) throw invalid(name, "it has no rows");
  const layout = layoutOf([...new Set(rows.map(({ joint }) => joint))], name);
  let firstFrame = Infinity;
  let lastFrame = -Infinity;
  for (const { frame } of rows) {
    firstFrame = Math.min(firstFrame, frame);
    lastFrame = Math.max(lastFrame, frame);
  }
  const frameCount = lastFrame - firstFrame + 1;
  const people = new Map<number, MotionPerson>();
  const ids = new Set(rows.map(({ person }) => person)).size;
  // Every row names its cell; cells without rows must stay few, or a small file could ask for any memory.
  if (frameCount * layout.joints.length * ids > 1e6 + 50 * rows.length)
    throw invalid(
      name,
      `${rows.length} rows span ${frameCount} frames, ${layout.joints.length} joints, ${ids} people`,
    );
  for (const row of rows) {
    const person = people.get(row.person) ?? emptyPerson(row.person, frameCount * layout.joints.length);
    people.set(row.person, person);
    place(person, row, (row.frame - firstFrame) * layout.joints.length + layout.joints.indexOf(row.joint));
  }
  const frameRate = options.frameRate ?? rateOf(rows, name);
  return {
    skeleton: layout,
    frameRate,
    up: options.up ?? "z",
    firstFrame,
    frameCount,
    people: [...people.values()],
  };
}

function emptyPerson(id: number, count: number): MotionPerson {
  return { id, positions: new Float32Array(count * 3).fill(NaN), state: new Uint8Array(count) };
}

function place(person: MotionPerson, { values, state }: CsvRow, i: number): void {
  const [x, y, z, sigma] = values;
  if (Number.isNaN(x + y + z)) return;
  person.positions.set([x, y, z], i * 3);
  person.state[i] = state;
  if (Number.isNaN(sigma)) return;
  person.sigma ??= new Float32Array(person.state.length).fill(NaN);
  person.sigma[i] = sigma;
}

function readRow(line: string, where: string): CsvRow {
  const cells = Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/g), ([, quote, plain]) =>
    quote === undefined ? plain.trim() : quote.replaceAll('""', '"'),
  );
  if (cells.length !== 9) throw invalid(where, `${cells.length} columns, expected 9`);
  const [frame, time, person, x, y, z, sigma] = [0, 1, 2, 4, 5, 6, 8].map((c) => {
    const value = readDecimal(cells[c]);
    if (value === undefined) throw invalid(where, `"${cells[c]}" is no number`);
    return value;
  });
  if (!Number.isSafeInteger(frame) || !Number.isSafeInteger(person) || Number.isNaN(time))
    throw invalid(where, "frame, time or person is missing or no whole number");
  const state = jointStateNames.indexOf(cells[7] as (typeof jointStateNames)[number]);
  if (state < 0) throw invalid(where, `"${cells[7]}" is no joint state (${jointStateNames.join(", ")})`);
  if (Number.isNaN(x + y + z) !== (state === JointState.missing))
    throw invalid(where, `a joint that is "${cells[7]}" ${state === 0 ? "has" : "lacks"} coordinates`);
  return { frame, time, person, joint: cells[3], values: [x, y, z, sigma], state };
}

function layoutOf(names: readonly string[], file: string): Skeleton {
  const known = skeletons.find(
    ({ joints }) => joints.length === names.length && names.every((joint) => joints.includes(joint)),
  );
  if (known) return known;
  return skeleton(
    layoutName(file),
    names.map((joint) => [joint, null, 0.107]),
  );
}

function rateOf(rows: readonly CsvRow[], name: string): number {
  const other = rows.find(({ frame }) => frame !== rows[0].frame);
  const rate = other ? (other.frame - rows[0].frame) / (other.time - rows[0].time) : 30;
  if (!(rate > 0 && rate < Infinity)) throw invalid(name, "the times don't grow with the frames");
  // Times are rounded to the microsecond.
  return Math.abs(rate - Math.round(rate)) < 0.02 ? Math.round(rate) : rate;
}

function invalid(where: string, what: string): MareyError {
  return new MareyError(
    "CSV_INVALID",
    where,
    what,
    "Write the table again with Marey, or correct this place",
  );
}
