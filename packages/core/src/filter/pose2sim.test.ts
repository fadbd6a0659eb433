import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { JointState } from "../motion/state.js";
import { type Pose2simFilter, pose2simFill, pose2simFilter, pose2simHampel } from "./pose2sim.js";
import { filterPerson, type TrackFilter } from "./tracks.js";

const folder = join(import.meta.dirname, "../../../../../shared/data/pose2sim-single/reference");

/** Rows of coordinates in metres; the reference files have no empty cells. */
const readRows = (name: string) =>
  readFileSync(join(folder, name), "utf8")
    .split(/\r?\n/)
    .slice(5)
    .filter((line) => line.trim() !== "")
    .map((line) => line.split("\t").slice(2).map(Number));

const settings: Record<string, Pose2simFilter> = {
  p2s_head_filt_butterworth: { type: "butterworth" },
  "filters/butterworth_nohampel": { type: "butterworth", cutoff: 6.9 },
  "filters/butterworth_on_speed_nohampel": { type: "butterworth_on_speed" },
  "filters/butterworth_on_speed_hampel": { type: "butterworth_on_speed" },
  "filters/acc_minimizing_hampel": { type: "acc_minimizing" },
  "filters/gcv_spline_nohampel": { type: "gcv_spline" },
  "filters/gcv_spline_hampel": { type: "gcv_spline" },
  "filters/one_euro_hampel": { type: "one_euro" },
  "filters/gaussian_hampel": { type: "gaussian" },
  "filters/median_hampel": { type: "median" },
};

test.skipIf(!existsSync(folder)).for(Object.entries(settings))(
  "pose2sim: %s.trc is reproduced",
  ([name, filter]) => {
    const raw = readRows("p2s_head_raw.trc");
    const reference = readRows(`${name}.trc`);
    const steps = [...(name.endsWith("_nohampel") ? [] : [pose2simHampel]), pose2simFilter(filter, 60)];
    for (let c = 0; c < raw[0].length; c++) {
      // The reference tool loses the last frame before it filters.
      const got = run(
        Float64Array.from(reference, (_, t) => raw[t][c]),
        steps,
      );
      reference.forEach((row, t) => {
        expect(Math.abs(got[t] - row[c])).toBeLessThan(1e-8); // the search for the spline's weight ends at 1e-5 of it
      });
    }
  },
);

function run(x: Float64Array, steps: TrackFilter[]): Float64Array {
  let column = x;
  for (const step of steps) {
    const out = new Float64Array(x.length);
    step(column, out, new Uint8Array(x.length));
    column = out;
  }
  return column;
}

test("pose2sim: zeros are filled, long gaps hold the last value, columns of four samples stay", () => {
  const fill = (values: number[]) =>
    Array.from(run(Float64Array.from(values), [pose2simFill({ longestGap: 2 })]));
  expect(fill([1, 2, 0, NaN, 5, 6])).toEqual([1, 2, 0, 0, 5, 6]);
  expect(fill([NaN, 1, 2, 0, 4, 5, NaN, NaN, NaN, 9, 0])).toEqual([1, 1, 2, 3, 4, 5, 5, 5, 5, 9, 9]);
});

test("filterPerson: a filled joint is inferred, a joint taken away is missing, the rest keeps its state", () => {
  const { missing, visible, occluded, inferred } = JointState;
  // Two joints over three frames; the second is missing in frame 1.
  const positions = Float32Array.of(1, 1, 1, 4, 4, 4, 2, 2, 2, NaN, NaN, NaN, 3, 3, 3, 6, 6, 6);
  const person = {
    id: 7,
    positions,
    state: Uint8Array.of(visible, visible, occluded, missing, visible, visible),
    sigma: Float32Array.of(1, 1, 1, NaN, 1, 1),
    root: new Float32Array(9),
  };
  const filled = filterPerson(person, 2, (x, out) => {
    for (let t = 0; t < 3; t++) out[t] = Number.isNaN(x[t]) ? 5 : x[t] === 3 ? NaN : x[t];
  });
  expect(Array.from(filled.state)).toEqual([visible, visible, occluded, inferred, missing, visible]);
  expect(Array.from(filled.positions.subarray(9, 15))).toEqual([5, 5, 5, NaN, NaN, NaN]);
  expect(filled.sigma?.[3]).toBeNaN();
  expect(filled.root).toBeUndefined();
  expect(person.positions[9]).toBeNaN();
});
