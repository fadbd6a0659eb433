import type { Rig } from "@marey/core/camera";
import { fitMotion } from "@marey/core/fit";
import { motionNpzPieces, readMotionNpz } from "@marey/core/format";
import {
  adjustTracked,
  detectionsOf,
  emptyTally,
  followPeople,
  type Pose2simSettings,
  placeTracked,
  type View,
  type ViewTally,
} from "@marey/core/model/multiCamera";
import type { Motion } from "@marey/core/motion";
import { type People, pose2simPeople, type TrackedPerson } from "@marey/core/track";
import type { Progress } from "../progress.js";
import { type StageCache, stageName } from "./cache.js";
import type { StageClock } from "./clock.js";
import type { OpenedViews } from "./views.js";

/** The views of a take with their cameras, and what they are made from. */
type Take = Pick<OpenedViews, "views" | "rig" | "identity">;

/** How people are found and placed. */
export interface Method {
  name: "marey" | "pose2sim";
  /** Pose2Sim's triangulation and filters; absent for Marey's own way from observations to joints. */
  placing?: Pose2simSettings;
  /** Pose2Sim's association. */
  association: Pose2simSettings["people"];
  /** At most so many people; all when absent. */
  people?: number;
}

export interface StageHost {
  cache: StageCache;
  clock: StageClock;
  progress: Progress;
  signal?: AbortSignal;
}

/** One person with the motion as placed and as fitted: the same person, in two skeletons. */
export interface CapturedPerson {
  placed: Motion;
  /** Rest pose, rotations and root: all that formats with a skeleton read. Positions and states are left out. */
  fitted: Motion;
  /** Mean distance between the placed joints and those of the fitted skeleton, metres. */
  fitDistance: number;
}

/** Says who is who, by the method's association; Marey's own puts those first who are seen most. */
export async function associate(
  { views, rig, identity }: Take,
  { name, association, people: most }: Method,
  { cache, clock, progress }: StageHost,
): Promise<People> {
  return clock.time("associate", async (mark) => {
    const key = stageName("associate", identity, rig, name, association);
    const stored = await cache.get(key);
    mark.cached = stored !== undefined;
    const task = progress.task("who is who");
    const people = stored ? readPeople(stored) : await find();
    if (!stored) await cache.put(key, writePeople(people));
    task.end();
    return { ...people, people: people.people.slice(0, most) };

    async function find(): Promise<People> {
      if (name === "pose2sim")
        return pose2simPeople(await Promise.all(views.map(detectionsOf)), rig, association);
      const total = views[0]?.frameCount ?? 0;
      return mostSeenFirst(await followPeople(views, rig, {}, (done) => task.update(done, total)));
    }
  });
}

function mostSeenFirst(people: People): People {
  const seen = new Map(
    people.people.map((person) => [
      person,
      person.detections.reduce((n, index) => n + (index >= 0 ? 1 : 0), 0),
    ]),
  );
  const order = (person: TrackedPerson) => seen.get(person) ?? 0;
  return { ...people, people: [...people.people].sort((a, b) => order(b) - order(a)) };
}

/** People as bytes for the cache: JSON with the indices packed as text would be large, so numbers go as they are. */
function writePeople({ frameCount, viewCount, people }: People): Uint8Array {
  const header = new TextEncoder().encode(
    JSON.stringify({ frameCount, viewCount, ids: people.map(({ id }) => id) }),
  );
  const size = frameCount * viewCount * 2;
  const bytes = new Uint8Array(4 + header.length + people.length * size);
  new DataView(bytes.buffer).setUint32(0, header.length);
  bytes.set(header, 4);
  people.forEach(({ detections }, i) => {
    bytes.set(new Uint8Array(detections.buffer, detections.byteOffset, size), 4 + header.length + i * size);
  });
  return bytes;
}

function readPeople(bytes: Uint8Array): People {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const { frameCount, viewCount, ids } = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const size = frameCount * viewCount * 2;
  const people = ids.map((id: number, i: number) => {
    const start = 4 + length + i * size;
    return { id, detections: new Int16Array(bytes.slice(start, start + size).buffer) };
  });
  return { frameCount, viewCount, people };
}

/**
 * Places and fits one person after the other, so that the memory of one is free before the next: the motions given are
 * emptied when the next person is asked for.
 *
 * @param tallies One per view; how the views agree with each person is added.
 */
export async function* placePeople(
  opened: Take,
  people: People,
  method: Method,
  tallies: readonly ViewTally[],
  host: StageHost,
): AsyncGenerator<CapturedPerson> {
  for (const person of people.people) {
    host.signal?.throwIfAborted();
    const key = [opened.identity, opened.rig, method.name, method.association, method.placing, person.id];
    const placed = await placeCached(opened, person, method, tallies, key, host);
    if (!placed) continue;
    host.signal?.throwIfAborted();
    const captured = { placed, ...(await fitCached(placed, key, host)) };
    yield captured;
    // The caller's loop holds on to a person until it has the next, and two may not fit beside each other.
    for (const { people } of [captured.placed, captured.fitted]) people.length = 0;
  }
}

/** A fitted motion without what follows from its rotations: half its memory. */
function poseOnly(fitted: Motion): Motion {
  const nothing = { positions: new Float32Array(0), state: new Uint8Array(0) };
  const people = fitted.people.map(({ id, rest, rotations, root }) => ({
    id,
    ...nothing,
    rest,
    rotations,
    root,
  }));
  return { ...fitted, people };
}

async function placeCached(
  { views, rig }: Take,
  person: TrackedPerson,
  method: Method,
  tallies: readonly ViewTally[],
  key: readonly unknown[],
  { cache, clock, progress }: StageHost,
): Promise<Motion | undefined> {
  return clock.time("place", async (mark) => {
    const [view] = views as [View];
    const { skeleton, frameRate, firstFrame, frameCount } = view;
    const [stored, counted] = await Promise.all([
      cache.get(stageName("place", ...key)),
      cache.get(stageName("tally", ...key)),
    ]);
    const own = counted
      ? (JSON.parse(new TextDecoder().decode(counted)) as ViewTally[])
      : views.map(emptyTally);
    mark.cached = stored !== undefined && counted !== undefined;
    let motion: Motion | undefined;
    if (stored && counted)
      motion = { ...readMotionNpz(stored, "cached motion", { consume: true }), skeleton };
    else {
      const task = progress.task("placing joints");
      const placed = await place(person, views, rig, method, own);
      task.end();
      motion = placed && { skeleton, frameRate, up: rig.up, firstFrame, frameCount, people: [placed] };
      if (motion) await putMotion(cache, stageName("place", ...key), motion);
      await cache.put(stageName("tally", ...key), new TextEncoder().encode(JSON.stringify(own)));
    }
    own.forEach((tally, v) => {
      addTally(tallies[v] as ViewTally, tally);
    });
    return motion;
  });
}

/** Without a copy of the motion, which may be as large as memory allows. */
const putMotion = (cache: StageCache, name: string, motion: Motion) =>
  cache.put(name, () => motionNpzPieces(motion));

function place(
  person: TrackedPerson,
  views: readonly View[],
  rig: Rig,
  method: Method,
  tallies: ViewTally[],
) {
  const { placing, name } = method;
  if (!placing) return adjustTracked(person, views, rig, tallies);
  return placeTracked(person, views, rig, placing, name === "marey", tallies);
}

function addTally(sum: ViewTally, part: ViewTally): void {
  for (const key of Object.keys(sum) as (keyof ViewTally)[]) sum[key] += part[key];
}

async function fitCached(
  placed: Motion,
  key: readonly unknown[],
  { cache, clock, progress }: StageHost,
): Promise<Pick<CapturedPerson, "fitted" | "fitDistance">> {
  return clock.time("fit", async (mark) => {
    const name = stageName("fit", ...key);
    const distanceName = stageName("fit-distance", ...key);
    const [stored, distance] = await Promise.all([cache.get(name), cache.get(distanceName)]);
    mark.cached = stored !== undefined && distance !== undefined;
    if (stored && distance)
      return {
        fitted: poseOnly(readMotionNpz(stored, "cached fit", { consume: true })),
        fitDistance: Number(new TextDecoder().decode(distance)),
      };
    const task = progress.task("fitting a skeleton");
    const { motion: fitted, reports } = fitMotion(placed);
    const fitDistance = reports[0]?.meanDistance ?? Number.NaN;
    task.end();
    await putMotion(cache, name, fitted);
    await cache.put(distanceName, new TextEncoder().encode(String(fitDistance)));
    return { fitted: poseOnly(fitted), fitDistance };
  });
}
