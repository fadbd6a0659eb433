import type { Region } from "../../image/region.js";

/** Where the joints that lead to hands and face stand in a body's layout; pairs are left, right; −1 where it lacks one. */
export interface Guides {
  nose: number;
  eyes: Pair;
  ears: Pair;
  shoulders: Pair;
  elbows: Pair;
  wrists: Pair;
  hips: Pair;
}

type Pair = readonly [number, number];

/** The guides of a layout, by its joints' names. */
export function guidesOf(joints: readonly string[]): Guides {
  const pair = (name: string): Pair => [joints.indexOf(`left_${name}`), joints.indexOf(`right_${name}`)];
  return {
    nose: joints.indexOf("nose"),
    eyes: pair("eye"),
    ears: pair("ear"),
    shoulders: pair("shoulder"),
    elbows: pair("elbow"),
    wrists: pair("wrist"),
    hips: pair("hip"),
  };
}

/** Where a hand or a face is expected. */
export interface Place {
  /** Of a hand: 0 left, 1 right. */
  side?: 0 | 1;
  /** The body's wrist; for a face the nose, or what is seen nearest to it. Pixels. */
  at: readonly [number, number];
  /** Length of the forearm, or the side of the face's region, as if seen from the front; pixels. */
  scale: number;
  /** Where to look when nothing better is known. */
  region: Region;
}

/** Confidence from which a wrist, and from which other joints lead somewhere. */
const wristSeen = 0.3;
const seen = 0.2;
/**
 * Lengths relative to the forearm's, of a grown-up: the largest of what is seen tells the forearm's, since turning away
 * only shortens.
 */
const upperArm = 0.8;
const trunk = 0.5;
const acrossShoulders = 0.6;
/** The region of a hand, relative to the forearm: as large as what follows from the joints, and how far beyond the wrist. */
const handSize = 1.15;
const beyondWrist = 0.35;

/**
 * Where the hand of an arm is: beyond the wrist, its fingers in the direction of the forearm.
 *
 * @param body J×3: x, y, confidence.
 * @param side 0 left, 1 right.
 * @returns undefined when wrist or elbow aren't seen.
 */
export function handPlace(body: ArrayLike<number>, guides: Guides, side: 0 | 1): Place | undefined {
  const sees = (j: number, least = seen) => j >= 0 && body[3 * j + 2] > least;
  const length = (a: number, b: number) =>
    sees(a) && sees(b) ? Math.hypot(body[3 * a] - body[3 * b], body[3 * a + 1] - body[3 * b + 1]) : 0;
  const [wrist, elbow, shoulder] = [guides.wrists[side], guides.elbows[side], guides.shoulders[side]];
  if (!sees(wrist, wristSeen) || !sees(elbow)) return undefined;
  const forearm = length(wrist, elbow);
  const scale = Math.max(
    forearm,
    upperArm * length(elbow, shoulder),
    trunk * length(shoulder, guides.hips[side]),
    acrossShoulders * length(shoulder, guides.shoulders[1 - side]),
  );
  if (!(forearm > 0)) return undefined;
  const at = [body[3 * wrist], body[3 * wrist + 1]] as const;
  const dx = (at[0] - body[3 * elbow]) / forearm;
  const dy = (at[1] - body[3 * elbow + 1]) / forearm;
  const reach = beyondWrist * scale;
  const region = {
    centre: [at[0] + reach * dx, at[1] + reach * dy] as const,
    size: handSize * scale,
    rotation: Math.atan2(dx, -dy),
  };
  return { side, at, scale, region };
}

/**
 * Side of a face's region relative to distances in the head, seen from where these are longest: a little more than what
 * follows from the mesh, which is placed worse in regions too small than in those too large.
 */
const apart = { eyes: 4.1, ears: 1.9, noseEye: 4.1, eyeEar: 2.4 };
/** Joints of the head that must be seen. */
const leastSeen = 3;

/**
 * Where the face of a head is: around nose and eyes, the eyes level.
 *
 * @param body J×3: x, y, confidence.
 * @returns undefined when fewer than three of nose, eyes and ears are seen, or no eye.
 */
export function facePlace(body: ArrayLike<number>, { nose, eyes, ears }: Guides): Place | undefined {
  const sees = (j: number) => j >= 0 && body[3 * j + 2] > seen;
  const at = (j: number) => [body[3 * j], body[3 * j + 1]] as const;
  const length = (a: number, b: number) =>
    sees(a) && sees(b) ? Math.hypot(at(a)[0] - at(b)[0], at(a)[1] - at(b)[1]) : 0;
  const seenEyes = eyes.filter(sees);
  if ([nose, ...eyes, ...ears].filter(sees).length < leastSeen || seenEyes.length === 0) return undefined;
  const scale = Math.max(
    apart.eyes * length(...eyes),
    apart.ears * length(...ears),
    ...([0, 1] as const).flatMap((side) => [
      apart.noseEye * length(nose, eyes[side]),
      apart.eyeEar * length(eyes[side], ears[side]),
    ]),
  );
  const level = [eyes, ears].find(([left, right]) => sees(left) && sees(right));
  const [left, right] = level ? level.map(at) : [];
  const rotation = left && right ? Math.atan2(left[1] - right[1], left[0] - right[0]) : 0;
  const middle = [0, 1].map((k) => seenEyes.reduce((sum, j) => sum + at(j)[k], 0) / seenEyes.length);
  const tip = sees(nose) ? at(nose) : ([middle[0], middle[1]] as const);
  const centre = [(tip[0] + middle[0]) / 2, (tip[1] + middle[1]) / 2] as const;
  return scale > 0 ? { at: tip, scale, region: { centre, size: scale, rotation } } : undefined;
}
