import { MareyError } from "../../error.js";
import type { Image } from "../../image/image.js";
import type { Tensor } from "../../seam/runtime.js";
import { cellsOf, codecOf, type MapForm } from "./coding.js";
import { writePicture } from "./picture.js";

/** A crop with the person in its middle, as `Sample` of `@marey/core/world` has it. */
export interface LabelledCrop {
  /** RGB, of the network's size. */
  readonly image: Image;
  /** The first one counts. Keypoints are J×3: x, y in pixels, and 0 where nothing is labelled. */
  readonly people: readonly { readonly keypoints: Float32Array }[];
  /** Where it comes from, for errors. */
  readonly source: string;
}

/** What a network is trained on in one step. */
export interface PoseBatch {
  /** B×3×height×width. */
  readonly picture: Tensor;
  /** B×J×rows×columns. */
  readonly target: Tensor;
  /** B×J×1: 0 for joints that aren't labelled or lie outside. */
  readonly weight: Tensor;
  readonly [name: string]: Tensor;
}

/**
 * Makes batches of crops. Hidden joints count like visible ones, as in the paper.
 *
 * @param batch Crops in each.
 * @returns A function of so many crops; its results share their memory, which the next call overwrites.
 * @throws MareyError `RECIPE_SETTING` for a batch of no whole number, or a crop of no whole cells; the function
 *   `MAP_SIZE` and `IMAGE_SIZE` for crops of another number, layout or size.
 */
export function batchMaker(form: MapForm, batch: number): (crops: readonly LabelledCrop[]) => PoseBatch {
  requireSizes(form, batch);
  const { joints, input } = form;
  const [width, height] = input;
  const [columns, rows] = cellsOf(form);
  const cells = joints * columns * rows;
  const codec = codecOf(form);
  const picture = tensor([batch, 3, height, width]);
  const target = tensor([batch, joints, rows, columns]);
  const weight = tensor([batch, joints, 1]);
  const keypoints = new Float32Array(3 * joints);
  return (crops) => {
    requireCrops(crops, batch, form);
    crops.forEach(({ image, people }, b) => {
      writePicture(image, picture.data, b * 3 * width * height);
      keypoints.fill(0);
      // The codec's weight is the visibility it is given: 2, visible, is no more than 1, hidden.
      people[0]?.keypoints.forEach((value, i) => {
        keypoints[i] = i % 3 === 2 ? Math.min(value, 1) : value;
      });
      codec.encode(keypoints, {
        maps: target.data.subarray(b * cells, (b + 1) * cells),
        weights: weight.data.subarray(b * joints, (b + 1) * joints),
      });
    });
    return { picture, target, weight };
  };
}

function requireSizes(form: MapForm, batch: number): void {
  const refused = (name: string, value: unknown, remedy: string) =>
    new MareyError("RECIPE_SETTING", name, `it is ${value}`, remedy);
  if (!(Number.isInteger(batch) && batch > 0))
    throw refused("batch", batch, "Give a whole number, 1 or more");
  const isWhole = (size: number) => Number.isInteger(size / 32) && size > 0;
  if (!form.input.every(isWhole))
    throw refused("size of the crop", form.input.join("×"), "Give multiples of 32 pixels");
}

function requireCrops(crops: readonly LabelledCrop[], batch: number, { input, joints }: MapForm): void {
  const remedy = "Make crops of the network's size and joints, and batches of one number of them";
  if (crops.length !== batch)
    throw new MareyError("MAP_SIZE", "batch", `it has ${crops.length} crops, expected ${batch}`, remedy);
  for (const { image, people, source } of crops) {
    const size = `${image.width}×${image.height}`;
    if (size !== input.join("×"))
      throw new MareyError(
        "IMAGE_SIZE",
        source,
        `it has ${size} pixels, expected ${input.join("×")}`,
        remedy,
      );
    const given = (people[0]?.keypoints.length ?? 3 * joints) / 3;
    if (given !== joints)
      throw new MareyError("MAP_SIZE", source, `it has ${given} keypoints, expected ${joints}`, remedy);
  }
}

const tensor = (dims: readonly number[]) => ({
  type: "float32" as const,
  dims,
  data: new Float32Array(dims.reduce((product, size) => product * size, 1)),
});
