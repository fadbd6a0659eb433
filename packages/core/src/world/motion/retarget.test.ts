import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readAmc, readAsf } from "../../format/asf.js";
import { readBvh } from "../../format/bvh.js";
import type { Motion } from "../../motion/motion.js";
import { JointState } from "../../motion/state.js";
import { coco17, h36m17 } from "../../skeleton/body.js";
import type { Skeleton } from "../../skeleton/skeleton.js";
import type { Action } from "./action.js";
import type { BodyMotion } from "./bodyMotion.js";
import { bodyMotionOf } from "./bodyMotionOf.js";
import { type Captured, capturedAsf, capturedBvh } from "./captured.js";
import { SIDES } from "./figure.js";
import { contactErrors, meanFigure } from "./figure.test-support.js";
import { perform } from "./perform.js";
import { posedJoints } from "./posed.js";
import { emptyPosture } from "./posture.js";
import { retarget } from "./retarget.js";

const figure = meanFigure();
const DATA = "../shared/data/cmu";

const LIMBS = SIDES.flatMap(({ hip, knee, ankle, shoulder, elbow, wrist }) => [
  ["thigh", hip, knee] as const,
  ["shank", knee, ankle] as const,
  ["upper arm", shoulder, elbow] as const,
  ["forearm", elbow, wrist] as const,
]);

/** Angles between a motion's limbs and a capture's over all frames, degrees, in order of size. */
function limbErrors(motion: BodyMotion, captured: Captured, first = 0): number[] {
  const posture = emptyPosture();
  const errors: number[] = [];
  for (let t = 0; t < motion.frames; t++) {
    posedJoints(figure, motion, t, posture);
    const source = Math.round(first + (t * captured.frameRate) / motion.frameRate);
    for (const [, a, b] of LIMBS) {
      const own = [0, 1, 2].map((k) => posture.positions[3 * b + k] - posture.positions[3 * a + k]);
      const theirs = [0, 1, 2].map(
        (k) => captured.points[72 * source + 3 * b + k] - captured.points[72 * source + 3 * a + k],
      );
      const cosine =
        own.reduce((sum, v, k) => sum + v * theirs[k], 0) / Math.hypot(...own) / Math.hypot(...theirs);
      errors.push((Math.acos(Math.min(1, cosine)) * 180) / Math.PI);
    }
  }
  return errors.sort((a, b) => a - b);
}

const actions: Action[] = [
  { do: "walk", to: [[0.5, 2]] },
  { do: "wave" },
  { do: "crouch" },
  { do: "talk", seconds: 3 },
];

/** A motion's joints in a layout, up to the layout's joints that a body of 24 joints has. */
function jointMotion(body: BodyMotion, skeleton: Skeleton): Motion {
  const sources: Record<string, readonly number[]> = {
    ...{ pelvis: [1, 2], spine: [6], thorax: [16, 17], upper_neck: [12], head_top: [15] },
    ...{ left_hip: [1], right_hip: [2], left_knee: [4], right_knee: [5], left_ankle: [7], right_ankle: [8] },
    ...{ left_shoulder: [16], right_shoulder: [17], left_elbow: [18], right_elbow: [19] },
    ...{ left_wrist: [20], right_wrist: [21] },
  };
  const count = skeleton.joints.length;
  const positions = new Float32Array(body.frames * count * 3).fill(NaN);
  const posture = emptyPosture();
  for (let t = 0; t < body.frames; t++) {
    posedJoints(figure, body, t, posture);
    skeleton.joints.forEach((joint, j) => {
      const from = sources[joint];
      for (let k = 0; from && k < 3; k++)
        positions[3 * (t * count + j) + k] =
          from.reduce((sum, s) => sum + posture.positions[3 * s + k], 0) / from.length;
    });
  }
  const state = new Uint8Array(body.frames * count).fill(JointState.visible);
  const { frameRate, frames: frameCount } = body;
  return { skeleton, frameRate, up: "y", firstFrame: 0, frameCount, people: [{ id: 0, positions, state }] };
}

/** Distances between two motions' joints over all frames, metres, in order of size. */
function jointErrors(a: BodyMotion, b: BodyMotion, joints: readonly number[]): number[] {
  const [p, q] = [emptyPosture(), emptyPosture()];
  const errors: number[] = [];
  for (let t = 0; t < a.frames; t++) {
    posedJoints(figure, a, t, p);
    posedJoints(figure, b, t, q);
    for (const j of joints)
      errors.push(Math.hypot(...[0, 1, 2].map((k) => p.positions[3 * j + k] - q.positions[3 * j + k])));
  }
  return errors.sort((x, y) => x - y);
}

const LIMB_JOINTS = [1, 2, 4, 5, 7, 8, 16, 17, 18, 19, 20, 21];

describe("motions from joints", () => {
  for (const [skeleton, limit] of [
    [h36m17, 0.03],
    [coco17, 0.06],
  ] as const)
    test(`a body that follows ${skeleton.name} joints comes near the body that they were taken from`, () => {
      const { motion } = perform(figure, actions, { seed: 3 });
      const again = bodyMotionOf(jointMotion(motion, skeleton), 0, figure);
      const errors = jointErrors(motion, again, LIMB_JOINTS);
      expect(errors[errors.length >> 1]).toBeLessThan(limit);
      expect(errors[Math.floor(0.95 * errors.length)]).toBeLessThan(3 * limit);
      const { slide, gap, below } = contactErrors(figure, again);
      expect(slide).toBeLessThan(0.005);
      expect(gap).toBeLessThan(0.003);
      expect(below).toBeGreaterThan(-0.005);
    });

  test("gaps and a world whose z points up make no difference", () => {
    const { motion } = perform(figure, actions.slice(1, 2), { seed: 3 });
    const joints = jointMotion(motion, h36m17);
    const straight = bodyMotionOf(joints, 0, figure);
    const turned = joints.people[0].positions.slice();
    for (let i = 0; i < turned.length; i += 3)
      turned.set([turned[i], -joints.people[0].positions[i + 2], joints.people[0].positions[i + 1]], i);
    for (const t of [10, 11, 30]) turned.fill(NaN, 3 * (17 * t + 16), 3 * (17 * t + 17));
    const people = [{ ...joints.people[0], positions: turned }];
    const other = bodyMotionOf({ ...joints, up: "z", people }, 0, figure);
    expect(jointErrors(straight, other, LIMB_JOINTS).at(-1)).toBeLessThan(0.05);
  });

  test("legs that are missing altogether are told", () => {
    const { motion } = perform(figure, actions.slice(1, 2), { seed: 3 });
    const joints = jointMotion(motion, h36m17);
    joints.people[0].positions.fill(NaN);
    expect(() => bodyMotionOf(joints, 0, figure)).toThrow(
      expect.objectContaining({ code: "RETARGET_EMPTY" }),
    );
  });
});

describe.skipIf(!existsSync(DATA))("CMU's motions on the open body", () => {
  const read = (file: string) => {
    const bytes = readFileSync(`${DATA}/${file}`);
    return new Uint8Array(file.endsWith(".gz") ? gunzipSync(bytes) : bytes);
  };
  const clip = (name: string) => {
    const asf = readAsf(read(`asf-amc/${name.slice(0, 2)}.asf`));
    return capturedAsf(asf, readAmc(read(`asf-amc/${name}.amc.gz`), asf));
  };

  for (const name of ["02_01", "02_03", "02_04", "02_10"])
    test(`${name}: limbs keep their directions, feet stand`, () => {
      const captured = clip(name);
      const motion = retarget(captured, figure, { frameRate: 30 });
      const errors = limbErrors(motion, captured);
      expect(errors[errors.length >> 1]).toBeLessThan(5);
      expect(errors[Math.floor(0.95 * errors.length)]).toBeLessThan(10);
      const { slide, gap, below } = contactErrors(figure, motion);
      expect(slide).toBeLessThan(0.005);
      expect(gap).toBeLessThan(0.005);
      expect(below).toBeGreaterThan(-0.01);
    });

  test("the same clip from ASF/AMC and from BVH gives the same pose", () => {
    const options = { to: 600, frameRate: 30 };
    const a = retarget(clip("01_01"), figure, options);
    // Its first frame is a rest pose.
    const b = retarget(capturedBvh(readBvh(read("bvh/01_01_cgspeed.bvh.gz"))), figure, {
      ...options,
      from: 1,
      to: 601,
    });
    expect(b.frames).toBe(a.frames);
    const errors = Array.from(a.pose, (value, i) => Math.abs(value - b.pose[i])).sort((x, y) => x - y);
    expect(errors[Math.floor(0.99 * errors.length)]).toBeLessThan(0.02);
  });

  test("a rig without a T pose, in centimetres: by its bones' directions", () => {
    const captured = capturedBvh(readBvh(read("bvh/07_01_retargeted.bvh.gz")));
    const motion = retarget(captured, figure, { frameRate: 30 });
    expect(limbErrors(motion, captured)[LIMBS.length * (motion.frames >> 1)]).toBeLessThan(5);
    const { slide, below } = contactErrors(figure, motion);
    expect(slide).toBeLessThan(0.005);
    expect(below).toBeGreaterThan(-0.01);
  });
});
