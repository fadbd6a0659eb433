import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { MareyError } from "@marey/core";
import type { FrameSource } from "@marey/core/seam";
import type { SourceOptions } from "./options.js";
import { type Names, openSequence } from "./sequence.js";
import { isPicture } from "./still.js";

/**
 * Opens a list of pictures, a path in each line, as frames; empty lines and those that begin with # are left out. On standard input each is read as its line comes, so that
 * the list may be endless.
 *
 * @param path A text file, relative to whose folder its lines are; standard input when absent, relative to the working
 *   folder.
 * @throws MareyError `FILE_MISSING`, `FILE_UNREADABLE`, `LIST_EMPTY`, `LIST_ENTRY` for a line that names no picture, and
 *   as `readImage` with the line's number.
 */
export async function openList(path: string | undefined, options: SourceOptions = {}): Promise<FrameSource> {
  if (path !== undefined) await requireList(path);
  const name = path ?? "standard input";
  const input = path === undefined ? standardInput(options) : createReadStream(path);
  return openSequence(name, namesIn(input, name, path === undefined ? "." : dirname(path)), options);
}

const standardInput = ({ list }: SourceOptions) => (list ? Readable.from(list) : process.stdin);

async function requireList(path: string): Promise<void> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === "ENOENT" || cause.code === "ENOTDIR"
      ? new MareyError("FILE_MISSING", path, "there is no such list", "Check the path", { cause })
      : new MareyError("FILE_UNREADABLE", path, cause.message, "Check its permissions", { cause });
  });
  if (!found.isFile() && !found.isFIFO() && !found.isCharacterDevice())
    throw new MareyError(
      "FILE_UNREADABLE",
      path,
      "it is no file",
      "Give a text file with a picture in each line",
    );
}

function namesIn(input: NodeJS.ReadableStream, name: string, folder: string): Names {
  const reader = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  const lines = reader[Symbol.asyncIterator]();
  let line = 0;
  return {
    async next() {
      for (;;) {
        const { done, value } = await lines.next();
        line++;
        if (done) return undefined;
        const text = value.trim();
        if (text === "" || text.startsWith("#")) continue;
        const where = `${name}, line ${line} (${text})`;
        if (isPicture(text)) return { file: resolve(folder, text), where };
        throw new MareyError(
          "LIST_ENTRY",
          where,
          "its ending is not a picture's",
          "List pictures only, and give videos as inputs of their own",
        );
      }
    },
    close() {
      reader.close();
      if (input === process.stdin) process.stdin.unref?.();
      else if (input instanceof Readable) input.destroy();
    },
  };
}
