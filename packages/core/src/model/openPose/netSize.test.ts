import { describe, expect, test } from "vitest";
import { netSizes } from "./netSize.js";

const picture = (width: number, height: number) => ({ width, height });
const sides = (list: readonly { width: number; height: number }[]) =>
  list.map(({ width, height }) => [width, height]);

describe("sizes of the input", () => {
  test.each([
    [1280, 720, 656, 368, 0.510431, 1.959128],
    [1920, 1080, 656, 368, 0.34013, 2.943252],
    [640, 480, 496, 368, 0.76618, 1.305177],
    [480, 640, 272, 368, 0.565762, 1.767528],
    [1000, 500, 656, 368, 0.655656, 1.525191],
  ])("%i×%i", (width, height, netWidth, netHeight, scale, toPicture) => {
    const found = netSizes(picture(width, height));
    expect(sides(found.sizes)).toEqual([[netWidth, netHeight]]);
    expect(found.sizes[0]!.scale).toBeCloseTo(scale, 6);
    expect(found.toPicture).toBeCloseTo(toPicture, 6);
  });

  test("a wide picture without the limit, a tall one by its width", () => {
    expect(sides(netSizes(picture(1000, 500), { dynamic: 0 }).sizes)).toEqual([[736, 368]]);
    expect(sides(netSizes(picture(500, 1000), { resolution: [368, -1], dynamic: 0 }).sizes)).toEqual([
      [368, 736],
    ]);
    expect(sides(netSizes(picture(500, 1000), { resolution: [368, -1] }).sizes)).toEqual([[368, 656]]);
  });

  test("several scales", () => {
    const four = { scaleNumber: 4, scaleGap: 0.25 };
    expect(sides(netSizes(picture(1280, 720), four).sizes)).toEqual([
      [656, 368],
      [480, 272],
      [320, 176],
      [160, 80],
    ]);
    expect(sides(netSizes(picture(1280, 720), { ...four, resolution: [1312, 736] }).sizes)).toEqual([
      [1312, 736],
      [976, 544],
      [656, 368],
      [320, 176],
    ]);
  });

  test("a picture of one pixel, a line", () => {
    for (const size of [picture(1, 1), picture(400, 1), picture(1, 400)]) {
      const { sizes, toPicture } = netSizes(size);
      expect(sizes[0]!.scale).toBeGreaterThan(0);
      expect(sizes[0]!.width).toBeGreaterThanOrEqual(16);
      expect(Number.isFinite(toPicture)).toBe(true);
    }
  });

  test("what no network takes is refused", () => {
    const refused = (options: object) => expect(() => netSizes(picture(640, 480), options));
    refused({ resolution: [-1, -1] }).toThrow(/net resolution: -1x-1/);
    refused({ resolution: [650, 368] }).toThrow(/multiples of 16/);
    refused({ scaleNumber: 6 }).toThrow(/6 scales with a gap of 0.25/);
    refused({ scaleNumber: 0 }).toThrow(/OPENPOSE_SIZE|scales/);
  });
});
