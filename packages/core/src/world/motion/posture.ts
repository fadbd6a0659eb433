import { transform3 } from "../../array/matrix.js";
import { matrixToRotationVector } from "../../array/rotation.js";
import { S, SIDE_AT, T } from "./controls.js";
import { type Figure, JOINT, SIDES, type SideJoints } from "./figure.js";
import { ankleOf, type FootPlace, toeBend } from "./foot.js";
import { type Limb, reachFor, reachOf } from "./limb.js";
import { between, chain, mirrored, relative, turnX, turnY, turnZ, unturn } from "./turns.js";

/** World rotations (24×9) and positions (24×3, metres) of a body's joints in an instant. */
export interface Posture {
  rotations: Float64Array;
  positions: Float64Array;
}

/** A posture without content, to be written again and again. */
export function emptyPosture(): Posture {
  return { rotations: new Float64Array(24 * 9), positions: new Float64Array(24 * 3) };
}

const rotationOf = (posture: Posture, joint: number) => posture.rotations.subarray(9 * joint, 9 * joint + 9);
const placeOf = (posture: Posture, joint: number) => posture.positions.subarray(3 * joint, 3 * joint + 3);
const offsetOf = (figure: Figure, joint: number) => figure.offsets.subarray(3 * joint, 3 * joint + 3);

/** Hangs a joint on its parent, with a world rotation. */
export function hang(figure: Figure, posture: Posture, joint: number, rotation: ArrayLike<number>): void {
  const parent = figure.parents[joint];
  const moved = transform3(rotationOf(posture, parent), offsetOf(figure, joint));
  const at = placeOf(posture, parent);
  for (let k = 0; k < 3; k++) posture.positions[3 * joint + k] = at[k] + moved[k];
  posture.rotations.set(rotation, 9 * joint);
}

/**
 * Poses a body: trunk and arms by the controls, legs so that the feet are where they are.
 *
 * @param controls One value per `CONTROLS`.
 * @param feet Left, right.
 */
export function poseBody(
  figure: Figure,
  controls: Float64Array,
  feet: readonly [FootPlace, FootPlace],
  posture: Posture,
): void {
  poseTrunk(figure, controls, posture);
  SIDES.forEach((side, i) => {
    poseArm(figure, controls, SIDE_AT[i], side, posture);
    poseLeg(figure, controls[SIDE_AT[i] + S.knee], feet[i], i, posture);
  });
}

/** The pelvis' rotation. */
function pelvisTurn(c: Float64Array): Float64Array {
  return chain(turnY(c[T.yaw]), turnX(c[T.pitch]), turnZ(c[T.roll]));
}

/** Pelvis, spine, neck and head. */
export function poseTrunk(figure: Figure, c: Float64Array, posture: Posture): void {
  posture.rotations.set(pelvisTurn(c), 0);
  posture.positions.set([c[T.x], c[T.height] * figure.standing, c[T.z]], 0);
  // The loins bend more than the chest, which turns more.
  const spine = (bend: number, twist: number) =>
    chain(turnY(twist * c[T.twist]), turnX(bend * c[T.bend]), turnZ(-c[T.lean] / 3));
  const turnOn = (joint: number, local: ArrayLike<number>) =>
    hang(figure, posture, joint, chain(rotationOf(posture, figure.parents[joint]), local));
  turnOn(JOINT.spine1, spine(0.4, 0.2));
  turnOn(JOINT.spine2, spine(0.35, 0.35));
  turnOn(JOINT.spine3, spine(0.25, 0.45));
  const head = (share: number) =>
    chain(turnY(share * c[T.turn]), turnX(share * c[T.nod]), turnZ(-share * c[T.tilt]));
  turnOn(JOINT.neck, head(0.5));
  turnOn(JOINT.head, head(0.5));
}

/** How the left collar follows the left upper arm's direction in the chest's axes; `shrug` raises it, radians. */
export function collarTurn(direction: ArrayLike<number>, shrug: number): Float64Array {
  const length = Math.hypot(direction[0], direction[1], direction[2]);
  const raised = Math.acos(Math.min(1, Math.max(-1, -direction[1] / length)));
  const ahead = direction[2] / length;
  // Shoulders drop a little where arms hang, and take a third of the way up (the scapula's rhythm).
  const up = raised < Math.PI / 2 ? -0.19 + 0.121 * raised : 0.36 * (raised - Math.PI / 2);
  return chain(turnZ(up + shrug), turnY(-0.22 * Math.max(-0.5, ahead)));
}

/** The left limb that has the shape of a side's arm, in the chest's axes. */
function armOf(figure: Figure, { sign, elbow, wrist }: SideJoints): Limb {
  const [a, b] = [offsetOf(figure, elbow), offsetOf(figure, wrist)];
  return { upper: [sign * a[0], a[1], a[2]], lower: [sign * b[0], b[1], b[2]], hinge: [0, -1, 0] };
}

/** Collar, shoulder, elbow, wrist and hand. The right arm is posed as a left one and mirrored. */
export function poseArm(
  figure: Figure,
  c: Float64Array,
  at: number,
  side: SideJoints,
  posture: Posture,
): void {
  const { sign, collar, shoulder, elbow, wrist, hand } = side;
  const chest = rotationOf(posture, JOINT.spine3);
  const own = (R: Float64Array) => chain(chest, sign < 0 ? mirrored(R) : R);
  const limb = armOf(figure, side);
  const held = chain(turnX(-c[at + S.forward]), turnZ(c[at + S.out] - Math.PI / 2), turnX(c[at + S.spin]));
  let upper = held;
  let bend = c[at + S.elbow];
  let direction = transform3(upper, [1, 0, 0]);
  const share = c[at + S.reach];
  const place = (turn: Float64Array) => {
    hang(figure, posture, collar, own(turn));
    hang(figure, posture, shoulder, own(turn));
  };
  if (share > 0) {
    // Where the shoulder is depends on the arm, and the arm on where the shoulder is: twice is enough.
    for (let round = 0; round < 2; round++) {
      place(collarTurn(direction, c[at + S.shrug]));
      const from = placeOf(posture, shoulder);
      const way = unturn(
        chest,
        [0, 1, 2].map((k) => c[at + S.handX + k] - from[k]),
      );
      way[0] *= sign;
      const pole = [0.45 + 2 * c[at + S.swivel], -0.75 + 0.5 * c[at + S.swivel], -0.6];
      const reach = reachFor(limb, way, pole, 0.04, 2.55);
      upper = between(held, reach.rotation, share);
      bend = c[at + S.elbow] + share * (reach.bend - c[at + S.elbow]);
      direction = transform3(upper, [1, 0, 0]);
    }
  }
  place(collarTurn(direction, c[at + S.shrug]));
  posture.rotations.set(own(upper), 9 * shoulder);
  // Half of the forearm's turn sits at the elbow, half at the wrist, as in a forearm.
  const half = turnX(c[at + S.palm] / 2);
  const lower = chain(upper, turnY(-bend), half);
  hang(figure, posture, elbow, own(lower));
  const palm = chain(lower, half, turnZ(-c[at + S.flex]));
  hang(figure, posture, wrist, own(palm));
  hang(figure, posture, hand, own(chain(palm, turnZ(-c[at + S.grip]))));
}

function legOf(figure: Figure, { knee, ankle }: SideJoints): Limb {
  return { upper: offsetOf(figure, knee), lower: offsetOf(figure, ankle), hinge: [1, 0, 0] };
}

/** Shares of a leg's length: planted feet let the pelvis stand no higher than this. */
export const STRETCH = 0.9975;

/** The height up to which the pelvis may be, metres, so that a leg reaches its foot. */
export function pelvisLimit(figure: Figure, c: Float64Array, foot: FootPlace, index: 0 | 1): number {
  const side = SIDES[index];
  const { ankle } = ankleOf(figure.soles[index], foot);
  const hip = transform3(pelvisTurn(c), offsetOf(figure, side.hip));
  const longest = STRETCH * reachOf(legOf(figure, side));
  const across = Math.hypot(c[T.x] + hip[0] - ankle[0], c[T.z] + hip[2] - ankle[2]);
  return ankle[1] - hip[1] + Math.sqrt(Math.max(0, longest * longest - across * across));
}

/** Hip, knee, ankle and toes, so that the foot is where it is. */
function poseLeg(figure: Figure, outwards: number, foot: FootPlace, index: number, posture: Posture): void {
  const side = SIDES[index];
  const pelvis = rotationOf(posture, JOINT.pelvis);
  const { ankle, rotation } = ankleOf(figure.soles[index], foot);
  hang(figure, posture, side.hip, pelvis);
  const hip = placeOf(posture, side.hip);
  const ahead = transform3(pelvis, [0, 0, 0.6]);
  const pole = transform3(turnY(side.sign * outwards), [
    ahead[0] + 0.4 * Math.sin(foot.yaw),
    ahead[1],
    ahead[2] + 0.4 * Math.cos(foot.yaw),
  ]);
  legTo(figure, posture, index, ankle, rotation, pole, hip);
  hang(figure, posture, side.foot, chain(rotation, turnX(-toeBend(foot))));
}

/** Turns hip and knee so that the ankle comes to a point; the foot has a world rotation of its own. */
export function legTo(
  figure: Figure,
  posture: Posture,
  index: number,
  ankle: ArrayLike<number>,
  foot: ArrayLike<number>,
  pole: ArrayLike<number>,
  hip: ArrayLike<number>,
): void {
  const side = SIDES[index];
  const way = [0, 1, 2].map((k) => ankle[k] - hip[k]);
  const { rotation, bend } = reachFor(legOf(figure, side), way, pole, 0, 2.75);
  posture.rotations.set(rotation, 9 * side.hip);
  hang(figure, posture, side.knee, chain(rotation, turnX(bend)));
  hang(figure, posture, side.ankle, foot);
}

/** Writes a posture as rotations relative to the parents (24×3) and the model's translation. */
export function writePose(
  figure: Figure,
  { rotations, positions }: Posture,
  pose: Float32Array,
  at: number,
  translation: Float32Array,
  translationAt: number,
): void {
  const vector = new Float64Array(3);
  for (let j = 0; j < 24; j++) {
    const parent = figure.parents[j];
    const own = rotations.subarray(9 * j, 9 * j + 9);
    const local = parent < 0 ? own : relative(rotations.subarray(9 * parent, 9 * parent + 9), own);
    pose.set(matrixToRotationVector(local, vector), at + 3 * j);
  }
  for (let k = 0; k < 3; k++) translation[translationAt + k] = positions[k] - figure.rest[k];
}
