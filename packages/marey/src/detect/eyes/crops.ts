import type { Image } from "@marey/core/image";
import { type Box, extent } from "@marey/core/metric";
import {
  canvas,
  expectedJoints,
  type Followed,
  findPeople,
  type Hiding,
  likeness,
  mixed,
  movedFrom,
  near,
  pairUp,
  placeJoints,
  type Square,
  sharedJoints,
  squareAround,
  sureJoint,
} from "@marey/core/model/moveNet";
import type { Detection } from "@marey/core/motion";
import type { Network } from "@marey/core/seam";
import { coco17 } from "@marey/core/skeleton";
import type { Eyes, LookOptions, Sight } from "../sight.js";
import { lender } from "./memory.js";

/** Thresholds, found on the recordings and photographs that the project's data holds. */
const settings = {
  /** Longer side for the finder, pixels. */
  longerSide: 256,
  /** Score from which the finder's people count; lower ones only confirm whom we follow already. */
  found: 0.2,
  confirming: 0.1,
  /** Mean confidence below which somebody who is followed has gone. */
  gone: 0.2,
  /** Likeness from which two poses are of one person. */
  same: 0.3,
  /** Likeness from which a placing is believed. */
  fits: 0.4,
  /** Share of joints in one place from which two people are one drawn twice. */
  shared: 0.4,
  /** Size of crops relative to the person. */
  margin: 1.2,
  /** Share of the crop's joints where the finder's agree with them. */
  mix: 0.7,
  /** Confidence asked for in addition, for each run of the finder that misses the person. */
  fading: 0.01,
};

/**
 * Eyes that find people by MoveNet multi-pose and place their joints by a single-person network on square crops, which
 * follow the people from picture to picture; the finder confirms them, finds new ones, and decides where a crop's
 * result doesn't fit (crops are drawn to bystanders in front).
 *
 * @param finder MoveNet multi-pose.
 * @param placer MoveNet thunder (`side` 256) or lightning (192).
 */
export function cropEyes(finder: Network, placer: Network, side: number): Eyes<Followed> {
  const { longerSide, confirming: minScore } = settings;
  const lend = lender(() => canvas(longerSide * longerSide));
  const hands: Hands = {
    find: (image) => lend((memory) => findPeople(finder, image, { longerSide, minScore, memory })),
    place: (image, square, hiding) =>
      lend((memory) => placeJoints(placer, image, square, { side, hiding, memory })),
  };
  return {
    skeleton: coco17,
    longerSide: 640,
    follows: true,
    look: (image, options) => look(hands, image, options),
    close: async () => {
      await Promise.all([finder.close(), placer.close()]);
    },
  };
}

/** The two networks at work. */
interface Hands {
  find(image: Image): Promise<Detection[]>;
  place(image: Image, square: Square, hiding?: Hiding): Promise<Detection>;
}

async function look(
  hands: Hands,
  image: Image,
  { previous, findEvery = 1 }: LookOptions<Followed> = {},
): Promise<Sight<Followed>> {
  const followed = previous?.people ?? [];
  const due = !previous || followed.length === 0 || previous.sinceFound + 1 >= findEvery;
  if (!due) {
    const people = await followAll(hands, image, followed, undefined);
    if (!people.some(({ doubtful }) => doubtful)) return { people, sinceFound: previous.sinceFound + 1 };
  }
  return { people: await followAll(hands, image, followed, await hands.find(image)), sinceFound: 0 };
}

/** Somebody who may be in the picture: known from before, found in it, or both. */
interface Suspect {
  before?: Followed;
  expected?: Float32Array;
  found?: Detection;
  /** Where we think the joints are, before placing them. */
  guide: Float32Array;
}

/** A suspect with joints placed. */
interface Placing {
  suspect: Suspect;
  pose: Detection;
  /** How well the joints fit what was expected or found, 0..1. */
  fit: number;
}

/** @param found What the finder sees; undefined when it didn't look. */
async function followAll(
  hands: Hands,
  image: Image,
  followed: readonly Followed[],
  found: readonly Detection[] | undefined,
): Promise<Followed[]> {
  const suspects = listSuspects(followed, found ?? []);
  const placings = await Promise.all(
    suspects.map((suspect) => place(hands, image, suspect, others(suspects, suspect))),
  );
  const apart = await tellApart(hands, image, placings);
  return apart
    .map((placing) => conclude(placing, found !== undefined))
    .filter((person) => isThere(person, found !== undefined));
}

function listSuspects(followed: readonly Followed[], found: readonly Detection[]): Suspect[] {
  const expected = followed.map(expectedJoints);
  const partner = pairUp(
    expected,
    found.map(({ joints }) => joints),
    settings.same,
  );
  const suspects: Suspect[] = followed.map((before, i) => {
    const joints = expected[i] as Float32Array;
    const seen = found[partner[i] as number];
    return { before, expected: joints, found: seen, guide: seen?.joints ?? joints };
  });
  for (const [k, one] of found.entries()) {
    if (one.score < settings.found || partner.includes(k)) continue;
    // The finder may join limbs of two people: whoever shares a body with somebody known isn't new.
    const known = suspects.some(({ guide }) => sharedJoints(guide, one.joints) > settings.shared);
    if (!known) suspects.push({ found: one, guide: one.joints });
  }
  return suspects;
}

/** Where the others are who may stand in a suspect's crop. */
function others(suspects: readonly Suspect[], one: Suspect): Float32Array[] {
  return suspects.filter((other) => other !== one && near(other.guide, one.guide)).map(({ guide }) => guide);
}

async function place(hands: Hands, image: Image, suspect: Suspect, around: Float32Array[]): Promise<Placing> {
  const square = squareOf(suspect);
  if (!square) return fallBack(suspect);
  const first = judge(suspect, await hands.place(image, square));
  if (first.fit >= settings.fits) return first;
  if (around.length === 0) return fallBack(suspect);
  const hidden = judge(suspect, await hands.place(image, square, { others: around, own: suspect.guide }));
  return hidden.fit >= settings.fits ? hidden : fallBack(suspect);
}

/** Around where the person was found and is expected: a limb that one of them lacks is in the crop all the same. */
function squareOf({ expected, found, guide }: Suspect): Square | undefined {
  const boxes = [found?.box, expected && extent(expected, sureJoint)].filter((box) => box !== undefined);
  const box = boxes.length > 0 ? boxes.reduce(union) : undefined;
  return squareAround({ score: 1, box, joints: guide }, { margin: settings.margin });
}

function union(a: Box, b: Box): Box {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}

function judge(suspect: Suspect, pose: Detection): Placing {
  const { expected, found } = suspect;
  const fit = Math.max(
    expected ? likeness(expected, pose.joints) : 0,
    found ? likeness(found.joints, pose.joints) : 0,
  );
  return { suspect, pose, fit };
}

/** Without a placing to believe: what the finder saw, or else what was expected, believed half as much each time. */
function fallBack(suspect: Suspect): Placing {
  const { found, guide } = suspect;
  if (found)
    return {
      suspect,
      pose: { score: meanConfidence(found.joints), joints: found.joints },
      fit: settings.fits,
    };
  const joints = guide.map((value, i) => (i % 3 === 2 ? value / 2 : value));
  return { suspect, pose: { score: meanConfidence(joints), joints }, fit: 0 };
}

function meanConfidence(joints: Float32Array): number {
  let sum = 0;
  for (let i = 2; i < joints.length; i += 3) sum += joints[i] as number;
  return (3 * sum) / joints.length;
}

/** Where two placings show one person, the one that fits less is placed again with the other person painted over. */
async function tellApart(hands: Hands, image: Image, placings: readonly Placing[]): Promise<Placing[]> {
  const settled: Placing[] = [];
  for (const placing of [...placings].sort((a, b) => b.fit - a.fit)) {
    const twin = twinOf(placing, settled);
    if (!twin) {
      settled.push(placing);
      continue;
    }
    if (!placing.suspect.before) continue;
    const square = squareOf(placing.suspect);
    const hiding = { others: [twin.pose.joints], own: placing.suspect.guide };
    const again = square ? judge(placing.suspect, await hands.place(image, square, hiding)) : placing;
    const other = again.fit >= settings.fits && !twinOf(again, settled) ? again : fallBack(placing.suspect);
    if (!twinOf(other, settled)) settled.push(other);
  }
  return settled;
}

function twinOf({ pose }: Placing, settled: readonly Placing[]): Placing | undefined {
  return settled.find((other) => sharedJoints(other.pose.joints, pose.joints) > settings.shared);
}

/** The person as followed on: with the finder's joints mixed in, a box, and a velocity. */
function conclude({ suspect, pose, fit }: Placing, searched: boolean): Followed {
  const { before, found } = suspect;
  const joints = found ? mixed(pose.joints, found.joints, settings.mix) : pose.joints;
  const box = extent(joints, sureJoint);
  const missed = found ? 0 : (before?.missed ?? 0) + (searched ? 1 : 0);
  const shown = { score: pose.score, joints, ...(box[2] > box[0] && { box }) };
  return movedFrom(before, shown, missed, fit < settings.fits);
}

/**
 * Somebody whom neither network sees where expected has gone, or the scene has changed; somebody whom only the finder
 * misses stays, but must be the clearer the longer it does.
 */
function isThere({ score, missed, doubtful }: Followed, searched: boolean): boolean {
  return !(searched && doubtful) && score >= settings.gone + settings.fading * missed;
}
