import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { MareyError } from "@marey/core";
import { fileError, readIfThere, readWhole } from "../files/whole.js";
import { type LifterCard, lifterCardSchema } from "../lift/lifterCard.js";
import { type Card, cardSchema } from "./card.js";
import { cards } from "./cards.js";
import { notPulled } from "./catalogue.js";
import { modelsFolder } from "./folders.js";
import { readJson, readJsonCard } from "./jsonCard.js";
import { type WeightsCard, weightsCardSchema } from "./weightsCard.js";

/** A model that a person brought in: a card `NAME.json` in the folder of models, and the file that it names. */
export type StoredModel = { name: string; file: string } & (
  | { kind: "network"; card: Card }
  | { kind: "weights"; card: WeightsCard }
  | { kind: "lifter"; card: LifterCard }
);

/** One whose card can't be read. */
export interface DamagedModel {
  kind: "damaged";
  name: string;
  problem: string;
}

/** Names that models can have: they are names of files, too. */
export const isModelName = (name: string): boolean => /^[a-z0-9][a-z0-9-]*$/.test(name);

/** The file of a model's card. */
export const cardPath = (name: string): string => join(modelsFolder(), `${name}.json`);

/**
 * The stored model of a name, undefined when there is none.
 *
 * @throws MareyError `CARD_INVALID` when its card is damaged; `FILE_READ`.
 */
export async function findStored(name: string): Promise<StoredModel | undefined> {
  if (!isModelName(name)) return undefined;
  const path = cardPath(name);
  const bytes = await readIfThere(path);
  if (!bytes) return undefined;
  const remedy = `Correct the card, or remove it with \`marey models remove ${name}\` and import the model again`;
  const data = readJson(bytes, path, remedy) as { file?: unknown; filterWidths?: unknown } | null;
  const beside = (file: string) => join(modelsFolder(), file);
  if (/\.onnx$/i.test(`${data?.file}`)) {
    const card = readJsonCard(cardSchema, bytes, path, remedy);
    return { kind: "network", name, card, file: beside(card.file) };
  }
  if (data?.filterWidths !== undefined) {
    const card = readJsonCard(lifterCardSchema, bytes, path, remedy);
    return { kind: "lifter", name, card, file: beside(card.file) };
  }
  const card = readJsonCard(weightsCardSchema, bytes, path, remedy);
  return { kind: "weights", name, card, file: beside(card.file) };
}

/** All stored models by name, damaged ones included. @throws MareyError `FILE_READ` when the folder can't be listed. */
export async function listStored(): Promise<(StoredModel | DamagedModel)[]> {
  const found = (await storedNames()).map(async (name) => {
    try {
      return await findStored(name);
    } catch (error) {
      if (!(error instanceof MareyError)) throw error;
      return { kind: "damaged" as const, name, problem: error.what };
    }
  });
  return (await Promise.all(found)).filter((model) => model !== undefined);
}

async function storedNames(): Promise<string[]> {
  const files = await namesIn(modelsFolder());
  return files.flatMap((file) => /^(.+)\.json$/.exec(file)?.[1] ?? []).sort();
}

/** What a folder holds, nothing when there is none. @throws MareyError `FILE_READ`. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw fileError("FILE_READ", folder, cause);
  }
}

/**
 * A stored network with its card: how `marey detect --model NAME` finds one that was pulled or imported.
 *
 * @throws MareyError `CARD_INVALID`; `FILE_READ` when its file is gone.
 */
export async function storedNetwork(
  name: string,
): Promise<{ card: Card; bytes: Uint8Array<ArrayBuffer> } | undefined> {
  const model = await findStored(name);
  if (model?.kind !== "network") return undefined;
  return { card: model.card, bytes: await readWhole(model.file) };
}

/**
 * The card file of a stored lifter, for `openDefaultLifter`.
 *
 * @throws MareyError `MODEL_KIND` when the name is another model's, `NETWORK_UNKNOWN` for a lifter that isn't pulled yet.
 */
export async function storedLifter(name: string): Promise<string | undefined> {
  const model = await findStored(name);
  const problem = model ? undefined : notPulled("NETWORK_UNKNOWN", name);
  if (problem) throw problem;
  if (model === undefined) return undefined;
  if (model.kind === "lifter") return cardPath(name);
  throw new MareyError(
    "MODEL_KIND",
    `"${name}"`,
    `this is a stored ${model.kind === "network" ? "network that looks at pictures" : "file of weights"}, no lifter`,
    "Import the weights with `--network videopose3d`, or name another",
  );
}

/** Deletes a model's files; returns them: what its card names, or where that is damaged what has the model's name. */
export async function removeStored(name: string): Promise<string[]> {
  const model = await findStored(name).catch(() => undefined);
  const own = model ? [model.file] : [".onnx", ".safetensors"].map((end) => join(modelsFolder(), name + end));
  const files = [...own, cardPath(name)];
  try {
    // The card last: while it is there, the model can be removed again.
    for (const file of files) await rm(file, { force: true });
  } catch (cause) {
    throw fileError("FILE_WRITE", modelsFolder(), cause);
  }
  return files;
}

/** @throws MareyError `MODEL_NAME` for a name that a stored model can't have. */
export function requireModelName(name: string): void {
  const taken = cards.some((card) => card.name === name);
  if (isModelName(name) && !taken) return;
  throw new MareyError(
    "MODEL_NAME",
    `"${name}"`,
    taken ? "a network that Marey contains has this name" : "this can't be the name of a model",
    "Give a name of small letters, digits and hyphens",
  );
}
