const body = [
  "pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2", "left_ankle", "right_ankle", "spine3",
  "left_foot", "right_foot", "neck", "left_collar", "right_collar", "head", "left_shoulder", "right_shoulder", "left_elbow",
  "right_elbow", "left_wrist", "right_wrist",
] as const; // biome-ignore format: a table

/** Joints of the fingers in SMPL-H's order. */
const fingers = (prefix: string) =>
  ["index", "middle", "pinky", "ring", "thumb"].flatMap((finger) =>
    [1, 2, 3].map((n) => `${prefix}${finger}${n}`),
  );

const hands = [...fingers("left_"), ...fingers("right_")];

/** Joint names of the published models by their number of joints. */
const known: Readonly<Record<number, readonly string[]>> = {
  5: ["root", "neck", "jaw", "left_eye", "right_eye"], // FLAME
  16: ["wrist", ...fingers("")], // MANO
  24: [...body, "left_hand", "right_hand"], // SMPL
  52: [...body, ...hands], // SMPL-H
  55: [...body, "jaw", "left_eye", "right_eye", ...hands], // SMPL-X
};

/** Names for a model's joints; `joint0` … for a number that no published model has. */
export const jointNames = (count: number): readonly string[] =>
  known[count] ?? Array.from({ length: count }, (_, j) => `joint${j}`);

/** SMPL's 24 joints. */
export const smplJoints: readonly string[] = jointNames(24);

/** SMPL's parents, −1 for the root. */
export const smplParents: readonly number[] = [
  -1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21,
];
