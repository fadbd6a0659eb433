import { describe, expect, test } from "vitest";
import { random } from "../array/random.js";
import { MareyError } from "../error.js";
import { JointState } from "../motion/state.js";
import { coco17 } from "../skeleton/layouts.js";
import { adjustBody } from "./bodyAdjustment.js";

const J = coco17.joints.length;
const joint = (name: string) => coco17.joints.indexOf(name);

/** Metres: a body that stands, arms out; x to its left, y forward, z up. */
const rest: Record<string, readonly [number, number, number]> = {
  nose: [0, 0.12, 1.6],
  eye: [0.03, 0.1, 1.64],
  ear: [0.08, 0, 1.62],
  shoulder: [0.18, 0, 1.4],
  elbow: [0.42, 0.05, 1.3],
  wrist: [0.62, 0.15, 1.35],
  hip: [0.1, 0, 0.95],
  knee: [0.12, 0.03, 0.52],
  ankle: [0.12, -0.03, 0.09],
};

/** T×J×3: the body turns, walks to and fro and swings its shanks. */
function walk(frames: number, frameRate: number): Float64Array {
  const truth = new Float64Array(frames * J * 3);
  for (let t = 0; t < frames; t++) {
    const time = t / frameRate;
    coco17.joints.forEach((name, j) => {
      const part = name.replace(/^(left|right)_/, "");
      const [x, y, z] = rest[part];
      const side = name.startsWith("right_") ? -x : x;
      const turn = 0.8 * time;
      const bend = part === "ankle" ? 0.4 + 0.4 * Math.sin(5 * time) : 0; // the shank swings about the knee
      const forward = part === "ankle" ? 0.03 - 0.43 * Math.sin(bend) : y;
      const i = 3 * (t * J + j);
      truth[i] = Math.cos(turn) * side - Math.sin(turn) * forward + 0.5 * Math.sin(time);
      truth[i + 1] = Math.sin(turn) * side + Math.cos(turn) * forward;
      truth[i + 2] = part === "ankle" ? 0.52 - 0.43 * Math.cos(bend) : z;
    });
  }
  return truth;
}

/** V×12: views from around, 4 m away, 1.2 m high, of 1500 px focal length. */
function ring(views: number): Float64Array {
  return Float64Array.from(
    Array.from({ length: views }, (_, v) => {
      const angle = 0.3 + (2 * Math.PI * v) / Math.max(views, 3);
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      // right, down and forward as rows; the centre is 4 (c, s) and 1.2 up
      const axes = [
        [-s, c, 0, 0],
        [0, 0, -1, 1.2],
        [-c, -s, 0, 4],
      ];
      return [0, 1, 2].flatMap((row) =>
        [0, 1, 2, 3].map((k) => (row < 2 ? 1500 * axes[row][k] + 600 * axes[2][k] : axes[2][k])),
      );
    }).flat(),
  );
}

/** T×V×J×3 with normal errors. */
function look(truth: Float64Array, P: Float64Array, noise: number, seed = 1): Float64Array {
  const source = random(seed);
  const views = P.length / 12;
  const points = truth.length / 3;
  const out = new Float64Array(points * views * 3);
  for (let n = 0; n < points; n++)
    for (let v = 0; v < views; v++) {
      const row = (r: number) =>
        P[12 * v + 4 * r + 3] +
        [0, 1, 2].reduce((sum, c) => sum + P[12 * v + 4 * r + c] * truth[3 * n + c], 0);
      const o = 3 * ((Math.floor(n / J) * views + v) * J + (n % J));
      out[o] = row(0) / row(2) + source.normal(0, noise);
      out[o + 1] = row(1) / row(2) + source.normal(0, noise);
      out[o + 2] = 0.9;
    }
  return out;
}

/** Largest and mean distance to the truth where there is a position, mm. */
function errors(
  positions: Float32Array,
  truth: Float64Array,
  only: (t: number, j: number) => boolean = () => true,
) {
  const all: number[] = [];
  for (let n = 0; n < truth.length / 3; n++) {
    const distance = Math.hypot(...[0, 1, 2].map((c) => positions[3 * n + c] - truth[3 * n + c]));
    if (!Number.isNaN(distance) && only(Math.floor(n / J), n % J)) all.push(1000 * distance);
  }
  return {
    count: all.length,
    largest: Math.max(...all),
    mean: all.reduce((sum, e) => sum + e, 0) / all.length,
  };
}

/** Removes a joint from views in frames [from, to). */
function hide(seen: Float64Array, views: number, j: number, from: number, to: number, only?: number) {
  for (let t = from; t < to; t++)
    for (let v = 0; v < views; v++)
      if (only === undefined || v === only)
        seen.fill(0, 3 * ((t * views + v) * J + j), 3 * ((t * views + v) * J + j) + 3);
}

describe("body adjustment", () => {
  test.for([30, 60, 240])("at %i Hz perfect observations give the motion back", (frameRate) => {
    const truth = walk(frameRate, frameRate);
    const P = ring(4);
    const body = adjustBody(look(truth, P, 0), P, coco17, { frameRate });
    expect(errors(body.positions, truth).count).toBe(truth.length / 3);
    expect(errors(body.positions, truth).largest).toBeLessThan(5);
    expect(body.state.every((state) => state === JointState.visible)).toBe(true);
    const thigh = body.bones.find(({ a, b }) => a === joint("left_hip") && b === joint("left_knee"));
    expect(thigh?.length).toBeCloseTo(Math.hypot(0.02, 0.03, 0.43), 2);
  });

  test("wild observations and exchanged legs are seen through", () => {
    const truth = walk(120, 60);
    const P = ring(4);
    const clean = look(truth, P, 2);
    const hurt = clean.slice();
    const source = random(5);
    for (let o = 0; o < hurt.length; o += 3) if (source.uniform() < 0.03) hurt[o] += source.normal(0, 150);
    for (let t = 40; t < 46; t++)
      for (const part of ["hip", "knee", "ankle"]) {
        const [left, right] = ["left", "right"].map(
          (side) => 3 * ((t * 4 + 1) * J + joint(`${side}_${part}`)),
        );
        const kept = hurt.slice(left, left + 3);
        hurt.copyWithin(left, right, right + 3);
        hurt.set(kept, right);
      }
    const before = errors(adjustBody(clean, P, coco17, { frameRate: 60 }).positions, truth);
    const after = errors(adjustBody(hurt, P, coco17, { frameRate: 60 }).positions, truth);
    expect(after.mean).toBeLessThan(1.2 * before.mean);
    expect(after.largest).toBeLessThan(40);
  });

  test("constant offsets of a view are found where bones turn", () => {
    const truth = walk(300, 60);
    const P = ring(4);
    const seen = look(truth, P, 1);
    for (let t = 0; t < 300; t++) seen[3 * ((t * 4 + 2) * J + joint("left_elbow"))] += 12;
    const body = adjustBody(seen, P, coco17, { frameRate: 60 });
    const elbow = errors(body.positions, truth, (_, j) => j === joint("left_elbow"));
    expect(elbow.mean).toBeLessThan(9); // 12 px are 32 mm there
  });

  test("short gaps are inferred with a larger sigma, long ones are missing", () => {
    const truth = walk(200, 60);
    const P = ring(3);
    const seen = look(truth, P, 1.5);
    const wrist = joint("left_wrist");
    const ankle = joint("right_ankle");
    hide(seen, 3, wrist, 50, 65);
    hide(seen, 3, ankle, 100, 140);
    const { state, sigma, positions } = adjustBody(seen, P, coco17, { frameRate: 60, reach: 0.05 });
    const stateOf = (t: number, j: number) => state[t * J + j];
    expect(stateOf(49, wrist)).toBe(JointState.visible);
    expect(stateOf(57, wrist)).toBe(JointState.inferred);
    expect(sigma[57 * J + wrist]).toBeGreaterThan(2 * sigma[20 * J + wrist]);
    expect(errors(positions, truth, (t, j) => j === wrist && t >= 50 && t < 65).largest).toBeLessThan(60);
    expect([102, 103, 120, 136, 137].map((t) => stateOf(t, ankle))).toEqual([3, 0, 0, 0, 3]);
    expect(positions[3 * (120 * J + ankle)]).toBeNaN();
    expect(sigma[120 * J + ankle]).toBeNaN();
  });

  test("one view in a gap still guides: bones and motion give its depth", () => {
    const truth = walk(120, 60);
    const P = ring(3);
    const seen = look(truth, P, 1.5);
    const elbow = joint("right_elbow");
    for (const v of [0, 1]) hide(seen, 3, elbow, 40, 65, v);
    const { state, views, positions } = adjustBody(seen, P, coco17, { frameRate: 60 });
    expect(state[50 * J + elbow]).toBe(JointState.inferred);
    expect(views[50 * J + elbow]).toBe(0b100);
    expect(errors(positions, truth, (t, j) => j === elbow && t >= 40 && t < 65).largest).toBeLessThan(50);
  });

  test("who is absent for long is missing there and unhurt elsewhere, in one window or many", () => {
    const frames = 400;
    const truth = walk(frames, 60);
    const P = ring(4);
    const seen = look(truth, P, 1.5);
    for (let j = 0; j < J; j++) hide(seen, 4, j, 100, 300);
    for (const window of [600, 90]) {
      const { positions, state } = adjustBody(seen, P, coco17, { frameRate: 60, window, overlap: 20 });
      expect(state.subarray(110 * J, 290 * J).every((value) => value === JointState.missing)).toBe(true);
      expect(errors(positions, truth, (t) => t < 100 || t >= 300)).toMatchObject({ count: 200 * J });
      expect(errors(positions, truth, (t) => t < 100 || t >= 300).largest).toBeLessThan(25);
    }
  });

  test.for([0, 1, 2, 3, 4, 5, 9])("a take of %i frames", (frames) => {
    const truth = walk(frames, 60);
    const P = ring(2);
    const { positions } = adjustBody(look(truth, P, 0.5), P, coco17, { frameRate: 60 });
    expect(positions.length).toBe(frames * J * 3);
    expect(errors(positions, truth).count).toBe(frames * J);
    if (frames > 0) expect(errors(positions, truth).largest).toBeLessThan(30);
  });

  test("one view, or nobody: everything is missing", () => {
    const truth = walk(20, 60);
    const single = adjustBody(look(truth, ring(1), 1), ring(1), coco17, { frameRate: 60 });
    const nobody = adjustBody(new Float64Array(20 * 4 * J * 3).fill(NaN), ring(4), coco17, { frameRate: 60 });
    for (const { positions, state, bones } of [single, nobody]) {
      expect(positions.every(Number.isNaN)).toBe(true);
      expect(state.every((value) => value === JointState.missing)).toBe(true);
      expect(bones).toEqual([]);
    }
  });

  test("refuses what isn't T×V×J×3, and no frame rate", () => {
    expect(() => adjustBody(new Float64Array(10), ring(2), coco17, { frameRate: 60 })).toThrow(MareyError);
    expect(() => adjustBody(new Float64Array(0), ring(2), coco17, { frameRate: 0 })).toThrow(MareyError);
  });
});
