import { MareyError } from "@marey/core";
import type { Image } from "@marey/core/image";
import {
  type Face,
  facePlace,
  facePoints,
  facesAt,
  type Guides,
  guidesOf,
  type Hand,
  handPlace,
  handsAt,
  inputMemory,
  type Kept,
  type Lend,
  placePupils,
} from "@marey/core/model/handsAndFace";
import type { Detection } from "@marey/core/motion";
import type { Network, Runtime } from "@marey/core/seam";
import { face70, type PartIndices, partsOf, type Skeleton, withParts } from "@marey/core/skeleton";
import { loadNetwork } from "../../store/index.js";
import type { Eyes, LookOptions, Sight } from "../sight.js";
import { lender } from "./memory.js";

export interface PartsOptions {
  /** Both hands, 21 points each; default true. */
  hands?: boolean;
  /** The face, OpenPose's 70 points; default true. */
  face?: boolean;
  /** Where the networks run. */
  runtime: Runtime;
}

/** Networks of hands and faces; whichever are absent aren't looked for. */
export interface PartNetworks {
  hand?: Network;
  palm?: Network;
  mesh?: Network;
  faceFinder?: Network;
  iris?: Network;
}

/**
 * Eyes for bodies that see hands and faces too: Google's networks in crops that the body's joints lead to, and that follow
 * hand and face from picture to picture.
 *
 * @returns Eyes of the body's layout extended by face and hands (`withParts`). A hand's or face's points all have the
 *   network's probability that it is there as confidence, since it says no more; points outside the picture are missing.
 * @throws MareyError `PARTS_SKELETON` when the eyes give no wrists or eyes to start from, or have hands and face already;
 *   and as `loadNetwork`.
 */
export async function withHandsAndFace(
  eyes: Eyes,
  { hands = true, face = true, runtime }: PartsOptions,
): Promise<Eyes> {
  const load = (name: string, wanted: boolean) => (wanted ? loadNetwork(runtime, name) : undefined);
  const [hand, palm, mesh, faceFinder, iris] = await Promise.all([
    load("handlandmark-full", hands),
    load("handdetect", hands),
    load("facemesh", face),
    load("blazeface", face),
    load("iris", face),
  ]);
  return partEyes(eyes, { hand, palm, mesh, faceFinder, iris });
}

/** As `withHandsAndFace`, with networks that are open already; `close` closes them. */
export function partEyes(eyes: Eyes, networks: PartNetworks): Eyes {
  const { hand, mesh } = networks;
  if (!hand && !mesh) return eyes;
  const guides = requireGuides(eyes.skeleton, networks);
  const skeleton = withParts(eyes.skeleton, { hands: Boolean(hand), ...(mesh && { face: face70 }) });
  const seeing: Seeing = {
    eyes,
    networks,
    guides,
    skeleton,
    parts: partsOf(skeleton),
    lend: lender(inputMemory),
  };
  return {
    skeleton,
    longerSide: Math.max(eyes.longerSide, longerSide),
    follows: true,
    ...(eyes.interval !== undefined && { interval: eyes.interval }),
    look: (image, options) => look(seeing, image, options),
    close: async () => {
      await Promise.all([eyes.close(), ...Object.values(networks).map((network) => network?.close())]);
    },
  };
}

/** Hands and faces are small: pictures for them must be larger than for bodies. Pixels. */
const longerSide = 1280;
/** Looks from one in which the detectors help to find what is missing to the next. */
const searchEvery = 10;

/** What is at hand for looking. */
interface Seeing {
  eyes: Eyes;
  networks: PartNetworks;
  guides: Guides;
  skeleton: Skeleton;
  parts: PartIndices;
  lend: Lend;
}

/** A sight with what the next look starts from. */
interface WholeSight extends Sight {
  body: Sight;
  hands: Kept<Hand>[];
  faces: Kept<Face>[];
  /** Looks since the detectors helped. */
  sinceSearched: number;
}

const isWhole = (sight: Sight | undefined): sight is WholeSight => sight !== undefined && "body" in sight;

function requireGuides({ name, joints }: Skeleton, { hand, mesh }: PartNetworks): Guides {
  const refuse = (what: string) => {
    throw new MareyError(
      "PARTS_SKELETON",
      `layout ${name}`,
      what,
      "Take eyes for bodies, such as the default, or leave hands and face out",
    );
  };
  const has = (pattern: RegExp) => joints.some((joint) => pattern.test(joint));
  if (hand && !(has(/^left_wrist$/) && has(/^left_elbow$/))) refuse("it has no arms that lead to hands");
  if (hand && has(/^left_thumb1$/)) refuse("it has hands already");
  if (mesh && !has(/^left_eye$/)) refuse("it has no eyes that lead to a face");
  if (mesh && has(/^face_0$/)) refuse("it has a face already");
  return guidesOf(joints);
}

async function look(seeing: Seeing, image: Image, options: LookOptions = {}): Promise<WholeSight> {
  const before = isWhole(options.previous) ? options.previous : undefined;
  const body = await seeing.eyes.look(image, { ...options, previous: before?.body });
  const search = options.alone === true || !before || before.sinceSearched + 1 >= searchEvery;
  const { people } = body;
  const [hands, faces] = await Promise.all([
    lookForHands(seeing, image, people, before?.hands ?? [], search),
    lookForFaces(seeing, image, people, before?.faces ?? [], search),
  ]);
  const wholes = await Promise.all(
    people.map((person, i) =>
      whole(seeing, image, person, { left: hands[2 * i], right: hands[2 * i + 1], face: faces[i] }),
    ),
  );
  return {
    ...body,
    people: wholes,
    body,
    hands: hands.filter((hand) => hand !== undefined),
    faces: faces.filter((face) => face !== undefined),
    sinceSearched: search ? 0 : (before?.sinceSearched ?? 0) + 1,
  };
}

/** Left and right of each person in turn. */
async function lookForHands(
  { networks: { hand, palm }, guides, lend }: Seeing,
  image: Image,
  people: readonly Detection[],
  before: readonly Kept<Hand>[],
  search: boolean,
): Promise<(Kept<Hand> | undefined)[]> {
  if (!hand) return [];
  const places = people.flatMap(({ joints }) => [handPlace(joints, guides, 0), handPlace(joints, guides, 1)]);
  return handsAt({ hand, palm }, image, places, before, { lend, search });
}

async function lookForFaces(
  { networks: { mesh, faceFinder: finder }, guides, lend }: Seeing,
  image: Image,
  people: readonly Detection[],
  before: readonly Kept<Face>[],
  search: boolean,
): Promise<(Kept<Face> | undefined)[]> {
  if (!mesh) return [];
  const places = people.map(({ joints }) => facePlace(joints, guides));
  return facesAt({ mesh, finder }, image, places, before, { lend, search });
}

/** What was found of one person. */
interface FoundParts {
  left?: Kept<Hand>;
  right?: Kept<Hand>;
  face?: Kept<Face>;
}

/** The person with body, face and hands in one list of joints. */
async function whole(
  { skeleton, parts, networks: { iris }, lend }: Seeing,
  image: Image,
  person: Detection,
  { left, right, face }: FoundParts,
): Promise<Detection> {
  const joints = missing(skeleton.joints.length);
  parts.body.forEach((joint, i) => {
    joints.set(person.joints.subarray(3 * i, 3 * i + 3), 3 * joint);
  });
  if (left) putHand(left.part, joints, parts.leftHand);
  if (right) putHand(right.part, joints, parts.rightHand);
  if (face) {
    const { mesh, presence } = face.part;
    const pupils = iris && (await lend((memory) => placePupils(iris, image, mesh, memory)));
    facePoints(mesh, 70, presence, pupils, joints, 3 * (parts.face[0] as number));
  }
  for (const at of [parts.leftHand, parts.rightHand, parts.face]) dropOutside(joints, at, image);
  return { ...person, joints };
}

function missing(count: number): Float32Array {
  const joints = new Float32Array(3 * count).fill(NaN);
  for (let i = 2; i < joints.length; i += 3) joints[i] = 0;
  return joints;
}

function putHand({ points, presence }: Hand, joints: Float32Array, at: readonly number[]): void {
  at.forEach((joint, i) => {
    joints[3 * joint] = points[3 * i] as number;
    joints[3 * joint + 1] = points[3 * i + 1] as number;
    joints[3 * joint + 2] = presence;
  });
}

/** The networks go on beyond the picture's edge; what lies there wasn't seen. */
function dropOutside(joints: Float32Array, at: readonly number[], { width, height }: Image): void {
  for (const joint of at) {
    const [x, y] = [joints[3 * joint] as number, joints[3 * joint + 1] as number];
    if (!(x >= -0.5 && y >= -0.5 && x <= width - 0.5 && y <= height - 0.5))
      joints.set([NaN, NaN, 0], 3 * joint);
  }
}
