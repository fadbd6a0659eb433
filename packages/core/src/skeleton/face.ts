import { type JointRow, type Skeleton, skeleton } from "./skeleton.js";

type Pair = readonly [number, number];

/** Partners `a + i` and `b − i`, n of them. */
const mirrored = (a: number, b: number, n: number): Pair[] =>
  Array.from({ length: n }, (_, i) => [a + i, b - i]);

/** A line through points `from` to `to`, `closed` back to its start. */
const chain = (from: number, to: number, closed = false): Pair[] => [
  ...Array.from({ length: to - from }, (_, i): Pair => [from + i, from + i + 1]),
  ...(closed ? [[to, from] as const] : []),
];

/** A face of points `face_0`…, all of which hang on the tip of the nose. */
function face(name: string, sigmas: readonly number[], nose: number, pairs: Pair[], edges: Pair[]): Skeleton {
  const point = (i: number) => `face_${i}`;
  const named = (list: Pair[]) => list.map(([a, b]) => [point(a), point(b)] as const);
  const rows = sigmas.map((sigma, i): JointRow => [point(i), i === nose ? null : point(nose), sigma]);
  return skeleton(name, rows, named(edges), named(pairs));
}

/** COCO-WholeBody's sigmas of the 68 points. */
const sigmas68 = [
  0.042, 0.043, 0.044, 0.043, 0.04, 0.035, 0.031, 0.025, 0.02, 0.023, 0.029, 0.032, 0.037, 0.038, 0.043,
  0.041, 0.045, 0.013, 0.012, 0.011, 0.011, 0.012, 0.012, 0.011, 0.011, 0.013, 0.015, 0.009, 0.007, 0.007,
  0.007, 0.012, 0.009, 0.008, 0.016, 0.01, 0.017, 0.011, 0.009, 0.011, 0.009, 0.007, 0.013, 0.008, 0.011,
  0.012, 0.01, 0.034, 0.008, 0.008, 0.009, 0.008, 0.008, 0.007, 0.01, 0.008, 0.009, 0.009, 0.009, 0.007,
  0.007, 0.008, 0.011, 0.008, 0.008, 0.008, 0.01, 0.008,
];

const pairs68: Pair[] = [
  ...mirrored(0, 16, 8),
  ...mirrored(17, 26, 5),
  ...mirrored(31, 35, 2),
  ...mirrored(36, 45, 4),
  ...mirrored(40, 47, 2),
  ...mirrored(48, 54, 3),
  ...mirrored(55, 59, 2),
  ...mirrored(60, 64, 2),
  [65, 67],
];

const edges68: Pair[] = [
  ...chain(0, 16),
  ...chain(17, 21),
  ...chain(22, 26),
  ...chain(27, 30),
  ...chain(31, 35),
  ...chain(36, 41, true),
  ...chain(42, 47, true),
  ...chain(48, 59, true),
  ...chain(60, 67, true),
];

/**
 * The face of iBUG and 300W, 68: jaw 0–16 from the person's right, brows 17–26, nose 27–35, right eye 36–41, left eye
 * 42–47, outer lips 48–59, inner lips 60–67.
 */
export const face68: Skeleton = face("face68", sigmas68, 30, pairs68, edges68);

/** OpenPose's face, 70: the 68 of iBUG, then the right and the left pupil. */
export const face70: Skeleton = face(
  "face70",
  [...sigmas68, 0.008, 0.008],
  30,
  [...pairs68, [68, 69]],
  edges68,
);

/** A sigma for points of data sets that publish none: the middle of the 68's for brows, eyes, nose and mouth. */
const usual = (count: number): number[] => Array.from({ length: count }, () => 0.01);

/** AFLW without its ears, 19: brows 0–5, eyes 6–11, nose 12–14, mouth 15–17, chin 18. */
export const aflw19: Skeleton = face(
  "aflw19",
  usual(19),
  13,
  [
    [0, 5],
    [1, 4],
    [2, 3],
    [6, 11],
    [7, 10],
    [8, 9],
    [12, 14],
    [15, 17],
  ],
  [...chain(0, 2), ...chain(3, 5), ...chain(6, 8), ...chain(9, 11), ...chain(12, 14), ...chain(15, 17)],
);

/** COFW, 29: brows 0–7, eyes 8–17 with their pupils last, nose 18–21, mouth 22–27, chin 28. */
export const cofw29: Skeleton = face(
  "cofw29",
  usual(29),
  20,
  [
    [0, 1],
    [2, 3],
    [4, 6],
    [5, 7],
    [8, 9],
    [10, 11],
    [12, 14],
    [13, 15],
    [16, 17],
    [18, 19],
    [22, 23],
  ],
  [
    [0, 4],
    [4, 2],
    [2, 5],
    [5, 0],
    [1, 6],
    [6, 3],
    [3, 7],
    [7, 1],
    [8, 12],
    [12, 10],
    [10, 13],
    [13, 8],
    [9, 14],
    [14, 11],
    [11, 15],
    [15, 9],
    [18, 21],
    [21, 19],
    [22, 24],
    [24, 23],
    [23, 27],
    [27, 22],
  ],
);

/** WFLW, 98: jaw 0–32, brows 33–50, nose 51–59, eyes 60–75, lips 76–95, pupils 96 and 97. */
export const wflw98: Skeleton = face(
  "wflw98",
  usual(98),
  54,
  [
    ...mirrored(0, 32, 16),
    ...mirrored(33, 46, 5),
    ...mirrored(38, 50, 4),
    ...mirrored(55, 59, 2),
    ...mirrored(60, 72, 5),
    ...mirrored(65, 75, 3),
    ...mirrored(76, 82, 3),
    ...mirrored(83, 87, 2),
    ...mirrored(88, 92, 2),
    [93, 95],
    [96, 97],
  ],
  [
    ...chain(0, 32),
    ...chain(33, 41, true),
    ...chain(42, 50, true),
    ...chain(51, 54),
    ...chain(55, 59),
    ...chain(60, 67, true),
    ...chain(68, 75, true),
    ...chain(76, 87, true),
    ...chain(88, 95, true),
  ],
);
