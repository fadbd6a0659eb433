import { slopesOf, valueAt } from "./curve.js";
import type { FootPlace } from "./foot.js";
import type { Step } from "./score.js";
import { ease } from "./turns.js";

/**
 * A foot's place at a time: still between its steps but for rolling off its heel and its ball.
 *
 * @param steps In order of time.
 */
export function footAt(first: FootPlace, steps: readonly Step[], time: number): FootPlace {
  let at = -1;
  while (at + 1 < steps.length && steps[at + 1].from <= time) at++;
  const last = steps[at];
  if (last && time < last.to) return swinging(steps[at - 1] ?? first, last, time);
  const { x, z, yaw } = last ?? first;
  const next = steps[at + 1];
  const since = last ? (time - last.to) / last.settle : 1;
  const until = next ? 1 - (next.from - time) / next.rise : 0;
  const pitch = (last ? last.strike * (1 - ease(since)) : 0) + (next ? next.push * rollOff(until) : 0);
  return { x, z, yaw, lift: 0, pitch, planted: true };
}

/** A heel comes up slowly, then ever faster, and is still doing so when the foot leaves. */
const rollOff = (u: number) => Math.max(0, Math.min(1, u)) ** 2;

function swinging(from: { x: number; z: number; yaw: number }, step: Step, time: number): FootPlace {
  const share = (time - step.from) / (step.to - step.from);
  const yaw = from.yaw + ease(share) * (step.yaw - from.yaw);
  const middle = (a: number, b: number) => a + ease(share) * (b - a);
  if (step.via) return { ...passing(from, step, share), yaw, planted: false };
  return {
    x: middle(from.x, step.x),
    z: middle(from.z, step.z),
    yaw,
    lift: step.lift * Math.sin(Math.PI * share) ** 2,
    pitch: alongCurve([0, 0.3, 0.85, 1], [step.push, step.push + step.tuck, step.strike, step.strike], share),
    planted: false,
  };
}

function passing(from: { x: number; z: number }, step: Step, share: number) {
  const via = step.via ?? [];
  const times = [0, ...via.map((place) => place.share), 1];
  const through = (start: number, key: "x" | "z" | "lift" | "pitch", end: number) =>
    alongCurve(times, [start, ...via.map((place) => place[key]), end], share);
  return {
    x: through(from.x, "x", step.x),
    z: through(from.z, "z", step.z),
    lift: through(0, "lift", 0),
    pitch: through(step.push, "pitch", step.strike),
  };
}

function alongCurve(times: number[], values: number[], time: number): number {
  const curve = { times, values };
  return valueAt(curve, slopesOf(curve), time);
}
