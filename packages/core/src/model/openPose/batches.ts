import { random, shuffle } from "../../array/random.js";
import { MareyError } from "../../error.js";
import type { Image } from "../../image/image.js";
import type { Tensor } from "../../seam/runtime.js";
import { mixed } from "../../world/noise.js";
import { type AugmentOptions, drawEmptyView, drawView, type View, wholeView } from "./augment.js";
import { cutPicture, placePeople } from "./crop.js";
import { encodeMask } from "./mask.js";
import { channelsOf, type TargetOptions, targetEncoder } from "./targets.js";
import type { LabelledPicture } from "./trainingSet.js";
import { requireCropSize, tensor } from "./trainTensor.js";

/** How examples are made of labelled pictures. */
export interface ExampleOptions extends Omit<TargetOptions, "columns" | "rows"> {
  /** Crops in a batch. */
  readonly batch: number;
  readonly augment: AugmentOptions;
  /** Show every picture whole and unchanged, once an epoch, instead of a crop around each person. */
  readonly whole?: boolean;
  /** Keypoints that a person in the middle has at least; 5 when absent. */
  readonly minLabelled?: number;
  /** Area of such a person's box at least, square pixels; 32² when absent. */
  readonly minArea?: number;
  /** Pictures without people, and the share of an epoch's crops that show them (BODY_25B: 0.02); none when absent. */
  readonly backgrounds?: { readonly count: number; readonly share: number };
  /** Whether people without labels are left out of the loss; true when absent. */
  readonly masked?: boolean;
  readonly seed: number;
}

/** Crops of labelled pictures as a network is trained on. */
export interface Examples {
  /** Examples in an epoch: people in the middle of a crop, and crops without people. */
  readonly count: number;
  /** Batches in an epoch, all full: the last takes what is missing from the epoch's start. */
  readonly length: number;
  /** The pictures that a batch is cut from, in its order: indices of the pictures given, backgrounds after them. */
  pictures(epoch: number, position: number): number[];
  /**
   * The batch at a position of an epoch: `picture` B×3×size×size; `target` and `weight` B×C×rows×columns, see `targetEncoder`.
   * Their memory is the next batch's, too.
   *
   * @param images Those of `pictures`, RGB.
   */
  batch(
    epoch: number,
    position: number,
    images: readonly Image[],
  ): { picture: Tensor; target: Tensor; weight: Tensor };
}

/** Every example: a picture, and the person in the middle of the crop. */
type Row = readonly [picture: number, person: number];

/** What is known of a picture without people: all there is. */
const emptyPicture = (joints: number) => ({
  people: [],
  unlabelled: [],
  known: Array<boolean>(joints).fill(true),
});

/**
 * The examples of a set of pictures: every person with enough keypoints comes to the middle of a crop once an epoch, in an
 * order of its own, and all others in view are targets, too (Cao et al. 2017). The same arguments always give the same batch.
 *
 * @throws MareyError `TRAINING_EMPTY` when nobody has enough keypoints, `MAP_SIZE` when the crop is no multiple of the
 *   stride, `RECIPE_SETTING` for a batch or a share that can't be.
 */
export function examples(pictures: readonly LabelledPicture[], options: ExampleOptions): Examples {
  const { batch, augment, seed, stride, skeleton, whole = false, masked = true } = options;
  const rows = listRows(pictures, options);
  requireExamples(rows, pictures, options);
  const empty = emptyPicture(skeleton.joints.length);
  const backgrounds = backgroundRows(rows.length, options);
  const count = rows.length + backgrounds;
  const side = augment.size / stride;
  const cells = side * side;
  const channels = channelsOf(options);
  const encode = targetEncoder({ ...options, columns: side, rows: side });
  const bytes = new Uint8Array(augment.size * augment.size * 3);
  const mask = new Float32Array(cells);
  const picture = tensor([batch, 3, augment.size, augment.size]);
  const target = tensor([batch, channels, side, side]);
  const weight = tensor([batch, channels, side, side]);
  const order = epochOrder(count, seed);
  const rowsOf = (epoch: number, position: number) =>
    Array.from({ length: batch }, (_, b) => order(epoch)[(position * batch + b) % count]);
  const pictureOf = (row: number, epoch: number): number =>
    row < rows.length
      ? rows[row][0]
      : // Later epochs show other backgrounds.
        pictures.length + ((row - rows.length + epoch * backgrounds) % (options.backgrounds?.count ?? 1));
  const viewOf = (row: number, epoch: number, image: Image): View => {
    const drawn = random(mixed(seed, epoch, row));
    if (row >= rows.length) return drawEmptyView(image, augment, drawn);
    const [at, person] = rows[row];
    return whole
      ? wholeView(pictures[at], augment.size)
      : drawView(pictures[at].people[person], augment, drawn);
  };
  return {
    count,
    length: Math.ceil(count / batch),
    pictures: (epoch, position) => rowsOf(epoch, position).map((row) => pictureOf(row, epoch)),
    batch(epoch, position, images) {
      rowsOf(epoch, position).forEach((row, b) => {
        const { people, unlabelled, known } = row < rows.length ? pictures[rows[row][0]] : empty;
        const view = viewOf(row, epoch, images[b]);
        cutPicture(images[b], view, augment.size, bytes, picture.data, b * 3 * augment.size ** 2);
        encodeMask(
          masked ? unlabelled : [],
          { columns: side, rows: side, stride, matrix: view.matrix },
          mask,
        );
        const labels = { people: placePeople(people, view, skeleton.mirror), known, mask };
        const part = ({ data }: { data: Float32Array }) =>
          data.subarray(b * channels * cells, (b + 1) * channels * cells);
        encode(labels, part(target), part(weight));
      });
      return { picture, target, weight };
    },
  };
}

function listRows(
  pictures: readonly LabelledPicture[],
  { whole, minLabelled = 5, minArea = 32 * 32 }: ExampleOptions,
): Row[] {
  if (whole) return pictures.map((_, i) => [i, 0]);
  return pictures.flatMap(({ people }, i) =>
    people.flatMap(({ labelled, box: [left, top, right, bottom] }, p): Row[] =>
      labelled >= minLabelled && (right - left) * (bottom - top) >= minArea ? [[i, p]] : [],
    ),
  );
}

/** How many crops of backgrounds make up their share of the epoch. */
function backgroundRows(people: number, { backgrounds, whole }: ExampleOptions): number {
  if (!backgrounds || backgrounds.count === 0 || whole) return 0;
  const { share } = backgrounds;
  if (!(share >= 0 && share < 1))
    throw new MareyError(
      "RECIPE_SETTING",
      "backgrounds",
      `their share is ${share}`,
      "Give 0 or more, below 1",
    );
  return share === 0 ? 0 : Math.max(1, Math.round((people * share) / (1 - share)));
}

function requireExamples(
  rows: readonly Row[],
  pictures: readonly LabelledPicture[],
  { augment: { size }, stride, batch, minLabelled = 5 }: ExampleOptions,
): void {
  if (rows.length === 0)
    throw new MareyError(
      "TRAINING_EMPTY",
      `${pictures.length} pictures`,
      `nobody in them has ${minLabelled} keypoints and a box of 32×32 pixels`,
      "Give more annotations, or ask for fewer keypoints of the person in the middle",
    );
  requireCropSize(size, stride, batch);
}

/** Gives the order of an epoch; the last one asked for is kept. */
function epochOrder(count: number, seed: number): (epoch: number) => Uint32Array {
  let known = -1;
  let order: Uint32Array = new Uint32Array(0);
  return (epoch) => {
    if (epoch !== known) order = shuffle(count, random(mixed(seed, epoch)));
    known = epoch;
    return order;
  };
}
