import { expect, test } from "vitest";
import { encodeConfidenceMaps } from "../../codec/confidenceMaps.js";
import type { Image } from "../../image/image.js";
import type { Network } from "../../seam/runtime.js";
import { handScales, partDecoder, partMatrix, partReader, scaledBox } from "./inferParts.js";

const side = 368;
const cells = side / 8;

/** Maps of 21 points at given pixels of the input, and the background. */
function handMaps(points: readonly (readonly [number, number])[], value = 1): Float32Array {
  const maps = new Float32Array(22 * cells * cells);
  const people = Float32Array.from(points.flatMap(([x, y]) => [x, y, 1]));
  const grid = { joints: 21, columns: cells, rows: cells, stride: 8 };
  encodeConfidenceMaps(people, { ...grid, sigma: 7, cutoff: 4.6052, combine: "max" }, maps);
  return maps.map((v) => v * value);
}
const points = Array.from({ length: 21 }, (_, i) => [60 + 10 * i, 300 - 9 * i] as const);

test("a point is the largest pixel of its enlarged map, taken back to the picture", () => {
  const box = { left: 100, top: 40, side: 92 };
  const decode = partDecoder(side);
  const maps = handMaps(points, 0.8);
  for (const mirrored of [false, true]) {
    const found = decode(maps, 21, partMatrix(box, side, mirrored));
    points.forEach(([u, v], i) => {
      const x = mirrored ? 192 - u / 4 : 100 + u / 4;
      expect(Math.hypot(found[3 * i]! - x, found[3 * i + 1]! - (40 + v / 4))).toBeLessThan(0.8);
      expect(found[3 * i + 2]).toBeGreaterThan(0.6);
      expect(found[3 * i + 2]).toBeLessThan(0.9);
    });
  }
});

test("sizes of a hand's box lie evenly about 1", () => {
  expect(handScales(1, 0.4)).toEqual([1]);
  const rounded = handScales(6, 0.4).map((scale) => Number(scale.toFixed(6)));
  expect(rounded).toEqual([0.8, 0.88, 0.96, 1.04, 1.12, 1.2]);
  expect(scaledBox({ left: 10, top: 20, side: 100 }, 0.8)).toEqual({ left: 20, top: 30, side: 80 });
});

test("of several sizes the surest is kept; left hands are seen mirrored", async () => {
  // A ramp of red to the right tells how the picture was cut out.
  const image: Image = {
    width: 200,
    height: 200,
    channels: 3,
    data: Uint8Array.from({ length: 200 * 200 * 3 }, (_, i) => (i % 3 === 0 ? Math.floor(i / 3) % 200 : 0)),
  };
  const widths: number[] = [];
  const network: Network = {
    inputs: ["image"],
    outputs: ["net_output"],
    async run({ image: input }) {
      const red = (input!.data as Float32Array).subarray(2 * side * side, 3 * side * side);
      const [first, last] = [(red[0]! + 0.5) * 256, (red[side - 1]! + 0.5) * 256];
      widths.push(Math.round(last - first));
      const size = Math.abs(last - first);
      const data = handMaps(points, size > 98 && size < 108 ? 0.9 : 0.5);
      return { net_output: { type: "float32", dims: [1, 22, cells, cells], data } };
    },
    close: async () => {},
  };
  const read = partReader({ hand: network }, { handScaleNumber: 6 });
  const box = { left: 50, top: 50, side: 100 };
  const { leftHand, rightHand, face } = await read(image, { leftHand: box, rightHand: box, face: box });
  expect(face).toBeUndefined();
  expect(widths.map(Math.sign)).toEqual([...new Array(6).fill(-1), ...new Array(6).fill(1)]);
  expect(rightHand![2]).toBeGreaterThan(0.7);
  // The fourth size: 104 pixels from 48 on.
  expect(rightHand![0]).toBeCloseTo(48 + (60 * 104) / side, 0);
  expect(leftHand![0]).toBeCloseTo(48 + 104 - (60 * 104) / side, 0);
});
