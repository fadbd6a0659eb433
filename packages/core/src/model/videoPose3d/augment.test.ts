import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { random } from "../../array/random.js";
import { h36m17 } from "../../skeleton/layouts.js";
import { bodyHeight, drawBoneScales, mirrorClip, resample, scaleBones, turnClip } from "./augment.js";
import type { MotionClip } from "./sequence.js";

/** Frames of random joints: none of the properties needs a human shape. */
function clip(seed: number, frames = 4): MotionClip {
  const source = random(seed);
  const positions = Float32Array.from({ length: frames * 51 }, () => source.normal());
  return { name: "some", action: "", frameRate: 60, up: "y", positions };
}

const bones = (positions: Float32Array, frame = 0) =>
  h36m17.parents.map((parent, j) => {
    const [a, b] = [frame * 51 + j * 3, frame * 51 + parent * 3];
    return parent < 0 ? [0, 0, 0] : [0, 1, 2].map((k) => positions[a + k] - positions[b + k]);
  });
const length = (v: number[]) => Math.hypot(...v);

describe("augmentation", () => {
  test("a mirrored clip has the lengths of the other side; mirrored twice it is itself", () => {
    const one = clip(1);
    const mirrored = mirrorClip(one);
    expect(mirrorClip(mirrored)).toEqual(one);
    const [own, other] = [bones(one.positions), bones(mirrored.positions)];
    h36m17.mirror.forEach((partner, j) => {
      expect(length(other[j])).toBeCloseTo(length(own[partner]), 6);
    });
  });

  test.each(["y", "z"] as const)(
    "turning about %s keeps heights and turns counter-clockwise from above",
    (up) => {
      const one = { ...clip(2), up };
      const axis = up === "y" ? 1 : 2;
      const turned = turnClip(one, 0.7);
      for (let i = 0; i < 51; i += 3) expect(turned.positions[i + axis]).toBe(one.positions[i + axis]);
      const back = turnClip(turned, -0.7);
      back.positions.forEach((value, i) => {
        expect(value).toBeCloseTo(one.positions[i], 5);
      });
      const unit = { ...one, positions: Float32Array.of(...(up === "y" ? [0, 0, 1] : [1, 0, 0])) };
      const quarter = turnClip(unit, Math.PI / 2).positions;
      const expected = up === "y" ? [1, 0, 0] : [0, 1, 0];
      quarter.forEach((value, k) => {
        expect(value).toBeCloseTo(expected[k], 6);
      });
    },
  );

  test("other proportions: every bone keeps its direction and has its factor, both sides the same, in every frame", () =>
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { positions } = clip(seed);
        const scales = drawBoneScales(random(seed));
        h36m17.mirror.forEach((partner, j) => {
          expect(scales[j]).toBe(scales[partner]);
        });
        const scaled = scaleBones(positions, scales);
        for (const frame of [0, 3]) {
          const [before, after] = [bones(positions, frame), bones(scaled, frame)];
          for (let j = 1; j < 17; j++)
            for (let k = 0; k < 3; k++) expect(after[j][k]).toBeCloseTo(scales[j] * before[j][k], 4);
        }
        expect(scaleBones(positions.slice(), scales, positions)).toEqual(scaled);
      }),
      { numRuns: 20 },
    ));

  test("a person twice as large is twice as tall", () => {
    const { positions } = clip(3);
    const doubled = scaleBones(positions, new Float64Array(17).fill(2));
    doubled.forEach((value, i) => {
      expect(value).toBeCloseTo(2 * positions[i], 5);
    });
    expect(bodyHeight(doubled)).toBeCloseTo(2 * bodyHeight(positions), 5);
  });
});

describe("resampling", () => {
  test("at speed 1 nothing changes; at 2 every other frame is left", () => {
    const { positions } = clip(4, 7);
    expect(resample(positions, 51, 1)).toEqual(positions);
    const twice = resample(positions, 51, 2);
    expect(twice).toHaveLength(4 * 51);
    expect(twice.subarray(51, 102)).toEqual(positions.subarray(102, 153));
  });

  test("a parabola in time is kept between frames, away from the ends", () =>
    fc.assert(
      fc.property(fc.double({ min: 0.3, max: 3, noNaN: true }), (speed) => {
        const parabola = (t: number) => 0.1 * t * t - t;
        const positions = Float32Array.from({ length: 20 * 3 }, (_, i) => parabola(Math.floor(i / 3)));
        const played = resample(positions, 3, speed);
        expect(played).toHaveLength((Math.floor(19 / speed + 1e-9) + 1) * 3);
        for (let n = 0; 3 * n < played.length; n++)
          if (n * speed >= 1 && n * speed <= 18) expect(played[3 * n]).toBeCloseTo(parabola(n * speed), 4);
      }),
    ));

  test("one frame stays one; a speed of nothing is refused", () => {
    expect(resample(Float32Array.of(1, 2, 3), 3, 0.5)).toEqual(Float32Array.of(1, 2, 3));
    expect(() => resample(new Float32Array(6), 3, 0)).toThrow(
      expect.objectContaining({ code: "LIFT_SPEED" }),
    );
  });
});
