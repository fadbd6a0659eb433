import { createHash, type Hash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { MareyError } from "@marey/core";

/**
 * Results of stages, found by what they were made from. A name is `stage-<hash of the inputs and options>`, so a changed
 * video, calibration or setting is another name, and nothing has to be invalidated.
 */
export interface StageCache {
  /** What was stored; undefined when there is nothing, or when it is damaged. */
  get(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** @param content Bytes, or what makes them piece by piece: it is called only where something is kept. */
  put(name: string, content: Uint8Array | (() => Iterable<Uint8Array>)): Promise<void>;
}

/** Changes with any change of the algorithms whose results are cached. */
const GENERATION = 2;

/** A cache in a folder; by default Marey's place in the user's cache folder. */
export function stageCache(folder = defaultFolder()): StageCache {
  return {
    async get(name) {
      const stored = await readFile(join(folder, name)).catch(() => undefined);
      if (!stored || stored.length < SEAL) return undefined;
      const bytes = new Uint8Array(stored.buffer, stored.byteOffset + SEAL, stored.length - SEAL);
      return stored.subarray(0, SEAL).equals(seal(createHash("sha256").update(bytes))) ? bytes : undefined;
    },
    async put(name, content) {
      const temporary = join(folder, `${name}.${randomUUID().slice(0, 8)}.part`);
      try {
        await mkdir(folder, { recursive: true });
        await writeSealed(temporary, content instanceof Uint8Array ? [content] : content());
        await rename(temporary, join(folder, name));
      } catch (cause) {
        await rm(temporary, { force: true });
        throw new MareyError(
          "CACHE_WRITE",
          folder,
          `a stage's result can't be stored (${(cause as Error).message})`,
          "Free some space there, point MAREY_CACHE to another folder, or pass --no-cache",
          { cause },
        );
      }
    },
  };
}

/** Bytes before a result that tell whether it is still what was stored: a disk can fail, a power cut leave holes. */
const SEAL = 16;

const seal = (hash: Hash) => hash.digest().subarray(0, SEAL);

async function writeSealed(path: string, pieces: Iterable<Uint8Array>): Promise<void> {
  const file = await open(path, "wx");
  try {
    const hash = createHash("sha256");
    // The seal is known at the end; until then its place is taken.
    await file.writeFile(new Uint8Array(SEAL));
    for (const piece of pieces) {
      hash.update(piece);
      await file.writeFile(piece);
    }
    const known = seal(hash);
    for (let at = 0; at < SEAL; ) at += (await file.write(known, at, SEAL - at, at)).bytesWritten;
  } finally {
    await file.close();
  }
}

/** A cache that keeps nothing. */
export const noCache: StageCache = { get: async () => undefined, put: async () => {} };

function defaultFolder(): string {
  const { MAREY_CACHE, XDG_CACHE_HOME } = process.env;
  return MAREY_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), ".cache"), "marey", "stages");
}

/** The name of a stage's result: the same inputs and options give the same name. */
export function stageName(stage: string, ...inputs: readonly unknown[]): string {
  const hash = createHash("sha256").update(`${GENERATION}`);
  for (const input of inputs) hash.update(JSON.stringify(input) ?? "").update("\0");
  return `${stage}-${hash.digest("hex").slice(0, 32)}`;
}

const SAMPLE = 1 << 20;

/** What identifies a file's content: its size and a hash of all of it, or of both ends of one above 64 MiB. */
export async function fingerprint(path: string): Promise<string> {
  const { size } = await stat(path);
  const hash = createHash("sha256");
  if (size <= 64 * SAMPLE) await hashRange(hash, path, 0, size);
  else {
    await hashRange(hash, path, 0, SAMPLE);
    await hashRange(hash, path, size - SAMPLE, size);
  }
  return `${size}-${hash.digest("hex").slice(0, 32)}`;
}

async function hashRange(hash: Hash, path: string, start: number, end: number): Promise<void> {
  if (end <= start) return;
  for await (const chunk of createReadStream(path, { start, end: end - 1 })) hash.update(chunk);
}
