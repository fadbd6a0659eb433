import { projectionMatrices, triangulateDroppingViews, triangulator } from "@marey/core/camera";
import { pose2simFill, pose2simFilter, pose2simHampel } from "@marey/core/filter";
import { type AdjustedBody, adjustBody } from "@marey/core/fit";
import { body25b } from "@marey/core/skeleton";
import { describe, expect, test } from "vitest";
import { demoRig, haveData, simulatedTake } from "../tracking/stored.js";
import { haveClips, type NoisyTake, noisyTake } from "./noisyTake.js";

const joints = body25b.joints.length;

/** Mean distance to the truth, mm; a missing joint counts as a metre. */
function meanError(positions: ArrayLike<number>, truth: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < truth.length; i += 3) {
    if (Number.isNaN(truth[i]!)) continue;
    const distance = Math.hypot(...[0, 1, 2].map((c) => positions[i + c]! - truth[i + c]!));
    sum += Number.isNaN(distance) ? 1 : distance;
    count++;
  }
  return (1000 * sum) / count;
}

/** Root mean square of error over stated sigma. */
function honesty({ positions, sigma }: AdjustedBody, truth: Float64Array): number {
  let error = 0;
  let stated = 0;
  for (let i = 0; i < truth.length; i++) {
    const off = positions[i]! - truth[i]!;
    if (Number.isNaN(off)) continue;
    error += off * off;
    stated += sigma[Math.floor(i / 3)]! ** 2;
  }
  return Math.sqrt(error / stated);
}

/** The reference tool's way: camera-drop search, gaps filled, Hampel, Butterworth of 6 Hz. */
function referenceWay({ observations, projections, frames }: NoisyTake): Float64Array {
  const views = projections.length / 12;
  const rows = new Float64Array(observations.length);
  for (let t = 0; t < frames; t++)
    for (let v = 0; v < views; v++)
      for (let j = 0; j < joints; j++)
        for (let c = 0; c < 3; c++)
          rows[3 * ((t * joints + j) * views + v) + c] =
            observations[3 * ((t * views + v) * joints + j) + c]!;
  const { points } = triangulateDroppingViews(triangulator(projections), rows);
  const replaced = new Uint8Array(frames);
  for (let k = 0; k < 3 * joints; k++) {
    let column = Float64Array.from({ length: frames }, (_, t) => points[3 * t * joints + k]! || 0);
    for (const step of [pose2simFill(), pose2simHampel, pose2simFilter({ type: "butterworth" }, 60)]) {
      const out = new Float64Array(frames);
      step(column, out, replaced);
      column = out;
    }
    for (let t = 0; t < frames; t++) points[3 * t * joints + k] = column[t]!;
  }
  return points;
}

/** A stored simulated person with each view's detection that is nearest to the truth. */
function storedPerson(name: "one" | "two", person: number): NoisyTake {
  const { views, truth } = simulatedTake(name);
  const projections = projectionMatrices(demoRig().cameras);
  const frames = truth.persons[person]!.length;
  const all = new Float64Array(frames * joints * 3).fill(NaN);
  const observations = new Float64Array(frames * views.length * joints * 3);
  for (let t = 0; t < frames; t++) {
    truth.body25b_index.forEach((j, k) => {
      all.set(truth.persons[person]![t]![k]!, 3 * (t * joints + j));
    });
    views.forEach(({ frames: found }, v) => {
      const P = projections.subarray(12 * v, 12 * v + 12);
      const distances = found[t]!.map(({ joints: seen }) => {
        const far = truth.body25b_index.flatMap((j) => {
          if (!(seen[3 * j + 2]! > 0)) return [];
          const X = [...all.subarray(3 * (t * joints + j), 3 * (t * joints + j) + 3), 1];
          const [u, w, depth] = [0, 4, 8].map((row) => X.reduce((sum, x, c) => sum + x * P[row + c]!, 0));
          return [Math.hypot(u! / depth! - seen[3 * j]!, w! / depth! - seen[3 * j + 1]!)];
        });
        return far.length < 3 ? Infinity : far.sort((a, b) => a - b)[far.length >> 1]!;
      });
      const nearest = distances.indexOf(Math.min(...distances));
      if (distances[nearest]! < 40)
        observations.set(found[t]![nearest]!.joints, 3 * (t * views.length + v) * joints);
    });
  }
  for (let i = 0; i < observations.length; i++) if (Number.isNaN(observations[i]!)) observations[i] = 0;
  return { frames, observations, projections, truth: all };
}

const adjusted = ({ observations, projections }: NoisyTake) =>
  adjustBody(observations, projections, body25b, { frameRate: 60 });

describe.skipIf(!haveData)("body adjustment: the stored simulated people", () => {
  // The reference tool's figures are 7.2, 7.3 and 10.3 mm.
  test.for([
    ["one", 0, 5.3],
    ["two", 0, 5.75],
    ["two", 1, 7.5],
  ] as const)("%s, person %i: at most %f mm", ([name, person, limit]) => {
    const take = storedPerson(name, person);
    const body = adjusted(take);
    expect(meanError(body.positions, take.truth)).toBeLessThan(limit);
    expect(honesty(body, take.truth)).toBeGreaterThan(0.6);
    expect(honesty(body, take.truth)).toBeLessThan(1.6);
  });
});

describe.skipIf(!haveClips)("body adjustment: people simulated here", () => {
  const clips = [
    { clip: "cmu_03_03", first: 800, seed: 2 },
    { clip: "train/jumping/jumping_2", first: 200, seed: 4 },
    { clip: "train/soccer/soccer_1", first: 100, seed: 5 },
    { clip: "cmu_05_04", first: 200, seed: 6 },
    { clip: "train/running/running_2", frames: 95, seed: 7 },
    { clip: "train/directing_traffic/directing_traffic_1", first: 500, seed: 8 },
  ];

  test("a quarter more accurate than the reference tool's way, and never less so", () => {
    let ours = 0;
    let reference = 0;
    for (const clip of clips) {
      const take = noisyTake(clip);
      const error = meanError(adjusted(take).positions, take.truth);
      const before = meanError(referenceWay(take), take.truth);
      expect(error, clip.clip).toBeLessThan(0.9 * before);
      ours += error;
      reference += before;
    }
    expect(ours).toBeLessThan(0.75 * reference);
  });

  test("in overlapping windows a take is as accurate and has no seams", () => {
    const take = noisyTake({ clip: "cmu_01_01", first: 100, frames: 500, seed: 3 });
    const whole = adjusted(take);
    const parts = adjustBody(take.observations, take.projections, body25b, { frameRate: 60, window: 200 });
    expect(meanError(parts.positions, take.truth)).toBeLessThan(
      1.15 * meanError(whole.positions, take.truth),
    );
    let jerk = 0;
    for (let i = 0; i + 9 * joints < parts.positions.length; i++) {
      const [a, b, c, d] = [0, 1, 2, 3].map((n) => parts.positions[i + 3 * n * joints]!);
      const now = Math.abs(d! - 3 * c! + 3 * b! - a!);
      if (now > jerk) jerk = now;
    }
    expect(jerk).toBeLessThan(0.03); // metres per frame³
  });
});
