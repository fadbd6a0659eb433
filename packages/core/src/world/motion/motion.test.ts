import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Action } from "./action.js";
import { JOINT, SIDES } from "./figure.js";
import { contactErrors, meanFigure, solePoints } from "./figure.test-support.js";
import { improvise } from "./improvise.js";
import { encounter, trunkGap } from "./meeting.js";
import { perform } from "./perform.js";
import { posedJoints } from "./posed.js";
import { emptyPosture } from "./posture.js";
import { segmentGap } from "./segment.js";

const figure = meanFigure();

const everything: Action[] = [
  { do: "stand", seconds: 2 },
  {
    do: "walk",
    to: [
      [0.5, 2],
      [2, 3],
    ],
  },
  { do: "wave" },
  { do: "turn", to: -2 },
  { do: "talk", seconds: 3 },
  { do: "run", to: [[-2, -2]] },
  { do: "reach", at: [-2.3, 1.4, -2.4] },
  { do: "pickUp", at: [-1.6, -2.6] },
  { do: "sit", seconds: 2 },
  { do: "crouch" },
  { do: "kick" },
  { do: "jump" },
  { do: "stretch" },
  { do: "armsUp" },
  { do: "lie", seconds: 2 },
  { do: "lookAt", at: [0, 1, 5] },
];

describe("procedural motions", () => {
  test("planted feet stay where they are, and soles neither float nor sink", () => {
    for (const [scale, seed] of [
      [0.9, 1],
      [1.12, 3],
    ]) {
      const body = meanFigure(scale);
      const { slide, gap, below } = contactErrors(body, perform(body, everything, { seed }).motion);
      expect(slide).toBeLessThan(0.005);
      expect(gap).toBeLessThan(0.003);
      expect(below).toBeGreaterThan(-0.005);
    }
  });

  test("no joint jumps: none is faster than 10 m/s", () => {
    const { motion } = perform(figure, everything, { seed: 5, frameRate: 60 });
    const posture = emptyPosture();
    let last: Float64Array | undefined;
    let [fastest, joint, at] = [0, 0, 0];
    for (let t = 0; t < motion.frames; t++) {
      posedJoints(figure, motion, t, posture);
      for (let j = 0; last && j < 24; j++) {
        const way = Math.hypot(
          ...[0, 1, 2].map((k) => posture.positions[3 * j + k] - (last as Float64Array)[3 * j + k]),
        );
        if (way * 60 > fastest) [fastest, joint, at] = [way * 60, j, t];
      }
      last = posture.positions.slice();
    }
    expect(fastest, `joint ${joint} in frame ${at}`).toBeLessThan(10);
  });

  test("knees and elbows bend the right way only", () => {
    const { motion } = perform(figure, everything, { seed: 7 });
    for (let t = 0; t < motion.frames; t++)
      for (const { sign, knee } of SIDES) {
        const [x, y, z] = motion.pose.subarray(72 * t + 3 * knee, 72 * t + 3 * knee + 3);
        expect(x).toBeGreaterThan(-0.01);
        expect(Math.abs(y) + Math.abs(z)).toBeLessThan(1e-3);
        const elbow = sign > 0 ? JOINT.leftElbow : JOINT.rightElbow;
        expect(sign * motion.pose[72 * t + 3 * elbow + 1]).toBeLessThan(0.15);
      }
  });

  test("a reached point is met by the wrist, a hand's length before it", () => {
    fc.assert(
      fc.property(
        fc.record({
          x: fc.double({ min: -0.35, max: 0.35, noNaN: true }),
          y: fc.double({ min: 0.9, max: 1.6, noNaN: true }),
          seed: fc.integer({ min: 0, max: 1e6 }),
        }),
        ({ x, y, seed }) => {
          const { motion } = perform(figure, [{ do: "reach", at: [x, y, 0.5], hold: 0.5 }], { seed });
          const posture = emptyPosture();
          let nearest = Infinity;
          for (let t = 0; t < motion.frames; t++) {
            posedJoints(figure, motion, t, posture);
            for (const { wrist } of SIDES) {
              const p = posture.positions.subarray(3 * wrist, 3 * wrist + 3);
              nearest = Math.min(nearest, Math.hypot(p[0] - x, p[1] - y, p[2] - 0.5));
            }
          }
          expect(nearest).toBeLessThan(0.13);
        },
      ),
      { numRuns: 12 },
    );
  });

  test("a walk ends where it was sent, looking along its way", () => {
    const { motion } = perform(
      figure,
      [
        {
          do: "walk",
          to: [
            [0, 2],
            [2, 3],
          ],
        },
      ],
      { seed: 4 },
    );
    const posture = emptyPosture();
    posedJoints(figure, motion, motion.frames - 1, posture);
    expect(Math.hypot(posture.positions[0] - 2, posture.positions[2] - 3)).toBeLessThan(0.06);
    expect(Math.atan2(posture.rotations[2], posture.rotations[8])).toBeCloseTo(Math.atan2(2, 1), 0.5);
  });

  test("a jump leaves the floor as high as it should", () => {
    const { motion } = perform(figure, [{ do: "jump", height: 0.25 }], { seed: 4, frameRate: 60 });
    const posture = emptyPosture();
    let highest = 0;
    for (let t = 0; t < motion.frames; t++) {
      posedJoints(figure, motion, t, posture);
      highest = Math.max(highest, Math.min(...solePoints(figure, posture).map((point) => point[1])));
    }
    expect(highest).toBeGreaterThan(0.2);
    expect(highest).toBeLessThan(0.35);
  });

  test("sitting puts the pelvis over the seat that is told", () => {
    const { motion, seats, doings } = perform(figure, [{ do: "sit", height: 0.45, seconds: 3, stay: true }], {
      seed: 2,
    });
    const posture = emptyPosture();
    posedJoints(figure, motion, motion.frames - 15, posture);
    expect(seats).toHaveLength(1);
    expect(Math.hypot(posture.positions[0] - seats[0].x, posture.positions[2] - seats[0].z)).toBeLessThan(
      0.05,
    );
    expect(posture.positions[1] - 0.45).toBeGreaterThan(0.1);
    expect(posture.positions[1] - 0.45).toBeLessThan(0.17);
    expect(doings.map(({ name }) => name)).toEqual(["sitDown", "sit"]);
  });

  test("the same seed gives the same bytes, another one another motion", () => {
    const [a, b, c] = [3, 3, 4].map((seed) => perform(figure, everything.slice(0, 4), { seed }).motion);
    expect(b.pose).toEqual(a.pose);
    expect(b.translation).toEqual(a.translation);
    expect(c.pose.slice(0, 1000)).not.toEqual(a.pose.slice(0, 1000));
  });
});

test("improvised actions fill the time, stay in their place, and follow their seed", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e9 }), (seed) => {
      const actions = improvise({ seed, seconds: 60, reach: 1, middle: [5, -3], likely: { run: 0 } });
      expect(actions).toEqual(
        improvise({ seed, seconds: 60, reach: 1, middle: [5, -3], likely: { run: 0 } }),
      );
      expect(actions.length).toBeGreaterThan(6);
      for (const action of actions) {
        expect(action.do).not.toBe("run");
        for (const [x, z] of action.do === "walk" ? action.to : []) {
          expect(Math.abs(x - 5)).toBeLessThanOrEqual(1);
          expect(Math.abs(z + 3)).toBeLessThanOrEqual(1);
        }
      }
    }),
    { numRuns: 50 },
  );
});

describe("several people", () => {
  test("distances of segments: beside each other, crossing, end to end, points", () => {
    expect(segmentGap([0, 0, 0], [0, 1, 0], [2, 0.5, 0], [2, 3, 0])).toBeCloseTo(2, 12);
    expect(segmentGap([-1, 0, 0], [1, 0, 0], [0, 0.3, -1], [0, 0.3, 1])).toBeCloseTo(0.3, 12);
    expect(segmentGap([0, 0, 0], [1, 0, 0], [4, 4, 0], [9, 4, 0])).toBeCloseTo(5, 12);
    expect(segmentGap([1, 2, 2], [1, 2, 2], [0, 0, 0], [0, 0, 0])).toBeCloseTo(3, 12);
  });

  test("people who meet come close, and no trunk into another", () => {
    const pair = [meanFigure(1.06), meanFigure(0.94)] as const;
    for (const kind of ["cross", "handshake", "talk", "hug"] as const)
      for (const seed of [1]) {
        const met = encounter(pair, kind, { seed });
        const gap = trunkGap(
          pair,
          met.map(({ motion }) => motion),
        );
        expect(gap).toBeGreaterThan(0.02);
        expect(gap).toBeLessThan(1);
      }
  });

  test("hands that shake meet", () => {
    const pair = [meanFigure(1.05), meanFigure(0.95)] as const;
    for (const seed of [1, 2, 3]) {
      const met = encounter(pair, "handshake", { seed });
      const postures = [emptyPosture(), emptyPosture()];
      let nearest = Infinity;
      for (let t = 0; t < met[0].motion.frames; t++) {
        met.forEach(({ motion }, i) => {
          posedJoints(pair[i], motion, Math.min(t, motion.frames - 1), postures[i]);
        });
        const [a, b] = postures.map(({ positions }) =>
          positions.subarray(3 * JOINT.rightHand, 3 * JOINT.rightHand + 3),
        );
        nearest = Math.min(nearest, Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]));
      }
      expect(nearest).toBeLessThan(0.12);
    }
  });
});
