import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { random } from "../../array/random.js";
import { body25, body25b, coco17, h36m17, mpii16, skeletons } from "../../skeleton/layouts.js";
import { type Skeleton, skeleton } from "../../skeleton/skeleton.js";
import { DETECTED_JOINTS, lifterInput } from "./lifterInput.js";

const FRAMES = 5;

/** Every joint of each frame somewhere, seen; joints of the same name at the same place in every layout. */
function detections(layout: Skeleton): Float32Array {
  const data = new Float32Array(FRAMES * layout.joints.length * 3);
  for (let t = 0; t < FRAMES; t++)
    layout.joints.forEach((joint, j) => {
      const source = random(100 * t + [...joint].reduce((sum, c) => 31 * sum + c.charCodeAt(0), 0));
      data.set([source.uniform(0, 500), source.uniform(0, 900), 1], (t * layout.joints.length + j) * 3);
    });
  return data;
}

const at = (values: Float32Array, t: number, joint: string) => {
  const o = (t * 17 + h36m17.joints.indexOf(joint)) * 2;
  return [values[o], values[o + 1]];
};

describe("a lifter's input", () => {
  test("is the same from every layout with limbs and ears, whatever else it has", () => {
    const { keypoints } = lifterInput(detections(coco17), coco17);
    expect(keypoints.every(Number.isFinite)).toBe(true);
    for (const layout of skeletons)
      if (layout.joints.includes("left_ear"))
        expect(lifterInput(detections(layout), layout).keypoints).toEqual(keypoints);
  });

  test("takes Human3.6M's own joints as they are", () => {
    const data = detections(h36m17);
    const { keypoints, measured } = lifterInput(data, h36m17);
    expect([...keypoints]).toEqual([...data].filter((_, i) => i % 3 < 2));
    expect(measured.every((value) => value === 1)).toBe(true);
  });

  test("has the middle of the ears half-way from neck to head, and derived joints on their lines", () => {
    const data = detections(coco17);
    const { keypoints } = lifterInput(data, coco17);
    const seen = (t: number, joint: string) => {
      const o = (t * 17 + coco17.joints.indexOf(joint)) * 3;
      return [data[o], data[o + 1]];
    };
    for (let t = 0; t < FRAMES; t++)
      for (const k of [0, 1]) {
        const ears = (seen(t, "left_ear")[k] + seen(t, "right_ear")[k]) / 2;
        const middle = (at(keypoints, t, "upper_neck")[k] + at(keypoints, t, "head_top")[k]) / 2;
        expect(middle).toBeCloseTo(ears, 3);
        const hips = (seen(t, "left_hip")[k] + seen(t, "right_hip")[k]) / 2;
        expect(at(keypoints, t, "pelvis")[k]).toBeCloseTo(hips, 3);
        const [pelvis, spine, thorax] = ["pelvis", "spine", "thorax"].map(
          (joint) => at(keypoints, t, joint)[k],
        );
        expect(spine).toBeCloseTo(pelvis + 0.42 * (thorax - pelvis), 3);
      }
  });

  test("does with a face's other points, or a crown, where ears are hidden", () => {
    const data = detections(body25);
    const hide = (joint: string) => {
      for (let t = 0; t < FRAMES; t++)
        data.fill(
          0,
          (t * 25 + body25.joints.indexOf(joint)) * 3,
          (t * 25 + body25.joints.indexOf(joint)) * 3 + 3,
        );
    };
    const head = () => at(lifterInput(data, body25).keypoints, 0, "head_top").join();
    const heads = [head()];
    for (const joint of ["left_ear", "right_ear", "left_eye"]) {
      hide(joint);
      heads.push(head());
    }
    expect(new Set(heads).size).toBe(4);
    hide("nose");
    expect(head).toThrow("joint head_top: it is not seen in any of 5 frames");
    expect(lifterInput(detections(mpii16), mpii16).keypoints.every(Number.isFinite)).toBe(true);
  });

  test("interpolates gaps in time and says so, for what is derived too", () => {
    const data = detections(coco17);
    const hip = coco17.joints.indexOf("left_hip");
    data[(2 * 17 + hip) * 3 + 2] = 0.1;
    const { keypoints, measured } = lifterInput(data, coco17);
    const [before, gap, after] = [1, 2, 3].map((t) => at(keypoints, t, "left_hip")[0]);
    expect(gap).toBeCloseTo((before + after) / 2, 3);
    const lost = h36m17.joints.filter((_, j) => measured[2 * 17 + j] === 0);
    expect(lost).toEqual(["pelvis", "left_hip", "spine"]);
  });

  test("puts a joint that is never seen where its partner is, and refuses if neither is", () => {
    const data = detections(coco17);
    const hide = (joint: string) => {
      for (let t = 0; t < FRAMES; t++) data[(t * 17 + coco17.joints.indexOf(joint)) * 3 + 2] = 0;
    };
    hide("left_ankle");
    const { keypoints, measured } = lifterInput(data, coco17);
    expect(at(keypoints, 3, "left_ankle")).toEqual(at(keypoints, 3, "right_ankle"));
    expect(measured[3 * 17 + h36m17.joints.indexOf("left_ankle")]).toBe(0);
    hide("right_ankle");
    expect(() => lifterInput(data, coco17)).toThrow(/right_ankle: it is not seen in any of 5 frames/);
  });

  test("is refused from a layout without legs", () => {
    const bust = skeleton("bust", [
      ["left_shoulder", null, 0.1],
      ["right_shoulder", null, 0.1],
    ]);
    expect(() => lifterInput(new Float32Array(6), bust)).toThrow(/no right_hip, .*ears, eyes, nose or crown/);
    expect(DETECTED_JOINTS).toHaveLength(12);
  });
});

const pose = join(import.meta.dirname, "../../../../../../shared/data/pose2sim-single/pose/cam02_json");
test.skipIf(!existsSync(pose))(
  "a real detector's ears and crown lead to the same head within 3 % of the height",
  () => {
    const files = readdirSync(pose).sort();
    const rows = files.map((name) => {
      const { people } = JSON.parse(readFileSync(join(pose, name), "utf8"));
      const sum = (row: number[]) => row.reduce((total, value, i) => total + (i % 3 === 2 ? value : 0), 0);
      return people
        .map((person: { pose_keypoints_2d: number[] }) => person.pose_keypoints_2d)
        .sort((a: number[], b: number[]) => sum(b) - sum(a))[0] as number[];
    });
    const data = Float32Array.from(rows.flat());
    const faceless = data.slice();
    const bothEars: boolean[] = [];
    rows.forEach((row, t) => {
      bothEars.push(row[3 * 3 + 2] > 0.2 && row[4 * 3 + 2] > 0.2);
      faceless.fill(0, t * 75, t * 75 + 15);
    });
    const [ears, crown] = [data, faceless].map((values) => lifterInput(values, body25b).keypoints);
    const distances: number[] = [];
    bothEars.forEach((both, t) => {
      if (!both) return;
      const [head, other] = [at(ears, t, "head_top"), at(crown, t, "head_top")];
      const [top, foot] = [at(ears, t, "head_top"), at(ears, t, "left_ankle")];
      distances.push(
        Math.hypot(head[0] - other[0], head[1] - other[1]) / Math.hypot(top[0] - foot[0], top[1] - foot[1]),
      );
    });
    distances.sort((a, b) => a - b);
    expect(distances.length).toBeGreaterThan(20);
    expect(distances[distances.length >> 1]).toBeLessThan(0.03);
  },
);
