import type { Random } from "../../array/random.js";
import type { Image } from "../../image/image.js";
import { compressBlocks } from "../optics/compression.js";
import { drawSensor, exposeSensor, type Sensor } from "../optics/sensor.js";
import { mirrorSample, type Partners } from "./mirror.js";
import { drawPatch, type Patch, putPatch } from "./patch.js";
import type { Sample } from "./sample.js";

/** How pictures are varied after they were taken. Shares are of all pictures. */
export interface AugmentationOptions {
  /** In the mirror. */
  flip: number;
  /** With colour, blur and noise of a camera of its own. */
  sensor: number;
  /** With the traces of JPEG. */
  jpeg: number;
  /** Quality of JPEG, drawn evenly. */
  quality: readonly [low: number, high: number];
  /** With something in front. */
  occluded: number;
  /** So many things then, at most, each up to this share of the picture's sides. */
  patches: number;
  patchSize: number;
}

export const AUGMENTATION_DEFAULTS: AugmentationOptions = {
  flip: 0.5,
  sensor: 0.9,
  jpeg: 0.6,
  quality: [25, 95],
  occluded: 0.25,
  patches: 3,
  patchSize: 0.35,
};

/** Nothing is changed. */
export const NO_AUGMENTATION: AugmentationOptions = {
  ...AUGMENTATION_DEFAULTS,
  ...{ flip: 0, sensor: 0, jpeg: 0, occluded: 0 },
};

/** What is done to one picture, in this order. */
export interface Augmentation {
  mirrored: boolean;
  /** In front: occluders. */
  patches: readonly Patch[];
  sensor?: Sensor;
  /** Decides the noise. */
  noise: number;
  /** Of JPEG. */
  quality?: number;
}

export function drawAugmentation(
  chance: Random,
  image: Image,
  { flip, sensor, jpeg, quality, occluded, patches, patchSize }: AugmentationOptions,
): Augmentation {
  const happens = (share: number) => chance.uniform() < share;
  const mirrored = happens(flip);
  const things = happens(occluded) ? 1 + chance.integer(patches) : 0;
  const own = happens(sensor) ? drawSensor(chance) : undefined;
  const step = happens(jpeg) ? Math.round(chance.uniform(...quality)) : undefined;
  return {
    mirrored,
    patches: Array.from({ length: things }, () => drawPatch(chance, image, patchSize)),
    ...(own && { sensor: own }),
    noise: chance.integer(2 ** 31),
    ...(step !== undefined && { quality: step }),
  };
}

/** The sample so changed; its picture in place. A mirrored one keeps no channels. */
export function augment(sample: Sample, augmentation: Augmentation, partners: Partners): Sample {
  const { mirrored, patches, sensor, noise, quality } = augmentation;
  const { image } = sample;
  for (const patch of patches) putPatch(sample, patch);
  if (sensor) exposeSensor(image, sensor, noise);
  if (quality !== undefined) compressBlocks(image, quality);
  return mirrored ? mirrorSample(sample, partners) : sample;
}
