import { S, SIDE_AT } from "./controls.js";
import { lowest, smoothed } from "./curve.js";
import { type Figure, JOINT, SIDES, type SideJoints } from "./figure.js";
import type { FootPlace } from "./foot.js";
import { emptyPosture, type Posture, poseArm, poseBody } from "./posture.js";
import { segmentGap } from "./segment.js";

/** Metres: half the thickness of a forearm with some air around it, for the mean body. */
const FOREARM = 0.05;
/** Radians: how far an arm is lifted outwards at a time, and at most. */
const STEP = 0.04;
const MOST = 0.6;

/** Lifts arms outwards, smoothly, where forearms and hands would be inside the trunk or a thigh. */
export function clearArms(
  figure: Figure,
  controls: readonly Float64Array[],
  feet: readonly (readonly [FootPlace, FootPlace])[],
  frameRate: number,
): void {
  const posture = emptyPosture();
  const lifts = SIDES.map(() => new Float64Array(controls.length));
  controls.forEach((c, t) => {
    poseBody(figure, c, feet[t], posture);
    SIDES.forEach((side, i) => {
      lifts[i][t] = liftOf(figure, c, SIDE_AT[i], side, posture);
    });
  });
  const sigma = 0.08 * frameRate;
  lifts.forEach((lift, i) => {
    const least = lowest(
      lift.map((value) => -value),
      Math.ceil(1.5 * sigma),
    );
    smoothed(least, sigma).forEach((value, t) => {
      controls[t][SIDE_AT[i] + S.out] -= value;
    });
  });
}

/** How far an arm has to be lifted outwards; the controls stay as they are. */
function liftOf(figure: Figure, c: Float64Array, at: number, side: SideJoints, posture: Posture): number {
  if (c[at + S.reach] > 0.5) return 0;
  const out = c[at + S.out];
  let lift = 0;
  while (lift < MOST && armGap(figure, side, posture) < 0) {
    lift += STEP;
    c[at + S.out] = out + lift;
    poseArm(figure, c, at, side, posture);
  }
  c[at + S.out] = out;
  return lift;
}

/** How far a forearm with its hand is from the thigh and the flank of its side, metres; negative inside. */
function armGap(figure: Figure, side: SideJoints, { positions }: Posture): number {
  const point = (joint: number) => positions.subarray(3 * joint, 3 * joint + 3);
  const [elbow, wrist, hand] = [point(side.elbow), point(side.wrist), point(side.hand)];
  // Fingers end about as far from the knuckles as those from the wrist.
  const tip = [0, 1, 2].map((k) => 2 * hand[k] - wrist[k]);
  const hip = point(side.hip);
  const flank = [0, 1, 2].map((k) => 0.55 * point(JOINT.spine3)[k] + 0.45 * point(side.shoulder)[k]);
  const radius = figure.halfWidth - Math.abs(figure.rest[3 * side.hip]) + FOREARM * figure.scale;
  return Math.min(segmentGap(elbow, tip, hip, point(side.knee)), segmentGap(elbow, tip, hip, flank)) - radius;
}
