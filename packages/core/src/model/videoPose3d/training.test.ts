import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { random } from "../../array/random.js";
import { cameraCentre, project } from "../../camera/projection.js";
import { h36m17 } from "../../skeleton/layouts.js";
import { normaliseScreen } from "./camera.js";
import { readMotion17 } from "./data/motion17.js";
import { type MotionClip, relativeToRoot } from "./sequence.js";
import { evaluationViews, trainingViews, viewClip } from "./training.js";
import { VIRTUAL_CAMERA_DEFAULTS, virtualCamera } from "./virtualCamera.js";

/** Somebody of random shape who wanders off at 1.5 m/s, feet near the floor. */
function walker(seed: number, frames: number, up: "y" | "z" = "y"): MotionClip {
  const source = random(seed);
  const shape = Float64Array.from({ length: 51 }, () => source.uniform(-0.4, 0.4));
  const axis = up === "y" ? 1 : 2;
  const positions = Float32Array.from({ length: frames * 51 }, (_, i) => {
    const t = Math.floor(i / 51);
    return shape[i % 51] + (i % 3 === axis ? 0.9 : i % 3 === 0 ? 0.025 * t : 0.1 * Math.sin(t / 10));
  });
  return { name: `walker ${seed}`, action: "walking", frameRate: 60, up, positions };
}

describe("virtual cameras", () => {
  test.each(["y", "z"] as const)("see every joint in every frame and stand upright, %s up", (up) =>
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 300 }), (seed, frames) => {
        const { positions } = walker(seed, frames, up);
        const camera = virtualCamera(positions, up, random(seed));
        const { width, height, rotation: R } = camera;
        const margin = VIRTUAL_CAMERA_DEFAULTS.margin - 1e-6;
        project(positions, camera).forEach((pixel, i) => {
          const size = i % 2 === 0 ? width : height;
          if (!(pixel >= margin * size && pixel <= (1 - margin) * size))
            throw new Error(`joint ${i >> 1} is at ${pixel} of ${size}`);
        });
        // Up in the world is up in the picture (−y), but for roll and pitch.
        expect(R[3 + (up === "y" ? 1 : 2)]).toBeLessThan(-0.2);
        const determinant =
          R[0] * (R[4] * R[8] - R[5] * R[7]) -
          R[1] * (R[3] * R[8] - R[5] * R[6]) +
          R[2] * (R[3] * R[7] - R[4] * R[6]);
        expect(determinant).toBeCloseTo(1, 9);
      }),
      { numRuns: 40 },
    ),
  );

  test("stand at the height that was drawn, from all sides", () => {
    const { positions } = walker(1, 30);
    const centres = Array.from({ length: 200 }, (_, seed) =>
      cameraCentre(
        virtualCamera(positions, "y", random(seed), { ...VIRTUAL_CAMERA_DEFAULTS, height: [1, 1.5], aim: 0 }),
      ),
    );
    for (const [, y] of centres) {
      expect(y).toBeGreaterThan(0.99);
      expect(y).toBeLessThan(1.51);
    }
    const quarters = new Set(centres.map(([x, , z]) => `${x > 0.4} ${z > 0}`));
    expect(quarters.size).toBe(4);
  });

  test("a motion with NaN is refused", () => {
    const { positions } = walker(1, 3);
    positions[60] = NaN;
    expect(() => virtualCamera(positions, "y", random(1))).toThrow(
      expect.objectContaining({ code: "VIRTUAL_CAMERA" }),
    );
  });
});

describe("views", () => {
  test("exact keypoints are the positions projected; derived ones keep the limbs", () => {
    const clip = walker(2, 20);
    const camera = virtualCamera(clip.positions, "y", random(2));
    const view = viewClip(clip, camera);
    const pixels = project(clip.positions, camera);
    normaliseScreen(pixels, camera.width, camera.height, pixels).forEach((value, i) => {
      expect(view.keypoints[i]).toBeCloseTo(value, 5);
    });
    const derived = viewClip(clip, camera, { derived: true });
    for (const j of h36m17.mirror.flatMap((partner, joint) => (partner === joint ? [] : [joint])))
      expect(derived.keypoints[2 * j]).toBe(view.keypoints[2 * j]);
    const spine = 2 * h36m17.joints.indexOf("spine");
    expect(derived.keypoints[spine]).not.toBe(view.keypoints[spine]);
  });

  test("an epoch is the same each time, another one is not; long clips are seen in pieces", () => {
    const clips = [walker(1, 100), walker(2, 900)];
    const views = trainingViews(clips, 7, 0);
    expect(trainingViews(clips, 7, 0)).toEqual(views);
    expect(trainingViews(clips, 7, 1)[0].keypoints).not.toEqual(views[0].keypoints);
    expect(views).toHaveLength(1 + 3);
    expect(trainingViews(clips, 7, 0, { views: 2 })).toHaveLength(8);
    for (const { frames, keypoints, positions } of views) {
      expect(keypoints).toHaveLength(frames * 34);
      expect(positions).toHaveLength(frames * 51);
      expect(keypoints.every(Number.isFinite)).toBe(true);
    }
    const [still] = trainingViews([walker(1, 61)], 1, 0, { speed: [1, 1], frameRate: 30, noisy: 0 });
    expect([still.frames, still.frameRate]).toEqual([31, 30]);
  });

  test("no camera of an evaluation is one of a training", () => {
    const clips = [walker(1, 30), walker(2, 30)];
    const vectors = new Set<string>();
    for (let epoch = 0; epoch < 20; epoch++)
      for (const { camera } of trainingViews(clips, 1, epoch)) vectors.add(String(camera));
    expect(vectors.size).toBe(40);
    for (const { exact } of evaluationViews(clips, 1)) expect(vectors.has(String(exact.camera))).toBe(false);
  });

  test("positions relative to the root keep the trajectory in joint 0", () => {
    const { positions } = walker(1, 3);
    const relative = positions.slice();
    relativeToRoot(relative, 17);
    expect(relative.subarray(51, 54)).toEqual(positions.subarray(51, 54));
    expect(relative[51 + 4]).toBeCloseTo(positions[51 + 4] - positions[52], 6);
  });
});

const stem = join(import.meta.dirname, "../../../../../../shared/data/cmu/motion17/motion17_test");
test.skipIf(!existsSync(`${stem}.json`))(
  "CMU's test clips: noise is 1 % of the height, one joint in ten is interpolated",
  () => {
    const read = (ending: string) => new Uint8Array(readFileSync(stem + ending));
    const views = evaluationViews(readMotion17(read(".i16.gz"), read(".json")));
    expect(views).toHaveLength(84);
    let [sum, count] = [0, 0];
    for (const { exact, noisy } of views)
      for (let i = 0; i < exact.keypoints.length; i++) {
        const depth = exact.positions?.[Math.floor(i / 34) * 51 + 2] ?? NaN;
        sum += (((noisy.keypoints[i] - exact.keypoints[i]) * depth) / (exact.camera?.[0] ?? NaN)) ** 2;
        count++;
      }
    // 1 % of 1.72 m; interpolation lessens noise, but adds its own error.
    expect(Math.sqrt(sum / count)).toBeGreaterThan(0.016);
    expect(Math.sqrt(sum / count)).toBeLessThan(0.019);
  },
);
