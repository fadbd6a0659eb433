import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { MareyError } from "@marey/core";
import { declaredShape, elementTypeName, readOnnx } from "@marey/core/graph";
import type { Network, Runtime, RuntimeOptions } from "@marey/core/seam";
import { readIfThere } from "../files/whole.js";
import { type Card, cardSchema } from "./card.js";
import { cards } from "./cards.js";
import { notPulled } from "./catalogue.js";
import { readJsonCard } from "./jsonCard.js";
import { networkBytes } from "./networks.js";
import { findStored, storedNetwork } from "./stored.js";

/** A network with the card by which it is spoken to. */
export interface OpenedNetwork {
  card: Card;
  network: Network;
}

/**
 * Opens a network by the name of an embedded one, by the name of one in the models folder, or by the path of its card, beside
 * which its ONNX file lies.
 *
 * @param methods What the caller takes beside networks, which the message about an unknown name lists.
 * @throws MareyError `MODEL_UNKNOWN`, `MODEL_KIND`, `CARD_INVALID`, `CARD_DISAGREES`, `NETWORK_MISSING`, and what the runtime throws.
 */
export async function openNetwork(
  runtime: Runtime,
  nameOrPath: string,
  options?: RuntimeOptions,
  methods: readonly string[] = [],
): Promise<OpenedNetwork> {
  const embedded = cards.find(({ name }) => name === nameOrPath);
  if (embedded)
    return { card: embedded, network: await runtime.load(await networkBytes(nameOrPath), options) };
  const stored = isPath(nameOrPath) ? undefined : await networkOf(nameOrPath);
  const { card, bytes, file } = stored
    ? { ...stored, file: stored.card.file }
    : await readBeside(nameOrPath, methods);
  requireInput(card, bytes, file);
  return { card, network: await runtime.load(bytes, options) };
}

/** The stored network of a name. @throws MareyError `MODEL_KIND` where something else is stored under it. */
async function networkOf(name: string) {
  const other = await findStored(name);
  if (other === undefined || other.kind === "network") return storedNetwork(name);
  throw new MareyError(
    "MODEL_KIND",
    `model "${name}"`,
    other.kind === "lifter" ? "it is a lifter, which sees no pictures" : "it is stored as weights alone",
    other.kind === "lifter"
      ? `Give it to marey lift --lifter ${name}`
      : "Import its network with a card (--card), or weights of a known architecture with --network",
  );
}

const isPath = (name: string) => /\.(json|onnx)$/i.test(name) || /[\\/]/.test(name);

/** A card and the network beside it. */
async function readBeside(
  path: string,
  methods: readonly string[],
): Promise<{ card: Card; bytes: Uint8Array; file: string }> {
  const json = isPath(path) && !/\.onnx$/i.test(path) ? await readIfThere(path) : undefined;
  if (!json) throw unknown(path, methods);
  const card = readJsonCard(cardSchema, json, path);
  const file = join(dirname(path), card.file);
  const bytes = await readIfThere(file);
  if (bytes) return { card, bytes, file };
  throw new MareyError(
    "NETWORK_MISSING",
    path,
    `its network ${file} is not there`,
    `Put ${card.file} beside the card, or correct the card's "file"`,
  );
}

function unknown(asked: string, methods: readonly string[]): MareyError {
  const beside = asked.replace(/\.onnx$/i, ".json");
  const names = cards.map(({ name }) => name).join(", ");
  const known = notPulled("MODEL_UNKNOWN", asked);
  if (known) return known;
  return new MareyError(
    "MODEL_UNKNOWN",
    `model "${asked}"`,
    /\.onnx$/i.test(asked)
      ? "a network needs a card that says how to speak to it"
      : isPath(asked)
        ? "there is no such card"
        : `no network of this name is embedded or kept${methods.length > 0 ? ", and it is no method" : ""}`,
    /\.onnx$/i.test(asked)
      ? existsSync(beside)
        ? `Give its card: ${beside}`
        : "Write a card beside it and give that (docs/cards.md)"
      : `Take ${methods.length > 0 ? `a method (${methods.join(", ")}), a network (${names})` : `one of ${names}`}, one that \`marey models list\` shows, or the path of a card (docs/cards.md)`,
  );
}

/** What the ONNX file declares of its input must be what the card says. @throws MareyError `CARD_DISAGREES`. */
export function requireInput({ name, input }: Card, bytes: Uint8Array, file: string): void {
  const { graph } = readOnnx(bytes, file);
  const held = new Set(graph?.initializer.map((tensor) => tensor.name));
  const inputs = graph?.input.filter((one) => !held.has(one.name)) ?? [];
  const declared = inputs.find((one) => one.name === input.name);
  const disagrees = (field: string, what: string) =>
    new MareyError("CARD_DISAGREES", `card "${name}"`, `${field}: ${what}`, "Correct this field of the card");
  if (!graph || !declared)
    throw disagrees(
      "input.name",
      `"${input.name}", but the inputs of ${file} are ${inputs.map((one) => `"${one.name}"`).join(", ") || "none"}`,
    );
  const { value } = declared.type ?? {};
  const type = value?.case === "tensorType" ? elementTypeName(value.value.elemType) : undefined;
  if (type !== undefined && type !== input.type)
    throw disagrees("input.type", `"${input.type}", but the network takes ${type}`);
  const shape = declaredShape(graph, input.name);
  if (!shape) return;
  const { height, width } = input;
  const wanted = input.layout === "NHWC" ? [1, height, width, 3] : [1, 3, height, width];
  const field = (i: number) =>
    wanted[i] === 3 && i !== 2
      ? "input.layout"
      : i === (input.layout === "NHWC" ? 1 : 2)
        ? "input.height"
        : "input.width";
  if (shape.length !== 4)
    throw disagrees(
      "input.layout",
      `pictures are [${wanted.join(", ")}], but the network takes [${shape.join(", ")}]`,
    );
  shape.forEach((n, i) => {
    const own = wanted[i];
    if (typeof n !== "number" || n <= 0 || n === own) return;
    throw disagrees(
      field(i),
      `${own ?? "any size"} as ${input.layout}, but the network takes ${n}: its input is [${shape.join(", ")}]`,
    );
  });
}
