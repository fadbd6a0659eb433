import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";
import { MareyError } from "@marey/core";
import {
  npzPieces,
  readSafetensors,
  type StoredTensor,
  safetensorsPieces,
  type Weights,
} from "@marey/core/format";
import { z } from "zod";
import { fileSet, readIfThere, readWhole, requireAbsent, writeWhole } from "../files/whole.js";
import { cards } from "./cards.js";
import { networksFolder } from "./networks.js";
import { readAnyWeights } from "./weights.js";

/** What imported weights are and where they came from; it stands beside them. */
const weightsCardSchema = z.strictObject({
  name: z.string(),
  /** Safetensors file beside the card. */
  file: z
    .string()
    .regex(/^[\w.-]+\.safetensors$/, "expected the name of a .safetensors file without a folder"),
  source: z.strictObject({
    file: z.string(),
    format: z.string(),
    sha256: z.string(),
    /** The entry of the checkpoint that was taken, if one was named. */
    key: z.string().nullable(),
  }),
  tensors: z.int(),
  /** Numbers in all tensors. */
  parameters: z.int(),
});
export type WeightsCard = z.infer<typeof weightsCardSchema>;

/** A file of weights, or imported ones. */
export interface WeightsInfo {
  file: string;
  bytes: number;
  format: Weights["format"];
  parameters: number;
  tensors: { name: string; dtype: string; shape: number[] }[];
  /** For imported weights. */
  card?: WeightsCard;
}

/** Where imported weights are kept: `MAREY_MODELS`, or Marey's place in the user's data folder. */
export function modelsFolder(): string {
  const { MAREY_MODELS, XDG_DATA_HOME } = process.env;
  return MAREY_MODELS ?? join(XDG_DATA_HOME ?? join(homedir(), ".local", "share"), "marey", "models");
}

const cardPath = (name: string) => join(modelsFolder(), `${name}.json`);
const isName = (name: string) => /^[a-z0-9][a-z0-9-]*$/.test(name);

/** The cards of all imported weights, by name. */
export async function listImported(): Promise<WeightsCard[]> {
  const files = await readdir(modelsFolder()).catch(() => []);
  const names = files.flatMap((file) => /^(.+)\.json$/.exec(file)?.[1] ?? []).sort();
  const found = await Promise.all(names.map((name) => importedCard(name)));
  return found.filter((card) => card !== undefined);
}

/** The card of imported weights, undefined when there are none of this name. @throws MareyError `CARD_INVALID`. */
export async function importedCard(name: string): Promise<WeightsCard | undefined> {
  if (!isName(name)) return undefined;
  const bytes = await readIfThere(cardPath(name));
  if (!bytes) return undefined;
  try {
    return weightsCardSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    const what =
      cause instanceof z.ZodError ? (cause.issues[0]?.message ?? "it is no card") : "it is no JSON";
    throw new MareyError("CARD_INVALID", cardPath(name), what, "Import the weights again", { cause });
  }
}

/** Imported weights. @throws MareyError as the reader of safetensors; `FILE_READ` when the file is gone. */
export async function importedWeights({ file }: WeightsCard): Promise<Map<string, StoredTensor>> {
  const path = join(modelsFolder(), file);
  return readSafetensors(await readWhole(path), path).tensors;
}

/**
 * Reads weights from a file of any kind and keeps them under a name, as safetensors with a card.
 *
 * @param key For checkpoints, the entry that holds the weights.
 * @throws MareyError `MODEL_NAME` for a name that can't be given; `FILE_EXISTS` unless `force`; those of the readers:
 *   `PICKLE_UNSAFE` for a checkpoint that names what may not be read.
 */
export async function importWeights(
  path: string,
  name: string,
  { key, force = false }: { key?: string | undefined; force?: boolean | undefined } = {},
): Promise<WeightsInfo> {
  requireName(name);
  if (!force) await requireAbsent(cardPath(name));
  const bytes = await readWhole(path);
  const { format, tensors } = readAnyWeights(bytes, path, key);
  const card: WeightsCard = {
    name,
    file: `${name}.safetensors`,
    source: {
      file: resolve(path),
      format,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      key: key ?? null,
    },
    tensors: tensors.size,
    parameters: parametersOf(tensors),
  };
  const file = join(modelsFolder(), card.file);
  const files = fileSet({ force });
  try {
    await files.write(file, safetensorsPieces(tensors, { format: "pt", source: basename(path) }));
    await files.write(cardPath(name), `${JSON.stringify(card, undefined, 2)}\n`);
    await files.publish();
  } finally {
    await files.discard();
  }
  return { ...infoOf(file, (await readWhole(file)).length, "safetensors", tensors), card };
}

function requireName(name: string): void {
  const taken = cards.some((card) => card.name === name);
  if (isName(name) && !taken) return;
  throw new MareyError(
    "MODEL_NAME",
    `"${name}"`,
    taken ? "a network that Marey contains has this name" : "this can't be the name of weights",
    "Give a name of small letters, digits and hyphens",
  );
}

/** Weights by the name of an import or of an embedded network, or those of a file. @throws MareyError `NETWORK_UNKNOWN` when there are neither. */
export async function openWeights(
  nameOrFile: string,
  key?: string,
): Promise<WeightsInfo & { values: Map<string, StoredTensor> }> {
  const card = await importedCard(nameOrFile);
  const embedded = cards.find(({ name }) => name === nameOrFile);
  const file = card
    ? join(modelsFolder(), card.file)
    : embedded
      ? join(networksFolder, embedded.file)
      : nameOrFile;
  const bytes = await readIfThere(file);
  if (!bytes) {
    const names = [...cards, ...(await listImported())].map((entry) => entry.name);
    throw new MareyError(
      "NETWORK_UNKNOWN",
      `"${nameOrFile}"`,
      "there is no such network, weights or file",
      `Give a file, or one of ${names.join(", ")}`,
    );
  }
  const { format, tensors } = readAnyWeights(bytes, file, key);
  return { ...infoOf(file, bytes.length, format, tensors), ...(card && { card }), values: tensors };
}

function infoOf(
  file: string,
  bytes: number,
  format: Weights["format"],
  tensors: ReadonlyMap<string, StoredTensor>,
): WeightsInfo {
  const rows = [...tensors].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  return { file, bytes, format, parameters: parametersOf(tensors), tensors: rows };
}

const parametersOf = (tensors: ReadonlyMap<string, StoredTensor>) =>
  [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);

/**
 * Writes imported weights, or those of a file, as safetensors or npz; the ending says which.
 *
 * @param float16 Rounds float64 and float32 to float16 (safetensors only).
 * @throws MareyError `TENSOR_VALUES` when one is too large for that; `FORMAT_UNKNOWN` for another ending; `FILE_EXISTS` unless `force`; as `openWeights`.
 */
export async function exportWeights(
  nameOrFile: string,
  out: string,
  {
    key,
    float16 = false,
    force = false,
  }: { key?: string | undefined; float16?: boolean; force?: boolean } = {},
): Promise<WeightsInfo> {
  const npz = /\.npz$/i.test(out);
  if ((!npz && !/\.safetensors$/i.test(out)) || (npz && float16))
    throw new MareyError(
      "FORMAT_UNKNOWN",
      out,
      npz ? "npz is written without float16" : "weights are written as .safetensors or .npz",
      "Give a name that ends in .safetensors",
    );
  if (!force) await requireAbsent(out);
  const { values, file } = await openWeights(nameOrFile, key);
  const tensors = float16
    ? new Map([...values].map(([name, tensor]) => [name, halved(name, tensor)]))
    : values;
  const pieces = npz
    ? npzPieces(Object.fromEntries(tensors))
    : safetensorsPieces(tensors, { format: "pt", source: basename(file) });
  await writeWhole(out, pieces, { force });
  return infoOf(out, (await readWhole(out)).length, npz ? "npz" : "safetensors", tensors);
}

/** Floats as float16. A number too large for it would silently become infinite. */
function halved(name: string, tensor: StoredTensor): StoredTensor {
  const { dtype, data } = tensor;
  if (!["F64", "F32", "BF16"].includes(dtype)) return tensor;
  const values = Float32Array.from(data as Float32Array | Float64Array);
  const large = values.find((value) => Number.isFinite(value) && Math.abs(value) >= 65520);
  if (large === undefined) return { ...tensor, dtype: "F16", data: values };
  throw new MareyError(
    "TENSOR_VALUES",
    `tensor "${name}"`,
    `${large} is beyond the range of float16`,
    "Export without --float16",
  );
}
