import { assign } from "../array/assignment.js";
import type { Motion } from "../motion/motion.js";

/** How a motion that was found compares with the true one. */
export interface Judgement {
  /** For each true person, the index of the person found; −1 for none. */
  matches: number[];
  /** People found who are nobody's match. */
  extra: number;
  /** How often a found person passes from one true person to another, from one frame to the next. */
  swaps: number;
  /** Distances of the joints that were compared, metres, in increasing order. */
  errors: Float64Array;
  /** Joints of true people in frames in which the match lacks them. */
  missing: number;
}

/**
 * Compares people found with the true ones, in one world, joints by name, frames by number. In each frame a found
 * person is whoever's joints are nearest; over the take people are matched one to one, so that most frames agree.
 */
export function judgeMotion(found: Motion, truth: Motion): Judgement {
  const pairs = truth.skeleton.joints.flatMap((name, j) => {
    const i = found.skeleton.joints.indexOf(name);
    return i < 0 ? [] : [[i, j] as const];
  });
  const start = Math.max(found.firstFrame, truth.firstFrame);
  const end = Math.min(found.firstFrame + found.frameCount, truth.firstFrame + truth.frameCount);
  const agreement = new Float64Array(truth.people.length * found.people.length);
  let swaps = 0;
  found.people.forEach((_, p) => {
    let last = -1;
    for (let frame = start; frame < end; frame++) {
      const person = nearest(found, p, truth, frame, pairs);
      if (person < 0) continue;
      agreement[person * found.people.length + p]++;
      if (last >= 0 && person !== last) swaps++;
      last = person;
    }
  });
  const pairing = assign(agreement, truth.people.length, found.people.length, { maximise: true });
  const matches = truth.people.map((_, person) => pairing.columns[pairing.rows.indexOf(person)] ?? -1);
  const errors: number[] = [];
  matches.forEach((p, person) => {
    for (let frame = start; p >= 0 && frame < end; frame++)
      for (const [i, j] of pairs) {
        const error = apart(found, p, i, truth, person, j, frame);
        if (!Number.isNaN(error)) errors.push(error);
      }
  });
  const wanted = truth.people.length * truth.frameCount * pairs.length;
  const extra = found.people.length - matches.filter((p) => p >= 0).length;
  const sorted = Float64Array.from(errors).sort();
  return { matches, extra, swaps, errors: sorted, missing: wanted - errors.length };
}

/** The true person to whom a found person's joints are nearest in a frame; −1 where there are no joints. */
function nearest(
  found: Motion,
  p: number,
  truth: Motion,
  frame: number,
  pairs: readonly (readonly [number, number])[],
): number {
  let best = -1;
  let least = Infinity;
  truth.people.forEach((_, person) => {
    let sum = 0;
    let count = 0;
    for (const [i, j] of pairs) {
      const distance = apart(found, p, i, truth, person, j, frame);
      if (Number.isNaN(distance)) continue;
      sum += distance;
      count++;
    }
    if (count === 0 || sum / count >= least) return;
    least = sum / count;
    best = person;
  });
  return best;
}

function apart(a: Motion, p: number, i: number, b: Motion, q: number, j: number, frame: number): number {
  const from = 3 * ((frame - a.firstFrame) * a.skeleton.joints.length + i);
  const to = 3 * ((frame - b.firstFrame) * b.skeleton.joints.length + j);
  const x = a.people[p].positions;
  const y = b.people[q].positions;
  return Math.hypot(x[from] - y[to], x[from + 1] - y[to + 1], x[from + 2] - y[to + 2]);
}
