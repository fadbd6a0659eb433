import { expect, test } from "vitest";
import type { Image } from "../../image/image.js";
import { coco17 } from "../../skeleton/layouts.js";
import type { Poser } from "./infer.js";
import { halfOf, placeAnnotated, type ScoredSet, scorePlacings } from "./score.js";

const J = coco17.joints.length;

/** Two pictures of somebody of 100×200 pixels whose joints lie on a line; the third is empty. */
function annotated(): ScoredSet {
  const joints = Float32Array.from({ length: 3 * J }, (_, i) => [40 + i, 30 + 3 * i, 1][i % 3]);
  // Nobody labelled the right ankle.
  joints.set([NaN, NaN, 0], 3 * (J - 1));
  const box = [20, 10, 120, 210] as const;
  const keypoints = Array.from(joints, (value) => (Number.isNaN(value) ? 0 : value));
  const annotations = [7, 8].map((image_id, id) => ({
    ...{ id: id + 1, image_id, category_id: 1, bbox: [20, 10, 100, 200], area: 10600, keypoints },
  }));
  return {
    layout: coco17,
    pictures: [7, 8, 9].map((id) => ({ id, people: id === 9 ? [] : [{ joints, box }] })),
    truth: { images: [{ id: 7 }, { id: 8 }, { id: 9 }], categories: [{ id: 1 }], annotations },
  };
}

/** Places everybody so many pixels aside. */
const off = (pixels: number, set: ScoredSet): Poser => ({
  place: async (_, box) => {
    expect([...(box as number[])]).toEqual([20, 10, 100, 200]);
    return set.pictures[0].people[0].joints.map((value, i) => (i % 3 === 0 ? value + pixels : value));
  },
  close: async () => {},
});
const picture: Image = { width: 1, height: 1, channels: 3, data: new Uint8Array(3) };

test("who is placed where annotated has an AP of 1; a fifth of the box aside counts for PCK at that", async () => {
  const set = annotated();
  const score = async (pixels: number, indices?: number[]) =>
    scorePlacings(await placeAnnotated(off(pixels, set), set, async () => picture), coco17, set, indices);
  expect(await score(0)).toEqual({
    AP: expect.closeTo(1),
    AP50: expect.closeTo(1),
    PCK10: 1,
    PCK20: 1,
    people: 2,
  });
  expect(await score(30)).toMatchObject({ PCK10: 0, PCK20: 1 });
  expect(await score(60)).toMatchObject({ AP: 0, PCK20: 0 });
  expect(await score(0, [1])).toMatchObject({ people: 1, AP: expect.closeTo(1) });
});

test("pictures without people aren't read, and halves are about equal", async () => {
  const set = annotated();
  const read: number[] = [];
  await placeAnnotated(off(0, set), set, async (index) => {
    read.push(index);
    return picture;
  });
  expect(read).toEqual([0, 1]);
  const second = Array.from({ length: 1000 }, (_, id): number => halfOf(id)).reduce((a, b) => a + b);
  expect(Math.abs(second - 500)).toBeLessThan(60);
});
