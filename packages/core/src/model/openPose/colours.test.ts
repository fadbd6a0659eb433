import { expect, test } from "vitest";
import { body25, car12, coco18, face70, hand21 } from "../../skeleton/index.js";
import { drawnSize, jointColours } from "./colours.js";

test("joints have OpenPose's colours, whatever their order", () => {
  expect(jointColours(body25).slice(0, 3)).toEqual([
    [255, 0, 85],
    [255, 0, 0],
    [255, 85, 0],
  ]);
  expect(jointColours(body25).at(-1)).toEqual([0, 255, 255]);
  const coco = jointColours(coco18);
  expect([coco[8], coco[13], coco[14], coco[17]]).toEqual([
    [0, 255, 85],
    [0, 0, 255],
    [255, 0, 170],
    [85, 0, 255],
  ]);
  const hand = jointColours(hand21);
  expect([hand[0], hand[1], hand[4], hand[8], hand[9], hand[12], hand[16], hand[20]]).toEqual([
    [100, 100, 100],
    [100, 0, 0],
    [255, 0, 0],
    [255, 255, 0],
    [0, 100, 50],
    [0, 255, 125],
    [0, 125, 255],
    [255, 0, 255],
  ]);
  expect(new Set(jointColours(face70).map(String))).toEqual(new Set(["255,255,255"]));
  expect(new Set(jointColours(car12).map(String)).size).toBe(12);
});

test("sizes of circles and lines", () => {
  expect(drawnSize([1280, 720], [400, 700], "body")).toEqual({ radius: 6, line: 9 });
  expect(drawnSize([1280, 720], [20, 20], "hand")).toEqual({ radius: 1, line: 2 });
  expect(drawnSize([1280, 720], [2000, 2000], "face")).toEqual({ radius: 6.5, line: 4 });
});
