import { cross, dot, transform3, unit } from "../../array/matrix.js";
import { matrixToQuaternion, rotationBetween, rotationVectorToMatrix } from "../../array/rotation.js";
import type { Captured } from "./captured.js";
import { type Figure, JOINT, SIDES, type SideJoints } from "./figure.js";
import { frameTurn } from "./limb.js";
import { collarTurn } from "./posture.js";
import { between, chain, mirrored, relative, unturn } from "./turns.js";

/** World rotations of a body's joints from a captured frame: T×24×9. */
export function worldTurns(captured: Captured, figure: Figure): Float64Array {
  const out = new Float64Array(captured.frames * 216);
  for (let t = 0; t < captured.frames; t++) {
    const points = captured.points.subarray(72 * t, 72 * t + 72);
    const frame = out.subarray(216 * t, 216 * t + 216);
    if (captured.turns && captured.rest)
      fromTurns(captured.turns.subarray(216 * t, 216 * t + 216), captured.rest, figure, frame);
    else {
      fromPoints(points, figure, frame);
      if (captured.turns) override(captured.turns.subarray(216 * t, 216 * t + 216), frame);
    }
    for (const side of SIDES) followCollar(figure, side, frame);
  }
  return out;
}

/** Takes over the rotations that are known. */
function override(turns: Float64Array, out: Float64Array): void {
  for (let j = 0; j < 24; j++) if (!Number.isNaN(turns[9 * j])) out.set(at(turns, j), 9 * j);
}

/** Collars follow the arms as this body wants it, whatever the source's do. */
function followCollar(
  { rest }: Figure,
  { sign, collar, shoulder, elbow }: SideJoints,
  out: Float64Array,
): void {
  const chest = at(out, JOINT.spine3);
  const way = unturn(chest, transform3(at(out, shoulder), vector(rest, shoulder, elbow)));
  const turn = collarTurn([sign * way[0], way[1], way[2]], 0);
  out.set(chain(chest, sign < 0 ? mirrored(turn) : turn), 9 * collar);
}

const vector = (points: ArrayLike<number>, from: number, to: number) =>
  Float64Array.of(
    points[3 * to] - points[3 * from],
    points[3 * to + 1] - points[3 * from + 1],
    points[3 * to + 2] - points[3 * from + 2],
  );

const at = (turns: Float64Array, joint: number) => turns.subarray(9 * joint, 9 * joint + 9);

/** The source's rotations, with its rest pose's limbs laid along the body's. */
function fromTurns(turns: Float64Array, rest: Float64Array, figure: Figure, out: Float64Array): void {
  for (let j = 0; j < 24; j++) {
    const has = !Number.isNaN(turns[9 * j]);
    out.set(has ? at(turns, j) : at(out, Math.max(0, figure.parents[j])), 9 * j);
  }
  for (const side of SIDES) {
    for (const [joint, child] of [
      [side.hip, side.knee],
      [side.knee, side.ankle],
      [side.shoulder, side.elbow],
      [side.elbow, side.wrist],
    ]) {
      const align = rotationBetween(vector(figure.rest, joint, child), vector(rest, joint, child));
      out.set(chain(at(turns, joint), align), 9 * joint);
    }
    shareTwist(figure, side, out);
  }
}

/** A forearm turns along its length: the elbow's joint takes half of the hand's turn about it. */
function shareTwist(figure: Figure, { elbow, wrist }: SideJoints, out: Float64Array): void {
  const axis = unit(vector(figure.rest, elbow, wrist));
  const [x, y, z, w] = matrixToQuaternion(relative(at(out, elbow), at(out, wrist)));
  const twist = Math.atan2(dot([x, y, z], axis), w);
  const half = Math.atan2(Math.sin(twist), Math.cos(twist));
  out.set(chain(at(out, elbow), rotationVectorToMatrix(axis.map((a) => a * half))), 9 * elbow);
}

/** The middle of two points of a frame. */
const middle = (points: ArrayLike<number>, a: number, b: number) =>
  Float64Array.from({ length: 3 }, (_, k) => (points[3 * a + k] + points[3 * b + k]) / 2);

const minus = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Float64Array.of(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

/** Rotations from directions of bones alone: trunk by hips and shoulders, limbs by the plane of their bend. */
function fromPoints(points: Float64Array, figure: Figure, out: Float64Array): void {
  const { rest } = figure;
  const hips = middle(points, JOINT.leftHip, JOINT.rightHip);
  const restHips = middle(rest, JOINT.leftHip, JOINT.rightHip);
  const shoulders = middle(points, JOINT.leftShoulder, JOINT.rightShoulder);
  const restShoulders = middle(rest, JOINT.leftShoulder, JOINT.rightShoulder);
  const known = (j: number) => !Number.isNaN(points[3 * j]);
  const waist = known(JOINT.spine2) ? points.subarray(3 * JOINT.spine2, 3 * JOINT.spine2 + 3) : undefined;
  const restWaist = rest.subarray(3 * JOINT.spine2, 3 * JOINT.spine2 + 3);
  const up = unit(minus(shoulders, hips));
  const low = waist ? unit(minus(waist, hips)) : up;
  const high = waist ? unit(minus(shoulders, waist)) : up;
  const restUp = unit(minus(restShoulders, restHips));
  const pelvis = frameTurn(
    waist ? unit(minus(restWaist, restHips)) : restUp,
    vector(rest, JOINT.rightHip, JOINT.leftHip),
    low,
    vector(points, JOINT.rightHip, JOINT.leftHip),
  );
  const chest = frameTurn(
    waist ? unit(minus(restShoulders, restWaist)) : restUp,
    vector(rest, JOINT.rightShoulder, JOINT.leftShoulder),
    high,
    vector(points, JOINT.rightShoulder, JOINT.leftShoulder),
  );
  out.set(pelvis, 0);
  out.set(between(pelvis, chest, 0.3), 9 * JOINT.spine1);
  out.set(between(pelvis, chest, 0.65), 9 * JOINT.spine2);
  out.set(chest, 9 * JOINT.spine3);
  const head = headTurn(points, figure, chest);
  out.set(between(chest, head, 0.5), 9 * JOINT.neck);
  out.set(head, 9 * JOINT.head);
  for (const side of SIDES) {
    limbTurns(points, figure, side, true, chest, out);
    limbTurns(points, figure, side, false, pelvis, out);
    footTurn(points, figure, side, out);
  }
}

/** The head along its own axis; level with the chest's sides. */
function headTurn(points: Float64Array, { rest }: Figure, chest: Float64Array): Float64Array {
  const way = vector(points, JOINT.neck, JOINT.head);
  if (Number.isNaN(way[0])) return chest;
  return frameTurn(unit(vector(rest, JOINT.neck, JOINT.head)), [1, 0, 0], unit(way), [
    chest[0],
    chest[3],
    chest[6],
  ]);
}

/** An arm or a leg: both bones along the points, their hinge across the plane that they span. */
function limbTurns(
  points: Float64Array,
  { rest }: Figure,
  side: SideJoints,
  arm: boolean,
  trunk: Float64Array,
  out: Float64Array,
): void {
  const [a, b, c] = arm ? [side.shoulder, side.elbow, side.wrist] : [side.hip, side.knee, side.ankle];
  const upper = unit(vector(points, a, b));
  const lower = unit(vector(points, b, c));
  const pole = arm ? [0.45 * side.sign, -0.75, -0.6] : [0, 0, 1];
  const usual = unit(cross(transform3(trunk, pole), upper));
  const plane = cross(upper, lower);
  const sine = Math.hypot(plane[0], plane[1], plane[2]);
  const share = Math.min(1, Math.max(0, (sine - 0.08) / 0.25));
  const side1 = dot(plane, usual) < -0.3 * sine ? 0 : share;
  const hinge = usual.map((value, k) => (1 - side1) * value + (side1 * plane[k]) / Math.max(1e-9, sine));
  const axis = arm ? [0, -side.sign, 0] : [1, 0, 0];
  out.set(frameTurn(unit(vector(rest, a, b)), axis, upper, hinge), 9 * a);
  out.set(frameTurn(unit(vector(rest, b, c)), axis, lower, hinge), 9 * b);
  if (!arm) return;
  out.set(at(out, b), 9 * c);
  out.set(at(out, b), 9 * side.hand);
}

function footTurn(points: Float64Array, { rest }: Figure, side: SideJoints, out: Float64Array): void {
  const way = vector(points, side.ankle, side.foot);
  const shin = at(out, side.knee);
  const across = [shin[0], shin[3], shin[6]];
  // Without toes a foot is half-way between level and at right angles to the shank.
  const level = frameTurn([0, 1, 0], [1, 0, 0], [0, 1, 0], [across[0], 0, across[2]]);
  const turn = Number.isNaN(way[0])
    ? between(level, shin, 0.4)
    : frameTurn(unit(vector(rest, side.ankle, side.foot)), [1, 0, 0], unit(way), across);
  out.set(turn, 9 * side.ankle);
  out.set(turn, 9 * side.foot);
}
