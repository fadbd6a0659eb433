import { mkdir, rename, rm, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MareyError } from "@marey/core";
import { fileError } from "../files/whole.js";
import type { Progress } from "../progress.js";
import type { CatalogueEntry } from "./catalogueEntry.js";
import { changed, digestError, mismatch } from "./check.js";
import { type Digests, digestsOf } from "./digest.js";
import { download } from "./download.js";
import { downloadsFolder } from "./folders.js";
import { withLock } from "./lock.js";
import { addresses, copyFrom, mirrorFolder } from "./mirror.js";
import { discardPart, sizeOf } from "./part.js";
import { type PullRecord, readRecord, writeRecord } from "./pullRecord.js";
import { findStored } from "./stored.js";
import { takeIn } from "./takeIn.js";

export interface PullOptions {
  /** Asks whether the licence is accepted; called once for a model, before its first use. */
  accept(entry: CatalogueEntry): Promise<boolean>;
  progress: Progress;
  /** Web address or folder that has the files, instead of their publishers: by SHA-256 or by their names. */
  mirror?: string | undefined;
  /** Ask no server. */
  offline?: boolean | undefined;
  /** Take in again what is stored. */
  force?: boolean | undefined;
  /** Seconds without a byte after which a server counts as stalled; 30 when absent. */
  patience?: number | undefined;
  /** Seconds before the second try; 1 when absent. */
  pause?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** What a pull did. */
export interface Pulled {
  name: string;
  /** It was there already, in the cache, or came over the network or from a folder. */
  from: "stored" | "cache" | "mirror" | "publisher";
  file: string;
  sha256: string;
  trust: "published" | "first use";
}

/**
 * Fetches a model of the catalogue, checks it and makes it ready. Two at once do it once. Whatever goes wrong, the next
 * attempt goes on where this one stopped.
 *
 * @throws MareyError `LICENCE_REFUSED` when the licence isn't accepted; `OFFLINE`; `DOWNLOAD_DIGEST` when the file is
 *   another than the published or the remembered one; `FILE_EXISTS` when another model has the name; those of `download`
 *   and of the importers.
 */
export async function pull(entry: CatalogueEntry, options: PullOptions): Promise<Pulled> {
  const accepted = await consent(entry, options);
  const { signal, progress } = options;
  const onWait = (holder: string) => progress.log(`${entry.name}: ${holder} is fetching it; waiting`);
  return withLock(placeOf(entry, "lock"), () => fetchAndTakeIn(entry, accepted, options), { signal, onWait });
}

const placeOf = ({ name }: CatalogueEntry, ending: "lock" | "part") =>
  join(downloadsFolder(), "parts", `${name}.${ending}`);

/** Where a file of this SHA-256 is kept. */
export const blobPath = (sha256: string): string => join(downloadsFolder(), "blobs", sha256);

/** Removes what was begun of a model's download. */
export const discardDownload = (name: string): Promise<void> =>
  discardPart(join(downloadsFolder(), "parts", `${name}.part`));

/** Remembers that the licence was accepted; asks for it the first time, and when it has changed. */
async function consent(entry: CatalogueEntry, { accept }: PullOptions): Promise<PullRecord> {
  const record = await readRecord(entry.name);
  if (record?.licence === entry.licence.name) return record;
  if (!(await accept(entry)))
    throw new MareyError(
      "LICENCE_REFUSED",
      entry.name,
      `its licence (${entry.licence.name}${entry.licence.commercial ? "" : ", not for commercial use"}) isn't accepted`,
      "Read it with `marey models info`, and accept it with --yes",
    );
  const { file } = record ?? {};
  const accepted = {
    name: entry.name,
    licence: entry.licence.name,
    accepted: new Date().toISOString(),
    ...(file && { file }),
  };
  await writeRecord(accepted);
  return accepted;
}

async function fetchAndTakeIn(
  entry: CatalogueEntry,
  accepted: PullRecord,
  options: PullOptions,
): Promise<Pulled> {
  const { name } = entry;
  // Another process may have fetched it while this one waited.
  const record = (await readRecord(name)) ?? accepted;
  const stored = options.force ? undefined : await findStored(name);
  if (stored && record.file)
    return { name, from: "stored", file: stored.file, sha256: record.file.sha256, trust: record.file.trust };
  if (stored)
    throw new MareyError(
      "FILE_EXISTS",
      stored.file,
      `a model that was imported has the name "${name}"`,
      "Pass --force to replace it, or keep it",
    );
  const { from, file } = await findOrFetch(entry, record, options);
  const remembered = { ...record, file };
  // What nothing vouches for is remembered once it has turned out to be the model: not a page that asks to log in.
  const sure = isPublished(entry) || record.file !== undefined;
  if (sure) await writeRecord(remembered);
  try {
    const path = await takeIn(entry, blobPath(file.sha256), file, { force: options.force });
    if (!sure) await writeRecord(remembered);
    return { name, from, file: path, sha256: file.sha256, trust: file.trust };
  } catch (error) {
    if (!sure) await rm(blobPath(file.sha256), { force: true });
    throw error;
  }
}

type FileRecord = NonNullable<PullRecord["file"]>;

async function findOrFetch(
  entry: CatalogueEntry,
  record: PullRecord,
  options: PullOptions,
): Promise<{ from: Pulled["from"]; file: FileRecord }> {
  const kept = await keptBlob(entry, record, options.signal);
  if (kept) return { from: "cache", file: kept };
  const folder = mirrorFolder(options.mirror);
  if (options.offline && folder === undefined)
    throw new MareyError(
      "OFFLINE",
      entry.name,
      "its file isn't in the cache, and no server may be asked",
      "Leave --offline and MAREY_OFFLINE out, or name a folder that has the file with --mirror",
    );
  const file = await fetchChecked(entry, record, options, folder);
  return { from: options.mirror === undefined ? "publisher" : "mirror", file };
}

/** The file in the cache, if it is there and still what it was. */
async function keptBlob(
  entry: CatalogueEntry,
  record: PullRecord,
  signal?: AbortSignal,
): Promise<FileRecord | undefined> {
  const sha256 = record.file?.sha256 ?? entry.digest.sha256;
  if (sha256 === undefined) return undefined;
  const path = blobPath(sha256);
  const there = await stat(path).catch(() => undefined);
  if (!there) return undefined;
  const found = await digestsOf(path, signal);
  if (found.sha256 === sha256 && mismatch(entry, found) === undefined)
    return record.file ?? fileRecord(entry, entry.urls[0], found);
  await rm(path, { force: true }); // damaged on the disk
  return undefined;
}

const fileRecord = (entry: CatalogueEntry, url: string, { size, sha256 }: Digests): FileRecord => ({
  url,
  size,
  sha256,
  trust: isPublished(entry) || entry.unpack?.sha256 !== undefined ? "published" : "first use",
  fetched: new Date().toISOString(),
});

const isPublished = ({ digest }: CatalogueEntry) => Object.keys(digest).length > 0;

async function fetchChecked(
  entry: CatalogueEntry,
  record: PullRecord,
  options: PullOptions,
  folder: string | undefined,
): Promise<FileRecord> {
  const part = placeOf(entry, "part");
  await requireSpace(entry, part);
  const begun = (await sizeOf(part)) > 0;
  const url = folder ? await copyFrom(folder, entry, part) : await fetchPart(entry, record, part, options);
  const found = await digestsOf(part, options.signal);
  const problem = mismatch(entry, found) ?? changed(record, found);
  if (problem === undefined) {
    await keepBlob(part, found.sha256);
    return fileRecord(entry, url, found);
  }
  await discardPart(part);
  if (!begun) throw digestError(entry, url, problem);
  options.progress.log(`${entry.name}: pieces of two downloads don't fit together; fetching it anew`);
  return fetchChecked(entry, record, options, folder);
}

async function keepBlob(part: string, sha256: string): Promise<void> {
  const blob = blobPath(sha256);
  try {
    await mkdir(dirname(blob), { recursive: true });
    await rename(part, blob);
    await discardPart(part);
  } catch (cause) {
    throw fileError("FILE_WRITE", blob, cause);
  }
}

async function fetchPart(
  entry: CatalogueEntry,
  record: PullRecord,
  part: string,
  { mirror, progress, signal, patience, pause }: PullOptions,
): Promise<string> {
  const begun = await sizeOf(part);
  if (begun > 0) progress.log(`${entry.name}: going on at ${inMegabytes(begun)} MB`);
  const task = progress.task(`${entry.name}, MB`, inMegabytes(begun));
  try {
    const url = await download(addresses(entry, record, mirror), part, {
      size: entry.size,
      checked: isPublished(entry) || record.file !== undefined,
      patience,
      pause,
      signal,
      onProgress: (done, total) => task.update(inMegabytes(done), total && inMegabytes(total)),
      onNote: (line) => progress.log(`${entry.name}: ${line}`),
    });
    task.end();
    return url;
  } catch (error) {
    const kept = await sizeOf(part);
    if (kept > 0)
      progress.log(`${entry.name}: ${inMegabytes(kept)} MB are kept; the same command goes on from there`);
    throw error;
  }
}

const inMegabytes = (bytes: number) => Math.round(bytes / 1e5) / 10;

/** @throws MareyError `DISK_SPACE` when the file can't fit: better now than after half an hour. */
async function requireSpace({ size, name }: CatalogueEntry, part: string): Promise<void> {
  if (size === undefined) return;
  const folder = dirname(part);
  await mkdir(folder, { recursive: true }).catch(() => {});
  const disk = await statfs(folder).catch(() => undefined);
  const begun = await sizeOf(part);
  if (!disk || disk.bavail * disk.bsize >= size - begun) return;
  throw new MareyError(
    "DISK_SPACE",
    folder,
    `${name} needs ${inMegabytes(size - begun)} MB, and ${inMegabytes(disk.bavail * disk.bsize)} MB are free`,
    "Free some space, or point XDG_CACHE_HOME to another disk",
  );
}
