import { coco17, coco18 } from "@marey/core/skeleton";
import { describe, expect, test } from "vitest";
import { cardSchema } from "../../store/card.js";
import { findCard } from "../../store/networks.js";
import { heatmapReader } from "./heatmapReader.js";
import { partAffinityReader } from "./partAffinityReader.js";
import { inPicture, mergeLooks } from "./place.js";
import type { MapReader, Outputs } from "./reader.js";
import { simccReader } from "./simccReader.js";

const card = cardSchema.parse({
  name: "mirrored",
  file: "mirrored.onnx",
  input: { name: "x", type: "float32", layout: "NCHW", colour: "RGB", height: 8, width: 8 },
  codec: { kind: "heatmap", maps: "maps", layout: "NCHW" },
  skeleton: "coco17",
});
const left = coco17.joints.indexOf("left_wrist");
const right = coco17.joints.indexOf("right_wrist");
const floats = (dims: number[], data: Float32Array): Outputs[string] => ({ type: "float32", dims, data });

/** One hot cell of one channel, seen in the mirror and taken back. */
function back(maps: MapReader, outputs: Outputs): Float32Array {
  return maps.unmirror(maps.collect(outputs)).data;
}

describe("what was seen in a mirror", () => {
  test("heatmaps: left is right, columns run backwards", () => {
    const { maps } = heatmapReader({ card, skeleton: coco17 }, card.codec as never);
    const data = new Float32Array(17 * 64);
    data[left * 64 + 3 * 8 + 2] = 1;
    expect(back(maps!, { maps: floats([1, 17, 8, 8], data) }).indexOf(1)).toBe(right * 64 + 3 * 8 + 5);
  });

  test("SimCC: pixel x is pixel width − 1 − x, rows stay", () => {
    const codec = { kind: "simcc", x: "x", y: "y", split: 2, logits: false, minScore: 0 } as const;
    const { maps } = simccReader({ card, skeleton: coco17 }, codec);
    const [x, y] = [new Float32Array(17 * 16), new Float32Array(17 * 16)];
    x[left * 16 + 2 * 2] = 1;
    y[left * 16 + 2 * 5] = 1;
    const outputs = { x: floats([1, 17, 16], x), y: floats([1, 17, 16], y) };
    const [seen] = maps!.read(maps!.unmirror(maps!.collect(outputs)), { width: 8, height: 8 });
    expect([...seen!.joints.subarray(3 * right, 3 * right + 3)]).toEqual([5, 5, 1]);
    expect(seen!.joints[3 * left + 2]).toBe(0);
  });

  test("fields: those of the mirrored limb, pointing the other way along x", () => {
    const small = findCard("tfpose-small");
    if (small.codec.kind !== "part-affinity") throw new Error("another codec");
    const { maps } = partAffinityReader({ card: small, skeleton: coco18 }, small.codec);
    const data = new Float32Array(57 * 64);
    const limb = (a: string, b: string) =>
      small.codec.kind === "part-affinity"
        ? small.codec.limbs.findIndex(({ joints }) => joints[0] === a && joints[1] === b)
        : -1;
    const own = limb("right_elbow", "right_wrist");
    const other = limb("left_elbow", "left_wrist");
    const cell = 3 * 8 + 2;
    data[cell * 57 + 19 + 2 * own] = 0.75;
    data[cell * 57 + 20 + 2 * own] = 0.25;
    data[cell * 57 + 18] = 0.5; // background
    const seen = back(maps!, { output: floats([1, 8, 8, 57], data) });
    const there = 3 * 8 + 5;
    expect(seen[(19 + 2 * other) * 64 + there]).toBe(-0.75);
    expect(seen[(20 + 2 * other) * 64 + there]).toBe(0.25);
    expect(seen[18 * 64 + there]).toBe(0.5);
  });

  test("coordinates, boxes and regions of an input that was shown mirrored", () => {
    const joints = new Float32Array(51).fill(NaN);
    joints.set([10, 20, 0.5], 3 * left);
    const seen = inPicture(
      { score: 1, joints, box: [5, 6, 15, 26], region: { centre: [10, 20], size: 8, rotation: 0.3 } },
      [2, 0, 1, 0, 2, -1],
      coco17,
      64,
    );
    expect([...seen.joints.subarray(3 * right, 3 * right + 3)]).toEqual([107, 39, 0.5]);
    expect([...seen.joints.subarray(3 * left, 3 * left + 3)]).toEqual([NaN, NaN, 0]);
    expect(seen.box).toEqual([97, 11, 117, 51]);
    expect(seen.region).toEqual({ centre: [107, 39], size: 16, rotation: -0.3 });
  });

  test("people of several looks: joints by confidence, whoever was seen once stays", () => {
    const person = (x: number, confidence: number) => ({
      score: confidence,
      joints: Float32Array.from({ length: 51 }, (_, i) =>
        i % 3 === 2 ? confidence : 50 * Math.floor(i / 3) + x,
      ),
    });
    const merged = mergeLooks([[person(0, 0.9)], [person(4, 0.3), person(5000, 0.4)]], coco17, {
      suppress: "oks",
      overlap: 0.65,
    });
    expect(merged.map(({ joints }) => joints[0])).toEqual([expect.closeTo(1, 4), 5000]);
    expect(merged[0]!.joints[2]).toBeCloseTo(0.6);
  });
});
