/**
 * Who is who over time in one view, and smoothing.
 *
 *     npx tsx --conditions=marey-source benchmarks/identity.ts [--videos]
 *
 * Synthetic walkers who cross before one camera, with noise, missed and wrong joints, people hidden by others, found twice, or
 * missed for a while just where they cross; stored detections with known truth; with --videos also real videos, seen by
 * the embedded eyes at their full rate and at a sixth of it, against places that were looked at. Beside the tracker stands
 * a plain one, which links boxes of neighbouring frames. Then error and jitter of smoothed joints.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { project } from "@marey/core/camera";
import { type Box, boxIou, extent, identityScores } from "@marey/core/metric";
import type { Detection, Detections } from "@marey/core/motion";
import { coco17 } from "@marey/core/skeleton";
import { assignWithin, followView, viewTracker } from "@marey/core/track";
import { CLEAR_SIGHT, type Sighting, type SyntheticTake, syntheticTake } from "@marey/core/world";
import { detectVideo, openEyes, workerRuntime } from "../packages/marey/src/detect/index.js";
import { smoother } from "../packages/marey/src/detect/smooth.js";
import { openFrames } from "../packages/marey/src/video/index.js";
import { dataFolder, demoRig, haveData, simulatedTake } from "../test/tracking/stored.js";
import { places } from "./identityPlaces.js";

/** A take with the true person of each detection, −1 for a false one. */
interface Case {
  group: string;
  take: Detections;
  truth: number[][];
}
type Tracker = (take: Detections) => ArrayLike<number>[];

const marey: Tracker = ({ skeleton, frameRate, frames }) => {
  const tracker = viewTracker(skeleton.sigmas, frameRate);
  return frames.map((frame) => followView(tracker, frame));
};

const boxOf = ({ box, joints }: Detection): Box => box ?? extent(joints);

/** Links boxes that overlap by 0.3 with where somebody was last seen, within 1.5 s. */
const plain: Tracker = ({ frames, frameRate }) => {
  let known: { id: number; box: Box; at: number }[] = [];
  let next = 0;
  return frames.map((frame, t) => {
    known = known.filter(({ at }) => t - at <= 1.5 * frameRate);
    const costs = known.flatMap((person) =>
      frame.map((detection) => 1 - boxIou(person.box, boxOf(detection))),
    );
    const { rows, columns } = assignWithin(costs, known.length, frame.length, 0.7);
    return frame.map((detection, i) => {
      const row = rows[columns.indexOf(i)];
      const person = row === undefined ? { id: next++, box: boxOf(detection), at: t } : known[row]!;
      if (row === undefined) known.push(person);
      Object.assign(person, { box: boxOf(detection), at: t });
      return person.id;
    });
  });
};

/** Identity F1, how often somebody's id changes, and ids given beside people there. */
function judge({ truth }: Case, ids: ArrayLike<number>[]) {
  const people: number[] = [];
  const labels: number[] = [];
  const last = new Map<number, number>();
  let switches = 0;
  truth.forEach((frame, t) => {
    const given = (i: number) => ids[t]![i]!;
    const named = (i: number) => frame.some((p, k) => p === frame[i] && (given(k) >= 0 || k < i) && k !== i);
    frame.forEach((person, i) => {
      // Of two detections of one person the one without an id is nobody's.
      people.push(given(i) < 0 && named(i) ? -1 : person);
      labels.push(given(i));
    });
    for (const person of new Set(frame)) {
      const own = frame.flatMap((p, i) => (p === person && given(i) >= 0 ? [given(i)] : []));
      if (person < 0 || own.length === 0 || own.includes(last.get(person)!)) continue;
      if (last.has(person)) switches++;
      last.set(person, own[0]!);
    }
  });
  const count = (values: number[]) => new Set(values.filter((value) => value >= 0)).size;
  return { f1: identityScores(people, labels).f1, switches, ids: count(labels), people: count(people) };
}

function report(cases: readonly Case[]): void {
  for (const group of new Set(cases.map((one) => one.group))) {
    const own = cases.filter((one) => one.group === group);
    const cells = [plain, marey].map((tracker) => {
      const scores = own.map((one) => judge(one, tracker(one.take)));
      const sum = (key: keyof (typeof scores)[number]) => scores.reduce((all, score) => all + score[key], 0);
      const f1 = ((100 * sum("f1")) / scores.length).toFixed(1);
      return `${f1.padStart(7)}${`${sum("switches")}`.padStart(10)}${`${sum("ids")}/${sum("people")}`.padStart(12)}`;
    });
    console.log(group.padEnd(34) + `${own.length}`.padStart(5) + cells.join(" |"));
  }
}

const flaws = {
  ...CLEAR_SIGHT,
  ...{ noise: 4, missedJoints: 0.03, outliers: 0.02, falsePeople: 0.05, duplicates: 0.02 },
  ...{ missedPeople: 0.03, occlusion: true },
};

function* synthetic(): Generator<Case> {
  for (const people of [2, 4])
    for (const frameRate of [30, 10])
      for (const seed of [21, 22, 23, 24]) {
        const paths = { closest: 0.7, reach: 2 };
        const size = { people, frameRate, frameCount: 15 * frameRate, skeleton: coco17 };
        const take = syntheticTake({ seed, ...size, flaws, paths });
        for (const view of [0, 1]) yield* crossings(take, view, `${people} people, ${frameRate} Hz`);
      }
}

/** A view as it is; without whoever is behind for a while at each crossing; and in which two meet and go back. */
function* crossings(take: SyntheticTake, view: number, name: string): Generator<Case> {
  const { skeleton, frameRate, frameCount } = take;
  const { width, height } = take.views[view]!;
  const frames = Array.from({ length: frameCount }, (_, t) =>
    take.sightings(view, t).filter(({ detection }) => shareFound(detection) > 0.4),
  );
  const caseOf = (group: string, sightings: Sighting[][]): Case => ({
    group: `${name}${group}`,
    truth: sightings.map((frame) => frame.map(({ person }) => person)),
    take: {
      ...{ skeleton, frameRate, width, height, firstFrame: 0 },
      frames: sightings.map((frame) => frame.map(({ detection }) => detection)),
    },
  });
  yield caseOf("", frames);
  if (take.people.length > 2) return;
  const meetings = meetingsOf(take, view);
  const without = (seconds: number) =>
    frames.map((frame, t) => {
      const hidden = meetings.filter((meeting) => Math.abs(t - meeting.frame) <= (seconds * frameRate) / 2);
      return frame.filter(({ person }) => !hidden.some(({ behind }) => behind === person));
    });
  for (const seconds of [0.2, 0.5, 1, 1.5]) yield caseOf(`, hidden for ${seconds} s`, without(seconds));
  const turn = meetings.find(({ frame }) => frame > frameCount / 4 && frame < 0.75 * frameCount)?.frame;
  if (turn === undefined) return;
  const there = without(0.5).slice(0, turn);
  yield caseOf(", who turn back", [...there, ...there.toReversed()]);
}

const shareFound = ({ joints }: Detection) =>
  joints.filter((value, i) => i % 3 === 2 && value > 0).length / (joints.length / 3);

/** Frames in which two people are most over one another, with the one behind. */
function meetingsOf(take: SyntheticTake, view: number): { frame: number; behind: number }[] {
  const { rotation: R } = take.rig.cameras[view]!;
  const [a, b] = take.people.map((_, person) => truePictures(take, view, person));
  const overlaps = a!.map((joints, t) => boxIou(extent(joints), extent(b![t]!)));
  const near = Math.round(take.frameRate / 2);
  const depths = take.truth().people.map(({ positions }) => (t: number) => {
    const at = positions.subarray(3 * t * coco17.joints.length);
    return R[6]! * at[0]! + R[7]! * at[1]! + R[8]! * at[2]!;
  });
  return overlaps.flatMap((overlap, frame) => {
    const around = overlaps.slice(Math.max(0, frame - near), frame + near + 1);
    const behind = depths[0]!(frame) > depths[1]!(frame) ? 0 : 1;
    return overlap > 0.25 && overlap >= Math.max(...around) ? [{ frame, behind }] : [];
  });
}

/** A person's joints in each frame as the camera would see them without flaws. */
function truePictures(take: SyntheticTake, view: number, person: number): Float32Array[] {
  const J = take.skeleton.joints.length;
  const { positions } = take.truth().people[person]!;
  return Array.from({ length: take.frameCount }, (_, t) => {
    const points = Float64Array.from(positions.subarray(t * J * 3, (t + 1) * J * 3));
    const pixels = project(points, take.rig.cameras[view]!);
    return Float32Array.from(points, (_, i) => (i % 3 === 2 ? 1 : pixels[2 * Math.floor(i / 3) + (i % 3)]!));
  });
}

/** Simulated detections of stored motion, each of whom is the person whose points are within 40 px in the middle. */
function stored(name: "one" | "two"): Case[] {
  const { cameras } = demoRig();
  const { views, truth } = simulatedTake(name);
  return views.map((take, v) => ({
    group: `pose2sim-synthetic/${name}`,
    take,
    truth: take.frames.map((frame, t) => {
      const pictures = truth.persons.map((person) =>
        project(Float64Array.from(person[t]!.flat()), cameras[v]!),
      );
      return frame.map(({ joints }) => {
        const apart = pictures.map((pixels) => {
          const errors = truth.body25b_index.map((j, k) =>
            Math.hypot(joints[3 * j]! - pixels[2 * k]!, joints[3 * j + 1]! - pixels[2 * k + 1]!),
          );
          return middle(errors.filter((error) => !Number.isNaN(error)));
        });
        const nearest = Math.min(...apart);
        return nearest < 40 ? apart.indexOf(nearest) : -1;
      });
    }),
  }));
}

const middle = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] ?? Infinity;

/** Real videos, seen by the eyes, at their rate and at a sixth of it. */
async function* videos(): AsyncGenerator<Case> {
  const runtime = workerRuntime();
  for (const model of ["default", "fast"])
    for (const [file, people] of Object.entries(places)) {
      const eyes = await openEyes({ model, runtime });
      const path = join(dataFolder, file);
      if (!existsSync(path)) continue;
      const take = await detectVideo(await openFrames(path, { longerSide: eyes.longerSide }), eyes);
      const truth = take.frames.map((frame, t) => frame.map((detection) => personAt(detection, t, people)));
      const group = `${file.slice(file.lastIndexOf("/") + 1)}, ${model}`;
      yield { group, take, truth };
      const sixth = <T>(frames: T[]) => frames.filter((_, t) => t % 6 === 0);
      const slow = { ...take, frameRate: take.frameRate / 6, frames: sixth(take.frames) };
      if (take.frames.length > 60) yield { group: `${group}, 1/6`, take: slow, truth: sixth(truth) };
    }
  await runtime.close();
}

/** Whose torso was written down nearest, within a quarter of the person's size. */
function personAt(detection: Detection, frame: number, people: (typeof places)[string]): number {
  const [left, top, right, bottom] = boxOf(detection);
  const torso = [5, 6, 11, 12].map((j) => detection.joints.subarray(3 * j, 3 * j + 2));
  const [x, y] = [0, 1].map((axis) => torso.reduce((sum, at) => sum + at[axis]! / 4, 0));
  const apart = people.map((path) => {
    const after = path.findIndex(([t]) => t >= frame);
    const [t1, x1, y1] = path[after < 0 ? path.length - 1 : after]!;
    const [t0, x0, y0] = path[Math.max(0, (after < 0 ? path.length : after) - 1)]!;
    const share = t1 === t0 ? 0 : Math.min(1, (frame - t0) / (t1 - t0));
    return Math.hypot(x0 + share * (x1 - x0) - x!, y0 + share * (y1 - y0) - y!);
  });
  const nearest = Math.min(...apart);
  return nearest < Math.hypot(right - left, bottom - top) / 4 ? apart.indexOf(nearest) : -1;
}

/** RMS error and RMS of the second difference of the error, pixels, of walkers seen by a camera. */
function smoothing(frameRate: number, noise: number): string {
  const [raw, smoothed] = [false, true].map((isSmoothed) => {
    const errors = [31, 32, 33].flatMap((seed) => {
      const size = { people: 1, frameRate, frameCount: 8 * frameRate, skeleton: coco17 };
      const take = syntheticTake({ seed, ...size, flaws: { ...CLEAR_SIGHT, noise } });
      const smooth = smoother();
      return [
        truePictures(take, 0, 0).map((picture, t) => {
          const seen = { ...take.sightings(0, t)[0]!.detection, id: 0 };
          const { joints } = isSmoothed ? smooth(t / frameRate, [seen])[0]! : seen;
          return joints.map((value, i) => value - picture[i]!).filter((_, i) => i % 3 < 2);
        }),
      ];
    });
    const jerks = errors.map((take) =>
      take.slice(2).map((now, t) => now.map((value, i) => value - 2 * take[t + 1]![i]! + take[t]![i]!)),
    );
    return `${rms(errors).toFixed(2).padStart(8)}${rms(jerks).toFixed(2).padStart(8)}`;
  });
  return `${raw} |${smoothed}`;
}

function rms(takes: Float32Array[][]): number {
  const values = takes.flat().flatMap((frame) => [...frame].filter((value) => !Number.isNaN(value)));
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

console.log("cases".padStart(39), " plain: IDF1  switches  ids/people | Marey's");
report([...synthetic()]);
if (haveData) report([...stored("one"), ...stored("two")]);
if (process.argv.includes("--videos")) for await (const one of videos()) report([one]);
console.log("\nsmoothing".padEnd(35), "error  jitter | smoothed");
for (const frameRate of [10, 30, 60])
  for (const noise of [2, 5])
    console.log(`${frameRate} Hz, ${noise} px`.padEnd(30), smoothing(frameRate, noise));
