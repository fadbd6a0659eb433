import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readCalibrationToml, readOpenPose } from "@marey/core/format";
import { emptyTally, limbLengths, pose2simMotion, tallyStates } from "@marey/core/model/multiCamera";
import { JointState, type Motion } from "@marey/core/motion";
import { body25b, coco17 } from "@marey/core/skeleton";
import { beforeAll, describe, expect, test } from "vitest";
import { renderReport, reportPerson } from "./report.js";
import { type CaptureSummary, cameraQuality, type PersonQuality } from "./summary.js";

/** Somebody who walks in circles; joints come and go, cameras fail, everything depends on the frame's number. */
function walk(frameCount: number, gaps = true): Motion {
  const J = coco17.joints.length;
  const [positions, state] = [new Float32Array(frameCount * J * 3), new Uint8Array(frameCount * J)];
  const [reprojection, sigma] = [new Float32Array(frameCount * J), new Float32Array(frameCount * J)];
  const views = new Uint32Array(frameCount * J);
  for (let t = 0, i = 0; t < frameCount; t++)
    for (let j = 0; j < J; j++, i++) {
      const missing = gaps && (t * 7919 + j * 104729) % 13 === 0;
      const angle = t / 200;
      positions.set(missing ? [NaN, NaN, NaN] : [3 * Math.cos(angle), 3 * Math.sin(angle), 0.1 * j], 3 * i);
      state[i] = missing ? JointState.missing : t % 20 === 5 ? JointState.inferred : JointState.visible;
      views[i] = state[i] === JointState.visible ? 0b1011 : 0;
      reprojection[i] = views[i] ? 5 + (t % 11) : NaN;
      sigma[i] = missing ? NaN : 0.01;
    }
  const person = { id: 0, positions, state, reprojection, sigma, views };
  return { skeleton: coco17, frameRate: 60, up: "z", firstFrame: 0, frameCount, people: [person] };
}

function qualityOf(motion: Motion, number = 1): PersonQuality {
  const [person] = motion.people as [Motion["people"][number]];
  const states = tallyStates(person, motion.skeleton.joints.length);
  const limbs = limbLengths(person, motion.skeleton);
  const last = motion.frameCount - 1;
  return {
    number,
    frames: states.frames,
    firstFrame: 0,
    lastFrame: last,
    states,
    pixels: 10,
    limbs,
    boneVariation: 0.01,
    fitDistance: 0.012,
    files: [`/somewhere/take_P${number}.trc`],
  };
}

const camera = (name: string) => ({
  name,
  pixels: 12.34,
  metres: 0.0245,
  seen: 1700,
  outliers: 0.02,
  shift: [1, -2] as const,
});

function summaryOf(people: PersonQuality[], changes: Partial<CaptureSummary> = {}): CaptureSummary {
  return {
    session: "walk",
    method: "marey",
    source: "detections",
    detector: "stored coco17 detections",
    skeleton: "coco17",
    calibration: "calibration/rig.toml",
    filter: "body",
    frameRate: 60,
    frameCount: 100,
    cameras: ["cam01", "cam02", "cam03", "cam04"].map(camera),
    people,
    advice: [],
    stages: [
      { stage: "read", seconds: 0.25, cached: false },
      { stage: "place", seconds: 1.5, cached: true },
    ],
    ...changes,
  };
}

/** Numbers only where numbers belong, in every coordinate of every drawing, and none that isn't one. */
function expectDrawn(html: string) {
  expect(html.match(/.{0,40}(NaN|Infinity|undefined|null|\[object)/)?.[0]).toBe(undefined);
  const paths = [...html.matchAll(/ d="([^"]*)"/g)].filter(([, d = ""]) => !/^[-MLHVZhvz0-9.,]*$/.test(d));
  expect(paths.map(([d]) => d)).toEqual([]);
  const sizes = html.match(/ (?:x|y|cx|cy|r|width|height|stroke-width)="[^"]*"/g) ?? [];
  expect(sizes.filter((size) => !/="-?[0-9.]+"/.test(size))).toEqual([]);
}

const made = new Date(Date.UTC(2026, 10, 21, 16, 5));
const plain = (html: string) => html.replace(/<style>.*<\/style>/s, "").replace(/<[^>]*>/g, " ");

describe("the report of a capture", () => {
  test("says what, how and how well, and shows each person", () => {
    const motion = walk(100);
    const html = renderReport(summaryOf([qualityOf(motion)]), [reportPerson(motion, 1)], made);
    const text = plain(html);
    for (const said of ["walk", "100 frames, 1.67 s at 60 Hz", "2026-11-21 16:05 UTC", "rig.toml", "cam03"])
      expect(text).toContain(said);
    expect(text).toMatch(/good\s+.* of the joints of one person over 100 frames were measured/);
    for (const said of [
      "12.3",
      "24.5",
      "2.0 %",
      "left",
      "wrist",
      "thigh",
      "1.5 s, from the cache",
      "take_P1.trc",
    ])
      expect(text).toContain(said);
    expect(html).toContain('href="take_P1.trc"');
    expect(html.match(/role="img"/g)?.length).toBe(9);
    expectDrawn(html);
    expect(html.length).toBeLessThan(100_000);
  });

  test("needs nothing from elsewhere and runs nothing", () => {
    const motion = walk(20);
    const html = renderReport(summaryOf([qualityOf(motion)]), [reportPerson(motion, 1)], made);
    expect(html).not.toMatch(/<script|<link|<img|@import|url\(|https?:/);
  });

  test("names are text, whatever they hold", () => {
    const evil = `<b onclick="x('&')">`;
    const motion = walk(5);
    const person = { ...qualityOf(motion), files: [`/out/${evil}.trc`] };
    const skeleton = { ...coco17, joints: coco17.joints.map((name) => (name === "nose" ? evil : name)) };
    const changes: Partial<CaptureSummary> = {
      session: evil,
      detector: evil,
      skeleton: evil,
      calibration: evil,
      filter: evil,
      cameras: [camera(evil)],
      advice: [evil],
      stages: [{ stage: evil, seconds: 1, cached: false }],
    };
    const html = renderReport(summaryOf([person], changes), [reportPerson({ ...motion, skeleton }, 1)], made);
    expect(html).not.toContain("<b o");
    expect(html).toContain("&#60;b onclick=&#34;x(&#39;&#38;&#39;)&#34;&#62;");
    expect(html).toContain('href="%3Cb%20onclick%3D%22x(&#39;%26&#39;)%22%3E.trc"');
  });

  test("advice stands before the figures", () => {
    const motion = walk(10);
    const summary = summaryOf([qualityOf(motion)], { advice: ["cam02 was moved: calibrate it again."] });
    const text = plain(renderReport(summary, [reportPerson(motion, 1)], made));
    expect(text.indexOf("cam02 was moved")).toBeGreaterThan(0);
    expect(text.indexOf("cam02 was moved")).toBeLessThan(text.indexOf("Captured"));
    expect(plain(renderReport({ ...summary, advice: [] }, [], made))).not.toContain("What to do");
  });

  test.each([
    ["good", {}],
    ["fair", { metres: 0.045 }],
    ["poor", { metres: 0.2 }],
    ["poor", { metres: Number.NaN, pixels: Number.NaN, seen: 0 }],
  ])("cameras make a capture %s: %o", (word, change) => {
    const cameras = ["a", "b"].map((name) => ({ ...camera(name), ...change }));
    const html = renderReport(summaryOf([qualityOf(walk(100, false))], { cameras }), [], made);
    expect(html).toContain(`<strong>${word}</strong>`);
    expect(html.includes("Not good, because the cameras disagree")).toBe(word !== "good");
    expectDrawn(html);
  });
});

describe("empty captures are reported too", () => {
  test("nobody, no cameras, no stages", () => {
    const html = renderReport(summaryOf([], { cameras: [], stages: [], frameCount: 0 }), [], made);
    expect(plain(html)).toContain("Nobody was placed");
    expectDrawn(html);
  });

  const bare = (frameCount: number): Motion => {
    const size = frameCount * coco17.joints.length;
    const person = { id: 0, positions: new Float32Array(3 * size).fill(NaN), state: new Uint8Array(size) };
    return { ...walk(0), frameCount, people: [person] };
  };
  test.each([
    ["no person", { ...walk(0), people: [] }],
    ["no frame", walk(0)],
    ["one frame", walk(1, false)],
    ["a person without any joint", bare(7)],
    ["one frame without any joint", bare(1)],
    ["no frame rate", { ...walk(10), frameRate: 0 }],
    ["an unknown frame rate", { ...walk(10), frameRate: Number.NaN }],
    ["Y up", { ...walk(10), up: "y" as const }],
    [
      "a skeleton without hips",
      { ...walk(3), skeleton: { ...coco17, joints: coco17.joints.map((n) => `x${n}`) } },
    ],
  ])("%s", (_, motion) => {
    const states = { visible: 0, occluded: 0, inferred: 0, missing: 0, gapsFilled: 0, frames: 0 };
    const nothing = { number: 1, frames: 0, firstFrame: 0, lastFrame: 0, states, limbs: [], files: [] };
    const quality = { ...nothing, pixels: Number.NaN, boneVariation: Number.NaN, fitDistance: Number.NaN };
    const cameras = [cameraQuality("cam01", emptyTally())];
    const { frameRate, frameCount } = motion;
    const summary = summaryOf([quality], { cameras, frameRate, frameCount });
    expectDrawn(renderReport(summary, [reportPerson(motion, 1)], made));
  });
});

describe("series of a person", () => {
  test("a bin per frame in a short take", () => {
    const motion = walk(100);
    const person = reportPerson(motion, 3);
    expect(person).toMatchObject({ number: 3, bins: 100, framesPerBin: 1 });
    const J = coco17.joints.length;
    const { state } = motion.people[0] as Motion["people"][number];
    person.joints.forEach(({ states }, j) => {
      expect([...states]).toEqual([...state.filter((_, i) => i % J === j)]);
    });
    // Frame 1: nobody is filled in; cameras 0, 1 and 3 place what isn't missing.
    const seen = coco17.joints.filter((_, j) => (7919 + j * 104729) % 13 !== 0).length;
    expect(person.cameras.length).toBe(4);
    expect(person.cameras.map((share) => Math.round((share[1] as number) * J))).toEqual([
      seen,
      seen,
      0,
      seen,
    ]);
    expect(person.views?.mean[1]).toBe(3);
    expect(person.reprojection?.mean[1]).toBe(6);
    expect(person.reprojection?.mean[5]).toBe(Number.NaN);
  });

  test("the path is drawn as seen from above", () => {
    const z = walk(2, false);
    const y: Motion = { ...z, up: "y" };
    expect(reportPerson(z, 1).path.up[1]).toBeCloseTo(3 * Math.sin(1 / 200), 5);
    // Hips are joints 11 and 12 of COCO: 1.15 in the middle, which is Z.
    expect(reportPerson(z, 1).height.mean[0]).toBeCloseTo(1.15, 5);
    expect(reportPerson(y, 1).path.up[0]).toBeCloseTo(-1.15, 5);
    expect(reportPerson(y, 1).height.mean[1]).toBeCloseTo(3 * Math.sin(1 / 200), 5);
  });

  test("someone of whom only one hip is seen has a path too", () => {
    const motion = walk(20, false);
    motion.people[0]?.positions.forEach((_, i, positions) => {
      if (Math.floor(i / 3) % 17 === 11) positions[i] = Number.NaN;
    });
    expect(reportPerson(motion, 1).height.mean[4]).toBeCloseTo(1.2, 5);
  });

  let hour: Motion;
  beforeAll(() => {
    hour = walk(216_000);
  });

  test("an hour stays small", () => {
    const motion = hour;
    const person = reportPerson(motion, 1);
    expect(person.bins).toBeLessThanOrEqual(480);
    expect(person.path.right.length).toBeLessThanOrEqual(2000);
    expect(person.height.mean.length).toBe(person.bins);
    const two = [person, { ...person, number: 2 }];
    const qualities = [qualityOf(motion, 1), qualityOf(motion, 2)];
    const html = renderReport(summaryOf(qualities, { frameCount: 216_000 }), two, made);
    expect(html.length).toBeLessThan(1_000_000);
    expect(plain(html)).toContain("1 h 00 min");
    expectDrawn(html);
  });

  test("a bin whose sample of frames saw nothing has a mean and no band", () => {
    // 450 frames a bin, of which every eighth is looked at for the deciles; this one is not among them.
    const [walker] = hour.people as [Motion["people"][number]];
    const reprojection = new Float32Array(walker.state.length).fill(Number.NaN).fill(7, 17, 2 * 17);
    const motion = {
      ...hour,
      people: [{ id: 0, positions: walker.positions, state: walker.state, reprojection }],
    };
    const person = reportPerson(motion, 1);
    expect([person.reprojection?.mean[0], person.reprojection?.low[0]]).toEqual([7, Number.NaN]);
    expectDrawn(renderReport(summaryOf([qualityOf(walk(3))]), [person], made));
  });

  test("the worst timeline, another state in every column, stays small", () => {
    const motion = walk(480);
    motion.people[0]?.state.forEach((_, i, state) => {
      state[i] = (i + Math.floor(i / coco17.joints.length)) % 4;
    });
    const html = renderReport(summaryOf([qualityOf(motion)]), [reportPerson(motion, 1)], made);
    expect(html.length).toBeLessThan(300_000);
  });
});

const trial = join(import.meta.dirname, "../../../../../shared/data/pose2sim-single");
const present = existsSync(trial);
if (!present) console.log("report: skipped, no ../shared/data/pose2sim-single");

test.skipIf(!present)("a real take has a report", () => {
  const names = ["cam01", "cam02", "cam03", "cam04"];
  const views = names.map((name) => {
    const folder = join(trial, "pose", `${name}_json`);
    const files = readdirSync(folder).map((file) => ({
      name: file,
      bytes: readFileSync(join(folder, file)),
    }));
    return readOpenPose(files, { skeleton: body25b, frameRate: 60 });
  });
  const file = join(trial, "calibration/Calib_qualisys.toml");
  const motion = pose2simMotion(views, readCalibrationToml(readFileSync(file), file));
  const html = renderReport(summaryOf([qualityOf(motion)]), [reportPerson(motion, 1)], made);
  expectDrawn(html);
  expect(html.length).toBeLessThan(200_000);
  expect(html).toMatch(/class="state inferred"/);
});
