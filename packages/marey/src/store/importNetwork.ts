import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { MareyError } from "@marey/core";
import { importTfjs, readTopology } from "@marey/core/graph";
import { readWhole, requireAbsent, writeWhole } from "../files/whole.js";
import type { Architecture } from "./architecture.js";
import { architectures } from "./architectures.js";
import { type Card, cardSchema, cardSkeleton } from "./card.js";
import { describeOnnx, type ModelInfo } from "./describe.js";
import { sha256Of } from "./digest.js";
import { keepModel } from "./imported.js";
import { readJson, readJsonCard } from "./jsonCard.js";
import { requireInput } from "./openCard.js";
import { cardPath, requireModelName } from "./stored.js";
import { readAnyWeights } from "./weights.js";

/**
 * Converts a TensorFlow.js graph model to an ONNX file.
 *
 * @param path The `model.json`; the weight files that it names stand beside it.
 * @throws MareyError `FILE_EXISTS` unless `force`, `FILE_MISSING`, and those of `importTfjs`.
 */
export async function importModel(
  path: string,
  to: string,
  { float32 = false, force = false }: { float32?: boolean; force?: boolean } = {},
): Promise<ModelInfo> {
  if (!/\.onnx$/i.test(to))
    throw new MareyError(
      "FILE_ENDING",
      to,
      "an imported network is an ONNX file",
      "Give a name that ends in .onnx, or the network's card with --card to keep it under a name",
    );
  if (!force) await requireAbsent(to);
  const onnx = await convertTfjs(path, float32);
  await writeWhole(to, onnx, { force });
  return describeOnnx(onnx, to);
}

async function convertTfjs(path: string, float32: boolean): Promise<Uint8Array> {
  const json = await readText(path);
  const { weightFiles } = readTopology(json, path);
  const parts = await Promise.all(weightFiles.map((name) => readWeightFile(path, name)));
  const name = basename(path).replace(/\.json$/i, "");
  return importTfjs(json, Buffer.concat(parts), { name, halves: !float32 }).onnx;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw unreadable(path, cause, "Check the path");
  }
}

async function readWeightFile(model: string, name: string): Promise<Uint8Array> {
  const path = join(dirname(model), name);
  try {
    return await readFile(path);
  } catch (cause) {
    throw unreadable(path, cause, `Put the weights beside ${basename(model)}, under the name that it states`);
  }
}

const unreadable = (path: string, cause: unknown, remedy: string) =>
  new MareyError("FILE_MISSING", path, `can't be read (${(cause as NodeJS.ErrnoException).code})`, remedy, {
    cause,
  });

/**
 * Keeps a network under a name, with the card that says how to speak to it: an ONNX file, or a TensorFlow.js graph model.
 *
 * @param card Path of the card: JSON with at least input, codec and skeleton. Name and file are set here.
 * @throws MareyError `MODEL_NAME`, `CARD_INVALID`, `CARD_DISAGREES` when card and network don't fit, `FILE_EXISTS` unless
 *   `force`; those of the readers.
 */
export async function importWithCard(
  path: string,
  name: string,
  card: string,
  { float32 = false, force = false }: { float32?: boolean; force?: boolean } = {},
): Promise<ModelInfo> {
  requireModelName(name);
  if (!force) await requireAbsent(cardPath(name));
  const remedy = "Correct the card; docs/models.md says what is in one";
  const data = readJson(await readWhole(card), card, remedy);
  const whole = { ...(data as object), name, file: `${name}.onnx` };
  const checked = readJsonCard(cardSchema, new TextEncoder().encode(JSON.stringify(whole)), card, remedy);
  const onnx = /\.json$/i.test(path) ? await convertTfjs(path, float32) : await readWhole(path);
  return keepNetwork(onnx, checked, path, { force });
}

/**
 * Keeps the bytes of a network with their card.
 *
 * @param source Where the bytes come from, for errors.
 * @throws MareyError `ONNX_INVALID`, `CARD_DISAGREES`, `CARD_INVALID` for a joint layout that there isn't, `FILE_EXISTS`.
 */
export async function keepNetwork(
  onnx: Uint8Array,
  card: Card,
  source: string,
  options: { force?: boolean } = {},
): Promise<ModelInfo> {
  const info = describeOnnx(onnx, source);
  requireInput(card, onnx, source);
  requireOutputs(info, card, source);
  cardSkeleton(card);
  const file = await keepModel(card, onnx, options);
  return { ...info, file, card };
}

/** @throws MareyError `CARD_DISAGREES` when a card speaks of an output that the network lacks. */
function requireOutputs({ outputs }: ModelInfo, { codec, name }: Card, source: string): void {
  const names = outputs.map((port) => port.name);
  const missing = outputsOf(codec).find((output) => !names.includes(output));
  if (missing !== undefined)
    throw new MareyError(
      "CARD_DISAGREES",
      source,
      `its card "${name}" speaks of an output "${missing}", but the network has ${names.join(", ")}`,
      "Correct the card: `marey models info FILE.onnx` lists inputs and outputs",
    );
}

/** Outputs that decoders read, by the fields of their settings that name one. */
function outputsOf(codec: Card["codec"]): string[] {
  const fields = ["maps", "fields", "offsets", "x", "y", "points", "world", "presence", "rows", "output"];
  const named = (settings: object): string[] =>
    Object.entries(settings).flatMap(([key, value]) => {
      if (typeof value === "string") return fields.includes(key) ? [value] : [];
      return typeof value === "object" && value !== null && !Array.isArray(value) ? named(value) : [];
    });
  return named(codec);
}

/** What is known of weights besides their numbers. */
export interface Provenance {
  key?: string | undefined;
  force?: boolean | undefined;
  title?: string;
  author?: string;
  licence?: string;
  url?: string;
}

/**
 * Makes a model that runs of weights whose architecture is known, and keeps it under a name.
 *
 * @param network Name in `architectures`.
 * @throws MareyError `MODEL_NAME`, `ARCHITECTURE_UNKNOWN`, `FILE_EXISTS` unless `force`, `WEIGHTS_MISMATCH` when the
 *   tensors are others; those of the readers.
 */
export async function importArchitecture(
  path: string,
  name: string,
  network: string,
  { key, force = false, url, ...facts }: Provenance = {},
): Promise<{ file: string; kind: "network" | "lifter" }> {
  requireModelName(name);
  const { build } = architectureOf(network);
  if (!force) await requireAbsent(cardPath(name));
  const bytes = await readWhole(path);
  const { tensors } = readAnyWeights(bytes, path, key);
  const source = { ...(url && { url }), sha256: { [basename(path)]: sha256Of(bytes) } };
  const built = build(tensors, { ...facts, name, source, file: url ?? path });
  if (built.kind === "lifter") {
    const file = await keepModel(built.card, built.weights, { force });
    return { file, kind: "lifter" };
  }
  const { file } = await keepNetwork(built.onnx, built.card, path, { force });
  return { file, kind: "network" };
}

function architectureOf(name: string): Architecture {
  const found = Object.hasOwn(architectures, name) ? architectures[name] : undefined;
  if (found) return found;
  throw new MareyError(
    "ARCHITECTURE_UNKNOWN",
    `"${name}"`,
    "no architecture has this name",
    `Take one of ${Object.keys(architectures).join(", ")}`,
  );
}
