import type { Random } from "../../array/random.js";

/** A rectangle, of any unit. */
export type Window = readonly [left: number, top: number, right: number, bottom: number];

/** What a picture is to show of a person: all, or in a share of pictures a part; mostly the upper one, ending at hips or knees. */
export function drawPart(chance: Random, [left, top, right, bottom]: Window, closeUps: number): Window {
  const isPart = chance.uniform() < closeUps;
  const tall = (bottom - top) * chance.uniform(0.35, 0.75);
  const from = chance.uniform() < 0.7 ? 0 : chance.uniform(0, bottom - top - tall);
  return isPart ? [left, top + from, right, top + from + tall] : [left, top, right, bottom];
}
