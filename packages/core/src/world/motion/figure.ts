import type { BodySkinner } from "../../body/skinning.js";
import { MareyError } from "../../error.js";

/** Indices of the body's joints, in the order of SMPL. */
export const JOINT = {
  ...{ pelvis: 0, leftHip: 1, rightHip: 2, spine1: 3, leftKnee: 4, rightKnee: 5, spine2: 6, leftAnkle: 7 },
  ...{ rightAnkle: 8, spine3: 9, leftFoot: 10, rightFoot: 11, neck: 12, leftCollar: 13, rightCollar: 14 },
  ...{ head: 15, leftShoulder: 16, rightShoulder: 17, leftElbow: 18, rightElbow: 19, leftWrist: 20 },
  ...{ rightWrist: 21, leftHand: 22, rightHand: 23 },
} as const;

/** The joints of one side. */
export interface SideJoints {
  /** 1 left, −1 right: the sign of x on this side. */
  sign: 1 | -1;
  hip: number;
  knee: number;
  ankle: number;
  foot: number;
  collar: number;
  shoulder: number;
  elbow: number;
  wrist: number;
  hand: number;
}

/** Left, then right. */
export const SIDES: readonly [SideJoints, SideJoints] = [
  { sign: 1, hip: 1, knee: 4, ankle: 7, foot: 10, collar: 13, shoulder: 16, elbow: 18, wrist: 20, hand: 22 },
  { sign: -1, hip: 2, knee: 5, ankle: 8, foot: 11, collar: 14, shoulder: 17, elbow: 19, wrist: 21, hand: 23 },
];

/** A foot's points on the floor in the rest pose, relative to the ankle, metres. */
export interface Sole {
  heel: readonly [number, number, number];
  ball: readonly [number, number, number];
  toe: readonly [number, number, number];
}

/** What motions have to know of a body: where its joints are in the rest pose, and its soles. */
export interface Figure {
  /** 24×3, metres. */
  rest: Float64Array;
  parents: Int32Array;
  /** 24×3, metres: each joint's offset from its parent in the rest pose; the pelvis' own place. */
  offsets: Float64Array;
  /** Left, right. */
  soles: readonly [Sole, Sole];
  /** Metres: the pelvis above the soles in the rest pose. */
  standing: number;
  /** Metres: a straight leg, a straight arm to the wrist. */
  leg: number;
  arm: number;
  /** Size relative to the mean adult of the open body. */
  scale: number;
  /** Metres: half the breadth of the hips, which hanging arms must clear. */
  halfWidth: number;
}

/** What of a shaped body's skin is known. */
export interface FigureOptions {
  /** y of the soles in the rest pose, metres; estimated from the feet's joints when absent. */
  ground?: number;
  /** Half the breadth of hips and thighs, metres; estimated from the hips' joints when absent. */
  halfWidth?: number;
}

/** Bone lengths of the mean open body that sizes are compared with, metres. */
const MEAN = { foot: 0.14, leg: 0.816, halfWidth: 0.175 };

/**
 * The figure of a shaped body.
 *
 * @param rest 24×3, metres: joints in the rest pose (T, facing +Z, left at +X).
 * @param parents 24, −1 for the pelvis.
 * @throws MareyError `FIGURE_INVALID` when it is not SMPL's tree of 24 joints.
 */
export function figureOf(
  rest: ArrayLike<number>,
  parents: ArrayLike<number>,
  options: FigureOptions = {},
): Figure {
  if (rest.length !== 72 || parents.length !== 24 || parents[JOINT.leftHand] !== JOINT.leftWrist)
    throw new MareyError(
      "FIGURE_INVALID",
      "figure",
      `${rest.length / 3} joints with ${parents.length} parents, expected SMPL's 24 joints`,
      "Give the joints of the open body or of an SMPL body; hands with fingers are another tree",
    );
  const joints = Float64Array.from(rest);
  const offsets = joints.map((value, i) => {
    const parent = parents[Math.floor(i / 3)];
    return parent < 0 ? value : value - joints[3 * parent + (i % 3)];
  });
  const length = (j: number) => Math.hypot(offsets[3 * j], offsets[3 * j + 1], offsets[3 * j + 2]);
  const footScale = length(JOINT.leftFoot) / MEAN.foot;
  const ground = options.ground ?? joints[3 * JOINT.leftFoot + 1] - 0.0263 * footScale;
  const leg = length(JOINT.leftKnee) + length(JOINT.leftAnkle);
  return {
    rest: joints,
    parents: Int32Array.from(parents),
    offsets,
    soles: [soleOf(joints, SIDES[0], ground, footScale), soleOf(joints, SIDES[1], ground, footScale)],
    standing: joints[1] - ground,
    leg,
    arm: length(JOINT.leftElbow) + length(JOINT.leftWrist),
    scale: leg / MEAN.leg,
    halfWidth: options.halfWidth ?? (MEAN.halfWidth * joints[3 * JOINT.leftHip]) / 0.107,
  };
}

/**
 * The figure of a body in its present shape: joints, soles and breadth of hips as its skin has them.
 *
 * @throws MareyError `FIGURE_INVALID` when the model hasn't SMPL's 24 joints.
 */
export function bodyFigure({ model, rest, restJoints }: BodySkinner): Figure {
  const hips = restJoints[3 * JOINT.leftHip + 1];
  let ground = Infinity;
  let halfWidth = 0;
  for (let i = 0; i < rest.length; i += 3) {
    ground = Math.min(ground, rest[i + 1]);
    if (Math.abs(rest[i + 1] - hips) < 0.12) halfWidth = Math.max(halfWidth, Math.abs(rest[i]));
  }
  return figureOf(restJoints, model.parents, { ground, halfWidth });
}

function soleOf(rest: Float64Array, side: SideJoints, ground: number, scale: number): Sole {
  const down = ground - rest[3 * side.ankle + 1];
  const ballX = rest[3 * side.foot] - rest[3 * side.ankle];
  const ballZ = rest[3 * side.foot + 2] - rest[3 * side.ankle + 2];
  return {
    heel: [-0.008 * side.sign * scale, down, -0.04 * scale],
    ball: [ballX, down, ballZ],
    toe: [ballX, down, ballZ + 0.055 * scale],
  };
}
