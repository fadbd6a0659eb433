import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Rig } from "@marey/core/camera";
import { readCalibrationToml } from "@marey/core/format";
import type { Detection, Detections } from "@marey/core/motion";
import { body25b } from "@marey/core/skeleton";

export const dataFolder = join(import.meta.dirname, "../../../shared/data");
export const haveData = existsSync(join(dataFolder, "pose2sim-single"));

/** The rig of the Pose2Sim demo without its distortion, as the references were made. */
export function demoRig(): Rig {
  const path = join(dataFolder, "pose2sim-single/calibration/Calib_qualisys.toml");
  const { cameras, up } = readCalibrationToml(readFileSync(path), path);
  return { cameras: cameras.map((camera) => ({ ...camera, distortion: [] })), up };
}

/** The OpenPose files of a trial, one `Detections` per camera. */
export function storedDetections(trial: string): Detections[] {
  const folder = join(dataFolder, trial, "pose");
  return readdirSync(folder)
    .sort()
    .map((camera) =>
      detections(
        readdirSync(join(folder, camera))
          .sort()
          .map((file) =>
            JSON.parse(readFileSync(join(folder, camera, file), "utf8")).people.map(
              (person: { pose_keypoints_2d: number[] }) => detection(person.pose_keypoints_2d),
            ),
          ),
      ),
    );
}

export interface Truth {
  /** Indices in BODY_25B of the known points. */
  body25b_index: number[];
  /** [person][frame][point][3], metres. */
  persons: number[][][][];
}

/** A simulated take with its truth. */
export function simulatedTake(name: "one" | "two"): { views: Detections[]; truth: Truth } {
  const folder = join(dataFolder, "pose2sim-synthetic", name);
  const views = [1, 2, 3, 4].map((camera) => {
    const bytes = gunzipSync(readFileSync(join(folder, `cam0${camera}.json.gz`)));
    const frames: number[][][] = JSON.parse(bytes.toString("utf8"));
    return detections(frames.map((people) => people.map(detection)));
  });
  return { views, truth: JSON.parse(readFileSync(join(folder, "truth.json"), "utf8")) };
}

function detections(frames: Detection[][]): Detections {
  return { skeleton: body25b, frameRate: 60, width: 1088, height: 1920, firstFrame: 0, frames };
}

/** An OpenPose row; a point of zero confidence was not found. */
function detection(row: number[]): Detection {
  const joints = Float32Array.from(row);
  for (let i = 0; i < joints.length; i += 3) if (!(joints[i + 2]! > 0)) joints.set([NaN, NaN, 0], i);
  return { score: 1, joints };
}
