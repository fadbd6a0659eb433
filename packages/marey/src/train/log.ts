import { closeSync, existsSync, fstatSync, ftruncateSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { tensorBoardHeader, tensorBoardScalars } from "@marey/core/format";
import { fileError } from "../files/whole.js";

/** Bytes of a log's two files. */
export interface LogSize {
  readonly lines: number;
  readonly events: number;
}

/** What a training writes down while it runs: lines of JSON, and the same numbers for TensorBoard. */
export interface Log {
  /** Adds a line. */
  line(record: object): void;
  /** Adds a point to the charts, by tag. */
  chart(step: number, scalars: Readonly<Record<string, number>>): void;
  /** How long the files are now. */
  size(): LogSize;
  close(): void;
}

/** Where a folder's log is. */
export const logFile = (folder: string) => join(folder, "log.jsonl");
/** TensorBoard reads files whose names contain "tfevents". */
const eventFile = (folder: string) => join(folder, "events.out.tfevents.marey");

/**
 * Opens the log of a training's folder.
 *
 * @param size What to keep of a log that is there, as a checkpoint remembers it: what was written after it is cut off.
 * @throws MareyError `FILE_WRITE` when it can't be written, here and later.
 */
export function openLog(folder: string, size: LogSize = { lines: 0, events: 0 }): Log {
  const lines = openGrowing(folder, logFile(folder), size.lines);
  const events = openGrowing(folder, eventFile(folder), size.events);
  if (events.length === 0) events.append(tensorBoardHeader(now()));
  return {
    line: (record) => lines.append(new TextEncoder().encode(`${JSON.stringify(record)}\n`)),
    chart: (step, scalars) => events.append(tensorBoardScalars({ time: now(), step, scalars })),
    size: () => ({ lines: lines.length, events: events.length }),
    close() {
      lines.close();
      events.close();
    },
  };
}

const now = () => Date.now() / 1000;

/** A file that grows at its end, beginning with the first `keep` bytes of what is there. */
function openGrowing(folder: string, path: string, keep: number) {
  const guarded = <T>(act: () => T): T => {
    try {
      return act();
    } catch (cause) {
      throw fileError("FILE_WRITE", path, cause);
    }
  };
  const file = guarded(() => {
    mkdirSync(folder, { recursive: true });
    return openSync(path, existsSync(path) ? "r+" : "w");
  });
  // A log that lost its end (a power cut) goes on where it ends.
  let length = guarded(() => Math.min(keep, fstatSync(file).size));
  guarded(() => ftruncateSync(file, length));
  return {
    get length() {
      return length;
    },
    append(bytes: Uint8Array) {
      guarded(() => {
        for (let done = 0; done < bytes.length; )
          done += writeSync(file, bytes, done, bytes.length - done, length + done);
      });
      length += bytes.length;
    },
    close: () => closeSync(file),
  };
}
