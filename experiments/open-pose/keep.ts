/** Weights that an earlier run trained, so that its judgement may be looked at again without training. */
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type StoredTensor, writeSafetensors } from "@marey/core/format";
import { leaves, load, type Tree } from "@marey/core/nn";
import { readWeights } from "marey";

/** Those of `folder/name.safetensors`, or new ones, which are then kept there; nothing is kept without a folder. */
export async function kept<P extends Tree>(
  folder: string,
  name: string,
  template: P,
  train: () => Promise<P>,
): Promise<P> {
  const file = join(folder, `${name}.safetensors`);
  if (folder !== "" && existsSync(file)) return load(template, await readWeights(file), file);
  const params = await train();
  if (folder === "") return params;
  const tensors = new Map<string, StoredTensor>();
  for (const [path, { shape, data }] of leaves(params))
    tensors.set(path, { dtype: "F32", shape: [...shape], data });
  await mkdir(folder, { recursive: true });
  await writeFile(file, writeSafetensors(tensors));
  return params;
}
