import { open, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { MareyError } from "@marey/core";
import { fileError } from "../files/whole.js";
import type { LifterCard } from "../lift/lifterCard.js";
import type { Card } from "./card.js";
import { cards } from "./cards.js";
import { catalogue, notPulled } from "./catalogue.js";
import type { CatalogueEntry } from "./catalogueEntry.js";
import { networksFolder } from "./networks.js";
import { type DamagedModel, findStored, listStored, type StoredModel } from "./stored.js";
import { isOnnx } from "./weights.js";
import type { WeightsCard } from "./weightsCard.js";

/** What a name or a path stands for: an embedded network, a stored model, or a file of either kind. */
export type FoundModel = { file: string } & (
  | { kind: "network"; card?: Card }
  | { kind: "weights"; card?: WeightsCard }
  | { kind: "lifter"; card: LifterCard }
);

/**
 * The model of a name, or of a path: embedded ones first, then stored ones, then files.
 *
 * @throws MareyError `NETWORK_UNKNOWN` when there is none, `NETWORK_MISSING` for an embedded one that the build hasn't
 *   made, `CARD_INVALID`, `FILE_READ`.
 */
export async function findModel(nameOrFile: string): Promise<FoundModel> {
  const card = cards.find(({ name }) => name === nameOrFile);
  if (card) {
    const file = join(networksFolder, card.file);
    if ((await sizeOf(file)) === undefined) throw notBuilt(file);
    return { kind: "network", file, card };
  }
  const stored = await findStored(nameOrFile);
  if (stored) return stored;
  const head = await headOf(nameOrFile);
  if (head) return { kind: isOnnx(head, nameOrFile) ? "network" : "weights", file: nameOrFile };
  throw await unknownModel(nameOrFile);
}

/** @throws MareyError `MODEL_KIND` when a name or file isn't a network's; as `findModel`. */
export async function findNetwork(nameOrFile: string): Promise<{ file: string; card?: Card }> {
  const model = await findModel(nameOrFile);
  if (model.kind === "network") return model;
  throw new MareyError(
    "MODEL_KIND",
    model.file,
    `it holds ${model.kind === "lifter" ? "a lifter's" : ""} weights alone, without the network's calls`,
    "Name a network or an .onnx file; weights of a known architecture become one with `marey models import --network`",
  );
}

const notBuilt = (file: string) =>
  new MareyError("NETWORK_MISSING", file, "there is no such file", "Run `npm run build`, which makes it");

/** Says what a name might have been: one that can be fetched, one of those that are there, or a path. */
async function unknownModel(nameOrFile: string): Promise<MareyError> {
  const known = notPulled("NETWORK_UNKNOWN", nameOrFile);
  if (known) return known;
  const isPath = /[/\\.]/.test(nameOrFile);
  const names = [...cards, ...(await listStored())].map(({ name }) => name).join(", ");
  return new MareyError(
    "NETWORK_UNKNOWN",
    `"${nameOrFile}"`,
    isPath ? "there is no such file" : "there is no such network, weights or file",
    isPath
      ? "Check the path"
      : `Give a file, or one of ${names}; \`marey models list\` shows what can be fetched`,
  );
}

async function headOf(path: string): Promise<Uint8Array | undefined> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(new Uint8Array(64), 0, 64, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw fileError("FILE_READ", path, cause);
  }
}

/** Bytes of a file, undefined when there is none. */
const sizeOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    ({ size }) => size,
    () => undefined,
  );

/** A model in the list. */
export interface ModelEntry {
  name: string;
  /** Where it is: in Marey, in the folder of models, or at its publisher's. */
  state: "embedded" | "stored" | "available";
  /** What it is: a network that runs, weights alone, or a lifter; `damaged` when its card can't be read. */
  kind: "network" | "weights" | "lifter" | "damaged";
  title: string;
  /** Name of the joint layout, if it gives joints. */
  skeleton: string | null;
  licence: string;
  /** Absent when the file isn't there, or its publisher doesn't say. */
  bytes?: number;
  /** For what isn't stored yet. */
  entry?: CatalogueEntry;
}

/** The embedded networks, then stored models, then what can be fetched. @throws MareyError `FILE_READ`. */
export async function listModels(): Promise<ModelEntry[]> {
  const embedded = cards.map((card) => networkEntry("embedded", card, join(networksFolder, card.file)));
  const stored = await listStored();
  const names = new Set(stored.map(({ name }) => name));
  return [
    ...(await Promise.all(embedded)),
    ...(await Promise.all(stored.map(storedEntry))),
    ...catalogue.filter(({ name }) => !names.has(name)).map(availableEntry),
  ];
}

async function networkEntry(state: "embedded" | "stored", card: Card, file: string): Promise<ModelEntry> {
  const { name, title, licence } = card;
  const bytes = await sizeOf(file);
  return {
    name,
    state,
    kind: "network",
    title,
    skeleton: skeletonName(card),
    licence,
    ...(bytes !== undefined && { bytes }),
  };
}

/** The name of a card's joint layout. */
export const skeletonName = ({ skeleton }: Pick<Card, "skeleton">): string | null =>
  skeleton === null || typeof skeleton === "string" ? skeleton : skeleton.name;

async function storedEntry(model: StoredModel | DamagedModel): Promise<ModelEntry> {
  const { name } = model;
  const state = "stored" as const;
  if (model.kind === "damaged") {
    const title = `its card can't be read: ${model.problem}`;
    return { name, state, kind: "damaged", title, skeleton: null, licence: "unknown" };
  }
  if (model.kind === "network") return { ...(await networkEntry(state, model.card, model.file)), name };
  const bytes = await sizeOf(model.file);
  const size = bytes === undefined ? {} : { bytes };
  if (model.kind === "lifter") {
    const { title, skeleton, licence } = model.card;
    return { name, state, kind: "lifter", title, skeleton, licence, ...size };
  }
  const { parameters, source, licence = "unknown" } = model.card;
  const {
    title = `${parameters.toLocaleString("en")} weights of ${basename(source.file)} (${source.format})`,
  } = model.card;
  return { name, state, kind: "weights", title, skeleton: null, licence, ...size };
}

function availableEntry(entry: CatalogueEntry): ModelEntry {
  const { name, title, licence, size, importer } = entry;
  return {
    name,
    state: "available",
    kind: kindOf(entry),
    title,
    skeleton: importer.kind === "weights" ? null : importer.skeleton,
    licence: licence.name,
    ...(size !== undefined && { bytes: size }),
    entry,
  };
}

const kindOf = ({ importer }: CatalogueEntry): "network" | "weights" | "lifter" =>
  importer.kind === "architecture" ? importer.gives : importer.kind === "onnx" ? "network" : "weights";
