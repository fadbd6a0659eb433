/** What the experiments that train can be told on the command line. */
import { parseArgs } from "node:util";
import { CMU } from "../video-pose-3d/views.js";

export interface Flags {
  /** Folder of the motion clips. */
  data: string;
  steps: number;
  seed: number;
  /** Folder for the weights: what is there isn't trained again. Nothing is kept when empty. */
  keep: string;
  threads: number;
  /** Crowds in a step. */
  batch: number;
  /** Seconds instead of minutes: shows only that it runs. */
  quick: boolean;
}

/** @param steps When `--steps` isn't given. */
export function readFlags(steps: number): Flags {
  const { values } = parseArgs({
    options: {
      data: { type: "string", default: CMU },
      steps: { type: "string", default: `${steps}` },
      seed: { type: "string", default: "1" },
      keep: { type: "string", default: "" },
      threads: { type: "string", default: "1" },
      quick: { type: "boolean", default: false },
    },
  });
  const { data, keep, quick } = values;
  return {
    data,
    steps: quick ? 3 : Number(values.steps),
    seed: Number(values.seed),
    keep,
    threads: Number(values.threads),
    batch: quick ? 2 : 8,
    quick,
  };
}
