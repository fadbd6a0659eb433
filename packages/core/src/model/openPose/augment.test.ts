import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { random } from "../../array/random.js";
import type { Image } from "../../image/image.js";
import { coco18 } from "../../skeleton/layouts.js";
import { BODY25_AUGMENTATION, COCO_AUGMENTATION, drawView, wholeView } from "./augment.js";
import { cutPicture, placePeople } from "./crop.js";
import type { LabelledPerson } from "./trainingSet.js";

const joints = coco18.joints.length;
const nose = coco18.joints.indexOf("nose");

/** Somebody 100 pixels tall whose nose is the middle of the box, and who has a left wrist. */
function person(x: number, y: number): LabelledPerson {
  const values = new Float32Array(joints * 3).fill(NaN);
  for (let i = 2; i < values.length; i += 3) values[i] = 0;
  values.set([x, y, 1], nose * 3);
  values.set([x + 20, y + 10, 1], coco18.joints.indexOf("left_wrist") * 3);
  return { joints: values, labelled: 2, box: [x - 25, y - 50, x + 25, y + 50] };
}

const still = { ...COCO_AUGMENTATION, scale: [1, 1] as const, rotation: 0, shift: 0, flip: 0 };
const placed = (one: LabelledPerson, options: typeof COCO_AUGMENTATION, seed = 1) =>
  placePeople([one], drawView(one, options, random(seed)), coco18.mirror);
const pointOf = (people: Float32Array, joint: string) => {
  const at = coco18.joints.indexOf(joint) * 3;
  return [...people.subarray(at, at + 3)];
};

describe("a crop", () => {
  test("has the person in its middle, 0.6 of its height", () => {
    const people = placed(person(300, 200), still);
    expect(pointOf(people, "nose")).toEqual([183.5, 183.5, 1]);
    const [x, y] = pointOf(people, "left_wrist");
    // 100 pixels become 0.6 · 368.
    expect([x, y]).toEqual([expect.closeTo(183.5 + 20 * 2.208, 3), expect.closeTo(183.5 + 10 * 2.208, 3)]);
    expect(pointOf(people, "neck")).toEqual([0, 0, 0]);
  });

  test("in the mirror, left is right", () => {
    const people = placed(person(300, 200), { ...still, flip: 1 });
    expect(pointOf(people, "left_wrist")).toEqual([0, 0, 0]);
    const [x, y] = pointOf(people, "right_wrist");
    expect([x, y]).toEqual([expect.closeTo(183.5 - 20 * 2.208, 3), expect.closeTo(183.5 + 10 * 2.208, 3)]);
  });

  test("stays within what the recipe allows", () =>
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const people = placed(person(300, 200), { ...BODY25_AUGMENTATION, flip: 0 }, seed);
        const [nx, ny] = pointOf(people, "nose");
        expect(Math.max(Math.abs(nx - 183.5), Math.abs(ny - 183.5))).toBeLessThanOrEqual(40.001);
        const [wx, wy] = pointOf(people, "left_wrist");
        const enlarged = Math.hypot(wx - nx, wy - ny) / Math.hypot(20, 10) / 2.208;
        expect(enlarged).toBeGreaterThan(1 / 3 - 1e-3);
        expect(enlarged).toBeLessThan(1.1 + 1e-3);
        const turn = Math.atan2(wy - ny, wx - nx) - Math.atan2(10, 20);
        expect(Math.abs(turn)).toBeLessThanOrEqual(Math.PI / 4 + 1e-3);
      }),
    ));

  test("the same seed gives the same crop", () => {
    const one = person(50, 60);
    expect(drawView(one, COCO_AUGMENTATION, random(5))).toEqual(drawView(one, COCO_AUGMENTATION, random(5)));
    expect(drawView(one, COCO_AUGMENTATION, random(5))).not.toEqual(
      drawView(one, COCO_AUGMENTATION, random(6)),
    );
  });
});

test("picture and joints move together, turned, scaled and mirrored", () => {
  const size = 96;
  const image: Image = { width: 160, height: 120, channels: 3, data: new Uint8Array(160 * 120 * 3) };
  for (let y = 55; y <= 65; y++)
    for (let x = 75; x <= 85; x++) image.data.set([255, 0, 0], (y * 160 + x) * 3);
  const values = new Float32Array(3 * size * size);
  const bytes = new Uint8Array(3 * size * size);
  for (let seed = 0; seed < 20; seed++) {
    const one = person(80, 60);
    const view = drawView(one, { ...BODY25_AUGMENTATION, size, shift: 15 }, random(seed));
    cutPicture(image, view, size, bytes, values, 0);
    const [x, y] = pointOf(placePeople([one], view, coco18.mirror), "nose");
    const sums = [0, 0, 0];
    // Red comes last; blue is as dark as it gets everywhere.
    for (let i = 0; i < size * size; i++) {
      expect(values[i]).toBe(-0.5);
      const red = values[2 * size * size + i] + 0.5;
      sums[0] += red;
      sums[1] += red * (i % size);
      sums[2] += red * Math.floor(i / size);
    }
    expect(Math.hypot(sums[1] / sums[0] - x, sums[2] / sums[0] - y)).toBeLessThan(0.25);
  }
});

test("a whole picture lies in the crop's middle as large as it holds it", () => {
  const { matrix, mirrored } = wholeView({ width: 200, height: 100 }, 100);
  expect(mirrored).toBe(false);
  expect([...matrix]).toEqual([2, 0, 0.5, 0, 2, -49.5].map((value) => expect.closeTo(value, 9)));
});
