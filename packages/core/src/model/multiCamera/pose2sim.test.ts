import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Pose2simFilter } from "../../filter/index.js";
import { motionToMarkers, readCalibrationToml, readOpenPose, readTrc } from "../../format/index.js";
import { body25b } from "../../skeleton/index.js";
import { type Pose2simSettings, pose2simMotion } from "./pose2sim.js";

const trial = join(import.meta.dirname, "../../../../../../shared/data/pose2sim-single");
const present = existsSync(trial);
if (!present) console.log("pose2sim: skipped, no ../shared/data/pose2sim-single");

const readTrial = () => {
  const views = ["cam01", "cam02", "cam03", "cam04"].map((camera) => {
    const folder = join(trial, "pose", `${camera}_json`);
    const files = readdirSync(folder).map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
    return readOpenPose(files, { skeleton: body25b, frameRate: 60 });
  });
  const file = join(trial, "calibration/Calib_qualisys.toml");
  return { views, rig: readCalibrationToml(readFileSync(file), file) };
};

/** Largest difference to a reference file, millimetres, where both have a value; Infinity when only one has. */
function largestDifference(reference: string, settings: Partial<Pose2simSettings>): number {
  const { views, rig } = readTrial();
  const motion = pose2simMotion(views, rig, settings);
  expect(motion.people.length).toBe(1);
  const { points } = motionToMarkers(motion.people[0], motion);
  const wanted = readTrc(readFileSync(join(trial, "reference", reference)), reference, { trustRows: true });
  expect(wanted.points.length).toBeGreaterThan(6000);
  return wanted.points.reduce((worst, value, i) => {
    if (Number.isNaN(value) !== Number.isNaN(points[i])) return Infinity;
    return Math.max(worst, Math.abs(value - points[i]) * 1000 || 0);
  }, 0);
}

describe.skipIf(!present)("the compatible mode equals Pose2Sim's own files", () => {
  // Our files hold micrometres; the references every digit.
  const limit = 0.001;

  test.each([
    ["p2s_head_raw.trc", { filter: undefined }],
    ["p2s_head_filt_butterworth.trc", {}],
    ["author_raw.trc", { interpolation: "cubic", filter: undefined }],
    ["author_filt_butterworth.trc", { interpolation: "cubic", rejectOutliers: false, keepLastFrame: true }],
  ] as [string, Partial<Pose2simSettings>][])("%s", (reference, settings) => {
    expect(largestDifference(reference, settings)).toBeLessThan(limit);
  });

  const filters: Pose2simFilter["type"][] = [
    "acc_minimizing",
    "butterworth",
    "butterworth_on_speed",
    "gaussian",
    "gcv_spline",
    "median",
    "one_euro",
  ];
  test.each(filters.flatMap((type) => [[type, "hampel"] as const, [type, "nohampel"] as const]))(
    "%s, %s",
    (type, outliers) => {
      if (type === "butterworth" && outliers === "hampel") return; // p2s_head_filt_butterworth.trc
      const settings = { filter: { type } as Pose2simFilter, rejectOutliers: outliers === "hampel" };
      expect(largestDifference(`filters/${type}_${outliers}.trc`, settings)).toBeLessThan(limit);
    },
  );
});
