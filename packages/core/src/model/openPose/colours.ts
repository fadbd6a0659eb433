import type { Skeleton } from "../../skeleton/index.js";
import { body25 } from "../../skeleton/index.js";

/** Red, green, blue, bytes. */
export type Colour = readonly [number, number, number];

/** The colours of BODY_25's parts, by which OpenPose's users know its pictures. */
const BODY: readonly Colour[] = [
  [255, 0, 85], [255, 0, 0], [255, 85, 0], [255, 170, 0], [255, 255, 0], [170, 255, 0], [85, 255, 0], [0, 255, 0],
  [255, 0, 0], [0, 255, 85], [0, 255, 170], [0, 255, 255], [0, 170, 255], [0, 85, 255], [0, 0, 255], [255, 0, 170],
  [170, 0, 255], [255, 0, 255], [85, 0, 255], [0, 0, 255], [0, 0, 255], [0, 0, 255], [0, 255, 255], [0, 255, 255],
  [0, 255, 255],
]; // biome-ignore format: a table

const BY_JOINT = new Map(body25.joints.map((joint, i) => [joint, BODY[i]]));
const WRIST: Colour = [100, 100, 100];
const FACE: Colour = [255, 255, 255];

/** From base to tip of each finger. */
const FINGERS: Readonly<Record<string, (step: number) => Colour>> = {
  thumb: (step) => [100 + 50 * step, 0, 0],
  index: (step) => [100 + 50 * step, 100 + 50 * step, 0],
  middle: (step) => [0, 100 + 50 * step, 50 + 25 * step],
  ring: (step) => [0, 50 + 25 * step, 100 + 50 * step],
  pinky: (step) => [100 + 50 * step, 0, 100 + 50 * step],
};
/** The last step would be 250. */
const brightest = ([r, g, b]: Colour): Colour =>
  [r, g, b].map((v) => (v === 250 ? 255 : v)) as unknown as Colour;

/**
 * The colours in which OpenPose draws a skeleton's joints: a line has the colour of its second joint. Joints that
 * OpenPose doesn't have get hues of their own.
 */
export const jointColours = ({ joints }: Skeleton): Colour[] =>
  joints.map((joint, i) => {
    const finger = /^(?:left_|right_)?(thumb|index|middle|ring|pinky)([1-4])$/.exec(joint);
    if (finger) return brightest(FINGERS[finger[1]](Number(finger[2]) - 1));
    if (joint.endsWith("hand_root")) return WRIST;
    if (joint.startsWith("face_")) return FACE;
    return BY_JOINT.get(joint) ?? hue(i / joints.length);
  });

/** A pure colour, its place on the circle from 0 to 1. */
function hue(place: number): Colour {
  const channel = (offset: number) => {
    const at = (6 * place + offset) % 6;
    return Math.round(255 * Math.max(0, Math.min(1, Math.abs(at - 3) - 1)));
  };
  return [channel(0), channel(4), channel(2)];
}

/** How thick OpenPose draws a person, pixels. */
export interface DrawnSize {
  /** Of the circle on a joint. */
  readonly radius: number;
  readonly line: number;
}

/**
 * The sizes at which OpenPose draws on a processor.
 *
 * @param picture, person Width and height of the picture, and of the box around the person's points.
 */
export function drawnSize(
  picture: readonly [number, number],
  person: readonly [number, number],
  kind: "body" | "hand" | "face",
): DrawnSize {
  const share = Math.min(1, Math.max(person[0] / picture[0], person[1] / picture[1]));
  const root = Math.sqrt(picture[0] * picture[1]);
  const thickness = Math.max(2, Math.round((root * share) / (kind === "hand" ? 50 : 75)));
  return {
    radius: thickness / 2,
    line: Math.max(1, Math.round(thickness * (kind === "face" ? 0.334 : 0.75))),
  };
}
