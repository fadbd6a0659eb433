import type { Image } from "../../image/image.js";
import type { Region } from "../../image/region.js";
import { type Face, placeFace } from "./face.js";
import { type FaceHint, findFaces } from "./faceDetector.js";
import { type Hand, placeHand } from "./hand.js";
import { type FaceNetworks, type HandNetworks, isSame, type Lend } from "./ofPeople.js";
import { findPalms } from "./palm.js";
import { quarters } from "./quarters.js";

/** How a picture is searched for hands or faces that no body leads to. */
export interface AloneSearch {
  lend: Lend;
  /** Look for new ones; otherwise only those that are known are followed. */
  search: boolean;
  /** Look nearer as well, at overlapping quarters of the picture, for small ones. */
  closer?: boolean;
}

/**
 * Presence from which a hand or a face is still there; and the least product of the detector's score and presence for a new
 * one, which no body makes likely.
 */
const present = 0.5;
const certain = 0.5;
/** How far joints may lie from where the detector saw them, and how much larger or smaller they may be. */
const handDrift = 0.22;
const faceDrift = 0.15;
const growth = 1.5;

/** All hands of a picture, those that were there before first. `networks.palm` finds them. */
export function handsAlone(
  { hand, palm }: Required<HandNetworks>,
  image: Image,
  before: readonly Hand[],
  options: AloneSearch,
): Promise<Hand[]> {
  const { lend } = options;
  return alone(
    {
      place: (region) => lend((memory) => placeHand(hand, image, region, memory)),
      find: (within) => lend((memory) => findPalms(palm, image, { ...(within && { within }), memory })),
      agrees: (found, { region }) => isNear(found, region, handDrift),
    },
    image,
    before,
    options,
  );
}

/** All faces of a picture, those that were there before first. `networks.finder` finds them. */
export function facesAlone(
  { mesh, finder }: Required<FaceNetworks>,
  image: Image,
  before: readonly Face[],
  options: AloneSearch,
): Promise<Face[]> {
  const { lend } = options;
  return alone(
    {
      place: (region) => lend((memory) => placeFace(mesh, image, region, memory)),
      find: (within) => lend((memory) => findFaces(finder, image, { ...(within && { within }), memory })),
      agrees: (found, hint) => isNear(found, hint.region, faceDrift) && eyesAgree(found, hint),
    },
    image,
    before,
    options,
  );
}

interface AloneLook<Part extends Hand | Face, Seen extends Hint> {
  place(region: Region): Promise<Part>;
  find(within?: Region): Promise<Seen[]>;
  agrees(part: Part, hint: Seen): boolean;
}

interface Hint {
  score: number;
  region: Region;
}

async function alone<Part extends Hand | Face, Seen extends Hint>(
  { place, find, agrees }: AloneLook<Part, Seen>,
  image: Image,
  before: readonly Part[],
  { search, closer }: AloneSearch,
): Promise<Part[]> {
  const known = before.flatMap(({ next }) => (next ? [next] : []));
  const followed = distinct(await Promise.all(known.map(place)));
  if (!search && followed.length === before.length) return followed;
  const hints = await hintsOf(find, image, closer);
  const fresh: Part[] = [];
  for (const hint of hints) {
    const { score, region } = hint;
    if ([...followed, ...fresh].some(({ next }) => next && isInside(region, next))) continue;
    const first = await place(region);
    // The joints show better than the detector's box where to look.
    const nearer = first.next && first.presence >= present ? await place(first.next) : first;
    if (score * nearer.presence >= certain && agrees(nearer, hint)) fresh.push(nearer);
  }
  return distinct([...followed, ...fresh]);
}

/** What the detector sees, that which fills most of what it was shown first: small things are placed badly. */
async function hintsOf<Seen extends Hint>(
  find: (within?: Region) => Promise<Seen[]>,
  image: Image,
  closer: boolean | undefined,
): Promise<Seen[]> {
  const side = Math.max(image.width, image.height);
  const whole = (await find()).map((hint) => ({ hint, share: hint.region.size / side }));
  const parts = await Promise.all(
    (closer ? quarters(image) : []).map(async (part) =>
      (await find(part))
        .filter(({ region }) => isWithin(region, part))
        .map((hint) => ({ hint, share: hint.region.size / part.size })),
    ),
  );
  return [...whole, ...parts.flat()].sort((a, b) => b.share - a.share).map(({ hint }) => hint);
}

/** Whether a thing lies in a part of the picture as a whole; its region is half as large again, or more. */
function isWithin({ centre: [x, y], size }: Region, { centre, size: side }: Region): boolean {
  return Math.max(Math.abs(x - centre[0]), Math.abs(y - centre[1])) + size / 3 < side / 2;
}

/** Those that are there, each once. */
function distinct<Part extends Hand | Face>(parts: readonly Part[]): Part[] {
  const settled: Part[] = [];
  for (const part of parts)
    if (part.presence >= present && !settled.some((other) => isSame(other, part))) settled.push(part);
  return settled;
}

/** Whether what a detector found lies in the middle of a region that is known already. */
function isInside({ centre: [x, y] }: Region, { centre, size }: Region): boolean {
  return Math.hypot(x - centre[0], y - centre[1]) < size / 4;
}

/** Whether joints lie where the detector saw them: networks that are shown no face may find one beside it. */
function isNear({ next }: Hand | Face, hint: Region, drift: number): boolean {
  if (!next) return false;
  const [dx, dy] = [next.centre[0] - hint.centre[0], next.centre[1] - hint.centre[1]];
  const ratio = next.size / hint.size;
  return Math.hypot(dx, dy) < drift * hint.size && ratio < growth && ratio > 1 / growth;
}

/** Corners of the right and the left eye in the mesh. */
const eyeCorners = [
  [33, 133],
  [263, 362],
] as const;
/** How far the mesh's eyes may lie from those that the detector saw, relative to the region. */
const eyeDrift = 0.1;

function eyesAgree({ mesh }: Face, { region, points }: FaceHint): boolean {
  return eyeCorners.every(([a, b], side) => {
    const x = (mesh[3 * a] + mesh[3 * b]) / 2;
    const y = (mesh[3 * a + 1] + mesh[3 * b + 1]) / 2;
    return Math.hypot(x - points[2 * side], y - points[2 * side + 1]) < eyeDrift * region.size;
  });
}
