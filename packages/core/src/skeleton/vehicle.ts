import { type JointRow, type Skeleton, skeleton } from "./skeleton.js";

type Names = readonly (readonly [string, string])[];
type Pairs = readonly (readonly [number, number])[];

/** A vehicle: rigid, so all its points hang on the first; sigma 0.05 for all (one public choice for CarFusion). */
function vehicle(name: string, points: readonly string[], edges: Pairs): Skeleton {
  const rows = points.map((point, i): JointRow => [point, i === 0 ? null : points[0], 0.05]);
  const lines: Names = edges.map(([a, b]) => [points[a], points[b]]);
  return skeleton(name, rows, lines);
}

/** CarFusion, 14. */
export const carFusion14: Skeleton = vehicle(
  "carfusion14",
  [
    "right_front_wheel",
    "left_front_wheel",
    "right_back_wheel",
    "left_back_wheel",
    "right_front_light",
    "left_front_light",
    "right_back_light",
    "left_back_light",
    "exhaust",
    "right_front_top",
    "left_front_top",
    "right_back_top",
    "left_back_top",
    "centre",
  ],
  [
    [0, 2],
    [1, 3],
    [0, 1],
    [2, 3],
    [9, 11],
    [10, 12],
    [9, 10],
    [11, 12],
    [4, 0],
    [4, 9],
    [4, 5],
    [5, 1],
    [5, 10],
    [6, 2],
    [6, 11],
    [7, 3],
    [7, 12],
    [6, 7],
  ],
);

/** OpenPose CAR_12. */
export const car12: Skeleton = vehicle(
  "car12",
  [
    "right_front_wheel",
    "left_front_wheel",
    "right_back_wheel",
    "left_back_wheel",
    "right_front_light",
    "left_front_light",
    "right_back_light",
    "left_back_light",
    "right_front_top",
    "left_front_top",
    "right_back_top",
    "left_back_top",
  ],
  [
    [4, 5],
    [4, 6],
    [4, 0],
    [0, 2],
    [4, 8],
    [8, 10],
    [5, 7],
    [5, 1],
    [1, 3],
    [5, 9],
    [9, 11],
  ],
);

/** OpenPose CAR_22. */
export const car22: Skeleton = vehicle(
  "car22",
  [
    "left_front_wheel",
    "left_back_wheel",
    "right_front_wheel",
    "right_back_wheel",
    "right_front_fog_light",
    "left_front_fog_light",
    "right_front_light",
    "left_front_light",
    "grilles",
    "front_bumper",
    "left_mirror",
    "right_mirror",
    "right_front_top",
    "left_front_top",
    "left_back_top",
    "right_back_top",
    "left_back_light",
    "right_back_light",
    "trunk",
    "back_bumper",
    "left_back_corner",
    "right_back_corner",
  ],
  [
    [0, 1],
    [1, 3],
    [3, 2],
    [2, 0],
    [6, 7],
    [7, 16],
    [16, 17],
    [17, 6],
    [12, 13],
    [13, 14],
    [14, 15],
    [15, 12],
    [6, 8],
    [7, 8],
    [6, 9],
    [7, 9],
    [6, 4],
    [7, 5],
    [12, 11],
    [13, 10],
    [16, 18],
    [17, 18],
    [16, 19],
    [17, 19],
    [0, 7],
    [3, 17],
    [6, 12],
    [16, 14],
    [6, 21],
    [7, 20],
    [3, 21],
    [20, 14],
  ],
);
