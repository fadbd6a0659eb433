import { type OneEuroState, oneEuroStart, oneEuroStep } from "@marey/core/filter";
import { extent } from "@marey/core/metric";
import type { Detection } from "@marey/core/motion";

interface SmoothOptions {
  /** Hz: cut-off for a joint at rest. */
  minCutoff?: number;
  /** Hz that the cut-off rises at a speed of one person's size a second. */
  beta?: number;
  /** Hz: cut-off for the speed. */
  derivativeCutoff?: number;
}

/**
 * Chosen by benchmarks/identity.ts on figures that walk by and whose joints are seen wrong. Error and jitter at 30 Hz and 2 px:
 * 1.9 and 1.9 px, unfiltered 2.0 and 4.0; at 60 Hz and 5 px: 4.1 and 4.1 px, unfiltered 5.0 and 9.9; only at 10 Hz and 2 px
 * the error grows, from 2.0 to 2.2. A slower filter of the speed (4 Hz) notices late that a joint sets out: at 60 Hz, 2 px
 * and one joint in a hundred far off, the error is 3.25 px instead of 2.6.
 */
const SMOOTH_DEFAULTS: Required<SmoothOptions> = { minCutoff: 2, beta: 20, derivativeCutoff: 10 };

/** Seconds without a joint, or a person, after which nothing is known of it any more. */
const FORGET = 0.25;
/** A person all of whose joints moved by this share of the size from one frame to the next is another, or elsewhere. */
const JUMP = 0.4;

interface Smoothed {
  time: number;
  /** Diagonal of the person in pixels, slowly followed: speeds count in it. */
  size: number;
  /** x and y of each joint. */
  states: OneEuroState[];
}

/**
 * Smooths the joints of people who are followed over time with the One-Euro filter: little lag where they move, no jitter
 * where they rest. Speeds count in sizes of the person, so that near and far people are smoothed alike. A joint that
 * wasn't found stays missing; one that comes back, and a person who jumped, begin anew. Confidences and boxes stay.
 *
 * @returns A function from each frame's time in seconds and people to the people smoothed; to be called in order.
 */
export function smoother(
  options: SmoothOptions = {},
): (time: number, people: readonly Detection[]) => Detection[] {
  const settings = { ...SMOOTH_DEFAULTS, ...options };
  const known = new Map<number, Smoothed>();
  return (time, people) => {
    for (const [id, { time: last }] of known) if (time - last > FORGET) known.delete(id);
    return people.map((person) => {
      if (person.id === undefined) return person;
      const size = sizeOf(person.joints);
      const before = known.get(person.id);
      const isSame = before && time > before.time && !jumped(before, person.joints);
      const states = isSame
        ? before.states
        : Array.from({ length: (person.joints.length / 3) * 2 }, oneEuroStart);
      const followed = isSame ? before.size + 0.1 * (size - before.size) : size;
      known.set(person.id, { time, size: followed, states });
      return { ...person, joints: smoothed(person.joints, states, time, followed, settings) };
    });
  };
}

function smoothed(
  joints: Float32Array,
  states: OneEuroState[],
  time: number,
  size: number,
  { beta, ...settings }: Required<SmoothOptions>,
): Float32Array {
  const out = joints.slice();
  const options = { ...settings, beta: size > 0 ? beta / size : 0 };
  for (let i = 0, k = 0; i < joints.length; i += 3)
    for (let axis = 0; axis < 2; axis++, k++) {
      let state = states[k] as OneEuroState;
      if (time - state.time > FORGET) state = states[k] = oneEuroStart();
      out[i + axis] = oneEuroStep(state, time, joints[i + axis] as number, options);
    }
  return out;
}

/** Diagonal of the upright rectangle around the joints, pixels; 0 for less than two. */
function sizeOf(joints: Float32Array): number {
  const [left, top, right, bottom] = extent(joints, -Infinity);
  return right >= left ? Math.hypot(right - left, bottom - top) : 0;
}

/** Whether the middle one of the joints' moves is farther than anybody goes in a frame. */
function jumped({ states, size }: Smoothed, joints: Float32Array): boolean {
  const moves: number[] = [];
  for (let i = 0, k = 0; i < joints.length; i += 3, k += 2) {
    const move = Math.hypot(
      (joints[i] as number) - (states[k] as OneEuroState).value,
      (joints[i + 1] as number) - (states[k + 1] as OneEuroState).value,
    );
    if (!Number.isNaN(move)) moves.push(move);
  }
  return moves.length > 0 && (moves.sort((a, b) => a - b)[moves.length >> 1] as number) > JUMP * size;
}
