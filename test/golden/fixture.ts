import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readSafetensors, type StoredTensor } from "@marey/core/format";

/** A tensor of a fixture; integers and booleans are widened to doubles where `numbers` is called. */
export type Stored = StoredTensor;

export interface Tolerance {
  absolute?: number;
  /** As `absolute`, for outputs in pixels. */
  absolutePixels?: number;
  relative?: number;
  /** |difference| ≤ mixed · (1 + |value|) */
  mixed?: number;
}

/** One case of a golden group, with its tensors. */
export interface Case {
  name: string;
  operation: string;
  // biome-ignore lint/suspicious/noExplicitAny: attributes are free JSON that each operation knows
  attributes: any;
  inputs: Record<string, Stored>;
  /** The stored results: for operations judged by quality (`compare: info`), which need the truth. */
  expected: Record<string, Stored>;
  /** By input name: the gradient of L = Σ outputs · seedGradients. Inputs without one are constants. */
  gradients: Record<string, Stored>;
  /** By output name. */
  seedGradients: Record<string, Stored>;
  tolerance: Tolerance;
  /** The group's folder, for cases that name files. */
  folder: string;
}

/** What an operation returns: flat row-major numbers by output name. */
export type Outputs = Record<string, ArrayLike<number> | ArrayLike<bigint> | number>;

/**
 * An operation of a golden group on the project's own code. It throws MareyError for input that must be refused,
 * and `GoldenFailure` when the result misses a quality bound that no tensor expresses.
 */
export type Operation = (fixture: Case) => Outputs | Promise<Outputs>;
export type Operations = Record<string, Operation>;

export class GoldenFailure extends Error {}

export const goldenFolder = process.env.GOLDEN_DIR ?? join(import.meta.dirname, "../../../shared/golden");

/** The cases of a group in file order, or undefined when the group isn't there. */
export function readGroup(group: string): Case[] | undefined {
  const folder = join(goldenFolder, group);
  if (!existsSync(join(folder, "index.json"))) return undefined;
  const { cases } = JSON.parse(readFileSync(join(folder, "index.json"), "utf8"));
  const path = join(folder, "tensors.safetensors");
  const { tensors } = readSafetensors(readFileSync(path), path);
  const look = (names: Record<string, string> = {}) =>
    Object.fromEntries(
      Object.entries(names).map(([name, key]) => {
        const tensor = tensors.get(key);
        if (!tensor) throw new Error(`${path} lacks "${key}"`);
        return [name, tensor];
      }),
    );
  // biome-ignore lint/suspicious/noExplicitAny: checked by use
  return cases.map((entry: any) => ({
    ...entry,
    inputs: look(entry.inputs),
    expected: look(entry.outputs),
    gradients: look(entry.gradients),
    seedGradients: look(entry.seedGradients),
    folder,
  }));
}

/** A tensor's values as doubles. */
export function numbers(tensor: Stored): Float64Array {
  return Float64Array.from(tensor.data as ArrayLike<number | bigint>, Number);
}
