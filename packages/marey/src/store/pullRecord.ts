import { rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readIfThere, writeWhole } from "../files/whole.js";
import { modelsFolder } from "./folders.js";
import { jsonText, readJsonCard } from "./jsonCard.js";
import { namesIn } from "./stored.js";

/** What is remembered of a model of the catalogue: the consent to its licence, and the file that came. */
const pullRecordSchema = z.strictObject({
  name: z.string(),
  /** The licence that was accepted, and when (ISO 8601). */
  licence: z.string(),
  accepted: z.string(),
  /** The file, once it has come. */
  file: z
    .strictObject({
      url: z.string(),
      size: z.int(),
      sha256: z.string(),
      /** What the digest was checked against: what was published, or nothing at first, and since then this record. */
      trust: z.enum(["published", "first use"]),
      fetched: z.string(),
    })
    .optional(),
});
/** Where a model came from, and under which licence it was accepted. */
export type PullRecord = z.infer<typeof pullRecordSchema>;

const recordsFolder = () => join(modelsFolder(), "manifest");
const recordPath = (name: string) => join(recordsFolder(), `${name}.json`);

/** What is remembered of a model, undefined when nothing is. @throws MareyError `CARD_INVALID`. */
export async function readRecord(name: string): Promise<PullRecord | undefined> {
  const path = recordPath(name);
  const bytes = await readIfThere(path);
  return (
    bytes && readJsonCard(pullRecordSchema, bytes, path, `Delete it with \`marey models remove ${name}\``)
  );
}

/** @throws MareyError `FILE_WRITE`. */
export const writeRecord = (record: PullRecord): Promise<void> =>
  writeWhole(recordPath(record.name), jsonText(record), { force: true });

/** Forgets a model; whether anything was remembered. */
export async function removeRecord(name: string): Promise<boolean> {
  const there = (await namesIn(recordsFolder())).includes(`${name}.json`);
  await rm(recordPath(name), { force: true });
  return there;
}

/** Digests of the files that some model still refers to. */
export async function referencedDigests(): Promise<Set<string>> {
  const names = (await namesIn(recordsFolder())).flatMap((file) => /^(.+)\.json$/.exec(file)?.[1] ?? []);
  const records = await Promise.all(names.map((name) => readRecord(name).catch(() => undefined)));
  return new Set(records.flatMap((record) => record?.file?.sha256 ?? []));
}
