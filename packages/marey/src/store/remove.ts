import { rm } from "node:fs/promises";
import { MareyError } from "@marey/core";
import { readIfThere } from "../files/whole.js";
import { cards } from "./cards.js";
import { catalogue } from "./catalogue.js";
import { blobPath, discardDownload } from "./pull.js";
import { readRecord, referencedDigests, removeRecord } from "./pullRecord.js";
import { cardPath, isModelName, listStored, removeStored } from "./stored.js";

/** What a removal did. */
export interface Removed {
  name: string;
  files: string[];
  /** Bytes of downloads that nothing refers to any more. */
  freed: number;
}

/**
 * Removes a stored model with its download, and forgets the digest and the consent to its licence.
 *
 * @throws MareyError `MODEL_EMBEDDED` for a network that Marey contains; `NETWORK_UNKNOWN` when there is nothing of that
 *   name; `FILE_WRITE`.
 */
export async function removeModel(name: string): Promise<Removed> {
  if (cards.some((card) => card.name === name))
    throw new MareyError(
      "MODEL_EMBEDDED",
      `"${name}"`,
      "Marey contains this network: it can't be removed",
      "Name a model that was imported or pulled",
    );
  const there = isModelName(name) && (await readIfThere(cardPath(name))) !== undefined;
  const record = isModelName(name) ? await readRecord(name).catch(() => undefined) : undefined;
  const files = there ? await removeStored(name) : [];
  const forgotten = isModelName(name) && (await removeRecord(name));
  if (!there && !forgotten) throw await notStored(name);
  await discardDownload(name);
  return { name, files, freed: await freeBlob(record?.file) };
}

async function notStored(name: string): Promise<MareyError> {
  const stored = (await listStored()).map((model) => model.name);
  return new MareyError(
    "NETWORK_UNKNOWN",
    `"${name}"`,
    catalogue.some((entry) => entry.name === name)
      ? "it was never fetched: there is nothing to remove"
      : "no model of this name is stored: there is nothing to remove",
    stored.length > 0 ? `Name one of those that are stored: ${stored.join(", ")}` : "No model is stored",
  );
}

/** Deletes a download that no model refers to. */
async function freeBlob(file: { sha256: string; size: number } | undefined): Promise<number> {
  if (!file || (await referencedDigests()).has(file.sha256)) return 0;
  await rm(blobPath(file.sha256), { force: true });
  return file.size;
}
