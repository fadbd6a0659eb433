import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { requireAbsent } from "../files/whole.js";
import { bestFile, type Checkpoint, clearFolder, lastFile, readCheckpoint } from "./checkpoint.js";
import { logFile } from "./log.js";
import type { Run } from "./run.js";
import { requireSameSettings } from "./settings.js";

/**
 * Where a run begins: at its folder's checkpoint, or at nothing in an empty folder.
 *
 * @throws MareyError `FILE_EXISTS` when the folder holds a training that is neither resumed nor replaced;
 *   `TRAINING_SETTINGS` when it is resumed with other settings.
 */
export async function startingPoint(run: Run): Promise<Checkpoint | undefined> {
  const { folder, settings, seed, resume, force } = run;
  const from = resume ? await readCheckpoint(folder) : undefined;
  // One that was killed before its first checkpoint left a log, perhaps weights, and is resumed from the beginning.
  const isUnsaved = resume && existsSync(logFile(folder));
  // A log alone is what a start that failed leaves: nothing is lost with it.
  if (!from && !force && !isUnsaved)
    for (const file of [lastFile(folder), bestFile(folder)]) await requireAbsent(file);
  if (from) requireSameSettings({ ...settings, seed }, { ...from.settings, seed: from.seed }, from.file);
  await clearFolder(folder, { all: !from });
  return from;
}

const require = createRequire(import.meta.url);
const versionOf = (path: string): string => JSON.parse(readFileSync(require.resolve(path), "utf8")).version;

/** A log's line about the run: what it does, on what, and with which software. */
export function header({ name, settings, seed, device, threads }: Run, from: Checkpoint | undefined): object {
  const versions = {
    marey: versionOf("../../package.json"),
    node: process.versions.node,
    onnxruntime: versionOf("onnxruntime-node/package.json"),
  };
  const begun = from ? { resumed: from.at.step } : { training: name };
  return { ...begun, time: new Date().toISOString(), settings, seed, device, threads, versions };
}
