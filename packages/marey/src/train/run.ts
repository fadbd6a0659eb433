import { availableParallelism } from "node:os";
import { MareyError } from "@marey/core";
import type { Runtime, RuntimeOptions } from "@marey/core/seam";
import { openProgress, type Progress } from "../progress.js";
import { onnxRuntime } from "../run/index.js";
import type { Settings } from "./settings.js";

/** One run of a recipe: with what settings, where, and on what. */
export interface Run<S extends Settings = Settings> {
  /** The recipe's name. */
  readonly name: string;
  readonly settings: S;
  /** Where logs and checkpoints go. */
  readonly folder: string;
  /** Determines all that is random: the setting `seed` of the recipe, or 1. */
  readonly seed: number;
  /** Go on from the folder's checkpoint, if there is one. */
  readonly resume: boolean;
  /** Replace the training that the folder holds. */
  readonly force: boolean;
  readonly runtime: Runtime;
  readonly device: NonNullable<RuntimeOptions["device"]>;
  /** Threads inside a step. Another number may round sums otherwise. */
  readonly threads: number;
  /** Seconds between checkpoints; one is also written at the end of each epoch. */
  readonly checkpointEvery: number;
  readonly progress: Progress;
  /** When aborted, the training writes a checkpoint and ends with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A run with what isn't given filled in: a new training on all processor cores, in silence. */
export function openRun<S extends Settings>(
  given: Pick<Run<S>, "name" | "settings" | "folder"> & Partial<Run<S>>,
): Run<S> {
  return {
    seed: seedOf(given.settings),
    resume: false,
    force: false,
    runtime: onnxRuntime,
    device: "cpu",
    threads: availableParallelism(),
    checkpointEvery: 60,
    progress: openProgress({ silent: true }),
    ...given,
  };
}

function seedOf({ seed = 1 }: Settings): number {
  if (typeof seed === "number") return seed;
  throw new MareyError("RECIPE_INVALID", "settings", `seed is "${seed}"`, "Make the setting seed a number");
}
