import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { random } from "../array/random.js";
import { quaternionMultiply, quaternionRotate, rotationVectorToQuaternion } from "../array/rotation.js";
import { MareyError } from "../error.js";
import { motionToBvh } from "../format/bvhMotion.js";
import { forwardKinematics } from "../format/kinematics.js";
import { markersToMotion } from "../format/markers.js";
import { readTrc } from "../format/trc.js";
import type { Motion } from "../motion/motion.js";
import { JointState } from "../motion/state.js";
import { blazePose33, body25b, coco17, h36m17, halpe26, mpii16, skeletons } from "../skeleton/layouts.js";
import { type Skeleton, skeleton } from "../skeleton/skeleton.js";
import { fitMotion } from "./fit.js";
import { treeOf } from "./tree.js";

const folder = join(import.meta.dirname, "../../../../../shared/data/pose2sim-single/reference");

/** Where the joints of a figure that is easy to tell from its mirror image lie in its rest pose, by name, Y up. */
function restOf(joint: string): [number, number, number] {
  const side = joint.startsWith("left_") ? 1 : joint.startsWith("right_") ? -1 : 0;
  const places: Record<string, [number, number, number]> = {
    hip: [0.1 * side, 0, 0],
    knee: [0, -0.42, 0],
    ankle: [0, -0.4, 0],
    heel: [0, -0.06, -0.05],
    big_toe: [-0.02 * side, -0.06, 0.18],
    small_toe: [0.05 * side, -0.06, 0.14],
    shoulder: [0.17 * side, 0, 0],
    elbow: [0.28 * side, 0, 0],
    wrist: [0.25 * side, 0, 0],
    index: [0.09 * side, 0, 0.02],
    pinky: [0.08 * side, 0, -0.03],
    thumb: [0.04 * side, 0, 0.05],
    spine: [0, 0.22, 0],
    thorax: [0, 0.26, 0],
    neck: [0, 0.48, 0],
    upper_neck: [0, 0.1, 0],
    head_top: [0, 0.24, 0.01],
    nose: [0, 0.14, 0.12],
    ear: [0.08 * side, 0.15, 0.02],
    eye: [0.03 * side, 0.18, 0.1],
  };
  return places[joint.replace(/^(left|right)_/, "")] ?? [0.02 * side, 0.15, 0.09];
}

/** Smooth random turns of every joint of the layout's tree that moves; the joints of the layout, exactly. */
function acted(layout: Skeleton, frames: number, seed: number): Motion {
  const tree = treeOf(layout);
  const { joints, parents } = tree.skeleton;
  const draw = random(seed);
  const rest = new Float64Array(joints.length * 3);
  const rotations = new Float64Array(frames * joints.length * 4);
  const root = Float64Array.from({ length: frames * 3 }, (_, i) => 0.3 * Math.sin(i / 40 + (i % 3)));
  joints.forEach((joint, j) => {
    const pivot = tree.sources[j].kind === "absent";
    if (parents[j] >= 0 && !pivot) rest.set(restOf(joint), 3 * j);
    // With straight clavicles the middle of the shoulders, which most layouts interpolate, is a rigid place.
    const swing = joint.endsWith("_clavicle") || tree.children[j].length === 0 ? 0 : 0.5;
    const phases = [draw.uniform(0, 6), draw.uniform(0, 6), draw.uniform(0, 6)];
    for (let t = 0; t < frames; t++) {
      const v = phases.map((phase) => swing * Math.sin(t / 9 + phase));
      rotations.set(rotationVectorToQuaternion(v), 4 * (t * joints.length + j));
    }
  });
  const posed = forwardKinematics(parents, rest, rotations, root);
  const width = layout.joints.length;
  const positions = new Float32Array(frames * width * 3);
  layout.joints.forEach((joint, i) => {
    const j = joints.indexOf(joint);
    for (let t = 0; t < frames; t++)
      for (let k = 0; k < 3; k++) positions[3 * (t * width + i) + k] = posed[3 * (t * joints.length + j) + k];
  });
  const state = new Uint8Array(frames * width).fill(JointState.visible);
  return {
    skeleton: layout,
    frameRate: 60,
    up: "y",
    firstFrame: 0,
    frameCount: frames,
    people: [{ id: 3, positions, state }],
  };
}

/** The largest distance between a layout's joints and those of the fitted motion, where both are present. */
function largestDistance(motion: Motion, fitted: Motion): number {
  const width = motion.skeleton.joints.length;
  const K = fitted.skeleton.joints.length;
  let largest = 0;
  motion.skeleton.joints.forEach((joint, i) => {
    const j = fitted.skeleton.joints.indexOf(joint);
    for (let t = 0; t < motion.frameCount; t++) {
      const a = motion.people[0].positions.subarray(3 * (t * width + i), 3 * (t * width + i) + 3);
      const b = fitted.people[0].positions.subarray(3 * (t * K + j), 3 * (t * K + j) + 3);
      const distance = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
      if (!Number.isNaN(a[0])) largest = Math.max(largest, Number.isNaN(distance) ? Infinity : distance);
    }
  });
  return largest;
}

test.each([coco17, halpe26, body25b, blazePose33, h36m17, mpii16])(
  "fit: a rigid $name is reproduced",
  (layout) => {
    const motion = acted(layout, 60, 5);
    const { motion: fitted, reports } = fitMotion(motion);
    expect(largestDistance(motion, fitted)).toBeLessThan(1e-6);
    expect(reports[0].meanDistance).toBeLessThan(1e-6);
    for (const bone of reports[0].bones) expect(bone.variation).toBeLessThan(1e-5);
    const { rest, rotations, root, positions } = fitted.people[0];
    expect(
      Float32Array.from(
        forwardKinematics(fitted.skeleton.parents, rest ?? [], rotations ?? new Float32Array(), root ?? []),
      ),
    ).toEqual(positions);
  },
);

test("fit: the rest pose stands in T, left at +X, toes ahead", () => {
  const { motion } = fitMotion(acted(halpe26, 40, 8));
  const offset = (joint: string) => {
    const j = motion.skeleton.joints.indexOf(joint);
    return Array.from(motion.people[0].rest?.subarray(3 * j, 3 * j + 3) ?? []);
  };
  const near = (got: number[], want: number[]) => {
    for (const k of [0, 1, 2]) expect(got[k]).toBeCloseTo(want[k], 3);
  };
  near(offset("left_elbow"), [0.28, 0, 0]);
  near(offset("right_wrist"), [-0.25, 0, 0]);
  near(offset("left_knee"), [0, -0.42, 0]);
  near(offset("right_hip"), [-0.1, 0, 0]);
  expect(offset("left_big_toe")[2]).toBeGreaterThan(0.1);
  expect(offset("nose")[2]).toBeGreaterThan(0.05);
  expect(offset("left_clavicle")).toEqual([0, 0, 0]);
});

test("fit: turning the motion turns the root and nothing else", () => {
  const motion = acted(halpe26, 30, 2);
  const q = rotationVectorToQuaternion([0.3, 1.9, -0.4]);
  const turned = structuredClone(motion);
  const { positions } = turned.people[0];
  for (let i = 0; i < positions.length; i += 3)
    positions.set(quaternionRotate(q, positions.subarray(i, i + 3)), i);
  const [a] = fitMotion(motion).motion.people;
  const [b] = fitMotion({ ...turned, skeleton: motion.skeleton }).motion.people;
  const K = (a.rotations?.length ?? 0) / 120;
  for (let i = 0; i < 30 * K; i++) {
    const before = a.rotations?.subarray(4 * i, 4 * i + 4) ?? [];
    const want = i % K === 0 ? quaternionMultiply(q, before) : before;
    const got = b.rotations?.subarray(4 * i, 4 * i + 4) ?? [];
    expect(
      Math.abs(want[0] * got[0] + want[1] * got[1] + want[2] * got[2] + want[3] * got[3]),
    ).toBeGreaterThan(1 - 1e-5);
  }
});

test("fit: knees and elbows bend as hinges, and straight limbs keep their twist", () => {
  const frames = 120;
  const tree = treeOf(h36m17);
  const { joints, parents } = tree.skeleton;
  const rest = new Float64Array(joints.length * 3);
  joints.forEach((joint, j) => {
    if (parents[j] >= 0 && tree.sources[j].kind !== "absent") rest.set(restOf(joint), 3 * j);
  });
  const rotations = Float64Array.from({ length: frames * joints.length * 4 }, (_, i) =>
    i % 4 === 3 ? 1 : 0,
  );
  for (let t = 0; t < frames; t++) {
    // The thigh turned around itself by 40 degrees all the time; the knee straight in the middle third.
    const bend = t > 40 && t < 80 ? 0.02 : 0.9;
    rotations.set(
      rotationVectorToQuaternion([0, 0.7, 0]),
      4 * (t * joints.length + joints.indexOf("left_hip")),
    );
    rotations.set(
      rotationVectorToQuaternion([bend, 0, 0]),
      4 * (t * joints.length + joints.indexOf("left_knee")),
    );
  }
  const posed = forwardKinematics(parents, rest, rotations, new Float64Array(frames * 3));
  const motion = acted(h36m17, frames, 1);
  h36m17.joints.forEach((joint, i) => {
    for (let t = 0; t < frames; t++)
      for (let k = 0; k < 3; k++)
        motion.people[0].positions[3 * (t * 17 + i) + k] =
          posed[3 * (t * joints.length + joints.indexOf(joint)) + k];
  });
  const [person] = fitMotion(motion).motion.people;
  for (let t = 0; t < frames; t++) {
    const hip = person.rotations?.subarray(4 * (t * joints.length + joints.indexOf("left_hip"))) ?? [];
    expect(2 * Math.atan2(hip[1], hip[3])).toBeCloseTo(0.7, 1);
    const knee = person.rotations?.subarray(4 * (t * joints.length + joints.indexOf("left_knee"))) ?? [];
    expect(Math.hypot(knee[1], knee[2])).toBeLessThan(0.01);
  }
});

test("fit: missing joints leave the others where they are, and are inferred; an empty frame stays empty", () => {
  const whole = acted(halpe26, 60, 4);
  const motion = structuredClone(whole);
  const { positions, state } = motion.people[0];
  const lose = (joint: string, from: number, to: number) => {
    const i = halpe26.joints.indexOf(joint);
    for (let t = from; t < to; t++) {
      positions.fill(NaN, 3 * (t * 26 + i), 3 * (t * 26 + i) + 3);
      state[t * 26 + i] = JointState.missing;
    }
  };
  for (const joint of [
    "left_wrist",
    "right_ankle",
    "right_heel",
    "right_big_toe",
    "right_small_toe",
    "left_hip",
    "nose",
  ])
    lose(joint, 20, 26);
  for (const joint of ["left_elbow", "pelvis"]) lose(joint, 24, 30);
  for (const joint of halpe26.joints) lose(joint, 50, 52);
  const { motion: fitted, reports } = fitMotion({ ...motion, skeleton: halpe26 });
  expect(reports[0].emptyFrames).toBe(2);
  expect(largestDistance({ ...motion, skeleton: halpe26 }, fitted)).toBeLessThan(2e-3);
  const K = fitted.skeleton.joints.length;
  const wrist = fitted.skeleton.joints.indexOf("left_wrist");
  expect(fitted.people[0].state[22 * K + wrist]).toBe(JointState.inferred);
  const place = fitted.people[0].positions.subarray(3 * (22 * K + wrist));
  const truth = whole.people[0].positions.subarray(3 * (22 * 26 + halpe26.joints.indexOf("left_wrist")));
  expect(Math.hypot(place[0] - truth[0], place[1] - truth[1], place[2] - truth[2])).toBeLessThan(0.05);
  expect(fitted.people[0].root?.[3 * 51]).toBeNaN();
  expect(fitted.people[0].state[51 * K + wrist]).toBe(JointState.missing);
});

/** The motion without some joints: they are missing in every frame, or stand at the origin as Pose2Sim fills them in. */
function without(motion: Motion, joints: readonly string[], how: "missing" | "zero"): Motion {
  const { positions, state } = structuredClone(motion.people[0]);
  const width = motion.skeleton.joints.length;
  for (const joint of joints)
    for (let at = motion.skeleton.joints.indexOf(joint); at < state.length; at += width) {
      positions.fill(how === "missing" ? NaN : 0, 3 * at, 3 * at + 3);
      state[at] = how === "missing" ? JointState.missing : JointState.inferred;
    }
  return { ...motion, people: [{ ...motion.people[0], positions, state }] };
}

test("fit: a body of which one hip and one shoulder are never measured still fits where it was measured", () =>
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.constantFrom(coco17, halpe26, body25b, blazePose33, h36m17, mpii16),
      fc.constantFrom("left_hip", "right_hip"),
      fc.constantFrom("left_shoulder", "right_shoulder"),
      fc.constantFrom("missing" as const, "zero" as const),
      fc.boolean(),
      (seed, layout, hip, shoulder, how, symmetric) => {
        const whole = acted(layout, 40, seed);
        const { motion: fitted, reports } = fitMotion(without(whole, [hip, shoulder], how), { symmetric });
        const { distances, bones } = reports[0];
        expect(distances).not.toHaveProperty(hip);
        expect(Object.keys(distances).length).toBe(layout.joints.length - 2);
        expect(reports[0].meanDistance).toBeLessThan(0.015);
        // An elbow whose shoulder is never seen is the worst: where the joints of the trunk turn by 60 degrees, as here.
        for (const distance of Object.values(distances)) expect(distance).toBeLessThan(0.06);
        const thigh = bones.find(({ joint }) => joint === hip.replace("hip", "knee"));
        expect(thigh?.frames).toBe(0);
        expect(thigh?.length).toBeCloseTo(0.42, 2);
        const j = fitted.skeleton.joints.indexOf(hip);
        expect(fitted.people[0].state[j]).toBe(JointState.inferred);
      },
    ),
    { numRuns: 40 },
  ));

test.each([
  ["both hips", ["left_hip", "right_hip"]],
  ["both shoulders", ["left_shoulder", "right_shoulder"]],
  ["an upper body", coco17.joints.filter((joint) => /hip|knee|ankle/.test(joint))],
])("fit: without %s the rest fits, and the figure has usual proportions there", (_, lost) => {
  const { motion: fitted, reports } = fitMotion(without(acted(coco17, 40, 6), lost, "missing"));
  expect(reports[0].emptyFrames).toBe(0);
  expect(reports[0].meanDistance).toBeLessThan(0.03);
  const { joints } = fitted.skeleton;
  const length = (joint: string) => reports[0].bones.find((bone) => bone.joint === joint)?.length;
  for (const joint of ["left_knee", "right_ankle", "thorax", "left_elbow"]) {
    expect(length(joint)).toBeGreaterThan(0.2);
    expect(length(joint)).toBeLessThan(0.7);
  }
  expect(fitted.people[0].positions.length).toBe(40 * joints.length * 3);
  expect(fitted.people[0].positions.every(Number.isFinite)).toBe(true);
});

test("fit: a joint that stands at the origin alone is one", () => {
  const motion = acted(h36m17, 20, 3);
  const { positions } = motion.people[0];
  const pelvis = h36m17.joints.indexOf("pelvis");
  for (let t = 0; t < 20; t++) {
    const frame = positions.subarray(51 * t, 51 * (t + 1));
    const origin = frame.slice(3 * pelvis, 3 * pelvis + 3);
    for (let i = 0; i < 51; i++) frame[i] -= origin[i % 3];
  }
  const { reports } = fitMotion(motion);
  expect(reports[0].distances).toHaveProperty("pelvis");
  expect(reports[0].meanDistance).toBeLessThan(1e-5);
});

test.skipIf(!existsSync(folder))(
  "fit: the reference trial of Pose2Sim, within 25 mm, without jumps, and as BVH",
  () => {
    const file = new Uint8Array(readFileSync(join(folder, "author_filt_butterworth.trc")));
    const motion = markersToMotion(readTrc(file), body25b);
    const { motion: fitted, reports } = fitMotion(motion);
    console.log(`fit: mean distance ${(1000 * reports[0].meanDistance).toFixed(1)} mm`);
    expect(reports[0].meanDistance).toBeLessThan(0.025);
    const { rotations = new Float32Array() } = fitted.people[0];
    const step = 4 * fitted.skeleton.joints.length;
    for (let i = step; i < rotations.length; i += 4) {
      let dot = 0;
      for (let k = 0; k < 4; k++) dot += rotations[i + k] * rotations[i - step + k];
      expect(dot).toBeGreaterThan(Math.cos(Math.PI / 12)); // 30 degrees in a sixtieth of a second
    }
    expect(motionToBvh(fitted.people[0], fitted).channels.every(Number.isFinite)).toBe(true);
  },
);

test.each([
  ["motion", []],
  ["motion without a hip", ["left_hip"]],
  ["motion without hips", ["left_hip", "right_hip"]],
])("fit: a Z-up %s gives the same figure as its Y-up twin", (_, lost) => {
  const motion = without(acted(coco17, 20, 9), lost, "missing");
  const twin = structuredClone(motion);
  const { positions } = twin.people[0];
  for (let i = 0; i < positions.length; i += 3) {
    const [x, y, z] = positions.subarray(i, i + 3);
    positions.set([z, x, y], i);
  }
  const { motion: fitted, reports } = fitMotion({ ...twin, skeleton: coco17, up: "z" });
  expect(fitted.up).toBe("z");
  const upright = fitMotion(motion);
  expect(reports[0].meanDistance).toBeCloseTo(upright.reports[0].meanDistance, 6);
  if (lost.length === 0) expect(reports[0].meanDistance).toBeLessThan(1e-6);
  const knee = fitted.skeleton.joints.indexOf("left_knee");
  const [down, want] = [fitted, upright.motion].map(({ people }, n) => people[0].rest?.[3 * knee + 2 - n]);
  expect(down).toBeLessThan(-0.3);
  expect(down).toBeCloseTo(want ?? NaN, 5);
  const last = fitted.people[0].positions.subarray(-3);
  const [x, y, z] = upright.motion.people[0].positions.subarray(-3);
  [z, x, y].forEach((value, k) => {
    expect(last[k]).toBeCloseTo(value, 4);
  });
});

test("treeOf: one root, all joints of every layout; unknown joints hang where the layout has them", () => {
  for (const layout of skeletons) {
    const tree = treeOf(layout);
    expect(tree.skeleton.parents.filter((parent) => parent < 0)).toEqual([-1]);
    for (const joint of layout.joints) expect(tree.skeleton.joints).toContain(joint);
  }
  const own = skeleton("own", [
    ["left_hip", null, 0.1],
    ["right_hip", null, 0.1],
    ["left_shoulder", null, 0.1],
    ["right_shoulder", null, 0.1],
    ["tail", "left_hip", 0.1],
  ]);
  const { skeleton: tree } = treeOf(own);
  expect(tree.joints[tree.parents[tree.joints.indexOf("tail")]]).toBe("left_hip");
  expect(() => treeOf(skeleton("hand", [["left_wrist", null, 0.1]]))).toThrow(MareyError);
});

test("fit: survives any pattern of missing joints and outliers", () =>
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (seed, share) => {
        const motion = acted(coco17, 6, seed);
        const draw = random(seed);
        const { positions, state } = motion.people[0];
        for (let i = 0; i < state.length; i++) {
          if (draw.uniform() < 0.1) positions[3 * i] += 5 * draw.normal();
          if (draw.uniform() > share) continue;
          positions.fill(NaN, 3 * i, 3 * i + 3);
          state[i] = JointState.missing;
        }
        const { motion: fitted, reports } = fitMotion(motion);
        const { root = [], rotations = new Float32Array() } = fitted.people[0];
        const K = fitted.skeleton.joints.length;
        let empty = 0;
        for (let t = 0; t < 6; t++) {
          const pose = [
            ...rotations.subarray(4 * t * K, 4 * (t + 1) * K),
            ...fitted.people[0].positions.subarray(3 * t * K, 3 * (t + 1) * K),
          ];
          if (Number.isNaN(root[3 * t])) empty++;
          else expect(pose.every(Number.isFinite)).toBe(true);
        }
        expect(empty).toBe(reports[0].emptyFrames);
      },
    ),
    { numRuns: 60 },
  ));
