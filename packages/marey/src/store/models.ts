import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { MareyError } from "@marey/core";
import { declaredShape, elementTypeName, importTfjs, readOnnx, readTopology } from "@marey/core/graph";
import { readIfThere, requireAbsent, writeWhole } from "../files/whole.js";
import { type Card, skeletonName } from "./card.js";
import { cards } from "./cards.js";
import { listImported, modelsFolder, type WeightsCard } from "./imported.js";
import { findCard, networksFolder } from "./networks.js";

/** A network in the list. `bytes` is absent when the build hasn't made its file. */
export interface ModelEntry {
  name: string;
  title: string;
  skeleton: string | null;
  licence: string;
  bytes?: number;
}

/** The embedded networks, then imported weights. */
export async function listModels(): Promise<ModelEntry[]> {
  const embedded = await Promise.all(
    cards.map(async (card) => {
      const { name, title, licence, file } = card;
      const skeleton = card.skeleton === null ? null : skeletonName(card);
      const path = join(networksFolder, file);
      const bytes = existsSync(path) ? (await stat(path)).size : undefined;
      return { name, title, skeleton, licence, bytes };
    }),
  );
  const imported = await Promise.all((await listImported()).map(importedEntry));
  return [...embedded, ...imported];
}

async function importedEntry({ name, file, source, parameters }: WeightsCard): Promise<ModelEntry> {
  const path = join(modelsFolder(), file);
  return {
    name,
    title: `${parameters.toLocaleString("en")} weights of ${basename(source.file)} (${source.format})`,
    skeleton: null,
    licence: "unknown",
    ...(existsSync(path) && { bytes: (await stat(path)).size }),
  };
}

/** What an ONNX file says of itself, with its card if it is an embedded network. */
export interface ModelInfo {
  file: string;
  bytes: number;
  inputs: ModelPort[];
  outputs: ModelPort[];
  /** Operator calls by name, most frequent first. */
  operators: Record<string, number>;
  parameters: number;
  card?: Card;
}

export interface ModelPort {
  name: string;
  type: string;
  /** Sizes, a name for a free one; absent when the file doesn't state them. */
  shape?: (number | string)[];
}

/**
 * Describes an embedded network or an ONNX file.
 *
 * @throws MareyError `NETWORK_UNKNOWN`, `NETWORK_MISSING`, `FILE_MISSING` or `ONNX_INVALID`.
 */
export async function describeModel(nameOrFile: string): Promise<ModelInfo> {
  if (!/\.onnx$/i.test(nameOrFile) && !existsSync(nameOrFile)) {
    const card = findCard(nameOrFile);
    const file = join(networksFolder, card.file);
    return { ...describeOnnx(await readNetwork(file), file), card };
  }
  return describeOnnx(await readNetwork(nameOrFile), nameOrFile);
}

async function readNetwork(file: string): Promise<Uint8Array> {
  const inside = dirname(file) === networksFolder;
  const bytes = await readIfThere(file);
  if (bytes) return bytes;
  throw new MareyError(
    inside ? "NETWORK_MISSING" : "FILE_MISSING",
    file,
    "there is no such file",
    inside ? "Run `npm run build`, which makes it" : "Check the path",
  );
}

function describeOnnx(bytes: Uint8Array, file: string): ModelInfo {
  const graph = readOnnx(bytes, file).graph!;
  const counts = new Map<string, number>();
  for (const { opType } of graph.node) counts.set(opType, (counts.get(opType) ?? 0) + 1);
  const ports = (infos: typeof graph.input): ModelPort[] =>
    infos.map(({ name, type }) => ({
      name,
      type: type?.value.case === "tensorType" ? elementTypeName(type.value.value.elemType) : "unknown",
      shape: declaredShape(graph, name),
    }));
  return {
    file,
    bytes: bytes.length,
    inputs: ports(graph.input),
    outputs: ports(graph.output),
    operators: Object.fromEntries([...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))),
    parameters: graph.initializer.reduce(
      (sum, { dims }) => sum + dims.reduce((product, size) => product * Number(size), 1),
      0,
    ),
  };
}

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
      "Give a name that ends in .onnx",
    );
  if (!force) await requireAbsent(to);
  const json = await readText(path);
  const { weightFiles } = readTopology(json, path);
  const parts = await Promise.all(weightFiles.map((name) => readWeightFile(path, name)));
  const name = basename(path).replace(/\.json$/i, "");
  const { onnx } = importTfjs(json, Buffer.concat(parts), { name, halves: !float32 });
  await writeWhole(to, onnx, { force });
  return describeOnnx(onnx, to);
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
