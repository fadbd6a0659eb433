import { copyFile, mkdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { MareyError } from "@marey/core";
import { fileError } from "../files/whole.js";
import type { CatalogueEntry } from "./catalogueEntry.js";
import { discardPart } from "./part.js";
import type { PullRecord } from "./pullRecord.js";

/** A mirror has files under their SHA-256 or under the publisher's name; it is asked alone. */
export function addresses({ urls, digest }: CatalogueEntry, { file }: PullRecord, mirror?: string): string[] {
  if (mirror === undefined) return [...urls];
  const base = mirror.endsWith("/") ? mirror : `${mirror}/`;
  const sha256 = digest.sha256 ?? file?.sha256;
  return [...(sha256 === undefined ? [] : [sha256]), fileName(urls[0])].map((name) => `${base}${name}`);
}

const fileName = (url: string) => basename(new URL(url).pathname);

/** The folder of a mirror that is one. */
export function mirrorFolder(mirror: string | undefined): string | undefined {
  if (mirror === undefined || /^https?:/i.test(mirror)) return undefined;
  return /^file:/i.test(mirror) ? fileURLToPath(mirror) : mirror;
}

/** Copies a file of a mirror's folder; returns its path. @throws MareyError `DOWNLOAD_STATUS`, `FILE_READ`. */
export async function copyFrom(folder: string, entry: CatalogueEntry, part: string): Promise<string> {
  const names = [...(entry.digest.sha256 ? [entry.digest.sha256] : []), fileName(entry.urls[0])];
  await discardPart(part);
  await mkdir(dirname(part), { recursive: true });
  for (const name of names) {
    try {
      await copyFile(join(folder, name), part);
      return join(folder, name);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ENOENT")
        throw fileError("FILE_READ", join(folder, name), cause);
    }
  }
  throw new MareyError(
    "DOWNLOAD_STATUS",
    folder,
    `the folder has no ${names.join(" and no ")}`,
    "Put the file there under that name, or name another mirror",
  );
}
