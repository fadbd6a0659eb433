import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readAmc, readAsf } from "../../../format/asf.js";
import { readBvh } from "../../../format/bvh.js";
import { mpjpe } from "../../../metric/mpjpe.js";
import { h36m17, mpii16 } from "../../../skeleton/layouts.js";
import { resample } from "../augment.js";
import type { MotionClip } from "../sequence.js";
import { expmapToH36m17, poseExpmap, readExpmapClips, readExpmapSkeleton } from "./expmap.js";
import { asfToClip, bvhToClip, motionToClip } from "./figure.js";
import { readMotion17 } from "./motion17.js";

const cmu = join(import.meta.dirname, "../../../../../../../shared/data/cmu");
const file = (name: string) => new Uint8Array(readFileSync(join(cmu, name)));
const unzipped = (name: string) => new Uint8Array(gunzipSync(readFileSync(join(cmu, name))));
const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** A set of one clip whose joints lie on a line, a bone of 100 mm after the other. */
const index = (changes: object = {}) =>
  json({
    fps: 60,
    unit: "0.5 mm",
    shape: ["frames", 17, 3],
    up: "y",
    frames: 2,
    clips: [{ name: "line", action: "none", start: 0, frames: 2, bones_mm: new Array(16).fill(100) }],
    ...changes,
  });
const numbers = () => {
  const view = new DataView(new ArrayBuffer(2 * 51 * 2));
  for (let i = 0; i < 102; i += 3) view.setInt16(2 * i, (-200 * (i % 51)) / 3, true);
  return new Uint8Array(view.buffer);
};

describe("motion17", () => {
  test("half millimetres become metres, gzipped or not", () => {
    const [clip] = readMotion17(gzipSync(numbers()), index());
    expect(clip).toEqual(readMotion17(numbers(), index())[0]);
    expect(clip.frameRate).toBe(60);
    expect(clip.positions).toHaveLength(2 * 51);
    expect(clip.positions[51 + 3 * 16]).toBeCloseTo(-1.6, 6);
    expect(clip.bones[0]).toBe(0.1);
  });

  test.each([
    ["more frames than there are", numbers(), index({ frames: 3 }), "its index promises 306"],
    ["an unpacked size that isn't promised", gzipSync(new Uint8Array(9)), index(), "unpacks to 9 bytes"],
    ["a damaged archive", gzipSync(numbers()).fill(0, 12, 20), index(), "motion17"],
    ["another unit", numbers(), index({ unit: "2 feet" }), `the unit "2 feet"`],
    ["another layout", numbers(), index({ shape: ["frames", 21, 3] }), "motion17.json"],
    [
      "a clip beyond the end",
      numbers(),
      index({ clips: [{ name: "a", action: "", start: 1, frames: 2, bones_mm: new Array(16).fill(1) }] }),
      `clip "a" ends after the 2 frames`,
    ],
  ])("%s is refused", (_, data, beside, message) => {
    const read = () => readMotion17(data, beside);
    expect(read).toThrow(expect.objectContaining({ code: "MOTION17_INVALID" }));
    expect(read).toThrow(message);
  });
});

describe.skipIf(!existsSync(cmu))("CMU's motions", () => {
  const set = (name: string) => readMotion17(file(`motion17/${name}.i16.gz`), file(`motion17/${name}.json`));
  const skeleton = existsSync(cmu) ? readExpmapSkeleton(file("expmap/skeleton.json")) : undefined;
  const check = () => JSON.parse(readFileSync(join(cmu, "expmap/skeleton.json"), "utf8")).check;

  test("motion17: mean lengths of bones are those of the index", () => {
    const clips = set("motion17_test");
    expect(clips).toHaveLength(21);
    for (const { positions, bones } of clips) {
      const frames = positions.length / 51;
      for (let j = 1; j < 17; j++) {
        let sum = 0;
        for (let t = 0; t < frames; t++) {
          const [a, b] = [t * 51 + 3 * j, t * 51 + 3 * h36m17.parents[j]];
          sum += Math.hypot(...[0, 1, 2].map((k) => positions[a + k] - positions[b + k]));
        }
        expect(Math.abs(sum / frames - bones[j - 1])).toBeLessThan(1e-3);
      }
    }
  });

  test("expmap: three rows give the positions that come with the skeleton", () => {
    const { input, positions_mm_offsets_fixed, h36m17_mm } = check();
    const posed = poseExpmap(input.flat(), skeleton!);
    const truth = positions_mm_offsets_fixed.flat(2) as number[];
    expect(posed).toHaveLength(truth.length);
    truth.forEach((value, i) => {
      expect(Math.abs(1000 * posed[i] - value)).toBeLessThan(0.01);
    });
    const reduced = expmapToH36m17(posed, skeleton!);
    (h36m17_mm.flat(2) as number[]).forEach((value, i) => {
      expect(Math.abs(1000 * reduced[i] - value)).toBeLessThan(0.01);
    });
  });

  test("expmap: the test clips are those of motion17 but for the place of the origin", () => {
    const clips = readExpmapClips(
      unzipped("expmap/expmap_test.npy.gz"),
      file("expmap/expmap_test.json"),
      skeleton!,
    );
    const others = new Map(set("motion17_test").map((clip) => [clip.name, clip]));
    expect(clips).toHaveLength(21);
    for (const clip of clips) {
      const other = others.get(clip.name) as MotionClip;
      expect(pelvisCentred(clip)).toHaveLength(other.positions.length);
      expect(mpjpe(pelvisCentred(clip), pelvisCentred(other)).mean).toBeLessThan(1e-3);
    }
  });

  test("ASF/AMC: 02_01 equals its clip in motion17, whose source is the same file", () => {
    const asf = readAsf(file("asf-amc/02.asf"));
    const clip = asfToClip(asf, readAmc(unzipped("asf-amc/02_01.amc.gz"), asf));
    const other = set("motion17_train").find(({ name }) => name === "cmu_02_01") as MotionClip;
    const halved = resample(clip.positions, 51, 2).subarray(0, other.positions.length);
    const left = mpjpe(pelvisCentred({ ...clip, positions: halved }), pelvisCentred(other));
    expect(left.joints).toBe(other.positions.length / 3);
    expect(left.mean).toBeLessThan(1e-3);
  });

  test("BVH: the retargeted 07_01 equals its clip in motion17", () => {
    const clip = bvhToClip(readBvh(unzipped("bvh/07_01_retargeted.bvh.gz")));
    const other = set("motion17_train").find(({ name }) => name === "cmu_07_01") as MotionClip;
    const frames = Math.min(clip.positions.length, other.positions.length);
    const start = clip.positions.length - frames;
    const error = [0, start].map(
      (from) =>
        mpjpe(
          pelvisCentred({ ...clip, positions: clip.positions.slice(from, from + frames) }),
          pelvisCentred(other),
        ).mean,
    );
    expect(Math.min(...error)).toBeLessThan(1e-3);
  });

  test("BVH: the legs of cgspeed's 01_01 equal those of the AMC", () => {
    const bvh = bvhToClip(readBvh(unzipped("bvh/01_01_cgspeed.bvh.gz")));
    const asf = readAsf(file("asf-amc/01.asf"));
    const amc = asfToClip(asf, readAmc(unzipped("asf-amc/01_01.amc.gz"), asf));
    const legs = (clip: MotionClip, from: number) =>
      pelvisCentred({ ...clip, positions: clip.positions.slice(51 * from, 51 * (from + 200)) }).filter(
        (_, i) => i % 51 < 21,
      );
    // The conversion begins with a rest pose.
    expect(mpjpe(legs(bvh, 1), legs(amc, 0)).mean).toBeLessThan(0.01);
  });
});

/** T×17×3 without the pelvis's path. */
function pelvisCentred({ positions }: MotionClip): Float32Array {
  return positions.map((value, i) => value - positions[i - (i % 51) + (i % 3)]);
}

describe("other figures", () => {
  const motion = (name: "h36m17" | "mpii16", up: "y" | "z") => {
    const skeleton = name === "h36m17" ? h36m17 : mpii16;
    const joints = skeleton.joints.length;
    const positions = Float32Array.from({ length: 2 * joints * 3 }, (_, i) => i);
    const people = [{ id: 0, positions, state: new Uint8Array(2 * joints).fill(1) }];
    return { skeleton, frameRate: 30, up, firstFrame: 0, frameCount: 2, people };
  };

  test("a motion of the same layout is taken as it is, turned upright", () => {
    const clip = motionToClip(motion("h36m17", "z"));
    expect([...clip.positions.subarray(0, 6)]).toEqual([1, 2, 0, 4, 5, 3]);
    expect(clip.up).toBe("y");
  });

  test("a motion of another layout is converted by names", () => {
    const clip = motionToClip(motion("mpii16", "y"));
    const hip = h36m17.joints.indexOf("left_hip");
    const from = mpii16.joints.indexOf("left_hip");
    expect(clip.positions[3 * hip]).toBe(3 * from);
    expect(clip.positions.every(Number.isFinite)).toBe(true);
  });

  test("gaps and unknown figures are refused", () => {
    const gappy = motion("h36m17", "y");
    gappy.people[0].positions[51 + 3] = NaN;
    expect(() => motionToClip(gappy)).toThrow("joint right_hip is missing in frame 1");
    const asf = { bones: [], lengthUnit: 0.45 };
    expect(() => asfToClip(asf, { root: new Float64Array(0), angles: new Float64Array(0) })).toThrow(
      expect.objectContaining({ code: "FIGURE_UNKNOWN" }),
    );
  });

  test("a skeleton file that lacks a part is refused by its name", () => {
    expect(() => readExpmapSkeleton(json({}))).toThrow(`it lacks the list "parents"`);
    expect(() =>
      poseExpmap(new Float64Array(5), {
        joints: ["a"],
        parents: [-1],
        offsets: new Float64Array(3),
        unit: 1,
        h36m17: [],
      }),
    ).toThrow("5 numbers are not rows of 6");
  });
});
