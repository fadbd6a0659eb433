import type { Rig } from "@marey/core/camera";
import type { Detections } from "@marey/core/motion";
import type { People } from "@marey/core/track";

/** World points by person and frame: `at(person, frame)` gives joints as [index in the skeleton, x, y, z]. */
export interface TrueTake {
  people: number;
  at(person: number, frame: number): readonly (readonly [number, number, number, number])[];
}

/**
 * The true person of each detection: the one whose projection it fits, median over joints within `limit` pixels; −1
 * for a false detection.
 */
export function trueIdentities(
  views: readonly Detections[],
  rig: Rig,
  truth: TrueTake,
  limit = 60,
): number[][][] {
  return views.map(({ frames }, v) => {
    const { rotation: R, translation: t, fx, fy, cx, cy } = rig.cameras[v]!;
    return frames.map((detections, frame) =>
      detections.map(({ joints }) => {
        let best = { person: -1, distance: limit };
        for (let person = 0; person < truth.people; person++) {
          const distances = truth
            .at(person, frame)
            .flatMap(([j, x, y, z]) => {
              const depth = R[6]! * x + R[7]! * y + R[8]! * z + t[2]!;
              const u = (fx * (R[0]! * x + R[1]! * y + R[2]! * z + t[0]!)) / depth + cx;
              const w = (fy * (R[3]! * x + R[4]! * y + R[5]! * z + t[1]!)) / depth + cy;
              const d = Math.hypot(joints[3 * j]! - u, joints[3 * j + 1]! - w);
              return Number.isNaN(d) ? [] : [d];
            })
            .sort((a, b) => a - b);
          const distance = distances[distances.length >> 1] ?? Infinity;
          if (distance < best.distance) best = { person, distance };
        }
        return best.person;
      }),
    );
  });
}

/** What tracking got wrong, in detections and frames. */
export interface Verdict {
  /** People followed. */
  people: number;
  /** How often the true person behind an id changes from one frame to the next in which it is seen. */
  switches: number;
  /** The same from one third of a second to the next, by majority: identities that stay exchanged. */
  swaps: number;
  /** How often a true person passes from one id to another. */
  fragments: number;
  /** Share of the true detections that carry some id of a person who mostly is that one. */
  found: number;
  /** Share of the detections with an id that are of another person than most of it, or false. */
  wrong: number;
  /** Frames in which a true person seen in two views or more isn't followed. */
  lostFrames: number;
}

/** Judges tracking by the true person of each detection, `truth[view][frame][detection]`. */
export function judge({ people, frameCount, viewCount }: People, truth: number[][][], block = 10): Verdict {
  const persons = Math.max(-1, ...truth.flat(2)) + 1;
  /** The true person of most of an id's detections in a frame. */
  const majority = (detections: Int16Array, t: number) => {
    const persons: number[] = [];
    for (let v = 0; v < viewCount; v++) {
      const index = detections[t * viewCount + v]!;
      if (index >= 0 && truth[v]![t]![index]! >= 0) persons.push(truth[v]![t]![index]!);
    }
    return mode(persons);
  };
  const verdict = {
    people: people.length,
    switches: 0,
    swaps: 0,
    fragments: 0,
    found: 0,
    wrong: 0,
    lostFrames: 0,
  };
  const lastOf = new Map<number, number>();
  const holder = new Map<number, number>();
  let real = 0;
  let right = 0;
  let named = 0;
  for (let t = 0; t < frameCount; t++) {
    const held = new Set<number>();
    for (const { id, detections } of people) {
      const person = majority(detections, t);
      for (let v = 0; v < viewCount; v++) {
        const index = detections[t * viewCount + v]!;
        if (index < 0) continue;
        named++;
        if (truth[v]![t]![index] === person && person >= 0) right++;
      }
      if (person < 0) continue;
      held.add(person);
      if (lastOf.has(id) && lastOf.get(id) !== person) verdict.switches++;
      lastOf.set(id, person);
      if (holder.has(person) && holder.get(person) !== id) verdict.fragments++;
      holder.set(person, id);
    }
    for (let person = 0; person < persons; person++) {
      const views = truth.filter((view) => view[t]!.includes(person)).length;
      real += truth.reduce((sum, view) => sum + view[t]!.filter((p) => p === person).length, 0);
      if (views >= 2 && !held.has(person)) verdict.lostFrames++;
    }
  }
  for (const { detections } of people) {
    let last = -1;
    for (let start = 0; start + block <= frameCount; start += block) {
      const frames = Array.from({ length: block }, (_, i) => majority(detections, start + i));
      const person = mode(frames.filter((one) => one >= 0));
      if (person < 0) continue;
      if (last >= 0 && last !== person) verdict.swaps++;
      last = person;
    }
  }
  verdict.found = right / real;
  verdict.wrong = named === 0 ? 0 : 1 - right / named;
  return verdict;
}

function mode(values: number[]): number {
  const votes = new Map<number, number>();
  for (const value of values) votes.set(value, (votes.get(value) ?? 0) + 1);
  return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? -1;
}
