import type { Image } from "../../image/image.js";
import type { Region } from "../../image/region.js";
import type { Network } from "../../seam/runtime.js";
import type { Place } from "./bodyPlaces.js";
import { type Face, placeFace } from "./face.js";
import { findFaces } from "./faceDetector.js";
import { type Hand, placeHand } from "./hand.js";
import type { InputMemory } from "./input.js";
import { findPalms } from "./palm.js";

/** Gives memory for a network's input to a piece of work, and takes it back. */
export type Lend = <Result>(work: (memory: InputMemory) => Promise<Result>) => Promise<Result>;

/** What looking for a part takes. */
export interface PartSearch {
  lend: Lend;
  /** Ask the detector as well where the joints that are known lead nowhere. */
  search: boolean;
}

/** A part of somebody as it was found: the network's answer with where the body said it was. */
export interface Kept<Part extends Hand | Face> {
  part: Part;
  /** The place where it was looked for. */
  place: Place;
}

/** Presence from which a part is there, and from which a second look, nearer to it, may show it. */
const present = 0.5;
const hopeful = 0.15;
/** Regions smaller than this, pixels, show nothing. */
const smallest = 20;
/** How far a hand's wrist may lie from the body's, relative to the forearm. */
const wristReach = 0.4;
/** How far a face's nose may lie from the body's, relative to the region. */
const noseReach = 0.25;
/** Side of what the detectors are shown, relative to the place's scale. */
const searched = 2;
/** So many of the detector's hints are looked at. */
const tried = 3;
/** Tip of the nose in the mesh. */
const noseTip = 4;

/** Networks of hands; without a palm detector, hands are looked for in the direction of the forearm only. */
export interface HandNetworks {
  hand: Network;
  palm?: Network;
}

/**
 * The hands at some wrists. A hand that was there before is followed; otherwise it is looked for beyond the wrist, and, if
 * asked for, by the palm detector around it.
 *
 * @param places By `handPlace`; undefined where there is no arm to see.
 * @param before What this gave for the picture before, in any order.
 * @returns For each place its hand, undefined where none is seen. No hand is given twice.
 */
export async function handsAt(
  { hand, palm }: HandNetworks,
  image: Image,
  places: readonly (Place | undefined)[],
  before: readonly Kept<Hand>[],
  { lend, search }: PartSearch,
): Promise<(Kept<Hand> | undefined)[]> {
  const look = {
    place: (region: Region) => lend((memory) => placeHand(hand, image, region, memory)),
    find: (within: Region) =>
      palm && search ? lend((memory) => findPalms(palm, image, { within, minScore: 0.3, memory })) : [],
    offset: ({ points }: Hand, { at, scale }: Place) =>
      Math.hypot(points[0] - at[0], points[1] - at[1]) / (wristReach * scale),
  };
  const found = await partsAt(look, places, before);
  return withoutTwins(found, look.offset);
}

/** Networks of faces; without a detector, faces are looked for between the eyes and the nose only. */
export interface FaceNetworks {
  mesh: Network;
  finder?: Network;
}

/** The faces of some heads, as `handsAt`; places by `facePlace`. */
export async function facesAt(
  { mesh, finder }: FaceNetworks,
  image: Image,
  places: readonly (Place | undefined)[],
  before: readonly Kept<Face>[],
  { lend, search }: PartSearch,
): Promise<(Kept<Face> | undefined)[]> {
  const look = {
    place: (region: Region) => lend((memory) => placeFace(mesh, image, region, memory)),
    find: (within: Region) =>
      finder && search ? lend((memory) => findFaces(finder, image, { within, minScore: 0.3, memory })) : [],
    offset: ({ mesh: points }: Face, { at, scale }: Place) =>
      Math.hypot(points[3 * noseTip] - at[0], points[3 * noseTip + 1] - at[1]) / (noseReach * scale),
  };
  const found = await partsAt(look, places, before);
  return withoutTwins(found, look.offset);
}

/** How parts of one kind are seen. */
interface Look<Part extends Hand | Face> {
  place(region: Region): Promise<Part>;
  find(within: Region): Promise<readonly { region: Region }[]> | readonly { region: Region }[];
  /** How far a part lies from where it is expected; up to 1 is near enough. */
  offset(part: Part, place: Place): number;
}

function partsAt<Part extends Hand | Face>(
  look: Look<Part>,
  places: readonly (Place | undefined)[],
  before: readonly Kept<Part>[],
): Promise<(Kept<Part> | undefined)[]> {
  const known = pairedWith(before, places);
  return Promise.all(
    places.map(async (place, i) => {
      if (!place || !(place.region.size >= smallest)) return undefined;
      const part = await partAt(look, place, known[i]);
      return part && { part, place };
    }),
  );
}

async function partAt<Part extends Hand | Face>(
  look: Look<Part>,
  place: Place,
  before: Kept<Part> | undefined,
): Promise<Part | undefined> {
  const fits = (part: Part) => part.presence >= present && look.offset(part, place) <= 1;
  if (before?.part.next) {
    const followed = await look.place(movedBy(before.part.next, before.place.at, place.at));
    if (fits(followed)) return followed;
  }
  const first = await look.place(place.region);
  const nearer = first.next && first.presence >= hopeful ? await look.place(first.next) : first;
  if (fits(nearer)) return nearer;
  const hints = await look.find({ ...place.region, size: searched * place.scale });
  for (const { region } of hints.slice(0, tried)) {
    const other = await look.place(region);
    if (fits(other)) return other;
  }
  return undefined;
}

/** The body's wrist moves with the hand, and is known already. */
function movedBy(
  { centre: [x, y], ...rest }: Region,
  from: readonly [number, number],
  to: readonly [number, number],
): Region {
  return { ...rest, centre: [x + to[0] - from[0], y + to[1] - from[1]] };
}

/** How far a part may have moved between two pictures, relative to the place's scale. */
const stride = 0.7;

/** For each place the part that was nearest to it before; every part once, the nearest pairs first. */
function pairedWith<Part extends Hand | Face>(
  before: readonly Kept<Part>[],
  places: readonly (Place | undefined)[],
): (Kept<Part> | undefined)[] {
  const pairs = places
    .flatMap((place, i) =>
      place
        ? before
            .filter((kept) => kept.place.side === place.side)
            .map((kept) => ({ i, kept, distance: distance(kept.place, place) / place.scale }))
        : [],
    )
    .filter(({ distance }) => distance < stride)
    .sort((a, b) => a.distance - b.distance);
  const known: (Kept<Part> | undefined)[] = places.map(() => undefined);
  const taken = new Set<Kept<Part>>();
  for (const { i, kept } of pairs) {
    if (known[i] || taken.has(kept)) continue;
    known[i] = kept;
    taken.add(kept);
  }
  return known;
}

const distance = ({ at: [x, y] }: Place, { at }: Place) => Math.hypot(x - at[0], y - at[1]);

/** Of parts that are one, the one nearest to where it is expected stays. */
function withoutTwins<Part extends Hand | Face>(
  found: readonly (Kept<Part> | undefined)[],
  offset: (part: Part, place: Place) => number,
): (Kept<Part> | undefined)[] {
  const order = found
    .flatMap((kept, i) => (kept ? [{ i, kept, off: offset(kept.part, kept.place) }] : []))
    .sort((a, b) => a.off - b.off);
  const settled: Kept<Part>[] = [];
  const out: (Kept<Part> | undefined)[] = found.map(() => undefined);
  for (const { i, kept } of order) {
    if (settled.some(({ part }) => isSame(part, kept.part))) continue;
    settled.push(kept);
    out[i] = kept;
  }
  return out;
}

/** Wrists nearer than this, relative to the region, are of one hand; those of pressed hands lie farther apart. */
const oneHand = 0.15;
/** The same of the noses of faces. */
const oneFace = 0.2;

/** Whether two answers show one hand or one face. */
export function isSame(a: Hand | Face, b: Hand | Face): boolean {
  const reach = "mesh" in a ? oneFace : oneHand;
  const [p, q] = [anchorOf(a), anchorOf(b)];
  return Math.hypot(p[0] - q[0], p[1] - q[1]) < reach * Math.max(a.next?.size ?? 0, b.next?.size ?? 0);
}

/** The wrist, or the tip of the nose. */
const anchorOf = (part: Hand | Face) =>
  "mesh" in part ? part.mesh.subarray(3 * noseTip, 3 * noseTip + 2) : part.points.subarray(0, 2);
