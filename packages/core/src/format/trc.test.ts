import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MareyError } from "../error.js";
import { body25b, skeletons } from "../skeleton/layouts.js";
import { pose2simJoint } from "../skeleton/pose2sim.js";
import { skeleton } from "../skeleton/skeleton.js";
import { readDecimal, writeDecimal } from "./decimal.js";
import { markersToMotion, motionToMarkers } from "./markers.js";
import { readTrc, writeTrc } from "./trc.js";
import { turnUp } from "./upAxis.js";

const encode = (text: string) => new TextEncoder().encode(text);
const reference = "../shared/data/pose2sim-single/reference";
const there = existsSync(reference);
const read = (path: string) => new Uint8Array(readFileSync(join(reference, path)));

describe("decimals", () => {
  test.each([
    [0, "0.0"],
    [-0, "-0.0"],
    [60, "60.0"],
    [1 / 60, "0.016666666666666666"],
    [0.0001, "0.0001"],
    [0.00001234, "1.234e-05"],
    [1e15, "1000000000000000.0"],
    [1e16, "1e+16"],
    [-2.5e-7, "-2.5e-07"],
    [5e-324, "5e-324"],
    [NaN, ""],
  ])("%d is written as Python's repr", (value, text) => expect(writeDecimal(value)).toBe(text));

  test("reading undoes writing; text that is no number is told from a missing one", () => {
    fc.assert(
      fc.property(fc.double({ noDefaultInfinity: true }), (x) => {
        expect(readDecimal(writeDecimal(x))).toBe(x);
      }),
    );
    for (const text of ["1,5", "0x10", "1e", "--1", "1 2", "Infinity", "1e999"])
      expect(readDecimal(text)).toBeUndefined();
  });
});

describe("TRC", () => {
  const sample = {
    names: ["Hip", "LKnee"],
    frameRate: 60,
    units: "m" as const,
    firstFrame: 5,
    times: Float64Array.of(5 / 60, 0.1),
    points: Float64Array.of(1, 2.5, -3e-7, NaN, NaN, NaN, 0, 0.1, 0.2, 4, 5, 6),
  };

  test("the text is Pose2Sim's", () => {
    expect([...writeTrc(sample, "a_5-6.trc")].join("")).toBe(
      "PathFileType\t4\t(X/Y/Z)\ta_5-6.trc\n" +
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames\n" +
        "60\t60\t2\t2\tm\t60\t5\t2\n" +
        "Frame#\tTime\tHip\t\t\tLKnee\t\t\t\n" +
        "\t\tX1\tY1\tZ1\tX2\tY2\tZ2\t\n" +
        "5\t0.08333333333333333\t1.0\t2.5\t-3e-07\t\t\t\n" +
        "6\t0.1\t0.0\t0.1\t0.2\t4.0\t5.0\t6.0\n",
    );
  });

  test("reading undoes writing", () => {
    expect(readTrc(encode([...writeTrc(sample, "a.trc")].join("")))).toEqual(sample);
  });

  test.skipIf(!there)("the reference file is written byte for byte", () => {
    const text = new TextDecoder().decode(read("p2s_head_raw.trc"));
    expect([...writeTrc(readTrc(read("p2s_head_raw.trc")), "single_0-99.trc")].join("")).toBe(text);
  });

  test.skipIf(!there)("every reference is read; rows decide over the header", () => {
    for (const name of readdirSync(reference).filter((file) => file.endsWith(".trc")))
      expect(readTrc(read(name), name).times.length).toBe(name.includes("head_filt") ? 99 : 100);
  });

  test("a truncated file is refused unless rows are to be trusted", () => {
    const text = [...writeTrc(sample, "a.trc")].join("").replace("60\t60\t2", "60\t60\t9");
    expect(() => readTrc(encode(text))).toThrow(/promises 9 frames, 2 are there/);
    expect(readTrc(encode(text), "a", { trustRows: true }).times.length).toBe(2);
  });

  test.skipIf(!there)("mutated files: a MareyError, or as many missing values as empty cells", () => {
    const bytes = read("p2s_head_raw.trc").subarray(0, 6000);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
        (edits) => {
          const copy = bytes.slice();
          for (const [at, value] of edits) copy[at] = value;
          try {
            const { points } = readTrc(copy, "mutated", { trustRows: true });
            const empty = new TextDecoder().decode(copy).split(/\r?\n/).slice(5).join("\n");
            const gaps = empty.split(/[\t\n]/).filter((cell) => /^\s*([+-]?nan)?\s*$/i.test(cell)).length;
            expect(points.filter(Number.isNaN).length).toBeLessThanOrEqual(gaps);
          } catch (error) {
            if (!(error instanceof MareyError)) throw error;
          }
        },
      ),
    );
  });
});

describe("convention: marker files are Y up, (X, Y, Z) of a Z-up world is (Y, Z, X)", () => {
  const joints = body25b.joints.length;
  const positions = Float32Array.from({ length: 2 * joints * 3 }, (_, i) => i / 8);
  const state = new Uint8Array(2 * joints).fill(1);
  const motion = {
    skeleton: body25b,
    frameRate: 60,
    up: "z" as const,
    firstFrame: 3,
    frameCount: 2,
    people: [{ id: 0, positions, state }],
  };

  test("motion → markers", () => {
    const { names, points, times } = motionToMarkers(motion.people[0], motion);
    expect(names.length).toBe(21);
    const hip = body25b.joints.indexOf("right_hip") * 3;
    expect(names[0]).toBe("RHip");
    expect([...points.subarray(0, 3)]).toEqual([positions[hip + 1], positions[hip + 2], positions[hip]]);
    expect(times[0]).toBe(3 / 60);
  });

  test("markers → motion → markers keeps the values; missing joints are missing", () => {
    const markers = motionToMarkers(motion.people[0], motion);
    const back = markersToMotion(markers);
    expect(back.skeleton.joints).toEqual(expect.arrayContaining(["right_hip"]));
    expect(motionToMarkers(back.people[0], back)).toEqual(markers);
    const nose = motion.skeleton.joints.indexOf("nose");
    const turned = turnUp(markersToMotion(markers, body25b), "z");
    expect([...turned.people[0].positions.subarray(nose * 3, nose * 3 + 3)]).toEqual([
      ...positions.subarray(nose * 3, nose * 3 + 3),
    ]);
    const eye = body25b.joints.indexOf("left_eye");
    expect(turned.people[0].state[eye]).toBe(0);
    expect(turned.people[0].positions[eye * 3]).toBeNaN();
  });

  test("markers of no layout become joints of their own", () => {
    const markers = { ...motionToMarkers(motion.people[0], motion), names: Array(21).fill("M") };
    const back = markersToMotion(markers);
    expect(back.skeleton.joints[1]).toBe("M 2");
  });

  test.each([
    ["RHip", "r.ASIS_study", "C7_study"],
    ["nose", "left_hip", "tail"],
  ])("markers of no layout are written as they were read: %s, %s, %s", (...names) => {
    const points = Float64Array.from({ length: 18 }, (_, i) => i / 4);
    const times = Float64Array.of(0, 1);
    const markers = { names, frameRate: 1, units: "m" as const, firstFrame: 0, times, points };
    const back = markersToMotion(markers, undefined, "take/walk.1.trc");
    expect(back.skeleton.name).toBe("walk.1");
    expect(motionToMarkers(back.people[0], back)).toEqual(markers);
  });

  test.each(skeletons)(
    "of $name no joint is lost, but those that Pose2Sim leaves out of its own",
    (layout) => {
      const J = layout.joints.length;
      const values = Float32Array.from({ length: J * 3 }, (_, i) => i / 8);
      const people = [{ id: 0, positions: values, state: new Uint8Array(J).fill(1) }];
      const whole = { ...motion, skeleton: layout, up: "y" as const, frameCount: 1, people };
      const { names, points } = motionToMarkers(people[0], whole);
      expect(new Set(names).size).toBe(names.length);
      expect(names).toEqual(expect.arrayContaining(["RHip", "LWrist"]));
      const left: Record<string, number> = { body25b: 21, halpe26: 22 };
      expect(names.length).toBe(left[layout.name] ?? J);
      const joints = Array.from({ length: points.length / 3 }, (_, m) => Math.round((points[3 * m] * 8) / 3));
      names.forEach((name, m) => {
        const joint = layout.joints.includes(name)
          ? layout.joints.indexOf(name)
          : pose2simJoint(layout, name);
        expect(joints[m]).toBe(joint);
      });
      expect(new Set(joints).size).toBe(names.length);
    },
  );

  test("joints of a tree, such as a fitted one, have Pose2Sim's names; the rest follows", () => {
    const tree = skeleton("walk", [
      ["pelvis", null, 0.1],
      ["lower_back", "pelvis", 0.1],
      ["right_hip", "pelvis", 0.1],
    ]);
    const people = [{ id: 0, positions: new Float32Array(9), state: new Uint8Array(3).fill(1) }];
    const { names } = motionToMarkers(people[0], { ...motion, skeleton: tree, frameCount: 1, people });
    expect(names).toEqual(["Hip", "RHip", "lower_back"]);
  });
});
