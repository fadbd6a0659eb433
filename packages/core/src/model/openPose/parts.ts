import type { BoxJoints } from "../../codec/bodyBoxes.js";
import { body25BoxJoints } from "../../codec/bodyBoxes.js";
import type { Limb } from "../../codec/partAffinity.js";
import {
  body25,
  body25b,
  body135,
  car12,
  car22,
  coco18,
  mpi15,
  type Skeleton,
} from "../../skeleton/index.js";

/** An edge that has a field. */
export interface PartEdge {
  /** Parts; the field points from the first to the second. */
  readonly joints: Limb;
  /** Channel of the field's x among the fields; y follows. */
  readonly channel: number;
  /** It closes a loop: the tree of the others would do without it. */
  readonly redundant: boolean;
}

/** What the channels of a published network are, and how OpenPose reads them. */
export interface PartModel {
  /** OpenPose's name of it. */
  readonly name: string;
  /** Parts in the order of the channels. */
  readonly skeleton: Skeleton;
  /** A channel of the background follows the parts. */
  readonly background: boolean;
  /** In the order in which OpenPose's parser visits them, which isn't that of the channels. */
  readonly edges: readonly PartEdge[];
  /** Where the parts stand that place hands and face, −1 for those that it lacks; absent for vehicles. */
  readonly boxJoints?: BoxJoints;
  /** The head, by which the face is placed where there are no eyes. */
  readonly head?: number;
}

/** From, to, channel. */
type Row = readonly [number, number, number];

const edgesOf = (tree: readonly Row[], redundant: readonly Row[] = [], at = tree.length): PartEdge[] => {
  const edge = (isRedundant: boolean) => (row: Row) => ({
    joints: [row[0], row[1]] as const,
    channel: row[2],
    redundant: isRedundant,
  });
  return [
    ...tree.slice(0, at).map(edge(false)),
    ...redundant.map(edge(true)),
    ...tree.slice(at).map(edge(false)),
  ];
};

/** Pairs whose channels follow each other, from `first` on. */
const inOrder = (pairs: readonly Limb[], first = 0): Row[] => pairs.map(([a, b], i) => [a, b, first + 2 * i]);

/** BODY_25: its ear–shoulder edges are visited before the feet. */
export const BODY_25: PartModel = {
  name: "BODY_25",
  skeleton: body25,
  background: true,
  edges: edgesOf(
    [
      [1, 8, 0], [1, 2, 14], [1, 5, 22], [2, 3, 16], [3, 4, 18], [5, 6, 24], [6, 7, 26], [8, 9, 6], [9, 10, 2],
      [10, 11, 4], [8, 12, 8], [12, 13, 10], [13, 14, 12], [1, 0, 30], [0, 15, 32], [15, 17, 36], [0, 16, 34],
      [16, 18, 38], [14, 19, 40], [19, 20, 42], [14, 21, 44], [11, 22, 46], [22, 23, 48], [11, 24, 50],
    ],
    [[2, 17, 20], [5, 18, 28]],
    18,
  ),
  boxJoints: body25BoxJoints,
}; // biome-ignore format: a table

/** COCO_18. */
export const COCO_18: PartModel = {
  name: "COCO_18",
  skeleton: coco18,
  background: true,
  edges: edgesOf(
    [
      [1, 2, 12], [1, 5, 20], [2, 3, 14], [3, 4, 16], [5, 6, 22], [6, 7, 24], [1, 8, 0], [8, 9, 2], [9, 10, 4],
      [1, 11, 6], [11, 12, 8], [12, 13, 10], [1, 0, 28], [0, 14, 30], [14, 16, 34], [0, 15, 32], [15, 17, 36],
    ],
    [[2, 16, 18], [5, 17, 26]],
  ),
  boxJoints: { ...body25BoxJoints, eyes: [15, 14], ears: [17, 16] },
}; // biome-ignore format: a table

/** MPI_15. */
export const MPI_15: PartModel = {
  name: "MPI_15",
  skeleton: mpi15,
  background: true,
  edges: edgesOf(
    inOrder([
      [0, 1], [1, 2], [2, 3], [3, 4], [1, 5], [5, 6], [6, 7], [1, 14], [14, 8], [8, 9], [9, 10], [14, 11],
      [11, 12], [12, 13],
    ]),
  ),
  boxJoints: { ...body25BoxJoints, nose: -1, eyes: [-1, -1], ears: [-1, -1] },
  head: 0,
}; // biome-ignore format: a table

const tree25e: readonly Limb[] = [
  [1, 8], [1, 2], [2, 3], [3, 4], [1, 5], [5, 6], [6, 7], [8, 9], [9, 10], [10, 11], [8, 12], [12, 13], [13, 14],
  [1, 0], [0, 15], [15, 17], [0, 16], [16, 18], [14, 19], [19, 20], [14, 21], [11, 22], [22, 23], [11, 24],
]; // biome-ignore format: a table
const redundant25e: readonly Limb[] = [
  [2, 17], [5, 18], [2, 9], [5, 12], [2, 4], [5, 7], [9, 11], [12, 14], [4, 7], [11, 14], [4, 9], [7, 12],
  [11, 23], [14, 20],
]; // biome-ignore format: a table

/** BODY_25E: the parts of BODY_25 with many redundant edges. */
export const BODY_25E: PartModel = {
  name: "BODY_25E",
  skeleton: body25,
  background: true,
  edges: edgesOf(inOrder(tree25e), inOrder(redundant25e, 2 * tree25e.length)),
  boxJoints: body25BoxJoints,
};

const tree25b: readonly Limb[] = [
  [0, 1], [0, 2], [1, 3], [2, 4], [0, 5], [0, 6], [5, 7], [6, 8], [7, 9], [8, 10], [5, 11], [6, 12], [11, 13],
  [12, 14], [13, 15], [14, 16], [15, 19], [19, 20], [15, 21], [16, 22], [22, 23], [16, 24], [5, 17], [5, 18],
]; // biome-ignore format: a table
const redundant25b: readonly Limb[] = [
  [6, 17], [6, 18], [3, 4], [3, 5], [4, 6], [5, 9], [6, 10], [9, 10], [9, 11], [10, 12], [11, 12], [15, 16],
]; // biome-ignore format: a table

/** COCO's order, which BODY_25B begins with, for the boxes of hands and face. */
const cocoBoxJoints: BoxJoints = {
  neck: 17,
  nose: 0,
  shoulders: [5, 6],
  elbows: [7, 8],
  wrists: [9, 10],
  eyes: [1, 2],
  ears: [3, 4],
};

/** BODY_25B: other joints, redundant edges, no background. */
export const BODY_25B: PartModel = {
  name: "BODY_25B",
  skeleton: body25b,
  background: false,
  edges: edgesOf(inOrder(tree25b), inOrder(redundant25b, 2 * tree25b.length)),
  boxJoints: cocoBoxJoints,
};

/** From the wrist to each finger's base and on to its tip; `first` is the thumb's base. */
const fingers = (wrist: number, first: number): Limb[] =>
  Array.from({ length: 20 }, (_, i) => [i % 4 === 0 ? wrist : first + i - 1, first + i]);

/**
 * BODY_135, as far as its edges are known: body and fingers. The face's fields, the last 77, have no published order
 * that could be had.
 */
export const BODY_135: PartModel = (() => {
  const tree = [...tree25b.slice(0, -1), [17, 18] as const];
  const redundant = redundant25b.filter(([a, b]) => !(a === 6 && b === 18));
  const body = edgesOf(inOrder(tree), inOrder(redundant, 2 * tree.length));
  const hands = inOrder([...fingers(9, 25), ...fingers(10, 45)], 2 * body.length);
  return {
    name: "BODY_135",
    skeleton: body135,
    background: false,
    edges: [...body, ...edgesOf(hands)],
    boxJoints: cocoBoxJoints,
  };
})();

/** A vehicle's edges are those that its layout is drawn with. */
const vehicle = (name: string, layout: Skeleton): PartModel => ({
  name,
  skeleton: layout,
  background: true,
  edges: edgesOf(inOrder(layout.edges)),
});

/** CAR_12, whose weights were never published. */
export const CAR_12: PartModel = vehicle("CAR_12", car12);
/** CAR_22, whose weights were never published. */
export const CAR_22: PartModel = vehicle("CAR_22", car22);

/** All by OpenPose's names. */
export const PART_MODELS: Readonly<Record<string, PartModel>> = Object.fromEntries(
  [BODY_25, COCO_18, MPI_15, BODY_25E, BODY_25B, BODY_135, CAR_12, CAR_22].map((model) => [
    model.name,
    model,
  ]),
);

/** The limbs of a model by their channels, as decoders and encoders of `codec` take them: field 2l, 2l + 1 is limb l's. */
export function limbsByChannel({ edges }: PartModel): Limb[] {
  return [...edges].sort((a, b) => a.channel - b.channel).map(({ joints }) => joints);
}
