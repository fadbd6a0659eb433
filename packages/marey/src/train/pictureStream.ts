import { MareyError } from "@marey/core";
import { random, shuffle } from "@marey/core/array";
import { poseArea } from "@marey/core/metric";
import { encodeMask, type LabelledPerson, type LabelledPicture } from "@marey/core/model/openPose";
import type { Skeleton } from "@marey/core/skeleton";
import {
  AUGMENTATION_DEFAULTS,
  type AugmentationOptions,
  augment,
  CROP_DEFAULTS,
  type CropOptions,
  cutSample,
  drawAugmentation,
  drawCut,
  type Sample,
  type SamplePerson,
} from "@marey/core/world";
import type { TrainingPictures } from "./pictures.js";
import type { SampleStream } from "./studioStream.js";

export interface PictureStreamOptions {
  /** The network's layout, in which the pictures were read. */
  skeleton: Skeleton;
  /** Decides order, crops and augmentation. */
  seed: number;
  crop?: Partial<CropOptions>;
  augmentation?: Partial<AugmentationOptions>;
  /** Keypoints that the person in the middle has at least; default 5. */
  minLabelled?: number;
  /** Height of such a person's box at least, pixels; default 48. */
  minHeight?: number;
}

/** Pictures decoded ahead of the reader. */
const AHEAD = 8;

/**
 * Crops around the people of annotated pictures, as those of the studio: everybody with enough keypoints once in a round,
 * each round in another order.
 *
 * @throws MareyError `TRAINING_EMPTY` when nobody has enough keypoints; `from` throws what reading a picture does.
 */
export function pictureStream(pictures: TrainingPictures, options: PictureStreamOptions): SampleStream {
  const { skeleton, seed } = options;
  const crop = { ...CROP_DEFAULTS, ...options.crop };
  const varied = { ...AUGMENTATION_DEFAULTS, ...options.augmentation };
  const rows = listPeople(pictures.pictures, options);
  const make = async (place: number): Promise<Sample> => {
    const round = Math.floor(place / rows.length);
    const order = shuffle(rows.length, random(seed + 2 ** 32 * (round + 1)));
    const [index, person] = rows[order[place % rows.length]!]!;
    const picture = pictures.pictures[index]!;
    const chance = random(seed + 2 ** 32 * (place + 0.5));
    const image = await pictures.read(index);
    const matrix = drawCut(chance, picture.people[person]!.box, crop);
    const subject = picture.people[person]!;
    const people = [subject, ...picture.people.filter((other) => other !== subject)].map(samplePerson);
    const { width, height } = crop;
    const cut = cutSample(
      { image, people, known: picture.known, source: picture.file },
      matrix,
      width,
      height,
    );
    const mask = maskOf(picture, matrix, width, height);
    const sample = mask ? { ...cut, mask } : cut;
    return augment(sample, drawAugmentation(chance, sample.image, varied), { joints: skeleton.mirror });
  };
  return {
    async *from(place) {
      const made: Promise<Sample>[] = [];
      for (let next = place; ; next++) {
        while (made.length < AHEAD) {
          const promise = make(next + made.length);
          promise.catch(() => {});
          made.push(promise);
        }
        yield await (made.shift() as Promise<Sample>);
      }
    },
    close: async () => {},
  };
}

function listPeople(
  pictures: readonly LabelledPicture[],
  { minLabelled = 5, minHeight = 48 }: PictureStreamOptions,
): (readonly [picture: number, person: number])[] {
  const rows = pictures.flatMap(({ people }, i) =>
    people.flatMap(({ labelled, box }, p) =>
      labelled >= minLabelled && box[3] - box[1] >= minHeight ? [[i, p] as const] : [],
    ),
  );
  if (rows.length > 0) return rows;
  throw new MareyError(
    "TRAINING_EMPTY",
    `${pictures.length} pictures`,
    `nobody in them has ${minLabelled} keypoints and is ${minHeight} pixels tall`,
    "Give more annotations, or ask for fewer keypoints",
  );
}

function samplePerson({ joints, visibility, box }: LabelledPerson): SamplePerson {
  const keypoints = Float32Array.from(joints);
  visibility?.forEach((v, j) => {
    keypoints[3 * j + 2] = v;
  });
  return { keypoints, box, area: poseArea(joints, box) };
}

function maskOf(
  { unlabelled }: LabelledPicture,
  matrix: Float64Array,
  width: number,
  height: number,
): Uint8Array | undefined {
  if (unlabelled.length === 0) return undefined;
  const shares = new Float32Array(width * height);
  encodeMask(unlabelled, { columns: width, rows: height, stride: 1, matrix }, shares);
  return Uint8Array.from(shares, Math.round);
}
