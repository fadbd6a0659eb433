import { MareyError } from "@marey/core";
import type { Image, Region, Size } from "@marey/core/image";
import type { Detection } from "@marey/core/motion";
import type { Tensor } from "@marey/core/seam";
import type { Skeleton } from "@marey/core/skeleton";
import type { Card } from "../../store/card.js";
import type { SightMaps } from "../sight.js";

/** Somebody, or something, that a network sees; without joints where it only finds. */
export interface Seen extends Detection {
  /** Where to look closer, turned upright. */
  region?: Region;
  /** J×3 metres around the middle of the hips, the camera's axes. */
  world?: Float32Array;
}

/** What a network gave, by the names of its outputs. */
export type Outputs = Readonly<Record<string, Tensor>>;

/** Maps, or rows of bins, from which people are read; those of several looks at a picture can be averaged. */
export interface Maps {
  /** channels × rows × columns. */
  data: Float32Array;
  channels: number;
  rows: number;
  columns: number;
}

/** Reads a network's outputs in two steps, so that maps can be averaged in between. */
export interface MapReader {
  /** The maps that matter, in our order; may share memory with the outputs. */
  collect(outputs: Outputs): Maps;
  /** Maps of the mirrored picture as those of the picture, in new memory. */
  unmirror(maps: Maps): Maps;
  read(maps: Maps, size: Size): Seen[];
  /** For those who asked for the maps: candidates in pixels of the input. */
  show?(maps: Maps, size: Size): SightMaps;
}

/** What a card's codec makes of outputs: people in pixels of the input, whose first pixel's centre is 0. */
export interface Reader {
  /** Outputs that it needs. */
  outputs: readonly string[];
  read(outputs: Outputs, size: Size, image: Image): Seen[];
  maps?: MapReader;
}

/** What readers are made of. */
export interface Reading {
  card: Card;
  /** Absent for networks that only find. */
  skeleton?: Skeleton;
}

/** A card and its network that don't agree. */
export const disagreement = (card: Card, field: string, what: string, remedy: string) =>
  new MareyError("CARD_DISAGREES", `card "${card.name}"`, `${field}: ${what}`, remedy);

/**
 * An output, as floats.
 *
 * @param field Of the card, that names it.
 * @throws MareyError `CARD_DISAGREES` when the network gave none or another type, `NETWORK_OUTPUT` for values that are no numbers.
 */
export function floatsOf(
  card: Card,
  outputs: Outputs,
  name: string,
  field: string,
): Tensor & { data: Float32Array } {
  const tensor = outputs[name];
  if (!tensor)
    throw disagreement(
      card,
      field,
      `the network gave no output "${name}", only ${Object.keys(outputs).join(", ")}`,
      "Name an output that there is",
    );
  if (!(tensor.data instanceof Float32Array))
    throw disagreement(
      card,
      field,
      `output "${name}" is of type ${tensor.type}, not float32`,
      "Convert the network with float32 outputs",
    );
  if (anyNaN(tensor.data))
    throw new MareyError(
      "NETWORK_OUTPUT",
      `network "${card.name}"`,
      `output "${name}" holds values that are no numbers`,
      "Check the card's input: type, scale and offset; or convert the network again",
    );
  const stated = card.outputs.find((output) => output.name === name)?.shape;
  const { dims } = tensor;
  if (stated && (stated.length !== dims.length || stated.some((n, i) => n !== null && n !== dims[i])))
    throw disagreement(
      card,
      "outputs",
      `output "${name}" is stated as [${stated.map((n) => n ?? "any").join(", ")}], the network gave [${dims.join(", ")}]`,
      "Correct the shape in the card, or give the network that the card describes",
    );
  return tensor as Tensor & { data: Float32Array };
}

function anyNaN(data: Float32Array): boolean {
  for (let i = 0; i < data.length; i++) if (Number.isNaN(data[i])) return true;
  return false;
}

/** The skeleton of a codec that gives joints. @throws MareyError `CARD_INVALID` when the card names none. */
export function jointsOf({ card, skeleton }: Reading): Skeleton {
  if (skeleton) return skeleton;
  throw new MareyError(
    "CARD_INVALID",
    `card "${card.name}"`,
    `skeleton: the codec "${card.codec.kind}" gives joints, but the card has no skeleton`,
    "Name the skeleton or write it into the card",
  );
}

/** The index of a joint that a card names. */
export function jointIndex(card: Card, { joints, name }: Skeleton, joint: string, field: string): number {
  const index = joints.indexOf(joint);
  if (index >= 0) return index;
  throw new MareyError(
    "CARD_INVALID",
    `card "${card.name}"`,
    `${field}: the skeleton ${name} has no joint "${joint}"`,
    `Take one of ${joints.join(", ")}`,
  );
}

/** Mean score of joints. */
export function meanScore(joints: Float32Array): number {
  let sum = 0;
  for (let i = 2; i < joints.length; i += 3) sum += joints[i] as number;
  return (3 * sum) / Math.max(3, joints.length);
}
