/** Lifting of whole sequences, run in windows. */
import { random } from "@marey/core/array";
import { liftErrors, network, openLifter } from "@marey/core/model/videoPose3d";
import { onnxRuntime } from "marey";
import { describe, expect, test } from "vitest";
import { largestDifference } from "../graph/compute.js";

const filterWidths = [3, 3];
const sizes = { filterWidths, channels: 6, jointsIn: 4, jointsOut: 3 };
const params = network.init(random(1), sizes);
const draw = random(2);
const sequence = Float32Array.from({ length: 150 * 8 }, () => draw.uniform(-1, 1));
const mirrors = { keypoints: [0, 2, 1, 3], positions: [1, 0, 2] };

async function lifted(options: Partial<Parameters<typeof openLifter>[2]>, keypoints = sequence) {
  const lifter = openLifter(onnxRuntime, params, { filterWidths, ...options });
  try {
    return await lifter.lift(keypoints);
  } finally {
    await lifter.close();
  }
}

describe.each([{}, { causal: true }, { mirrors }])("a sequence lifted with %j", (options) => {
  test("gives the same whatever the window", async () => {
    const whole = await lifted(options);
    expect(whole).toHaveLength(150 * 9);
    for (const window of [1, 64, 149, 150])
      expect(largestDifference(await lifted({ ...options, window }), whole)).toBeLessThan(1e-5);
  });

  test("goes on at its ends as if the frame there stayed", async () => {
    const first = sequence.subarray(0, 8);
    const longer = new Float32Array(sequence.length + 8);
    longer.set(first);
    longer.set(sequence, 8);
    const after = (await lifted(options, longer)).subarray(9);
    expect(largestDifference(after, await lifted(options))).toBeLessThan(1e-5);
  });
});

test("the mirrored half is averaged with the other: a mirrored sequence gives the mirrored poses", async () => {
  const turned = sequence.map((_, i) => {
    const [frame, joint, k] = [Math.floor(i / 8), Math.floor(i / 2) % 4, i % 2];
    const value = sequence[8 * frame + 2 * mirrors.keypoints[joint]! + k]!;
    return k === 0 ? -value : value;
  });
  const [plain, back] = [await lifted({ mirrors }), await lifted({ mirrors }, turned)];
  const expected = plain.map((_, i) => {
    const [frame, joint, k] = [Math.floor(i / 9), Math.floor(i / 3) % 3, i % 3];
    const value = plain[9 * frame + 3 * mirrors.positions[joint]! + k]!;
    return k === 0 ? -value : value;
  });
  expect(largestDifference(back, expected)).toBeLessThan(1e-5);
});

test("errors of an action count by frames; a single frame has no velocity, and spoils no other's", async () => {
  const still = (frames: number, off: number) => {
    const positions = Float32Array.from({ length: frames * 6 }, (_, i) => (i % 6 < 3 ? 0 : 1));
    const lifted = positions.map((x, i) => (i % 6 === 3 ? x + off : x));
    return {
      name: "a",
      action: "Standing",
      frameRate: 50,
      frames,
      joints: 2,
      poseJoints: 2,
      positions,
      lifted,
    };
  };
  const sequences = [still(1, 0.4), still(3, 0)].map((each) => ({ ...each, keypoints: new Float32Array(0) }));
  const { all, actions } = await liftErrors(
    async (sequence) => (sequence as (typeof sequences)[number]).lifted,
    sequences,
  );
  expect(all).toEqual(actions.get("Standing"));
  expect(all).toMatchObject({ frames: 4, velocity: 0 });
  expect(all.p1).toBeCloseTo(0.4 / 2 / 4, 6);
});

test("nothing gives nothing; parts of frames, windows of none and measuring nothing are refused", async () => {
  expect(await lifted({}, new Float32Array(0))).toHaveLength(0);
  await expect(lifted({}, new Float32Array(12))).rejects.toMatchObject({ code: "LIFT_KEYPOINTS" });
  for (const window of [0, 1.5, NaN])
    expect(() => openLifter(onnxRuntime, params, { filterWidths, window })).toThrow(
      expect.objectContaining({ code: "LIFT_WINDOW" }),
    );
  const nothing = liftErrors(() => Promise.resolve(new Float32Array(0)), []);
  await expect(nothing).rejects.toMatchObject({ code: "LIFT_BATCHES" });
});
