import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { convertSkeleton } from "./convert.js";
import {
  aflw19,
  aic14,
  body19,
  body23,
  body25,
  body25b,
  body135,
  car22,
  coco17,
  cocoFeet23,
  cofw29,
  crowdPose14,
  face68,
  face70,
  findSkeleton,
  halpe136,
  hand21,
  humanArt21,
  jhmdb15,
  lsp14,
  mpii16,
  partSkeletons,
  poseTrack17,
  recogniseSkeleton,
  skeletons,
  wflw98,
  wholeBody133,
} from "./layouts.js";
import { partsOf, withParts } from "./parts.js";
import type { Skeleton } from "./skeleton.js";

const samples = "../shared/data/samples";

interface Category {
  keypoints: string[];
  skeleton: [number, number][];
}
const read = (file: string) => JSON.parse(readFileSync(`${samples}/${file}`, "utf8"));
const category = (file: string): Category => read(file).categories[0];

describe("layouts against the tables of their data sets", () => {
  test("COCO-WholeBody's flip map", () => {
    const { mirror } = wholeBody133;
    const pairs = [
      [17, 20],
      [18, 21],
      [19, 22],
      [23, 39],
      [30, 32],
      [40, 49],
      [44, 45],
      [54, 58],
      [55, 57],
      [59, 68],
      [60, 67],
      [61, 66],
      [62, 65],
      [63, 70],
      [64, 69],
      [71, 77],
      [72, 76],
      [73, 75],
      [78, 82],
      [79, 81],
      [83, 87],
      [84, 86],
      [88, 90],
      [91, 112],
      [111, 132],
    ];
    for (const [a, b] of pairs) expect([mirror[a], mirror[b]]).toEqual([b, a]);
    expect(mirror.flatMap((partner, i) => (partner === i ? [i] : []))).toEqual([
      0, 31, 50, 51, 52, 53, 56, 74, 80, 85, 89,
    ]);
    expect(wholeBody133.sigmas.slice(23, 26)).toEqual([0.042, 0.043, 0.044]);
    expect([wholeBody133.sigmas[91], wholeBody133.sigmas[132]]).toEqual([0.029, 0.031]);
  });

  test("AFLW's flip pairs; OpenPose's face has the pupils last", () => {
    expect(aflw19.mirror).toEqual([5, 4, 3, 2, 1, 0, 11, 10, 9, 8, 7, 6, 14, 13, 12, 17, 16, 15, 18]);
    expect(face70.mirror.slice(0, 68)).toEqual(face68.mirror);
    expect(face70.mirror.slice(68)).toEqual([69, 68]);
  });

  test("COCO-17 from OpenPose's models in the published order", () => {
    const order = (from: Skeleton) => convertSkeleton(from, coco17).map(({ terms }) => terms[0][0]);
    expect(order(body19)).toEqual([0, 16, 15, 18, 17, 5, 2, 6, 3, 7, 4, 12, 9, 13, 10, 14, 11]);
    expect(order(body23)).toEqual([0, 14, 13, 16, 15, 4, 1, 5, 2, 6, 3, 10, 7, 11, 8, 12, 9]);
    expect(order(body25b)).toEqual([...coco17.joints.keys()]);
    expect(order(body135)).toEqual([...coco17.joints.keys()]);
  });

  test("published places of single joints", () => {
    expect(lsp14.joints[13]).toBe("head_top");
    expect(mpii16.joints[13]).toBe("left_shoulder");
    expect(poseTrack17.joints[1]).toBe("upper_neck");
    expect(body135.joints[25]).toBe("left_thumb1");
    expect(body135.joints[45]).toBe("right_thumb1");
    expect(body135.joints[65]).toBe("face_0");
    expect(car22.mirror[16]).toBe(17);
    expect(halpe136.joints[94]).toBe("left_hand_root");
  });

  test.skipIf(!existsSync(samples))("samples' own categories: names, and limbs that they draw", () => {
    const files: [string, Skeleton][] = [
      ["aic/test_aic.json", aic14],
      ["crowdpose/test_crowdpose.json", crowdPose14],
      ["freihand/test_freihand.json", hand21],
      ["panoptic_hand/test_panoptic.json", hand21],
      ["humanart/test_humanart.json", humanArt21],
      ["jhmdb/test_jhmdb_sub1.json", jhmdb15],
      ["posetrack18/test_posetrack18_val.json", poseTrack17],
      ["wholebody/test_coco_wholebody.json", coco17],
    ];
    for (const [file, layout] of files) {
      const { keypoints } = category(file);
      expect(recogniseSkeleton(keypoints.length, keypoints), file).toBe(layout);
    }
    const line = (a: number, b: number) => `${Math.min(a, b)}-${Math.max(a, b)}`;
    const drawn = category("jhmdb/test_jhmdb_sub1.json").skeleton.map(([a, b]) => line(a - 1, b - 1));
    expect(new Set(jhmdb15.edges.map(([a, b]) => line(a, b)))).toEqual(new Set(drawn));
  });

  // A face that looks ahead is nearly its own mirror image: wrong partners would leave errors as large as the face.
  test.skipIf(!existsSync(samples)).each([
    ["300w", face68],
    ["aflw", aflw19],
    ["cofw", cofw29],
    ["wflw", wflw98],
  ] as const)("%s: the mirrored face lies on the face", (folder, layout) => {
    const { annotations } = read(`faces/${folder}/test_${folder}.json`) as {
      annotations: { keypoints: number[] }[];
    };
    for (const { keypoints } of annotations) expect(asymmetry(keypoints, layout)).toBeLessThan(0.13);
  });
});

/** Mean distance between a face and its mirrored self after the best turn, against the face's size. */
function asymmetry(keypoints: readonly number[], { mirror }: Skeleton): number {
  const n = mirror.length;
  const x = mirror.map((_, i) => keypoints[3 * i]);
  const y = mirror.map((_, i) => keypoints[3 * i + 1]);
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / n;
  const [cx, cy] = [mean(x), mean(y)];
  const [px, py] = [x.map((v) => v - cx), y.map((v) => v - cy)];
  const [qx, qy] = [mirror.map((m) => -px[m]), mirror.map((m) => py[m])];
  const dot = mean(px.map((v, i) => v * qx[i] + py[i] * qy[i]));
  const cross = mean(px.map((v, i) => qx[i] * py[i] - qy[i] * v));
  const angle = Math.atan2(cross, dot);
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const apart = px.map((v, i) => Math.hypot(c * qx[i] - s * qy[i] - v, s * qx[i] + c * qy[i] - py[i]));
  const size = Math.max(...x) - Math.min(...x) + Math.max(...y) - Math.min(...y);
  return mean(apart) / (size / 2);
}

describe("withParts and partsOf", () => {
  test("body, face, left hand, right hand, in this order", () => {
    const whole = withParts(body25, { face: face70, hands: true });
    expect(whole.name).toBe("body25+face70+hands");
    const { body, face, leftHand, rightHand } = partsOf(whole);
    const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
    expect(body).toEqual(range(0, 25));
    expect(face).toEqual(range(25, 70));
    expect(leftHand).toEqual(range(95, 21));
    expect(rightHand).toEqual(range(116, 21));
    expect(whole.joints[whole.parents[leftHand[0]]]).toBe("left_wrist");
    expect(whole.mirror[leftHand[20]]).toBe(rightHand[20]);
    expect(partsOf(withParts(coco17, { hands: true })).face).toEqual([]);
    expect(partsOf(coco17)).toEqual({ body: range(0, 17), face: [], leftHand: [], rightHand: [] });
  });

  test("BODY_135's hands begin at the wrists", () => {
    const { body, face, leftHand, rightHand } = partsOf(body135);
    expect([body.length, face.length]).toEqual([25, 70]);
    expect(leftHand.slice(0, 2)).toEqual([9, 25]);
    expect(rightHand.slice(0, 2)).toEqual([10, 45]);
  });

  test("single parts are their own bodies", () => {
    expect(partsOf(face68).body.length).toBe(68);
    expect(partsOf(hand21).body.length).toBe(21);
  });
});

describe("finding a layout", () => {
  test("by name, however written, also with parts", () => {
    for (const layout of [...skeletons, ...partSkeletons]) expect(findSkeleton(layout.name)).toBe(layout);
    expect(findSkeleton("BODY_25B")).toBe(body25b);
    const whole = withParts(coco17, { face: face68, hands: true });
    expect(findSkeleton("COCO-17+face_68+hands")).toEqual(whole);
    expect(findSkeleton("coco17+hands")).toEqual(withParts(coco17, { hands: true }));
    for (const wrong of ["coco17+face99", "nobody", "coco17+hands+face68", "coco17+hand21"])
      expect(findSkeleton(wrong)).toBeUndefined();
  });

  test("names decide; without names the number does, and the usual layout of that number is meant", () => {
    for (const layout of [...skeletons, ...partSkeletons]) {
      const found = recogniseSkeleton(layout.joints.length, layout.joints);
      expect(found?.joints).toEqual(layout.joints);
    }
    const usual: Record<number, string> = {
      14: "crowdpose14",
      15: "mpi15",
      16: "mpii16",
      17: "coco17",
      19: "body19",
      21: "hand21",
      23: "cocofeet23",
      25: "body25",
      68: "face68",
      133: "wholebody133",
    };
    for (const [count, name] of Object.entries(usual))
      expect(recogniseSkeleton(Number(count))?.name).toBe(name);
    expect(recogniseSkeleton(17, [...coco17.joints].reverse())).toBeUndefined();
    expect(recogniseSkeleton(5)).toBeUndefined();
  });
});

describe("between bodies", () => {
  const kinds = (from: Skeleton, to: Skeleton) => convertSkeleton(from, to).map(({ kind }) => kind);
  test("CrowdPose and COCO share limbs; COCO has no crown", () => {
    const got = kinds(coco17, crowdPose14);
    expect(got.slice(0, 12)).toEqual(Array(12).fill("exact"));
    expect(got.slice(12)).toEqual(["absent", "interpolated"]);
    expect(kinds(crowdPose14, coco17).filter((kind) => kind === "exact").length).toBe(12);
  });
  test("BODY_25 and whole bodies share feet and body", () => {
    expect(kinds(body25, wholeBody133).slice(0, 23)).toEqual(Array(23).fill("exact"));
    expect(kinds(wholeBody133, cocoFeet23)).toEqual(Array(23).fill("exact"));
    expect(kinds(halpe136, wholeBody133).every((kind) => kind === "exact")).toBe(true);
    // Fingers as they are; the root of a hand is BODY_135's wrist.
    expect(kinds(body135, wholeBody133).slice(91, 93)).toEqual(["interpolated", "exact"]);
    expect(kinds(wholeBody133, body135).includes("absent")).toBe(true);
  });
});
