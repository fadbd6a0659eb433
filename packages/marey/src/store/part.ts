import { type FileHandle, mkdir, open, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { fileError, readIfThere } from "../files/whole.js";
import { jsonText } from "./jsonCard.js";

/** What lies beside a part as JSON. */
const partSchema = z.object({
  url: z.string(),
  total: z.int().optional(),
  /** A strong ETag, or the date of the last change: whether the file is still the same. */
  validator: z.string().optional(),
});
/** The file that a part is of. */
export type PartState = z.infer<typeof partSchema>;

/** A part that can be continued. */
export interface Begun extends PartState {
  done: number;
}

/** The part of an earlier attempt, if it can be continued: it must be sure that it is of the same file. */
export async function resumable(url: string, part: string, checked = false): Promise<Begun | undefined> {
  const done = await sizeOf(part);
  if (done === 0) return undefined;
  const bytes = await readIfThere(statePath(part));
  const state = bytes && readState(bytes);
  if (state?.url === url && state.validator !== undefined) return { ...state, done };
  return checked ? { url, done } : undefined;
}

function readState(bytes: Uint8Array): PartState | undefined {
  try {
    return partSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return undefined; // damaged: the part is fetched anew
  }
}

const statePath = (part: string) => `${part}.json`;

/** Remembers what a part is of. @throws MareyError `FILE_WRITE`. */
export async function keepState(part: string, state: PartState): Promise<void> {
  try {
    await mkdir(dirname(part), { recursive: true });
    await writeFile(statePath(part), jsonText(state));
  } catch (cause) {
    throw fileError("FILE_WRITE", part, cause);
  }
}

/** Forgets a part. */
export async function discardPart(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(statePath(part), { force: true });
}

/** Opens a part to append to it, or anew from its start. @throws MareyError `FILE_WRITE`. */
export async function openPart(part: string, start: number): Promise<FileHandle> {
  try {
    await mkdir(dirname(part), { recursive: true });
    return await open(part, start > 0 ? "a" : "w");
  } catch (cause) {
    throw fileError("FILE_WRITE", part, cause);
  }
}

/** Bytes of a file, 0 when there is none. */
export const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );
