import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { MareyError } from "../../error.js";
import { coco17, lsp14, mpii16, wholeBody133 } from "../../skeleton/layouts.js";
import { writeNpz } from "../npz.js";
import type { Annotations } from "./annotations.js";
import { readFreiHand, readInterHand } from "./hands.js";
import { lspAnnotations } from "./lsp.js";
import { readAnnotations } from "./readAnnotations.js";

const samples = "../shared/data/samples";
const bytesOf = (file: string) => new Uint8Array(readFileSync(`${samples}/${file}`));
const jsonOf = (file: string) => JSON.parse(readFileSync(`${samples}/${file}`, "utf8"));
const text = (value: unknown) =>
  new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
const labelled = ({ people }: Annotations) =>
  people.reduce((sum, { joints }) => sum + joints.filter((v, i) => i % 3 === 2 && v > 0).length, 0);

test.each(["annotations", "images", "categories"])("%s that are no list are refused by name", (key) => {
  const file = { images: [], annotations: [], categories: [], [key]: { 0: {} } };
  expect(() => readAnnotations(text(file), "bad.json")).toThrow(
    expect.objectContaining({ code: "ANNOTATIONS_INVALID", where: "bad.json" }),
  );
});

describe.skipIf(!existsSync(samples))("the samples of data sets", () => {
  test.each([
    ["aic/test_aic.json", "aic", "aic14", 3, 9],
    ["crowdpose/test_crowdpose.json", "crowdpose", "crowdpose14", 2, 5],
    ["faces/300w/test_300w.json", "300w", "face68", 2, 2],
    ["faces/aflw/test_aflw.json", "aflw", "aflw19", 2, 2],
    ["faces/cofw/test_cofw.json", "cofw", "cofw29", 2, 2],
    ["faces/wflw/test_wflw.json", "wflw", "wflw98", 2, 4],
    ["freihand/test_freihand.json", "hand", "hand21", 8, 8],
    ["halpe/test_halpe.json", "halpe", "halpe136", 3, 11],
    ["humanart/test_humanart.json", "humanart", "humanart21", 2, 3],
    ["jhmdb/test_jhmdb_sub1.json", "jhmdb", "jhmdb15", 3, 3],
    ["mpii/test_mpii.json", "mpii", "mpii16", 5, 5],
    ["panoptic_hand/test_panoptic.json", "hand", "hand21", 4, 4],
    ["posetrack18/test_posetrack18_val.json", "posetrack", "posetrack17", 3, 14],
    ["wholebody/test_coco_wholebody.json", "wholebody", "wholebody133", 3, 11],
    ["deepfashion2/deepfasion2.json", "coco", "long_sleeved_dress", 2, 2],
    ["mpii/test_mpii_trb.json", "coco", "person", 5, 5],
  ] as const)("%s", (file, dataset, layout, images, people) => {
    const read = readAnnotations(bytesOf(file), file);
    expect([read.dataset, read.skeleton.name]).toEqual([dataset, layout]);
    expect([read.images.length, read.people.length]).toEqual([images, people]);
    // What is labelled lies in the picture, near enough; MPII and PoseTrack label joints a little outside.
    for (const { image, joints, box } of read.people) {
      const { width, height } = read.images[image];
      expect(box === undefined || box[2] >= box[0]).toBe(true);
      for (let i = 0; i < joints.length; i += 3) {
        if (joints[i + 2] === 0) expect([joints[i], joints[i + 1]]).toEqual([NaN, NaN]);
        else if (width > 0)
          expect(
            joints[i] > -40 && joints[i] < width + 40 && joints[i + 1] > -40 && joints[i + 1] < height + 40,
          ).toBe(true);
      }
    }
    expect(labelled(read)).toBeGreaterThan(10);
  });

  test("COCO-WholeBody: parts that aren't valid are not labelled; others are as stored", () => {
    const file = "wholebody/test_coco_wholebody.json";
    const { people } = readAnnotations(bytesOf(file), file);
    jsonOf(file).annotations.forEach((annotation: Record<string, unknown>, p: number) => {
      const part = (from: number, count: number) => people[p].joints.subarray(3 * from, 3 * (from + count));
      const known = (from: number, count: number) => part(from, count).some((v, i) => i % 3 === 2 && v > 0);
      if (!annotation.lefthand_valid) expect(known(91, 21)).toBe(false);
      if (annotation.righthand_valid) {
        const stored = annotation.righthand_kpts as number[];
        const place = stored.findIndex((v, i) => i % 3 === 2 && v > 0) - 2;
        expect(part(112, 21)[place]).toBe(stored[place]);
      }
      if (annotation.face_valid) expect(known(23, 68)).toBe(true);
    });
    expect(wholeBody133.joints[112]).toBe("right_hand_root");
  });

  test("MPII: pixels count from 0, the head's length is the size", () => {
    const { people, images } = readAnnotations(bytesOf("mpii/test_mpii.json"), "mpii.json");
    expect(images[0].file).toBe("005808361.jpg");
    expect([...people[0].joints.subarray(0, 3)]).toEqual([803, 710, 2]);
    expect(people[0].size).toBeCloseTo(157.28, 1);
  });

  test("PoseTrack: who is who, heads, and where nobody is annotated", () => {
    const { people, images } = readAnnotations(bytesOf("posetrack18/test_posetrack18_val.json"), "p.json");
    expect(images[0]).toMatchObject({ video: "012834", frame: 0, width: 1920 });
    expect(images[0].ignored?.length).toBe(4);
    expect(new Set(people.map(({ track }) => track)).size).toBeGreaterThan(2);
    expect(people.every(({ size }) => size === undefined || size > 5)).toBe(true);
    const { images: whole } = readAnnotations(bytesOf("posetrack18/003418_mpii_test.json"), "p.json");
    expect(whole[0].ignored?.length).toBe(9);
  });

  test("CrowdPose's crowding, AFLW's box, the sizes of heads with Panoptic's hands", () => {
    expect(readAnnotations(bytesOf("crowdpose/test_crowdpose.json"), "c").images[0].crowdIndex).toBe(0.33);
    expect(readAnnotations(bytesOf("faces/aflw/test_aflw.json"), "a").people[0].size).toBe(362);
    expect(readAnnotations(bytesOf("panoptic_hand/test_panoptic.json"), "h").people[0].size).toBeCloseTo(
      98,
      9,
    );
  });

  test("InterHand: joints projected by their cameras lie in their boxes", () => {
    const [data, camera, joints] = ["data", "camera", "joint_3d"].map((part) =>
      bytesOf(`interhand2.6m/test_interhand2.6m_${part}.json`),
    );
    const { people } = readInterHand({ data, camera, joints });
    expect(people.length).toBe(4);
    for (const { joints: points, box = [0, 0, 0, 0] } of people) {
      let count = 0;
      for (let i = 0; i < points.length; i += 3) {
        if (points[i + 2] === 0) continue;
        count++;
        expect(points[i] > box[0] - 20 && points[i] < box[2] + 20).toBe(true);
        expect(points[i + 1] > box[1] - 20 && points[i + 1] < box[3] + 20).toBe(true);
      }
      expect([21, 42]).toContain(count);
    }
  });

  test("FreiHAND's own files give what its conversion has", () => {
    const K = [
      [500, 0, 112],
      [0, 500, 112],
      [0, 0, 1],
    ];
    const hand = Array.from({ length: 21 }, (_, j) => [0.01 * j, -0.005 * j, 0.5]);
    const { people, images } = readFreiHand(text([hand]), text([K]));
    expect([...people[0].joints.subarray(3, 6)].map((v) => Math.round(v * 1e6) / 1e6)).toEqual([122, 107, 2]);
    expect(images[0].file).toBe("00000000.jpg");
  });
});

describe("other files", () => {
  const joints = Array.from({ length: 14 }, (_, j) => [10 + j, 20 + 2 * j, j === 3 ? 1 : 0]);

  test("LSP and its extension: shapes, what the third value says, pixels from 0", () => {
    const lsp = [0, 1, 2].flatMap((k) => joints.map((joint) => joint[k]));
    const { people, images, skeleton } = lspAnnotations(lsp, [3, 14, 1], "lsp");
    expect(skeleton).toBe(lsp14);
    expect(images[0].file).toBe("im0001.jpg");
    expect([...people[0].joints.subarray(0, 3)]).toEqual([9, 19, 2]);
    expect(people[0].joints[3 * 3 + 2]).toBe(1);
    const extended = lspAnnotations(joints.flat(), [14, 3, 1], "lspet").people[0].joints;
    expect([extended[2], extended[3 * 3 + 2]]).toEqual([0, 2]);
    expect(() => lspAnnotations([], [4, 14, 1], "lsp")).toThrow(/3×14×N/);
    const npz = writeNpz({ joints: { data: Float64Array.from(lsp), shape: [3, 14, 1] } });
    expect(readAnnotations(npz, "joints.npz").people[0].joints).toEqual(people[0].joints);
  });

  test("the hourglass networks' MPII columns, with head sizes", () => {
    const part = Array.from({ length: 16 }, (_, j) => [100 + j, 50]);
    part[5] = [0, 0];
    const imgname = [...new TextEncoder().encode("015601864.jpg"), 0, 0];
    const columns = {
      imgname: [imgname],
      center: [[594, 257]],
      scale: [3],
      part: [part],
      visible: [Array(16).fill(1)],
      normalize: [61.5],
    };
    const { people, images, skeleton } = readAnnotations(text(columns), "mpii.json");
    expect(skeleton).toBe(mpii16);
    expect(images[0].file).toBe("015601864.jpg");
    expect(people[0].size).toBe(61.5);
    expect(people[0].joints[5 * 3 + 2]).toBe(0);
    expect(people[0].box).toEqual([293, -44, 893, 556]);
  });

  test("300W's points", () => {
    const rows = Array.from({ length: 68 }, (_, i) => `${i + 1.5} ${2 * i + 1}`);
    const file = `version: 1\nn_points: 68\n{\n${rows.join("\n")}\n}\n`;
    const { people, images } = readAnnotations(text(file), "ibug/image_003_1.pts");
    expect(images[0].file).toBe("image_003_1");
    expect([...people[0].joints.subarray(3, 6)]).toEqual([1.5, 2, 1]);
    expect(() => readAnnotations(text("{\n1 2\n}"), "a.pts")).toThrow(/1 points, not 68/);
    expect(() => readAnnotations(text("nothing"), "a.pts")).toThrow(MareyError);
  });

  test("CarFusion's lines", () => {
    const file = "100,200,1,7,1\n300,400,4,7,2\n-5,10,2,7,3\n50,60,9,8,3\n";
    const { people, images } = readAnnotations(text(file), "gt/1_0001.txt");
    expect(images[0].file).toBe("1_0001.jpg");
    expect(people.map(({ id }) => id)).toEqual([7, 8]);
    const { joints: points, box, area } = people[0];
    expect([points[2], points[3 * 3 + 2], points[3 + 2]]).toEqual([2, 1, 0]);
    expect(box).toEqual([80, 180, 330, 430]);
    expect(area).toBe(62500);
    expect(() => readAnnotations(text("1,2,15,0,1"), "a.txt")).toThrow(/line 1/);
  });

  test("what is wrong is said by its place", () => {
    const coco = {
      images: [{ id: 1 }],
      categories: [],
      annotations: [{ image_id: 2, keypoints: Array(51).fill(1) }],
    };
    expect(() => readAnnotations(text(coco), "a.json")).toThrow(/annotation 0.*picture 2/);
    expect(() => readAnnotations(text({ people: [] }), "a.json")).toThrow(/neither COCO/);
    expect(() => readAnnotations(text([{ joints_vis: [1], image: "a" }]), "m.json")).toThrow(/entry 0/);
    const seven = { ...coco, annotations: [{ image_id: 1, keypoints: Array(21).fill(1) }] };
    expect(() => readAnnotations(text(seven), "a.json")).toThrow(/7 keypoints a person/);
    const crowd = { image_id: 1, iscrowd: 1, bbox: [1, 2, 3, 4] };
    const read = readAnnotations(
      text({ ...coco, annotations: [crowd, { ...coco.annotations[0], image_id: 1 }] }),
      "a",
    );
    expect(read.people[0]).toMatchObject({ crowd: true, box: [1, 2, 4, 6] });
  });

  test("cars beside people are left out; outlines are kept of those without labelled joints alone", () => {
    const segmentation = [[1, 1, 9, 1, 9, 9]];
    const person = { image_id: 1, category_id: 1, segmentation, keypoints: Array(51).fill(1) };
    const unlabelled = { ...person, keypoints: Array(51).fill(0) };
    const file = {
      images: [{ id: 1 }],
      categories: [{ id: 1, keypoints: coco17.joints }, { id: 3 }],
      annotations: [{ image_id: 1, category_id: 3, bbox: [1, 2, 3, 4] }, person, unlabelled],
    };
    const { people } = readAnnotations(text(file), "a.json");
    expect(people.map(({ id, segmentation: own }) => [id, own])).toEqual([
      [2, undefined],
      [3, segmentation],
    ]);
  });
});
