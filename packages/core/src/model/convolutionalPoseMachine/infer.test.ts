import { expect, test } from "vitest";
import { encodeConfidenceMaps } from "../../codec/confidenceMaps.js";
import type { Image } from "../../image/image.js";
import type { Network } from "../../seam/runtime.js";
import { CPM_SIDE, centreMap, cpmScales, placeJoints } from "./infer.js";

test("the centre map is 1 at the person's middle and falls to e^-½ at 21 pixels", () => {
  const map = centreMap(100, 80, 40, 30);
  expect(map[30 * 100 + 40]).toBe(1);
  expect(map[30 * 100 + 61]).toBeCloseTo(Math.exp(-0.5), 6);
  expect(map[51 * 100 + 40]).toBeCloseTo(Math.exp(-0.5), 6);
});

test("scales go from 0.8 to 1.2 of the box in steps of the sixth root of 2", () => {
  const scales = cpmScales({ left: 0, top: 0, width: 50, height: 200 });
  expect(scales.map((scale) => (CPM_SIDE / scale / 240).toFixed(4))).toEqual([
    "0.8000",
    "0.8980",
    "1.0079",
    "1.1314",
  ]);
});

test("joints that the maps of all sizes show come back in pixels of the picture", async () => {
  const box = { left: 120, top: 60, width: 80, height: 200 };
  const [cx, cy] = [160, 160];
  const truth = Array.from({ length: 14 }, (_, i) => [130 + 5 * i, 80 + 11 * i] as const);
  const scales = cpmScales(box);
  const image: Image = {
    width: 400,
    height: 300,
    channels: 3,
    data: new Uint8Array(400 * 300 * 3).fill(200),
  };
  let pass = 0;
  const network: Network = {
    inputs: ["image", "centre_map"],
    outputs: ["net_output"],
    async run({ image: input, centre_map: centre }) {
      const values = input!.data as Float32Array;
      // The picture's grey, and the border's 0 where it doesn't reach.
      expect([...new Set(values)].every((value) => value === 0 || Math.abs(value - 0.28125) < 1e-6)).toBe(
        true,
      );
      expect((centre!.data as Float32Array)[184 * CPM_SIDE + 184]).toBe(1);
      const scale = scales[pass++]!;
      const people = truth.flatMap(([x, y]) => [(x - cx) * scale + 184, (y - cy) * scale + 184, 1]);
      const data = new Float32Array(15 * 46 * 46);
      const grid = { joints: 14, columns: 46, rows: 46, stride: 8 };
      encodeConfidenceMaps(
        Float32Array.from(people),
        { ...grid, sigma: 12, cutoff: 9, combine: "max" },
        data,
      );
      return { net_output: { type: "float32", dims: [1, 15, 46, 46], data } };
    },
    close: async () => {},
  };
  const { joints, score } = await placeJoints(network, image, box);
  expect(pass).toBe(4);
  truth.forEach(([x, y], i) => {
    expect(Math.hypot(joints[3 * i]! - x, joints[3 * i + 1]! - y)).toBeLessThan(1.5);
  });
  expect(score).toBeGreaterThan(0.9);
});
