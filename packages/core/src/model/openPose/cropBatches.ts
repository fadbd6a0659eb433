import { MareyError } from "../../error.js";
import type { Image } from "../../image/image.js";
import { writeNetPicture } from "./crop.js";
import { channelsOf, type TargetOptions, targetEncoder } from "./targets.js";
import { requireCropSize, tensor } from "./trainTensor.js";

/** A crop with everybody in it, as `Sample` of `@marey/core/world` has it. */
export interface LabelledCrop {
  /** RGB, square. */
  readonly image: Image;
  /** Keypoints are J×3: x, y in pixels, NaN where nothing is known; visibility isn't asked. */
  readonly people: readonly { readonly keypoints: Float32Array }[];
  /** J: whether the joint would be labelled here if it were seen. */
  readonly known: readonly boolean[];
  /** size×size: 0 where people are whom nobody labelled; absent: there are none. */
  readonly mask?: Uint8Array;
  /** Where it comes from, for errors. */
  readonly source: string;
}

export interface CropBatchOptions extends Omit<TargetOptions, "columns" | "rows"> {
  /** Crops in a batch. */
  readonly batch: number;
  /** Side of the crops, pixels. */
  readonly size: number;
}

/**
 * Makes batches of crops in which everybody is labelled, as `examples` does of annotated pictures. Joints that are hidden, or
 * that lie outside the crop at a known place, count: fields lead to them.
 *
 * @returns A function of so many crops; its tensors share their memory with the next call's.
 * @throws MareyError `RECIPE_SETTING` and `MAP_SIZE` for a batch or a crop that can't be; the function `IMAGE_SIZE` for a crop
 *   of another size.
 */
export function cropBatchMaker(options: CropBatchOptions) {
  const { batch, size, stride, skeleton } = options;
  requireCropSize(size, stride, batch);
  const side = size / stride;
  const cells = side * side;
  const channels = channelsOf(options);
  const encode = targetEncoder({ ...options, columns: side, rows: side });
  const mask = new Float32Array(cells);
  const picture = tensor([batch, 3, size, size]);
  const target = tensor([batch, channels, side, side]);
  const weight = tensor([batch, channels, side, side]);
  return (crops: readonly LabelledCrop[]) => {
    crops.slice(0, batch).forEach((crop, b) => {
      requireSize(crop, size);
      writeNetPicture(crop.image, picture.data, b * 3 * size * size);
      shrinkMask(crop.mask, size, stride, mask);
      const labels = { people: joinPeople(crop, skeleton.joints.length), known: crop.known, mask };
      const part = ({ data }: { data: Float32Array }) =>
        data.subarray(b * channels * cells, (b + 1) * channels * cells);
      encode(labels, part(target), part(weight));
    });
    return { picture, target, weight };
  };
}

function requireSize({ image, source }: LabelledCrop, size: number): void {
  if (image.width === size && image.height === size) return;
  const what = `it has ${image.width}×${image.height} pixels, expected ${size}×${size}`;
  throw new MareyError("IMAGE_SIZE", source, what, "Make crops of the network's size");
}

/** P×J×3: x, y and 1; 0, 0, 0 where nothing is known. */
function joinPeople({ people }: LabelledCrop, joints: number): Float32Array {
  const joined = new Float32Array(people.length * joints * 3);
  people.forEach(({ keypoints }, p) => {
    for (let i = 0; i < 3 * joints; i += 3)
      if (Number.isFinite(keypoints[i] + keypoints[i + 1]))
        joined.set([keypoints[i], keypoints[i + 1], 1], 3 * joints * p + i);
  });
  return joined;
}

/** What share of each cell's pixels counts. */
function shrinkMask(mask: Uint8Array | undefined, size: number, stride: number, out: Float32Array): void {
  out.fill(mask ? 0 : 1);
  const side = size / stride;
  mask?.forEach((value, i) => {
    const cell = Math.floor(Math.floor(i / size) / stride) * side + Math.floor((i % size) / stride);
    out[cell] += value / (stride * stride);
  });
}
