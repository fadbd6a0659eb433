import { describe, expect, test } from "vitest";
import type { Image } from "../../image/image.js";
import { coco18 } from "../../skeleton/layouts.js";
import { BODY25_AUGMENTATION } from "./augment.js";
import { type ExampleOptions, examples } from "./batches.js";
import { boxRegion } from "./mask.js";
import { COCO_18, limbsByChannel } from "./parts.js";
import type { LabelledPerson, LabelledPicture } from "./trainingSet.js";

const options: ExampleOptions = {
  skeleton: coco18,
  limbs: limbsByChannel(COCO_18),
  stride: 8,
  batch: 2,
  augment: { ...BODY25_AUGMENTATION, size: 64, shift: 7 },
  seed: 3,
};

function person(x: number, labelled: number, side = 40): LabelledPerson {
  const joints = new Float32Array(18 * 3);
  for (let j = 0; j < labelled; j++) joints.set([x + j, 30 + 2 * j, 1], j * 3);
  return { joints, labelled, box: [x - side / 2, 30 - side / 2, x + side / 2, 30 + side / 2] };
}

const picture = (id: number, people: LabelledPerson[]): LabelledPicture => ({
  id,
  file: `${id}.jpg`,
  width: 100,
  height: 60,
  people,
  unlabelled: [boxRegion([0, 0, 20, 60])],
  known: Array(18).fill(true),
});
const pictures = [
  picture(0, [person(30, 18), person(60, 17)]),
  picture(1, [person(40, 4), person(70, 9)]),
  picture(2, []),
  picture(3, [person(50, 18, 20), person(50, 5)]),
];
const image: Image = {
  width: 100,
  height: 60,
  channels: 3,
  data: new Uint8Array(18000).map((_, i) => (i * 37) % 251),
};

describe("an epoch", () => {
  test("has everybody in the middle once who has five keypoints and a box of 32×32 pixels", () => {
    const source = examples(pictures, options);
    expect([source.count, source.length]).toEqual([4, 2]);
    const drawn = (epoch: number) => [...source.pictures(epoch, 0), ...source.pictures(epoch, 1)];
    for (const epoch of [0, 1, 2]) expect(drawn(epoch).sort()).toEqual([0, 0, 1, 3]);
    expect(new Set([0, 1, 2, 3, 4].map((epoch) => drawn(epoch).join())).size).toBeGreaterThan(1);
  });

  test("its last batch is filled up from its start", () => {
    const source = examples(pictures, { ...options, batch: 3 });
    expect(source.length).toBe(2);
    expect(source.pictures(0, 1).slice(1)).toEqual(source.pictures(0, 0).slice(0, 2));
  });

  test("is the same for the same seed, whatever was asked before", () => {
    const copy = ({ picture: p, target, weight }: ReturnType<ReturnType<typeof examples>["batch"]>) =>
      [p, target, weight].map(({ data }) => Float32Array.from(data as Float32Array));
    const source = examples(pictures, options);
    const first = copy(source.batch(4, 1, [image, image]));
    expect(copy(source.batch(0, 0, [image, image]))).not.toEqual(first);
    expect(copy(examples(pictures, options).batch(4, 1, [image, image]))).toEqual(first);
  });
});

test("a batch has the sizes of the network's input and output", () => {
  const { picture: seen, target, weight } = examples(pictures, options).batch(0, 0, [image, image]);
  expect([seen.dims, target.dims, weight.dims]).toEqual([
    [2, 3, 64, 64],
    [2, 57, 8, 8],
    [2, 57, 8, 8],
  ]);
  const values = [...(target.data as Float32Array)];
  expect(values.every(Number.isFinite)).toBe(true);
  expect(Math.max(...values)).toBeGreaterThan(0.8);
});

test("whole pictures: each once an epoch, without people too; unmasked, everything counts", () => {
  const source = examples(pictures, { ...options, whole: true, masked: false, batch: 4 });
  expect([source.count, source.pictures(0, 0).sort()]).toEqual([4, [0, 1, 2, 3]]);
  const { weight } = source.batch(0, 0, [image, image, image, image]);
  expect((weight.data as Float32Array).every((value) => value === 1)).toBe(true);
  const masked = examples(pictures, { ...options, whole: true, batch: 4 }).batch(0, 0, [
    image,
    image,
    image,
    image,
  ]);
  expect((masked.weight.data as Float32Array).some((value) => value === 0)).toBe(true);
});

test("backgrounds are a share of an epoch's crops, all of them in turn; their target is background alone, counted everywhere", () => {
  const source = examples(pictures, { ...options, batch: 8, backgrounds: { count: 3, share: 1 / 3 } });
  expect([source.count, source.length]).toEqual([6, 1]);
  const drawn = [0, 1, 2].flatMap((epoch) => source.pictures(epoch, 0).slice(0, 6));
  expect(drawn.filter((index) => index >= 4).sort()).toEqual([4, 4, 5, 5, 6, 6]);
  const shown = source.pictures(0, 0);
  const { picture: seen, target, weight } = source.batch(0, 0, Array(8).fill(image));
  const b = shown.findIndex((index) => index >= 4);
  const maps = (target.data as Float32Array).subarray(b * 57 * 64, (b + 1) * 57 * 64);
  const background = maps.subarray(18 * 64, 19 * 64);
  expect(background.every((value) => value === 1)).toBe(true);
  expect(maps.reduce((sum, value) => sum + Math.abs(value), 0)).toBe(64);
  const weights = (weight.data as Float32Array).subarray(b * 57 * 64, (b + 1) * 57 * 64);
  expect(weights.every((value) => value === 1)).toBe(true);
  const pixels = (seen.data as Float32Array).subarray(b * 3 * 64 * 64, (b + 1) * 3 * 64 * 64);
  expect(new Set(pixels).size).toBeGreaterThan(50);
});

test.each<[string, Partial<ExampleOptions>, RegExp]>([
  ["nobody with so many keypoints", { minLabelled: 19 }, /nobody in them has 19 keypoints/],
  [
    "a crop that is no multiple of the stride",
    { augment: { ...options.augment, size: 60 } },
    /60 pixels is no multiple/,
  ],
  ["no batch", { batch: 0 }, /batch/],
  ["nothing but backgrounds", { backgrounds: { count: 3, share: 1 } }, /share is 1/],
])("refused: %s", (_, changed, message) => {
  expect(() => examples(pictures, { ...options, ...changed })).toThrow(message);
});
