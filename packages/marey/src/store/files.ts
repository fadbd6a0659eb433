import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { MareyError } from "@marey/core";

const REMEDY = "Check the folder, its permissions and the space on the disk";

/**
 * Writes a file whole or not at all, making its folder if there is none.
 *
 * @throws MareyError `FILE_WRITE` (no space, no permission …); nothing is left behind.
 */
export async function writeWhole(path: string, data: Uint8Array | string): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(temporary, data);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new MareyError("FILE_WRITE", path, `can't be written (${code ?? message})`, REMEDY, { cause });
  }
}

/** The bytes of a file, or undefined when there is none. */
export async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
