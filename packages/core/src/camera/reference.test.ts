import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readCalibrationToml } from "../format/calibrationToml.js";
import { triangulateDroppingViews } from "./dropSearch.js";
import { projectionMatrices } from "./projection.js";
import { triangulator } from "./triangulation.js";

const folder = "../shared/data/pose2sim-single";
/** BODY_25B indices of the markers, in the order of the reference file. */
const markers = [12, 14, 16, 22, 23, 24, 11, 13, 15, 19, 20, 21, 17, 18, 0, 6, 8, 10, 5, 7, 9];

test.skipIf(!existsSync(folder))(
  "claim: with the reference's association, the camera-drop search gives its raw markers to 1e-9 m",
  () => {
    const text = (path: string) => readFileSync(`${folder}/${path}`, "utf8");
    const { cameras } = readCalibrationToml(
      new TextEncoder().encode(text("calibration/Calib_qualisys.toml")),
    );
    const { persons } = JSON.parse(text("reference/association.json"));
    const lines = text("reference/p2s_head_raw.trc").split("\n").slice(5);
    const solver = triangulator(projectionMatrices(cameras));
    let compared = 0;
    for (let frame = 0; frame < 100; frame++) {
      const people = cameras.map(({ name }) => {
        const path = `pose/${name}_json/${name}.${String(frame).padStart(4, "0")}.json`;
        return JSON.parse(text(path)).people[persons[name][frame][0] ?? -1]?.pose_keypoints_2d as number[];
      });
      const observations = markers.flatMap((k) =>
        people.flatMap((person) => person?.slice(3 * k, 3 * k + 3) ?? [0, 0, 0]),
      );
      const { points } = triangulateDroppingViews(solver, observations);
      const want = lines[frame].split("\t").slice(2).map(Number);
      for (let i = 0; i < points.length; i += 3) {
        if (Number.isNaN(points[i])) continue; // the reference interpolated here
        // The file's (X, Y, Z) are the world's (Y, Z, X).
        [points[i + 1], points[i + 2], points[i]].forEach((value, c) => {
          expect(Math.abs(value - want[i + c])).toBeLessThan(1e-9);
          compared++;
        });
      }
    }
    expect(compared).toBeGreaterThan(6200);
  },
);
