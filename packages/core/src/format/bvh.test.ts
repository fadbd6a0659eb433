import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MareyError } from "../error.js";
import type { Motion } from "../motion/motion.js";
import { halpe26 } from "../skeleton/layouts.js";
import { poseBvh, readBvh, writeBvh } from "./bvh.js";
import { bvhToMotion, motionToBvh } from "./bvhMotion.js";
import { followEuler, type RotationOrder, rotateAbout } from "./euler.js";
import { forwardKinematics } from "./kinematics.js";
import { turnUp } from "./upAxis.js";

const encode = (text: string) => new TextEncoder().encode(text);
const write = (bvh: Parameters<typeof writeBvh>[0]) => encode([...writeBvh(bvh)].join(""));
const samples = "../shared/data/samples/bvh/sinusoidal.bvh";
const retargeted = "../shared/data/cmu/bvh/07_01_retargeted.bvh.gz";

const angle = fc.double({ min: -7, max: 7, noNaN: true });
const orders: RotationOrder[] = ["XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX"];

/** A person on HALPE-26 bones whose joints swing, Z up. */
function swinging(frames: number): Motion {
  const joints = halpe26.joints.length;
  const rest = Float32Array.from({ length: joints * 3 }, (_, i) => 0.1 + 0.3 * Math.sin(i * 7.3));
  const rotations = new Float32Array(frames * joints * 4);
  const root = new Float32Array(frames * 3);
  for (let t = 0; t < frames; t++) {
    root.set([t * 0.01, 1 - t * 0.005, 0.9], t * 3);
    for (let j = 0; j < joints; j++) {
      const a = 0.6 * Math.sin(t * 0.1 + j);
      const axis = [Math.sin(j), Math.cos(j), 0].map((v) => v * Math.sin(a));
      rotations.set([...axis, Math.cos(a)], (t * joints + j) * 4);
    }
  }
  const positions = Float32Array.from(forwardKinematics(halpe26.parents, rest, rotations, root));
  const state = new Uint8Array(frames * joints).fill(1);
  const person = { id: 0, positions, state, rest, rotations, root };
  return { skeleton: halpe26, frameRate: 60, up: "z", firstFrame: 0, frameCount: frames, people: [person] };
}

describe("rotations", () => {
  test("angles → matrix → angles → matrix, in every order, at gimbal lock too", () =>
    fc.assert(
      fc.property(
        fc.constantFrom(...orders),
        angle,
        fc.oneof(angle, fc.constantFrom(Math.PI / 2, -Math.PI / 2)),
        angle,
        (order, a, b, c) => {
          const build = (angles: number[]) => {
            const R = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
            angles.forEach((value, n) => {
              rotateAbout(R, 0, order.charCodeAt(n) - 88, value);
            });
            return R;
          };
          const R = build([a, b, c]);
          const angles = Float64Array.of(a + 0.1, b, c);
          followEuler(R, order, angles);
          const again = build([...angles]);
          for (let i = 0; i < 9; i++) {
            expect(again[i]).toBeCloseTo(R[i], 5);
          }
        },
      ),
    ));

  test("angles follow the previous frame over more than a turn", () => {
    const angles = new Float64Array(3);
    for (let step = 0; step <= 80; step++) {
      const R = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
      rotateAbout(R, 0, 2, step * 0.1);
      followEuler(R, "ZXY", angles);
    }
    expect(angles[0]).toBeCloseTo(8, 9);
  });
});

describe("BVH", () => {
  test.each(orders)("a fitted motion written as %s and read back keeps its joints to 0.01 mm", (order) => {
    const motion = swinging(40);
    const bvh = motionToBvh(motion.people[0], motion, { order });
    const back = bvhToMotion(readBvh(write(bvh)), {}, "take");
    expect(back.skeleton).toBe(halpe26);
    expect(back.frameRate).toBe(60);
    const want = turnUp(motion, "y").people[0].positions;
    const got = back.people[0].positions;
    for (let i = 0; i < want.length; i++) expect(Math.abs(got[i] - want[i])).toBeLessThan(1e-5);
    const { rest, rotations, root } = back.people[0];
    const posed = forwardKinematics(halpe26.parents, rest ?? [], rotations ?? new Float32Array(), root ?? []);
    for (let i = 0; i < want.length; i++) expect(Math.abs(posed[i] - want[i])).toBeLessThan(2e-5);
  });

  test("a frame without a pose repeats the one before it; people without a fit are refused", () => {
    const motion = swinging(4);
    const person = motion.people[0];
    person.root?.fill(NaN, 6, 9);
    const { channels } = motionToBvh(person, motion);
    const width = channels.length / 4;
    expect(channels.slice(2 * width, 3 * width)).toEqual(channels.slice(width, 2 * width));
    person.root?.fill(NaN);
    expect(() => motionToBvh(person, motion)).toThrow(/no frame with a pose/);
    delete person.rotations;
    expect(() => motionToBvh(person, motion)).toThrow(expect.objectContaining({ code: "MOTION_UNFITTED" }));
  });

  test.skipIf(!existsSync(samples))("a file that other software wrote survives reading and writing", () => {
    const bvh = readBvh(new Uint8Array(readFileSync(samples)));
    expect(bvh.frameCount).toBe(120);
    const again = readBvh(write(bvh));
    expect(again.joints).toEqual(bvh.joints);
    again.channels.forEach((value, i) => {
      expect(value).toBeCloseTo(bvh.channels[i], 3);
    });
  });

  test.skipIf(!existsSync(retargeted))("another program's figure is recognised as centimetres", () => {
    const bvh = readBvh(new Uint8Array(gunzipSync(readFileSync(retargeted))));
    const motion = bvhToMotion(bvh, {}, "07_01");
    const hip = motion.skeleton.joints.indexOf("CC_Base_Head");
    const heights = Array.from({ length: 50 }, (_, t) => {
      const o = (t * motion.skeleton.joints.length + hip) * 3;
      return Math.max(...motion.people[0].positions.subarray(o, o + 3));
    });
    expect(Math.min(...heights)).toBeGreaterThan(1.2);
    expect(Math.max(...heights)).toBeLessThan(2);
  });

  test("position channels on joints stretch bones, so no rigid skeleton is claimed", () => {
    const joint = (name: string, inner: string) =>
      `${name} {
 OFFSET 0 1 0
 CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
 ${inner} }
`;
    const text = `HIERARCHY
${joint("ROOT a", joint("JOINT b", ""))}MOTION
Frames: 1
Frame Time: 0.04
${"1 ".repeat(12)}
`;
    const [person] = bvhToMotion(readBvh(encode(text))).people;
    expect(person.rotations).toBeUndefined();
    expect([...person.positions.subarray(0, 3)]).toEqual([1, 2, 1]);
  });

  test.skipIf(!existsSync(samples))("mutated files end in a MareyError or finite values", () => {
    const text = readFileSync(samples, "utf8").replace("Frames: 120", "Frames: 20");
    const whole = encode(text.split("\n").slice(0, 44).join("\n"));
    expect(readBvh(whole).frameCount).toBe(20);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 9, max: 126 })), { maxLength: 5 }),
        (edits) => {
          const copy = whole.slice();
          for (const [at, value] of edits) copy[at] = value;
          try {
            const { positions } = poseBvh(readBvh(copy));
            expect(positions.every(Number.isFinite)).toBe(true);
          } catch (error) {
            if (!(error instanceof MareyError)) throw error;
          }
        },
      ),
    );
  });
});
