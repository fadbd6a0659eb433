import type { Image } from "@marey/core/image";
import { describe, expect, test } from "vitest";
import { type Card, cardSchema } from "../../store/card.js";
import { inputSize, presenter, type ShowOptions } from "./shown.js";

const picture: Image = {
  width: 4,
  height: 2,
  channels: 3,
  // Red grows along x, green along y, blue stays.
  data: Uint8Array.from({ length: 24 }, (_, i) =>
    i % 3 === 0 ? 10 * (Math.floor(i / 3) % 4) : i % 3 === 1 ? 100 * Math.floor(i / 12) : 200,
  ),
};

/** An input as a card would have it. */
const input = (own: Record<string, unknown>): Card["input"] =>
  cardSchema.shape.input.parse({
    name: "x",
    type: "float32",
    layout: "NCHW",
    colour: "RGB",
    height: 2,
    width: 4,
    ...own,
  });

const shown = (own: Record<string, unknown>, options: ShowOptions = {}) =>
  presenter(input(own)).whole(picture, options, async ({ tensor, size, toPicture }) => ({
    type: tensor.type,
    dims: tensor.dims,
    values: [...tensor.data].map(Number),
    size,
    toPicture: [...toPicture],
  }));

describe("what a network is shown", () => {
  test("channels apart or together, in either order", async () => {
    expect((await shown({})).values).toEqual([
      ...[0, 10, 20, 30, 0, 10, 20, 30],
      ...[0, 0, 0, 0, 100, 100, 100, 100],
      ...new Array(8).fill(200),
    ]);
    const together = await shown({ layout: "NHWC", colour: "BGR", type: "uint8" });
    expect(together).toMatchObject({ type: "uint8", dims: [1, 2, 4, 3] });
    expect(together.values.slice(0, 6)).toEqual([200, 0, 0, 200, 0, 10]);
    expect((await shown({ colour: "BGR" })).values.slice(16, 20)).toEqual([0, 10, 20, 30]);
  });

  test("values scaled and shifted, all channels alike or each its own way, in the network's order", async () => {
    const first = ({ values }: { values: number[] }) => [1, 9, 17].map((i) => values[i]);
    expect(first(await shown({ scale: 0.5, offset: -1 }))).toEqual([4, -1, 99]);
    expect(first(await shown({ scale: [1, 2, 3], offset: [0, 5, 0], colour: "BGR" }))).toEqual([200, 5, 30]);
    expect(first(await shown({ mean: [10, 20, 100], deviation: [1, 2, 50] }))).toEqual([0, -10, 2]);
    expect(first(await shown({ mean: 100 }))).toEqual([-90, -100, 100]);
  });

  test("kept in proportion in the middle or the corner with bars of a grey, or stretched", async () => {
    const reds = ({ values }: { values: number[] }) => values.slice(0, 16);
    const centre = await shown({ height: 4, fill: 7 });
    expect(reds(centre)).toEqual([7, 7, 7, 7, 0, 10, 20, 30, 0, 10, 20, 30, 7, 7, 7, 7]);
    expect(centre.toPicture).toEqual([1, 0, 0, 0, 1, -1]);
    const corner = await shown({ height: 4, fill: 7, fit: "corner" });
    expect(reds(corner)).toEqual([0, 10, 20, 30, 0, 10, 20, 30, 7, 7, 7, 7, 7, 7, 7, 7]);
    const stretched = await shown({ height: 4, fit: "stretch" });
    expect(reds(stretched).filter((value) => value === 7)).toEqual([]);
    expect(stretched.toPicture).toEqual([1, 0, 0, 0, 0.5, -0.25]);
  });

  test("as in a mirror, bars and all", async () => {
    expect((await shown({}, { mirrored: true })).values.slice(0, 4)).toEqual([30, 20, 10, 0]);
    const wide = await shown({ width: 6, fit: "corner", fill: 7 }, { mirrored: true });
    expect(wide.values.slice(0, 6)).toEqual([7, 7, 30, 20, 10, 0]);
  });
});

describe("sizes", () => {
  const film = { width: 1280, height: 720 };
  const sizeOf = (own: Record<string, unknown>, scale?: number) => {
    const { width, height } = inputSize(input({ width: null, height: null, ...own }), film, scale);
    return [width, height];
  };
  test("follow the picture where the network leaves them free", () => {
    expect(sizeOf({ longerSide: 656, multipleOf: 16 })).toEqual([656, 384]);
    expect(sizeOf({ longerSide: 256, multipleOf: 32 })).toEqual([256, 160]);
    expect(sizeOf({ longerSide: 256, multipleOf: 32 }, 1.5)).toEqual([384, 224]);
    expect(sizeOf({ height: 368, multipleOf: 16 })).toEqual([656, 368]);
    expect(sizeOf({ width: 320 })).toEqual([320, 180]);
    expect(sizeOf({ width: 192, height: 256 }, 2)).toEqual([192, 256]);
  });
});
