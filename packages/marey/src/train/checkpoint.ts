import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { MareyError } from "@marey/core";
import { readSafetensors, type StoredTensor, safetensorsPieces } from "@marey/core/format";
import { type Kept, leaves, type Tree, WEIGHTS } from "@marey/core/nn";
import { z } from "zod";
import { readIfThere, readWhole, writeWhole } from "../files/whole.js";
import { readAnyWeights } from "../store/weights.js";

/** The evaluation with the best value of the metric that decides. */
const bestSchema = z.object({
  step: z.number(),
  epoch: z.number(),
  metrics: z.record(z.string(), z.number()),
});
export type Best = z.infer<typeof bestSchema>;

/** How far a training has come. Steps and epochs are counted from 0, so each says how many are done. */
const positionSchema = z.object({
  step: z.number().int(),
  epoch: z.number().int(),
  /** Batches of this epoch that are done. */
  position: z.number().int(),
  /** Time in training, over all its sessions. */
  seconds: z.number(),
  /** Steps of the last whole epoch. */
  epochSteps: z.number().int().optional(),
  /** Loss of the last step. */
  loss: z.number().optional(),
  best: bestSchema.optional(),
});
export type Position = z.infer<typeof positionSchema>;

const noteSchema = z.object({
  at: positionSchema,
  settings: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  seed: z.number(),
  threads: z.number(),
  device: z.string(),
  /** Bytes of the log and of the event file. */
  log: z.object({ lines: z.number(), events: z.number() }),
});

/** What a checkpoint says beside its tensors. */
export type CheckpointNote = z.infer<typeof noteSchema>;

/** A moment of a training, from which it goes on as if nothing had happened. */
export interface Checkpoint extends CheckpointNote {
  readonly file: string;
  readonly state: ReadonlyMap<string, Kept>;
}

/** The files that a training keeps in its folder. */
export const lastFile = (folder: string) => join(folder, "last.safetensors");
export const bestFile = (folder: string) => join(folder, "best.safetensors");

/** The key of the metadata that holds a checkpoint's note. */
const NOTE = "marey.training";

/**
 * Writes a checkpoint, whole or not at all: weights under their own paths, the optimiser's state as `NAME:PATH`.
 *
 * @throws MareyError `TRAINING_DIVERGED` when a tensor isn't finite, so that the checkpoint before stays;
 *   `FILE_WRITE` when it can't be written.
 */
export async function writeCheckpoint(
  folder: string,
  note: CheckpointNote,
  state: ReadonlyMap<string, Kept>,
): Promise<void> {
  const tensors = new Map<string, StoredTensor>();
  for (const [name, { shape, data }] of state) {
    if (!data.every(Number.isFinite))
      throw new MareyError(
        "TRAINING_DIVERGED",
        `step ${note.at.step}`,
        `"${name}" holds values that aren't finite`,
        "Lower the learning rate, clip the gradients, or check the data",
      );
    const key = name.startsWith(WEIGHTS) ? name.slice(WEIGHTS.length) : name;
    tensors.set(key, { dtype: "F32", shape: [...shape], data });
  }
  const pieces = safetensorsPieces(tensors, { format: "pt", [NOTE]: JSON.stringify(note) });
  await writeWhole(lastFile(folder), pieces, { force: true });
}

/**
 * The checkpoint of a folder, or undefined when there is none.
 *
 * @throws MareyError `CHECKPOINT_INVALID` when the file isn't a training's checkpoint.
 */
export async function readCheckpoint(folder: string): Promise<Checkpoint | undefined> {
  const file = lastFile(folder);
  const bytes = await readIfThere(file);
  if (!bytes) return undefined;
  const { tensors, metadata } = readSafetensors(bytes, file);
  const state = new Map<string, Kept>();
  for (const [key, { shape, data }] of tensors)
    if (data instanceof Float32Array) state.set(key.includes(":") ? key : WEIGHTS + key, { shape, data });
  return { ...readNote(metadata[NOTE], file), file, state };
}

function readNote(text: string | undefined, file: string): CheckpointNote {
  try {
    return noteSchema.parse(JSON.parse(text ?? ""));
  } catch (cause) {
    throw new MareyError(
      "CHECKPOINT_INVALID",
      file,
      "it isn't a checkpoint of a training that can go on",
      "Resume in the folder that the training wrote",
      { cause },
    );
  }
}

/** Writes parameters as a weights file: their paths as keys, the evaluation that they reached as metadata. */
export async function writeWeights(file: string, params: Tree, reached: Best): Promise<void> {
  const tensors = new Map<string, StoredTensor>();
  for (const [path, { shape, data }] of leaves(params))
    tensors.set(path, { dtype: "F32", shape: [...shape], data });
  const pieces = safetensorsPieces(tensors, { format: "pt", reached: JSON.stringify(reached) });
  await writeWhole(file, pieces, { force: true });
}

/**
 * The tensors of any weights file by name: of `best.safetensors`, of a checkpoint (where it keeps a moving average,
 * that), or of another program's (`readAnyWeights`).
 *
 * @throws MareyError `FILE_READ`, and those of `readAnyWeights`.
 */
export async function readWeights(file: string): Promise<Map<string, StoredTensor>> {
  const { tensors } = readAnyWeights(await readWhole(file), file);
  const weights = new Map([...tensors].filter(([key]) => !key.includes(":")));
  for (const [key, tensor] of tensors)
    if (key.startsWith("average:")) weights.set(key.slice("average:".length), tensor);
  return weights;
}

/** Removes what an earlier training left: temporary files of one that was killed, and all of it when `all`. */
export async function clearFolder(folder: string, { all }: { all: boolean }): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const left = names.filter((name) => /^\.(last|best)\.safetensors\..*\.tmp$/.test(name));
  if (all) left.push("last.safetensors", "best.safetensors");
  for (const name of left) await rm(join(folder, name), { force: true });
}
