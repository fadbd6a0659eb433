import type { Detection } from "@marey/core/motion";
import { body25b } from "@marey/core/skeleton";
import { afterAll, describe, expect, test } from "vitest";
import { type SmallSessionOptions, sessionMaker } from "./smallSession.js";

const { remove, session: make } = sessionMaker();
afterAll(remove);

const take: SmallSessionOptions = { frameCount: 60, frameRate: 30, seed: 4, people: 1 };

/** The detections of one view, changed. */
const inView =
  (which: number, change: (frames: Detection[][]) => Detection[][]) =>
  (frames: Detection[][], view: number) =>
    view === which ? change(frames) : frames;

/** Every joint moved; `from` says which joint is taken for which. */
const joints =
  (
    move: (x: number, y: number) => [number, number],
    from: readonly number[] = body25b.mirror.map((_, j) => j),
  ) =>
  (frames: Detection[][]) =>
    frames.map((people) =>
      people.map((person) => ({
        ...person,
        joints: Float32Array.from(person.joints, (_, i) => {
          const at = 3 * from[Math.floor(i / 3)]!;
          const [x, y] = move(person.joints[at]!, person.joints[at + 1]!);
          return [x, y, person.joints[at + 2]!][i % 3]!;
        }),
      })),
    );

const flipped = (x: number, y: number): [number, number] => [1919 - x, y];

describe("what is wrong with a camera is said", () => {
  test("nothing, when nothing is", async () => {
    const session = await make(take);
    const { advice } = await session.capture();
    expect(advice).toEqual([]);
  });

  test.each([
    ["mirrored after detection", inView(1, joints(flipped)), /^cam02 is mirrored/],
    ["recorded by a mirrored camera", inView(2, joints(flipped, body25b.mirror)), /^cam03 is mirrored/],
    [
      "upside down",
      inView(
        0,
        joints((x, y) => [1919 - x, 1079 - y]),
      ),
      /^cam01 is upside down/,
    ],
    [
      "15 frames late",
      inView(3, (frames) => frames.map((_, t) => frames[Math.max(0, t - 15)]!)),
      /^cam04 is out of sync, 15 frames \(0\.50 s\) behind/,
    ],
    [
      "5 frames ahead",
      inView(3, (frames) => frames.map((_, t) => frames[Math.min(59, t + 5)]!)),
      /^cam04 is out of sync, 5 frames .* ahead/,
    ],
  ])("%s", async (_, change, says) => {
    const session = await make({ ...take, change });
    const { advice } = await session.capture();
    expect(advice.filter((line) => says.test(line))).toHaveLength(1);
    expect(advice.filter((line) => /^cam/.test(line))).toHaveLength(1);
  });
});
