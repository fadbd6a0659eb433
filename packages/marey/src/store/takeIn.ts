import { MareyError } from "@marey/core";
import { openZip } from "@marey/core/format";
import { readWhole } from "../files/whole.js";
import { cardSchema } from "./card.js";
import type { CatalogueEntry } from "./catalogueEntry.js";
import { sha256Of } from "./digest.js";
import { importWeights } from "./imported.js";
import { importArchitecture, keepNetwork } from "./importNetwork.js";

/**
 * Makes a model of a file that has come; returns the model's file.
 *
 * @param blob The file as it came.
 * @throws MareyError `DOWNLOAD_DIGEST` when what is inside an archive is another file; those of the importers.
 */
export async function takeIn(
  entry: CatalogueEntry,
  blob: string,
  { url, sha256 }: { url: string; sha256: string },
  { force }: { force?: boolean | undefined },
): Promise<string> {
  const { name, title, author, importer } = entry;
  const licence = entry.licence.name;
  if (importer.kind === "onnx") {
    const onnx = unpacked(entry, await readWhole(blob), url);
    const card = cardSchema.parse({
      name,
      title,
      file: `${name}.onnx`,
      author,
      licence,
      source: { url, sha256: { [url]: sha256 } },
      skeleton: importer.skeleton,
      ...importer.card,
    });
    return (await keepNetwork(onnx, card, url, { force: force ?? false })).file;
  }
  const options = { force, title, licence, ...(importer.key !== undefined && { key: importer.key }) };
  if (importer.kind === "architecture")
    return (await importArchitecture(blob, name, importer.network, { ...options, author, url })).file;
  return (await importWeights(blob, name, { ...options, from: url })).file;
}

/** The network's bytes: the file itself, or the one in the archive that counts. */
function unpacked({ unpack }: CatalogueEntry, bytes: Uint8Array, where: string): Uint8Array {
  if (!unpack) return bytes;
  const files = openZip(bytes, where);
  const names = [...files.keys()].filter((name) => name.toLowerCase().endsWith(unpack.ending));
  const [name] = names;
  if (name === undefined || names.length > 1)
    throw new MareyError(
      "ZIP_CONTENT",
      where,
      `the archive has ${names.length} files that end in ${unpack.ending}: ${[...files.keys()].join(", ")}`,
      "The publisher has changed it; unpack it and take the network in with `marey models import`",
    );
  const content = files.get(name)!.unpacked();
  const sha256 = sha256Of(content);
  if (unpack.sha256 === undefined || sha256 === unpack.sha256) return content;
  throw new MareyError(
    "DOWNLOAD_DIGEST",
    `${where}, file "${name}"`,
    `its SHA-256 is ${sha256}, expected ${unpack.sha256}`,
    "It isn't the network that was published: try another mirror",
  );
}
