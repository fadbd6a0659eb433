import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { access, type FileHandle, link, mkdir, open, readFile, rename, rm, rmdir } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { MareyError } from "@marey/core";

export interface WriteOptions {
  /** Replaces a file that is there; without it, an existing file is an error. */
  force?: boolean;
}

/** What a system error means to a person, and what to do. */
const MEANINGS: Record<string, readonly [what: string, remedy: string]> = {
  ENOENT: ["there is no such file", "Check the path"],
  EISDIR: ["it is a folder, not a file", "Name a file"],
  EEXIST: ["a part of the path is a file, not a folder", "Check the path"],
  ENOTDIR: ["a part of the path is a file, not a folder", "Check the path"],
  EACCES: ["permission is denied", "Change its permissions, or choose another place"],
  EPERM: ["permission is denied", "Change its permissions, or choose another place"],
  EROFS: ["the disk can only be read", "Choose another place"],
  ENOSPC: ["the disk is full", "Free some space and run the command again: finished stages are kept"],
  EDQUOT: ["your share of the disk is full", "Free some space and run the command again"],
  EFBIG: ["the file would be larger than the system allows", "Raise the limit, or write a shorter part"],
  EMFILE: ["too many files are open", "Close some, or raise the limit"],
  ERR_FS_FILE_TOO_LARGE: [
    "it is larger than 2 GiB, more than can be read at once",
    "Give a smaller file; of a checkpoint, save the weights alone",
  ],
};

/** Temporary files that must not outlive the process. */
const unfinished = new Set<string>();
process.on("exit", () => {
  for (const path of unfinished) rmSync(path, { force: true });
});

/**
 * Reads a file.
 *
 * @throws MareyError `FILE_READ` saying why it can't be read.
 */
export async function readWhole(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const bytes = await readFile(path);
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch (cause) {
    throw fileError("FILE_READ", path, cause);
  }
}

/** The bytes of a file, or undefined when there is none. @throws MareyError `FILE_READ` for any other reason. */
export async function readIfThere(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await readWhole(path);
  } catch (error) {
    if (error instanceof MareyError && (error.cause as NodeJS.ErrnoException).code === "ENOENT")
      return undefined;
    throw error;
  }
}

/**
 * Writes a file whole or not at all, making its folder if there is none: into a temporary file beside it, which then
 * takes its name.
 *
 * @param content Bytes, a text, or pieces of text or bytes that are made while they are written.
 * @throws MareyError `FILE_EXISTS` when the file is there and `force` isn't given; `FILE_WRITE` saying why it can't be
 *   written. Errors of the content pass through. Nothing is left behind.
 */
export async function writeWhole(
  path: string,
  content: Uint8Array | string | Iterable<string | Uint8Array>,
  options: WriteOptions = {},
): Promise<void> {
  const files = fileSet(options);
  try {
    await files.write(path, content);
    await files.publish();
  } finally {
    await files.discard();
  }
}

/** A file that is written piece by piece. */
export interface OpenFile {
  /** Its temporary name. */
  readonly temporary: string;
  /** Bytes are copied where they wait. */
  write(piece: string | Uint8Array): Promise<void>;
  /** Every piece is on its way to the disk; the file still has its temporary name. */
  close(): Promise<void>;
}

/** Files that appear together or not at all. */
export interface FileSet {
  /** Writes a file under a temporary name beside its place, making its folder if there is none. */
  write(path: string, content: Uint8Array | string | Iterable<string | Uint8Array>): Promise<void>;
  /** Opens a file under a temporary name, to be written while its content is made. */
  open(path: string): Promise<OpenFile>;
  /** The temporary name of a file that somebody else writes. */
  claim(path: string): Promise<string>;
  /** Removes a file of the set that is not to be published. */
  drop(path: string): Promise<void>;
  /** Gives all files their names. */
  publish(): Promise<void>;
  /** Removes what isn't published, and folders that were made for it. */
  discard(): Promise<void>;
}

/**
 * Opens a set of files: nothing is seen of them until all are written.
 *
 * Errors are those of `writeWhole`; after any of them, and at the end, the caller discards.
 */
export function fileSet({ force }: WriteOptions = {}): FileSet {
  const pending = new Map<string, string>();
  const made: string[] = [];
  /** Those that were opened to be written piece by piece; closing one twice does no harm. */
  const handles: FileHandle[] = [];
  /** Makes the folder and chooses a temporary name. */
  async function claim(path: string): Promise<string> {
    if (!force) await requireAbsent(path);
    const folder = dirname(path);
    // The ending stays: writers of pictures and videos go by it.
    const hidden = `.${basename(path).slice(0, 100)}.${randomUUID().slice(0, 8)}.tmp`;
    const temporary = join(folder, `${hidden}${extname(path)}`);
    await drop(path);
    unfinished.add(temporary);
    pending.set(path, temporary);
    await makeFolder(folder).then(
      (folders) => made.push(...folders),
      (cause) => Promise.reject(fileError("FILE_WRITE", path, cause)),
    );
    return temporary;
  }
  async function drop(path: string): Promise<void> {
    const temporary = pending.get(path);
    if (temporary === undefined) return;
    await rm(temporary, { force: true });
    pending.delete(path);
    unfinished.delete(temporary);
  }
  return {
    claim,
    drop,
    async open(path) {
      const temporary = await claim(path);
      const failed = (cause: unknown) => Promise.reject(fileError("FILE_WRITE", path, cause));
      const handle = await open(temporary, "wx").catch(failed);
      handles.push(handle);
      const file = pieceFile(handle);
      return {
        temporary,
        write: (piece) => file.write(piece).catch(failed),
        close: () => file.close().catch(failed),
      };
    },
    async write(path, content) {
      const temporary = await claim(path);
      try {
        const file = pieceFile(await open(temporary, "wx"));
        try {
          const whole = typeof content === "string" || content instanceof Uint8Array;
          for (const piece of whole ? [content] : content) await file.write(piece);
        } finally {
          await file.close();
        }
      } catch (cause) {
        throw fileError("FILE_WRITE", path, cause);
      }
    },
    async publish() {
      if (!force) for (const path of pending.keys()) await requireAbsent(path);
      await renameAll(pending, force);
      made.length = 0;
    },
    async discard() {
      for (const handle of handles.splice(0)) await handle.close().catch(() => undefined);
      for (const temporary of pending.values()) {
        await rm(temporary, { force: true }).catch(() => undefined);
        unfinished.delete(temporary);
      }
      pending.clear();
      // One that holds something by now stays.
      for (const folder of made.reverse()) await rmdir(folder).catch(() => undefined);
      made.length = 0;
    },
  };
}

/** Gives temporary files their names. */
async function renameAll(pending: ReadonlyMap<string, string>, force = false): Promise<void> {
  const published: string[] = [];
  for (const [path, temporary] of pending) {
    try {
      if (force) await rename(temporary, path);
      else await moveWithoutReplacing(temporary, path);
    } catch (cause) {
      // What was replaced can't be brought back; what is new can go.
      if (!force) for (const done of published) await rm(done, { force: true });
      throw fileError("FILE_WRITE", path, cause);
    }
    published.push(path);
  }
}

/**
 * Makes a folder and those above it; returns the ones that there weren't, from above. One by one: where a file system takes no
 * folders at all (/proc), Node's recursive form asks for ever.
 */
export async function makeFolder(folder: string): Promise<string[]> {
  const missing: string[] = [];
  let at = resolve(folder);
  for (; !(await isThere(at)); at = dirname(at)) missing.unshift(at);
  const made: string[] = [];
  for (const path of missing) {
    await mkdir(path).catch((error: NodeJS.ErrnoException) => {
      // Somebody else made it meanwhile.
      if (error.code !== "EEXIST") throw error;
    });
    made.push(path);
  }
  return made;
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/** @throws MareyError `FILE_EXISTS` when there is a file or folder of that name. */
export async function requireAbsent(path: string): Promise<void> {
  if (await isThere(path))
    throw new MareyError("FILE_EXISTS", path, "it is there already", "Choose another name, or pass --force");
}

/** A link fails where a name is taken, a rename would replace it; some file systems have no links. */
async function moveWithoutReplacing(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") await requireAbsent(to);
    await requireAbsent(to);
    await rename(from, to);
  }
}

/** Characters, or bytes, that are written at once. */
const BLOCK = 1 << 16;

/** Writes pieces, short ones joined. */
function pieceFile(file: FileHandle): Omit<OpenFile, "temporary"> {
  let text = "";
  let bytes: Uint8Array | undefined;
  let size = 0;
  const flush = async () => {
    const waiting = text === "" ? bytes?.subarray(0, size) : text;
    text = "";
    size = 0;
    if (waiting !== undefined && waiting.length > 0) await file.writeFile(waiting);
  };
  return {
    async write(piece) {
      if (typeof piece === "string") {
        if (size > 0) await flush();
        text += piece;
        if (text.length >= BLOCK) await flush();
        return;
      }
      if (text !== "" || size + piece.length > BLOCK) await flush();
      if (piece.length > BLOCK) return file.writeFile(piece);
      bytes ??= new Uint8Array(BLOCK);
      bytes.set(piece, size);
      size += piece.length;
    },
    close: () => flush().finally(() => file.close()),
  };
}

/** What the system says, or Node of a file: code that went wrong otherwise keeps its error. */
const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error &&
  ("syscall" in error || (error as NodeJS.ErrnoException).code === "ERR_FS_FILE_TOO_LARGE");

/** A system error as a `MareyError` that says what it means; another error as it is. */
export function fileError(code: string, path: string, cause: unknown): unknown {
  if (!isSystemError(cause)) return cause;
  const known = MEANINGS[cause.code ?? ""];
  const what = known?.[0] ?? `the system says ${cause.code ?? cause.message}`;
  return new MareyError(code, path, what, known?.[1] ?? "Check the path and the disk", { cause });
}
