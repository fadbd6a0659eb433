import fc from "fast-check";
import { expect, test } from "vitest";
import { random } from "../../array/random.js";
import { rotationVectorToMatrix } from "../../array/rotation.js";
import { h36m17 } from "../../skeleton/layouts.js";
import { projectLinear } from "./camera.js";
import { canonicalSequence, canonicalView, turnPoses } from "./canonical.js";
import { flipPoses } from "./flip.js";
import type { LiftSequence } from "./sequence.js";

const CAMERA = Float32Array.of(2.2, 2.1, 0.05, -0.03, 0, 0, 0, 0, 0);

/** Somebody who moves on before a camera, from the side to the middle. */
function sequence(seed: number, frames = 40, scale = 1): LiftSequence {
  const source = random(seed);
  const shape = Float64Array.from({ length: 51 }, () => source.uniform(-0.6, 0.6));
  const positions = Float32Array.from({ length: frames * 51 }, (_, i) => {
    const t = Math.floor(i / 51) / 10;
    const sway = 0.1 * Math.sin(t + i);
    return scale * (shape[i % 51] + sway + (i % 3 === 2 ? 5 : i % 3 === 0 ? 1.2 - 0.2 * t : 0.3));
  });
  const keypoints = projectLinear(positions, CAMERA, new Float32Array(frames * 34));
  const head = { name: "some", action: "", frameRate: 60, frames, joints: 17, poseJoints: 17 };
  return { ...head, keypoints, positions, camera: CAMERA };
}

const close = (a: ArrayLike<number>, b: ArrayLike<number>, digits: number) => {
  expect(a.length).toBe(b.length);
  for (let i = 0; i < a.length; i++) expect(a[i]).toBeCloseTo(b[i], digits);
};

test("canonical: turned positions project onto the canonical keypoints", () =>
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const one = sequence(seed);
      const { scales } = canonicalView(one.keypoints, CAMERA);
      const { keypoints, positions } = canonicalSequence(one) as Required<LiftSequence>;
      for (let n = 0; n < keypoints.length / 2; n++) {
        const unit = positions[3 * n + 2] * scales[Math.floor(n / 17)];
        expect(keypoints[2 * n]).toBeCloseTo(positions[3 * n] / unit, 4);
        expect(keypoints[2 * n + 1]).toBeCloseTo(positions[3 * n + 1] / unit, 4);
      }
    }),
    { numRuns: 20 },
  ));

test("canonical: poses come back, and distances stay", () => {
  const { keypoints, positions } = sequence(1) as Required<LiftSequence>;
  const { rotations } = canonicalView(keypoints, CAMERA);
  const there = turnPoses(positions, rotations, "to", new Float32Array(positions.length));
  close(turnPoses(there, rotations, "from", there.slice()), positions, 4);
});

test("canonical: size and focal length make no difference", () => {
  const [one, other] = [sequence(2), sequence(2, 40, 1.7)];
  const near = canonicalSequence(one) as LiftSequence;
  close((canonicalSequence(other) as LiftSequence).keypoints, near.keypoints, 4);
  const camera = Float32Array.of(1.5, 1.6, 0, 0, 0, 0, 0, 0, 0);
  const keypoints = projectLinear(
    one.positions as Float32Array,
    camera,
    new Float32Array(one.keypoints.length),
  );
  close((canonicalSequence({ ...one, keypoints, camera }) as LiftSequence).keypoints, near.keypoints, 4);
});

test("canonical: a person who stands still is seen alike wherever the camera turns (level with itself)", () => {
  const { positions } = sequence(3, 1) as Required<LiftSequence>;
  const R = rotationVectorToMatrix([0, 0.2, 0]);
  const turned = turnPoses(positions, Float32Array.from(R), "to", new Float32Array(51));
  const seen = (from: Float32Array) =>
    canonicalView(projectLinear(from, CAMERA, new Float32Array(34)), CAMERA).keypoints;
  close(seen(turned), seen(positions), 4);
});

test("canonical: the mirror's canonical view is the canonical view's mirror", () => {
  const one = sequence(4);
  const centred = Float32Array.of(2.2, 2.2, 0, 0, 0, 0, 0, 0, 0);
  const keypoints = projectLinear(
    one.positions as Float32Array,
    centred,
    new Float32Array(one.keypoints.length),
  );
  const mirrored = flipPoses(keypoints, h36m17.mirror, 2, keypoints.slice());
  const before = canonicalView(keypoints, centred).keypoints;
  close(canonicalView(mirrored, centred).keypoints, flipPoses(before, h36m17.mirror, 2, before.slice()), 5);
  const { camera: _, ...blind } = one;
  expect(canonicalSequence(blind)).toBeUndefined();
});
