import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { procrustes } from "../../array/procrustes.js";
import { mpjpe } from "../../metric/mpjpe.js";
import { JointState } from "../../motion/state.js";
import { readMotion17 } from "./data/motion17.js";
import { evaluationViews } from "./training.js";
import { liftedMotion } from "./world.js";

const folder = "../shared/data/cmu/motion17/motion17_test";
const here = existsSync(`${folder}.json`);
if (!here) console.log(`skipped: ${folder}.json is absent`);

/** Clips as a perfect lifter would see them: true poses from the root, and the keypoints of one virtual camera. */
function perfectlyLifted() {
  const bytes = (ending: string) => new Uint8Array(readFileSync(folder + ending));
  const clips = readMotion17(bytes(".i16.gz"), bytes(".json"));
  return evaluationViews(clips, 5, { cameras: 1 }).map(({ exact, noisy }, c) => {
    const truth = exact.positions as Float32Array;
    const poses = truth.map((x, i) => x - truth[i - (i % 51) + (i % 3)]);
    const measured = new Uint8Array(poses.length / 3).fill(1);
    const person = { id: 1, poses, keypoints: exact.keypoints, measured };
    const seen = { id: 1, poses, keypoints: noisy.keypoints, measured };
    const camera = exact.camera as Float32Array;
    return { clip: clips[c], truth, person, seen, options: { frameRate: exact.frameRate, camera } };
  });
}
const middle = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];
const rootOf = (positions: Float32Array, t: number) => positions.subarray(t * 51, t * 51 + 3);

describe.skipIf(!here)("lifted people in the world", () => {
  const views = here ? perfectlyLifted() : [];

  test("the root's path follows from the keypoints to centimetres", () => {
    const errors = (which: "person" | "seen") =>
      views.flatMap(({ truth, options, ...people }) => {
        const [{ positions }] = liftedMotion([people[which]], options).people;
        return Array.from({ length: truth.length / 51 }, (_, t) => {
          const [x, y, z] = rootOf(positions, t);
          const [u, v, w] = rootOf(truth, t);
          return Math.hypot(x - u, y + v, z + w);
        });
      });
    expect(middle(errors("person"))).toBeLessThan(0.015);
    expect(middle(errors("seen"))).toBeLessThan(0.04);
  });

  test("on the floor, heights are those of the recording though the camera is tilted", () => {
    const errors = views.map(({ clip, seen, options }) => {
      const [{ positions }] = liftedMotion([seen], { ...options, floor: true }).people;
      const frames = positions.length / 51;
      let sum = 0;
      for (let t = 0; t < frames; t++)
        sum += Math.abs(rootOf(positions, t)[1] - rootOf(clip.positions, t)[1]);
      return sum / frames;
    });
    expect(middle(errors)).toBeLessThan(0.02);
    expect(Math.max(...errors)).toBeLessThan(0.15);
  });

  test("standing feet slide less on the floor than without", () => {
    const slide = (floor: boolean) =>
      views.reduce((sum, { clip, seen, options }) => {
        const [{ positions }] = liftedMotion([seen], { ...options, floor }).people;
        return sum + slideOf(positions, clip.positions);
      }, 0);
    expect(slide(true)).toBeLessThan(0.8 * slide(false));
  });

  test("where the camera's place is known, people stand in its world, on its floor if wanted", () => {
    for (const floor of [false, true]) {
      const errors = views.map(({ clip, truth, person, options }) => {
        const { rotation, translation } = procrustes(clip.positions, truth, { scaled: false });
        const place = { rotation, translation, up: clip.up };
        const motion = liftedMotion([person], { ...options, floor, place });
        expect(motion.up).toBe(clip.up);
        return mpjpe(motion.people[0].positions, clip.positions).mean;
      });
      expect(middle(errors)).toBeLessThan(floor ? 0.03 : 0.02);
    }
  });

  test("stretches of one person become one person, missing in between", () => {
    const [{ person, options }] = views;
    const part = (from: number, to: number) => ({
      id: 7,
      start: from,
      poses: person.poses.slice(from * 51, to * 51),
      keypoints: person.keypoints.slice(from * 34, to * 34),
      measured: person.measured.slice(from * 17, to * 17),
    });
    const { people } = liftedMotion([part(0, 20), part(40, 60)], { ...options, frameCount: 70, floor: true });
    expect(people).toHaveLength(1);
    const seen = Array.from({ length: 70 }, (_, t) => people[0].state[t * 17] === JointState.visible);
    expect(seen).toEqual(seen.map((_, t) => t < 20 || (t >= 40 && t < 60)));
    expect(seen.map((_, t) => !Number.isNaN(people[0].positions[t * 51]))).toEqual(seen);
  });

  /** Metres that ankles move while they rest in the recording. */
  function slideOf(positions: Float32Array, truth: Float32Array): number {
    let sum = 0;
    const way = (of: Float32Array, at: number) =>
      Math.hypot(of[at + 51] - of[at], of[at + 52] - of[at + 1], of[at + 53] - of[at + 2]);
    for (let t = 0; t + 1 < truth.length / 51; t++)
      for (const joint of [3, 6]) {
        const at = t * 51 + joint * 3;
        if (way(truth, at) < 0.002) sum += way(positions, at);
      }
    return sum;
  }
});
