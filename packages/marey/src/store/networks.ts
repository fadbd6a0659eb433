import { join } from "node:path";
import { MareyError } from "@marey/core";
import type { Network, Runtime, RuntimeOptions } from "@marey/core/seam";
import { readIfThere } from "../files/whole.js";
import type { Card } from "./card.js";
import { cards } from "./cards.js";

/** Folder of the embedded networks; the same from `src/store` and `dist/store`. */
export const networksFolder: string = join(import.meta.dirname, "../../networks");

/**
 * The card of an embedded network.
 *
 * @throws MareyError `NETWORK_UNKNOWN` with the names that there are.
 */
export function findCard(name: string): Card {
  const card = cards.find((entry) => entry.name === name);
  if (card) return card;
  throw new MareyError(
    "NETWORK_UNKNOWN",
    `network "${name}"`,
    "there is no such network",
    `Take one of ${cards.map((entry) => entry.name).join(", ")}`,
  );
}

/**
 * The ONNX file of an embedded network.
 *
 * @throws MareyError `NETWORK_UNKNOWN`, or `NETWORK_MISSING` when the build hasn't made it.
 */
export async function networkBytes(name: string, folder: string = networksFolder): Promise<Uint8Array> {
  const card = findCard(name);
  const path = join(folder, card.file);
  const bytes = await readIfThere(path);
  if (bytes) return bytes;
  throw new MareyError(
    "NETWORK_MISSING",
    `network "${name}"`,
    `its file ${path} is not there`,
    "Run `npm run build`, which makes it from the weights that `npm ci` fetched",
  );
}

/**
 * Loads an embedded network.
 *
 * @throws MareyError as `networkBytes`, and what the runtime throws.
 */
export async function loadNetwork(
  runtime: Runtime,
  name: string,
  options?: RuntimeOptions,
): Promise<Network> {
  return runtime.load(await networkBytes(name), options);
}
