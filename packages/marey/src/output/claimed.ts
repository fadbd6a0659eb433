import { MareyError } from "@marey/core";
import type { FileSet } from "../files/index.js";

/** A file of a set that somebody else writes under its temporary name. */
export interface Claimed {
  temporary: string;
  /** Does work that writes it; errors name the file as it will be called. */
  written<T>(work: Promise<T>): Promise<T>;
}

/** @throws MareyError as `FileSet.claim`. */
export async function claimed(files: FileSet, path: string): Promise<Claimed> {
  const temporary = await files.claim(path);
  const named = (error: unknown) => {
    if (!(error instanceof MareyError)) return error;
    const { code, where, what, remedy } = error;
    return new MareyError(code, where.replace(temporary, path), what, remedy, { cause: error });
  };
  return { temporary, written: (work) => work.catch((error) => Promise.reject(named(error))) };
}
