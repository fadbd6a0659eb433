/**
 * Makes the ONNX files of the embedded networks: a step of `npm run build`, after the compiler.
 * Run as `node packages/marey/dist/store/embed.js`.
 */
import { MareyError } from "@marey/core";
import { cards } from "./cards.js";
import { convertNetwork, importerDigest } from "./convert.js";
import { networksFolder } from "./networks.js";

try {
  const importer = await importerDigest();
  const made: string[] = [];
  // Those that no package holds come with the sources.
  for (const card of cards.filter(({ source }) => source.package !== undefined))
    if (await convertNetwork(card, networksFolder, importer)) made.push(card.name);
  console.log(made.length > 0 ? `networks: made ${made.join(", ")}` : "networks: up to date");
} catch (error) {
  if (!(error instanceof MareyError)) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
