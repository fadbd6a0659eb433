import { basename, join, resolve } from "node:path";
import { MareyError } from "@marey/core";
import { npzPieces, type StoredTensor, safetensorsPieces, type Weights } from "@marey/core/format";
import { fileSet, readWhole, requireAbsent, writeWhole } from "../files/whole.js";
import { sha256Of } from "./digest.js";
import { modelsFolder } from "./folders.js";
import { jsonText } from "./jsonCard.js";
import { findModel } from "./models.js";
import { cardPath, requireModelName } from "./stored.js";
import { readAnyWeights } from "./weights.js";
import type { WeightsCard } from "./weightsCard.js";

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

/** Which tensors of a file, and what is known of them besides. */
export interface ImportWeightsOptions {
  /** For checkpoints, the entry that holds the weights. */
  key?: string | undefined;
  force?: boolean | undefined;
  title?: string;
  licence?: string;
  /** Where they come from, when that isn't the file. */
  from?: string;
}

/**
 * Reads weights from a file of any kind and keeps them under a name, as safetensors with a card.
 *
 * @throws MareyError `MODEL_NAME` for a name that can't be given; `FILE_EXISTS` unless `force`; those of the readers:
 *   `PICKLE_UNSAFE` for a checkpoint that names what may not be read.
 */
export async function importWeights(
  path: string,
  name: string,
  { key, force = false, title, licence, from }: ImportWeightsOptions = {},
): Promise<WeightsInfo> {
  requireModelName(name);
  if (!force) await requireAbsent(cardPath(name));
  const bytes = await readWhole(path);
  const { format, tensors } = readAnyWeights(bytes, path, key);
  const card: WeightsCard = {
    name,
    file: `${name}.safetensors`,
    ...(title !== undefined && { title }),
    ...(licence !== undefined && { licence }),
    source: { file: from ?? resolve(path), format, sha256: sha256Of(bytes), key: key ?? null },
    tensors: tensors.size,
    parameters: parametersOf(tensors),
  };
  const pieces = safetensorsPieces(tensors, { format: "pt", source: basename(path) });
  const file = await keepModel(card, pieces, { force });
  return { ...infoOf(file, (await readWhole(file)).length, "safetensors", tensors), card };
}

/** Writes a model's file and its card, both or none; returns the file. @throws MareyError `FILE_EXISTS`, `FILE_WRITE`. */
export async function keepModel(
  card: { name: string; file: string },
  content: Uint8Array | Iterable<Uint8Array>,
  { force = false }: { force?: boolean } = {},
): Promise<string> {
  const file = join(modelsFolder(), card.file);
  const files = fileSet({ force });
  try {
    await files.write(file, content);
    await files.write(cardPath(card.name), jsonText(card));
    await files.publish();
  } finally {
    await files.discard();
  }
  return file;
}

/**
 * Weights by the name of an embedded, imported or pulled model, or those of a file.
 *
 * @throws MareyError `NETWORK_UNKNOWN` when there is neither, `FILE_READ`, and those of the readers.
 */
export async function openWeights(
  nameOrFile: string,
  key?: string,
): Promise<WeightsInfo & { values: Map<string, StoredTensor> }> {
  const model = await findModel(nameOrFile);
  const bytes = await readWhole(model.file);
  const { format, tensors } = readAnyWeights(bytes, model.file, key);
  return {
    ...infoOf(model.file, bytes.length, format, tensors),
    ...(model.kind === "weights" && { card: model.card }),
    values: tensors,
  };
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
 * Writes the weights of a model or a file as safetensors or npz; the ending says which.
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
      npz
        ? "npz is written without float16"
        : "weights are written as .safetensors or .npz, networks as .onnx",
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
