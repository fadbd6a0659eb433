import { rmSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { MareyError } from "@marey/core";

const unfinished = new Set<string>();
let count = 0;

/** A file that is written beside its final place and appears there whole or not at all. */
export interface Temporary {
  path: string;
  /** Moves it to its place. */
  keep(): Promise<void>;
  discard(): Promise<void>;
}

/** Names a temporary file beside `path`. It is removed when the process exits before it is kept. */
export function temporaryFor(path: string): Temporary {
  if (count === 0) process.on("exit", () => unfinished.forEach((file) => void rmSync(file, { force: true })));
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}-${count++}.part`);
  unfinished.add(temporary);
  return {
    path: temporary,
    async keep() {
      await rename(temporary, path).catch((cause) => Promise.reject(writeError(path, cause)));
      unfinished.delete(temporary);
    },
    async discard() {
      await rm(temporary, { force: true });
      unfinished.delete(temporary);
    },
  };
}

/** What to tell a person whose file couldn't be written. */
export function writeError(path: string, cause: { code?: string; message?: string }): MareyError {
  const [what, remedy] = explain(cause.code) ?? [
    cause.message ?? "it can't be written",
    "Choose another folder",
  ];
  return new MareyError("FILE_WRITE", path, what, remedy, { cause });
}

function explain(code: string | undefined): [what: string, remedy: string] | undefined {
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return ["its folder doesn't exist", "Make the folder first"];
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return ["writing there isn't permitted", "Choose another folder"];
    case "ENOSPC":
    case "EDQUOT":
      return ["the disk is full", "Free some space or choose another disk"];
    default:
      return undefined;
  }
}
