import { MareyError } from "../../error.js";

/** A tensor of zeros. */
export const tensor = (dims: readonly number[]) => ({
  type: "float32" as const,
  dims,
  data: new Float32Array(dims.reduce((product, size) => product * size, 1)),
});

/**
 * Requires sizes of batches that networks can be trained on.
 *
 * @throws MareyError `RECIPE_SETTING` for a batch, `MAP_SIZE` for a crop.
 */
export function requireCropSize(size: number, stride: number, batch: number): void {
  if (!(Number.isInteger(batch) && batch > 0))
    throw new MareyError("RECIPE_SETTING", "batch", `it is ${batch}`, "Give a whole number, 1 or more");
  if (!(Number.isInteger(size / stride) && size > 0))
    throw new MareyError(
      "MAP_SIZE",
      "crop",
      `its side of ${size} pixels is no multiple of the stride ${stride}`,
      `Give a multiple of ${stride}`,
    );
}
