import { closeSync, openSync, readSync } from "node:fs";
import { type NpyData, npyParts, zipPieces } from "@marey/core/format";
import type { SeenFrame } from "../detect/watch.js";
import type { FileSet, OpenFile } from "../files/index.js";
import type { FrameWriter, Take } from "./writer.js";

/** An array of the file while it grows: rows of numbers in a file of their own, since its length is known last. */
interface Column {
  file: OpenFile;
  /** Its name in the set of files. */
  path: string;
  /** An empty array of the type. */
  empty: NpyData;
  /** Shape of a row. */
  row: readonly number[];
  rows: number;
}

/**
 * Writes arrays for NumPy: `frames` and `times` of each frame, and of each person in order of frames `frame` (its
 * number), `id` (−1 where nobody was followed), `score`, `box` and `joints` (x, y in pixels, confidence; NaN, NaN, 0 where
 * missing); `joint_names` and `size` say the rest.
 */
export async function npzWriter(files: FileSet, path: string, take: Take): Promise<FrameWriter> {
  const joints = take.skeleton.joints.length;
  const columns = {
    frames: await openColumn(files, path, "frames", new Int32Array(), []),
    times: await openColumn(files, path, "times", new Float64Array(), []),
    frame: await openColumn(files, path, "frame", new Int32Array(), []),
    id: await openColumn(files, path, "id", new Int32Array(), []),
    score: await openColumn(files, path, "score", new Float32Array(), []),
    box: await openColumn(files, path, "box", new Float32Array(), [4]),
    joints: await openColumn(files, path, "joints", new Float32Array(), [joints, 3]),
  };
  const all = Object.entries(columns);
  let open = true;
  const shut = async () => {
    if (!open) return;
    open = false;
    for (const [, { file }] of all) await file.close();
  };
  return {
    async write({ index, time, people }: SeenFrame) {
      const T = people.length;
      await add(columns.frames, Int32Array.of(index), 1);
      await add(columns.times, Float64Array.of(time), 1);
      await add(columns.frame, new Int32Array(T).fill(index), T);
      await add(
        columns.id,
        Int32Array.from(people, ({ id = -1 }) => id),
        T,
      );
      await add(
        columns.score,
        Float32Array.from(people, ({ score }) => score),
        T,
      );
      await add(columns.box, Float32Array.from(people.flatMap(({ box }) => box ?? [NaN, NaN, NaN, NaN])), T);
      for (const person of people) await add(columns.joints, person.joints, 1);
    },
    async close() {
      await shut();
      const known = {
        joint_names: take.skeleton.joints,
        size: { shape: [2], data: Int32Array.of(take.width, take.height) },
        frame_rate: { shape: [1], data: Float64Array.of(take.frameRate) },
      };
      await files.write(
        path,
        zipPieces([
          ...all.map(([name, column]) => ({ name: `${name}.npy`, parts: stored(column) })),
          ...Object.entries(known).map(([name, array]) => ({ name: `${name}.npy`, parts: npyParts(array) })),
        ]),
      );
      for (const [, { path: own }] of all) await files.drop(own);
    },
    abort: () => shut().catch(() => undefined),
  };
}

async function openColumn(
  files: FileSet,
  path: string,
  name: string,
  empty: NpyData,
  row: readonly number[],
): Promise<Column> {
  const own = `${path}.${name}`;
  return { file: await files.open(own), path: own, empty, row, rows: 0 };
}

async function add(column: Column, data: NpyData, rows: number): Promise<void> {
  column.rows += rows;
  if (rows > 0) await column.file.write(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

/** The array as NumPy stores it, read back in blocks. */
function stored({ empty, row, rows, file: { temporary } }: Column): Iterable<Uint8Array> {
  const [head] = npyParts({ shape: [rows, ...row], data: empty });
  return {
    *[Symbol.iterator]() {
      yield head;
      const file = openSync(temporary, "r");
      try {
        const block = new Uint8Array(1 << 20);
        for (let length = readSync(file, block); length > 0; length = readSync(file, block))
          yield block.subarray(0, length);
      } finally {
        closeSync(file);
      }
    },
  };
}
