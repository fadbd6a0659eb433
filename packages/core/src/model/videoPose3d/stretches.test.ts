import { expect, test } from "vitest";
import { coco17 } from "../../skeleton/layouts.js";
import { seenStretches } from "./stretches.js";

/** Somebody whose joints are all seen in the frames of the pattern that are `x`, of whom `~` shows only the head. */
function track(pattern: string): Float32Array {
  const data = new Float32Array(pattern.length * 51);
  [...pattern].forEach((sign, t) => {
    for (let j = 0; j < (sign === "x" ? 17 : sign === "~" ? 5 : 0); j++)
      data.set([9, 9, 1], (t * 17 + j) * 3);
  });
  return data;
}

test.each([
  ["..xx.x...", 4, [[2, 6, 3]]],
  [
    "x.....x",
    4,
    [
      [0, 1, 1],
      [6, 7, 1],
    ],
  ],
  ["x....x", 4, [[0, 6, 2]]],
  [
    "~~x~~~~~~x",
    4,
    [
      [2, 3, 1],
      [9, 10, 1],
    ],
  ],
  ["~~~", 4, []],
  ["", 4, []],
])("%s at %d Hz", (pattern, frameRate, stretches) => {
  expect(
    seenStretches(track(pattern), coco17, { frameRate }).map(({ start, end, seen }) => [start, end, seen]),
  ).toEqual(stretches);
});
