import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MareyError } from "@marey/core";
import { random } from "@marey/core/array";
import { readSafetensors, type StoredTensor, writeSafetensors } from "@marey/core/format";
import { type Lifter, network, openLifter } from "@marey/core/model/videoPose3d";
import { leaves, load } from "@marey/core/nn";
import type { Runtime } from "@marey/core/seam";
import { h36m17 } from "@marey/core/skeleton";
import { writeWhole } from "../files/index.js";
import { readJsonCard } from "../store/jsonCard.js";
import { type LifterCard, lifterCardSchema } from "./lifterCard.js";

/** Folder of the default lifter: its weights, card and training log; the same from `src/lift` and `dist/lift`. */
const lifterFolder: string = join(import.meta.dirname, "../../weights/lifter");

/** A lifter with its card. */
export interface OpenedLifter {
  card: LifterCard;
  lifter: Lifter;
}

/**
 * Opens the default lifter, or one from another folder with a card and weights.
 *
 * @param folder Folder with a `card.json`, or a card of another name; the weights stand beside it.
 * @throws MareyError `LIFTER_MISSING` when a file is not there, `CARD_INVALID`, `LIFTER_DIGEST`, `WEIGHTS_MISMATCH`.
 */
export async function openDefaultLifter(
  runtime: Runtime,
  { folder = lifterFolder, threads }: { folder?: string; threads?: number } = {},
): Promise<OpenedLifter> {
  const cardFile = /\.json$/i.test(folder) ? folder : join(folder, "card.json");
  const card = readJsonCard(lifterCardSchema, await bytesOf(cardFile), cardFile);
  const { filterWidths, channels } = card;
  const file = join(dirname(cardFile), card.file);
  const bytes = await bytesOf(file);
  if (digest(bytes) !== card.sha256)
    throw new MareyError(
      "LIFTER_DIGEST",
      file,
      "the weights aren't those that the card speaks of (SHA-256 differs)",
      "Copy card and weights again, from one training",
    );
  const joints = h36m17.joints.length;
  const empty = network.init(random(0), { filterWidths, channels, jointsIn: joints, jointsOut: joints });
  const params = load(empty, readSafetensors(bytes, file).tensors, file);
  const mirrors = { keypoints: h36m17.mirror, positions: h36m17.mirror };
  return { card, lifter: openLifter(runtime, params, { filterWidths, mirrors, threads }) };
}

/**
 * Writes a lifter as `openDefaultLifter` reads it: the matrices as float16, the rest (biases, batch norms) as float32.
 *
 * @param card all but the name of the weights' file and its digest.
 */
export async function writeLifter(
  folder: string,
  params: network.NetworkParams,
  card: Omit<LifterCard, "file" | "sha256">,
): Promise<void> {
  const tensors = new Map<string, StoredTensor>();
  for (const [path, { shape, data }] of leaves(params))
    tensors.set(path, { dtype: shape.length > 1 ? "F16" : "F32", shape: [...shape], data });
  const bytes = writeSafetensors(tensors, { format: "pt" });
  const file = "lifter.safetensors";
  await writeWhole(join(folder, file), bytes, { force: true });
  const { name, title, ...others } = card;
  const text = JSON.stringify({ name, title, file, sha256: digest(bytes), ...others }, undefined, 2);
  await writeWhole(join(folder, "card.json"), `${text}\n`, { force: true });
}

const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new MareyError(
      "LIFTER_MISSING",
      file,
      `the lifter's file can't be read (${(cause as NodeJS.ErrnoException).code ?? (cause as Error).message})`,
      "Name a stored lifter (`marey models list` shows them), or a folder that holds a lifter's card.json and weights",
      { cause },
    );
  }
}
