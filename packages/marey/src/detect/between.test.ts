import type { Detection } from "@marey/core/motion";
import { coco17 } from "@marey/core/skeleton";
import { expect, test } from "vitest";
import { fillBetween } from "./between.js";

/** A standing figure, moved to the right. */
function person(x: number, confidence = 0.8): Detection {
  const joints = new Float32Array(coco17.joints.length * 3);
  coco17.joints.forEach((name, j) => {
    joints.set([x + (name.startsWith("left") ? 20 : -20), 10 * j, confidence], 3 * j);
  });
  return { score: confidence, joints, box: [x - 20, 0, x + 20, 160] };
}

/** The frames with those between looks filled. */
async function filled(frames: Detection[][], every: number): Promise<Detection[][]> {
  async function* given() {
    for (const people of frames) yield { people };
  }
  const all: Detection[][] = [];
  for await (const { people } of fillBetween(given(), every)) all.push(people);
  return all;
}

test("people between two looks are moved from one to the other, whatever their order", async () => {
  const frames = await filled([[person(100), person(400)], [], [person(404), person(108, 0.4)], []], 2);
  expect(frames[1]?.map(({ joints }) => joints[0])).toEqual([84, 382]);
  expect(frames[1]?.[0]?.box).toEqual([84, 0, 124, 160]);
  expect(frames[1]?.[0]?.score).toBeCloseTo(0.6);
  expect(frames[3]).toEqual(frames[2]); // nothing comes after the last look
});

test("somebody in one look only is there until half-way", async () => {
  const frames = await filled([[person(100)], [], [], [], [person(400)]], 4);
  expect(frames.map((people) => people.map(({ joints }) => joints[0]))).toEqual([
    [80],
    [80],
    [380],
    [380],
    [380],
  ]);
});

test("every frame looked at stays as it was", async () => {
  const frames = [[person(1)], [], [person(2)]];
  expect(await filled(frames, 1)).toEqual(frames);
});
