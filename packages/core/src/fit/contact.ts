import { medianOf } from "../filter/median.js";
import type { Motion } from "../motion/motion.js";

export interface ContactOptions {
  /** m/s: a foot that is slower may stand; 0.35 when absent. */
  speed?: number;
  /** Metres above the place where this joint stands lowest; 0.06 when absent. */
  height?: number;
  /** Seconds: shorter contacts, and shorter breaks in one, are taken for noise; 0.07 when absent. */
  shortest?: number;
}

/** When a joint of a foot stands on something. */
export interface Contact {
  joint: string;
  /** T: 1 while it stands. */
  standing: Uint8Array;
}

/**
 * When heels and toes stand on the floor: slow, and no higher than a little above the floor. The floor's height under a
 * joint is the lower tenth of its heights while it is slow, so neither the world's origin nor the place where the joint
 * sits in the foot has to be known. Ankles serve where a layout has no feet. Whole clip; smooth the motion first, since
 * speeds are differences.
 *
 * @param person Index into `motion.people`.
 */
export function footContacts(motion: Motion, person: number, options: ContactOptions = {}): Contact[] {
  const { joints } = motion.skeleton;
  const feet = joints.filter((joint) => /_(heel|big_toe|small_toe)$/.test(joint));
  const chosen = feet.length > 0 ? feet : joints.filter((joint) => joint.endsWith("_ankle"));
  const { positions } = motion.people[person];
  return chosen.map((joint) => {
    const j = joints.indexOf(joint);
    const track = new Float64Array(motion.frameCount * 3);
    for (let t = 0; t < motion.frameCount; t++)
      for (let k = 0; k < 3; k++) track[3 * t + k] = positions[3 * (t * joints.length + j) + k];
    return { joint, standing: standingFrames(track, motion.frameRate, motion.up === "y" ? 1 : 2, options) };
  });
}

function standingFrames(track: Float64Array, rate: number, up: 1 | 2, options: ContactOptions): Uint8Array {
  const { speed = 0.35, height = 0.06, shortest = 0.07 } = options;
  const frames = track.length / 3;
  const slow = new Uint8Array(frames);
  const heights: number[] = [];
  for (let t = 0; t < frames; t++) {
    const a = 3 * Math.max(0, t - 1);
    const b = 3 * Math.min(frames - 1, t + 1);
    const way = Math.hypot(track[b] - track[a], track[b + 1] - track[a + 1], track[b + 2] - track[a + 2]);
    if (!((way * rate * 3) / (b - a) < speed)) continue;
    slow[t] = 1;
    heights.push(track[3 * t + up]);
  }
  const lowest = heights.sort((x, y) => x - y).slice(0, Math.max(1, Math.floor(heights.length / 5)));
  const floor = medianOf(lowest); // the middle of the lowest fifth: the lower tenth
  const standing = slow.map((value, t) => (value && track[3 * t + up] < floor + height ? 1 : 0));
  const least = Math.round(shortest * rate);
  dropShort(standing, 0, least);
  dropShort(standing, 1, least);
  return standing;
}

/** Turns runs of `value` shorter than `least` frames into the other value; breaks only between two runs of the other. */
function dropShort(flags: Uint8Array, value: 0 | 1, least: number) {
  for (let start = 0; start < flags.length; ) {
    let end = start + 1;
    while (end < flags.length && flags[end] === flags[start]) end++;
    const inside = start > 0 && end < flags.length;
    if (flags[start] === value && end - start < least && (value === 1 || inside))
      flags.fill(1 - value, start, end);
    start = end;
  }
}
