import { describe, expect, test } from "vitest";
import { MareyError } from "../error.js";
import { convertPose, convertSkeleton } from "./convert.js";
import { body25, body25b, coco17, h36m17, halpe26, partSkeletons, skeletons } from "./layouts.js";
import { pose2simJoint, pose2simMarkers } from "./pose2sim.js";
import { skeleton } from "./skeleton.js";

describe("skeleton", () => {
  test.each([...skeletons, ...partSkeletons])(
    "$name: partners are mutual, parents lead to a root, edges are joints",
    (layout) => {
      layout.mirror.forEach((partner, i) => {
        expect(layout.mirror[partner]).toBe(i);
        const sided = /^(left|right)_/.test(layout.joints[i]);
        if (!layout.joints[i].startsWith("face_")) expect(partner === i).toBe(!sided);
        expect(layout.sigmas[i]).toBeGreaterThan(0);
      });
      for (const [a, b] of layout.edges)
        expect(layout.joints[a] !== undefined && layout.joints[b] !== undefined).toBe(true);
    },
  );

  test("joint counts are the published ones", () => {
    for (const { name, joints } of [...skeletons, ...partSkeletons])
      expect(joints.length).toBe(Number(/\d+/.exec(name.replace(/^h36m/, ""))?.[0]));
    expect(body25b.joints.length).toBe(25);
  });

  test("an invalid table is refused by name", () => {
    const build =
      (...rows: Parameters<typeof skeleton>[1]) =>
      () =>
        skeleton("bad", rows);
    expect(build(["a", null, 1], ["a", null, 1])).toThrow(MareyError);
    expect(build(["a", "b", 1])).toThrow(/"b" is not one of its joints/);
    expect(build(["a", "b", 1], ["b", "a", 1])).toThrow(/cycle/);
    expect(build(["a", null, 0])).toThrow(/sigma/);
  });
});

describe("convertSkeleton", () => {
  test("says which joints are exact, interpolated, absent", () => {
    const kinds = convertSkeleton(coco17, h36m17).map(({ kind }) => kind);
    const of = (name: string) => kinds[h36m17.joints.indexOf(name)];
    expect(of("left_knee")).toBe("exact");
    expect(of("pelvis")).toBe("interpolated");
    expect(of("spine")).toBe("interpolated");
    expect(of("head_top")).toBe("absent");
  });

  test("weights sum to one", () => {
    for (const from of skeletons)
      for (const to of skeletons)
        for (const { kind, terms } of convertSkeleton(from, to))
          if (kind !== "absent") expect(terms.reduce((sum, [, w]) => sum + w, 0)).toBeCloseTo(1, 12);
  });

  test("BODY_25 gives COCO-17 in the published order", () => {
    expect(convertSkeleton(body25, coco17).map(({ terms }) => terms[0][0])).toEqual([
      0, 16, 15, 18, 17, 5, 2, 6, 3, 7, 4, 12, 9, 13, 10, 14, 11,
    ]);
  });

  test("a mean takes the lowest confidence and is missing when a source is", () => {
    const joints = new Float32Array(17 * 3);
    joints.set([10, 20, 0.9], 11 * 3);
    joints.set([30, 40, 0.4], 12 * 3);
    const out = new Float32Array(17 * 3);
    const sources = convertSkeleton(coco17, h36m17);
    convertPose(sources, joints, 3, true, out);
    expect([out[0], out[1], out[2]]).toEqual([20, 30, Math.fround(0.4)]);
    joints[11 * 3] = NaN;
    convertPose(sources, joints, 3, true, out);
    expect([out[0], out[2]]).toEqual([NaN, 0]);
  });
});

describe("Pose2Sim's names", () => {
  test("markers stand in its order", () => {
    expect(pose2simMarkers(body25b).map(({ joint }) => joint)).toEqual([
      12, 14, 16, 22, 23, 24, 11, 13, 15, 19, 20, 21, 17, 18, 0, 6, 8, 10, 5, 7, 9,
    ]);
    expect(pose2simMarkers(halpe26).map(({ joint }) => joint)).toEqual([
      19, 12, 14, 16, 21, 23, 25, 11, 13, 15, 20, 22, 24, 18, 17, 0, 6, 8, 10, 5, 7, 9,
    ]);
  });
  test("an unknown name is −1", () => expect(pose2simJoint(coco17, "LBigToe")).toBe(-1));
});
