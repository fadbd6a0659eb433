import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MareyError } from "@marey/core";
import { type Annotations, readAnnotations, writeOpenPoseFrame } from "@marey/core/format";
import { type CocoTruth, cocoEvaluate, crowdPoseEvaluate } from "@marey/core/metric";
import type { Motion } from "@marey/core/motion";
import {
  body25,
  coco17,
  convertSkeleton,
  crowdPose14,
  h36m17,
  type Skeleton,
  skeleton,
} from "@marey/core/skeleton";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readImage, writeImage } from "../video/index.js";
import { evaluatePoses } from "./evaluate.js";
import { type FoundPeople, readFound } from "./found.js";
import { evaluateMotion } from "./motion.js";
import { writeEvaluationReport } from "./report.js";
import { evaluationTable, motionTable } from "./table.js";

const golden = "../shared/golden/metrics/coco";
const samples = "../shared/data/samples";
const photographs = "../shared/data/images";
const bytesOf = (path: string) => new Uint8Array(readFileSync(path));
const jsonOf = (path: string) => JSON.parse(readFileSync(path, "utf8"));
const valuesOf = (figures: { value: number }[]) => figures.map(({ value }) => value);

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "marey-eval-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The golden files call their joints k0, k1 …: here they have names. */
function goldenTruth(path: string, { joints }: Skeleton): Annotations {
  const content = { ...jsonOf(path), categories: [{ id: 1, name: "person", keypoints: joints }] };
  return readAnnotations(new TextEncoder().encode(JSON.stringify(content)), path);
}

/** Detections exactly where people are labelled. */
function perfect({ skeleton, people }: Annotations): FoundPeople {
  const labelled = people.filter(
    ({ crowd, joints }) => !crowd && joints.some((v, i) => i % 3 === 2 && v > 0),
  );
  return {
    skeleton,
    strangers: 0,
    people: labelled.map(({ image, joints }) => ({
      image,
      score: 0.9,
      joints: joints.map((v, i) => (i % 3 === 2 ? Math.min(1, v) : v)),
    })),
  };
}

describe.skipIf(!existsSync(golden))("figures are pycocotools' to the last digit", () => {
  test.each([
    "coco_basic0",
    "coco_basic1",
    "coco_basic2",
    "coco_crowd",
    "coco_ties",
    "coco_many_detections",
    "coco_empty_images",
    "coco_id_zero",
    "coco_area_edges",
  ])("%s", async (name) => {
    const [gt, dt] = [`${golden}/${name}.gt.json`, `${golden}/${name}.dt.json`];
    const truth = goldenTruth(gt, coco17);
    const { evaluation } = evaluatePoses(truth, await readFound(dt, truth), { metric: "oks" });
    const reference = cocoEvaluate(jsonOf(gt) as CocoTruth, jsonOf(dt), { sigmas: coco17.sigmas });
    expect(valuesOf(evaluation.figures)).toEqual(Object.values(reference.stats));
  });

  test.each(["crowdpose0", "crowdpose2"])("%s", async (name) => {
    const [gt, dt] = [`${golden}/${name}.gt.json`, `${golden}/${name}.dt.json`];
    const truth = goldenTruth(gt, crowdPose14);
    const { evaluation } = evaluatePoses(truth, await readFound(dt, truth));
    expect(evaluation.metric).toBe("crowdpose");
    expect(valuesOf(evaluation.figures)).toEqual(
      Object.values(crowdPoseEvaluate(jsonOf(gt) as CocoTruth, jsonOf(dt)).stats),
    );
  });
});

describe.skipIf(!existsSync(samples))("every data set by its own measure", () => {
  test.each([
    ["wholebody/test_coco_wholebody.json", "wholebody", "AP whole", 1],
    ["crowdpose/test_crowdpose.json", "crowdpose", "AP", 1],
    ["mpii/test_mpii.json", "pckh", "PCKh@0.5", 100],
    ["jhmdb/test_jhmdb_sub1.json", "pck", "PCK@0.05", 1],
    ["faces/300w/test_300w.json", "nme", "NME", 0],
    ["faces/aflw/test_aflw.json", "nme", "NME", 0],
    ["faces/cofw/test_cofw.json", "nme", "NME", 0],
    ["faces/wflw/test_wflw.json", "nme", "NME", 0],
    ["freihand/test_freihand.json", "epe", "mean error", 0],
    ["posetrack18/test_posetrack18_val.json", "oks", "AP", 1],
    ["halpe/test_halpe.json", "oks", "AP", 1],
    ["aic/test_aic.json", "oks", "AP", 1],
  ])("%s: the truth itself is perfect, %s", (file, metric, name, best) => {
    const truth = readAnnotations(bytesOf(`${samples}/${file}`), file);
    const { evaluation } = evaluatePoses(truth, perfect(truth));
    expect(evaluation.metric).toBe(metric);
    expect(evaluation.figures.find((figure) => figure.name === name)?.value).toBeCloseTo(best, 9);
    for (const { labelled, faults, mean } of evaluation.joints)
      if (labelled > 0) expect([faults.good, mean]).toEqual([labelled, 0]);
    const nobody = evaluatePoses(truth, { ...perfect(truth), people: [] }).evaluation;
    expect(nobody.joints.every(({ labelled, faults }) => (faults.unfound ?? 0) === labelled)).toBe(true);
    expect(evaluationTable(nobody)).toContain("unfound %");
  });

  test.each([
    ["mpii/test_mpii.json", "pckh", "PCKh@0.5", 100],
    ["jhmdb/test_jhmdb_sub1.json", "pck", "PCK@0.05", 1],
    ["crowdpose/test_crowdpose.json", "pcp", "PCP@0.5", 100],
  ] as const)(
    "%s by %s: joints that the detector's layout lacks are left out, unless all are asked for",
    (file, metric, name, best) => {
      const truth = readAnnotations(bytesOf(`${samples}/${file}`), file);
      const { joints } = truth.skeleton;
      const kept = [...joints.keys()].filter((j) => !/^(head|head_top|upper_neck|face)$/.test(joints[j]!));
      const layout = skeleton(
        "headless",
        kept.map((j) => [joints[j]!, null, 0.1]),
      );
      const whole = perfect(truth);
      const headless = {
        ...whole,
        skeleton: layout,
        people: whole.people.map(({ joints: all, ...person }) => ({
          ...person,
          joints: Float64Array.from(kept.flatMap((j) => [...all.subarray(3 * j, 3 * j + 3)])),
        })),
      };
      const value = (allJoints: boolean) =>
        evaluatePoses(truth, headless, { metric, allJoints }).evaluation.figures.find(
          (figure) => figure.name === name,
        )!.value;
      expect(value(false)).toBeCloseTo(best, 9);
      expect(value(true)).toBeLessThan(0.98 * best);
    },
  );

  test("limbs", () => {
    const truth = readAnnotations(bytesOf(`${samples}/crowdpose/test_crowdpose.json`), "c.json");
    const { evaluation } = evaluatePoses(truth, perfect(truth), { metric: "pcp" });
    expect(evaluation.figures[0]).toEqual({ name: "PCP@0.5", value: 100, unit: "percent" });
  });

  test("a metric that the annotations can't serve is refused", () => {
    const truth = readAnnotations(bytesOf(`${samples}/aic/test_aic.json`), "aic.json");
    expect(() => evaluatePoses(truth, perfect(truth), { metric: "pckh" })).toThrow(/no head size/);
  });
});

describe.skipIf(!existsSync(photographs))("photographs", () => {
  const file = join(photographs, "coco_real.json");

  /** The labelled people in BODY_25's order, as OpenPose writes them. */
  function asOpenPose(truth: Annotations, image: number): string {
    const sources = convertSkeleton(coco17, body25);
    const people = truth.people
      .filter((person) => person.image === image && person.joints.some((v) => v > 0))
      .map(({ joints }) => ({
        keypoints: Float64Array.from(
          sources.flatMap(({ terms }) => {
            const [first] = terms;
            if (terms.length !== 1 || !first) return [Number.NaN, Number.NaN, 0];
            const at = 3 * first[0];
            return [joints[at] ?? 0, joints[at + 1] ?? 0, (joints[at + 2] ?? 0) > 0 ? 0.8 : 0];
          }),
        ),
      }));
    return writeOpenPoseFrame(people);
  }

  test("a folder of OpenPose files: pictures by name, BODY_25 as COCO", async () => {
    const truth = readAnnotations(bytesOf(file), file);
    for (const [i, { file: picture }] of truth.images.entries()) {
      const stem = picture.replace(/^.*\//, "").replace(/\.\w+$/, "");
      writeFileSync(join(folder, `${stem}_keypoints.json`), asOpenPose(truth, i));
    }
    const found = await readFound(folder, truth);
    expect(found.skeleton).toBe(body25);
    const { evaluation } = evaluatePoses(truth, found);
    expect(evaluation.figures[0]?.value).toBeGreaterThan(0.98);
    expect(evaluation.notes.join()).toContain("compared as coco17");
  });

  test("a report: one page that needs nothing else, and a picture of the worst", async () => {
    const truth = readAnnotations(bytesOf(file), file);
    const found = perfect(truth);
    const worse = { ...found, people: found.people.slice(3) };
    const { evaluation, compared } = evaluatePoses(truth, worse);
    expect(evaluation.worst[0]?.loss).toBeGreaterThan(0);
    const [missed, wrong] = (["missed", "wrong"] as const).map((key) =>
      evaluation.worst.reduce((sum, picture) => sum + picture[key], 0),
    );
    expect([missed, wrong]).toEqual([3, 0]);
    const out = join(folder, "report");
    await writeEvaluationReport(out, evaluation, compared, { title: "a <b>", images: photographs, worst: 3 });
    const page = readFileSync(join(out, "report.html"), "utf8");
    expect(page).toContain("a &#60;b&#62;");
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
    expect(page.match(/data:image\/jpeg/g)?.length).toBeGreaterThan(0);
    // Who was missed stands out, who was found doesn't, and nobody was found wrongly.
    expect(page).toMatch(/<path class="labelled" stroke-width/);
    expect(page).not.toMatch(/<path class="detected" stroke-width/);
    expect(page).toMatch(/\d labelled, [123] of them missed; \d+ detected, 0 of them wrong/);
    expect((await readImage(join(out, "worst.png"))).width).toBeGreaterThan(300);
    expect(JSON.parse(readFileSync(join(out, "figures.json"), "utf8")).metric).toBe("oks");
    await expect(writeEvaluationReport(out, evaluation, compared, { title: "again" })).rejects.toThrow(
      /there already/,
    );
  });

  test("a report shows no picture from outside the folder, whatever the annotations name", async () => {
    const truth = readAnnotations(bytesOf(file), file);
    const pictures = join(folder, "below", "pictures");
    mkdirSync(pictures, { recursive: true });
    const dark = { width: 8, height: 8, channels: 3, data: new Uint8Array(192) };
    await writeImage(join(folder, "below", "outside.png"), dark);
    const images = truth.images.map((image) => ({ ...image, file: "../outside.png" }));
    const { evaluation, compared } = evaluatePoses({ ...truth, images }, { ...perfect(truth), people: [] });
    const out = join(folder, "outside-report");
    await writeEvaluationReport(out, evaluation, compared, { title: "", images: pictures });
    expect(readFileSync(join(out, "report.html"), "utf8")).not.toContain("data:image");
    expect(readdirSync(out).sort()).toEqual(["figures.json", "report.html", "worst.png"]);
  });
});

describe("reading detections", () => {
  const joints = Array.from({ length: 51 }, (_, i) => [10 + i, 20 + 2 * i, 2][i % 3] ?? 0);
  const truth = readAnnotations(
    new TextEncoder().encode(
      JSON.stringify({
        images: [
          { id: 7, file_name: "a/x_001.jpg", width: 640, height: 480 },
          { id: 9, file_name: "a/x_002.jpg", width: 640, height: 480 },
        ],
        categories: [],
        annotations: [{ id: 1, image_id: 9, bbox: [0, 0, 200, 200], keypoints: joints, iscrowd: 0 }],
      }),
    ),
    "truth.json",
  );
  const write = (name: string, content: unknown) => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(content));
    return path;
  };
  const entry = { category_id: 1, keypoints: joints, score: 0.5 };
  const framed = (firstFrame: number, frames: unknown[]) => ({
    format: "marey-detections",
    version: 1,
    skeleton: coco17,
    frameRate: 30,
    width: 640,
    height: 480,
    firstFrame,
    frameCount: frames.length,
    frames,
  });

  test("pictures by id, by file, and entries of others", async () => {
    const path = write("results.json", [
      { ...entry, image_id: 9 },
      { ...entry, image_id: "x_001.jpg" },
      { ...entry, image_id: 5 },
    ]);
    const { people, strangers } = await readFound(path, truth);
    expect(people.map(({ image }) => image)).toEqual([1, 0]);
    expect(strangers).toBe(1);
    const { evaluation } = evaluatePoses(truth, { skeleton: coco17, people, strangers });
    expect(evaluation.notes.join()).toContain("1 detections are in pictures");
    expect(evaluation.notes.join()).toContain("0.53");
  });

  test.each([
    [[{ ...entry, image_id: 5 }], /none of its 1 entries/],
    [[9, 5, 6].map((image_id) => ({ ...entry, image_id })), /2 of its 3 entries are in no picture/],
    [[{ image_id: 9, score: 1, category_id: 1 }], /no 17 keypoints/],
    [[{ ...entry, image_id: 9, score: "x" }], /no score/],
    [[{ ...entry, image_id: 9, keypoints: [1, 2, 3] }], /1 keypoints, which is no known layout/],
  ])("%#: what is wrong is said", async (content, what) => {
    const path = write("wrong.json", content);
    await expect(readFound(path, truth)).rejects.toThrow(what);
    await expect(readFound(path, truth)).rejects.toThrow(MareyError);
  });

  test("nothing in common, nobody labelled", () => {
    const none = { ...truth, people: [] };
    expect(() => evaluatePoses(none, { skeleton: coco17, people: [], strangers: 0 })).toThrow(/nobody/);
  });

  test("frames by their pictures' names, of which the annotations may lack some", async () => {
    const person = { score: 0.5, joints: joints.map((v, i) => (i % 3 === 2 ? 0.5 : v)) };
    const pictures = ["b/x_002.jpg", "x_003.jpg"];
    const path = write("named.json", { ...framed(0, [[person], [person]]), pictures });
    const { people, strangers } = await readFound(path, truth);
    expect([people.map(({ image }) => image), strangers]).toEqual([[1], 1]);
  });

  test("frames by the numbers of the files or by their places", async () => {
    const person = { score: 0.5, joints: joints.map((v, i) => (i % 3 === 2 ? 0.5 : v)) };
    const rows = (value: typeof person) => ({ score: value.score, joints: value.joints });
    for (const firstFrame of [1, 0]) {
      const path = write("frames.json", framed(firstFrame, [[], [rows(person)]]));
      const read = await readFound(path, truth).catch((error: Error) => error);
      if (read instanceof Error) throw read;
      expect(read.people.map(({ image }) => image)).toEqual([firstFrame === 1 ? 1 : 0]);
    }
  });
});

describe("motion", () => {
  const frames = 20;
  const positions = Float32Array.from(
    { length: frames * 17 * 3 },
    (_, i) => Math.sin(i * 0.37) + 0.01 * Math.floor(i / 51),
  );
  const motion = (values: Float32Array): Motion => ({
    skeleton: h36m17,
    frameRate: 50,
    up: "y",
    firstFrame: 0,
    frameCount: frames,
    people: [{ id: 0, positions: values, state: new Uint8Array(frames * 17).fill(1) }],
  });

  test("moved: only the position is wrong; turned and scaled: only aligned errors are none", () => {
    const [moved] = evaluateMotion(
      motion(positions.map((v, i) => v + (i % 3 === 0 ? 0.1 : 0))),
      motion(positions),
    );
    const value = (name: string, of = moved) =>
      of?.figures.find((figure) => figure.name === name)?.value ?? Number.NaN;
    expect(value("position error")).toBeCloseTo(100, 3);
    expect(value("MPJPE")).toBeCloseTo(0, 3);
    expect(value("PCK@150 mm")).toBe(100);
    const [scaled] = evaluateMotion(motion(positions.map((v) => 1.1 * v)), motion(positions));
    expect(value("MPJPE", scaled)).toBeGreaterThan(1);
    expect(value("PA-MPJPE", scaled)).toBeCloseTo(0, 2);
    expect(value("N-MPJPE", scaled)).toBeCloseTo(0, 2);
    expect(motionTable(moved ? [moved] : [])).toContain("MPJVE");
    const late = { ...motion(positions), firstFrame: 100 };
    expect(() => evaluateMotion(late, motion(positions))).toThrow(/shares no frame/);
  });
});
