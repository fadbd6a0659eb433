import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Camera, Rig } from "@marey/core/camera";
import type { Detection, Detections } from "@marey/core/motion";
import { body25b } from "@marey/core/skeleton";
import { parse } from "smol-toml";

export const dataFolder = join(import.meta.dirname, "../../../shared/data");
export const haveData = existsSync(join(dataFolder, "pose2sim-single"));

/** The rig of the Pose2Sim demo, read without any reader of ours. */
export function demoRig(): Rig {
  const path = join(dataFolder, "pose2sim-single/calibration/Calib_qualisys.toml");
  // biome-ignore lint/suspicious/noExplicitAny: a file whose fields are known
  const tables = Object.entries(parse(readFileSync(path, "utf8"))) as [string, any][];
  const cameras = tables
    .filter(([name]) => name.startsWith("cam"))
    .map(([name, { size, matrix, rotation, translation }]): Camera => {
      const [[fx, , cx], [, fy, cy]] = matrix;
      const [width, height] = size;
      const intrinsics = { fx, fy, cx, cy, width, height, distortion: [] };
      const extrinsics = { rotation: rotationMatrix(rotation), translation: Float64Array.from(translation) };
      return { name, ...intrinsics, ...extrinsics };
    });
  return { cameras, up: "z" };
}

function rotationMatrix([x = 0, y = 0, z = 0]: number[]): Float64Array {
  const angle = Math.hypot(x, y, z);
  const [a, b, c] = [x / angle, y / angle, z / angle];
  const [s, k] = [Math.sin(angle), 1 - Math.cos(angle)];
  return Float64Array.of(
    ...[1 - k * (b * b + c * c), k * a * b - s * c, k * a * c + s * b],
    ...[k * a * b + s * c, 1 - k * (a * a + c * c), k * b * c - s * a],
    ...[k * a * c - s * b, k * b * c + s * a, 1 - k * (a * a + b * b)],
  );
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
