import { MareyError } from "@marey/core";
import { body25, face68, partsOf, type Skeleton, skeleton, withParts } from "@marey/core/skeleton";

/** A part of people that OpenPose writes to a COCO file of its own. */
interface CocoPart {
  /** Its summand in `write_coco_json_variants`. */
  bit: number;
  /** What its file's name has before the ending. */
  suffix: string;
  /** Order of the joints in the file. */
  layout: Skeleton;
  /** What people must have had looked at. */
  flag: string;
}

/** Limbs and sigmas don't matter to the files. */
const layoutOf = (name: string, joints: readonly string[]): Skeleton =>
  skeleton(
    name,
    joints.map((joint) => [joint, null, 0.079]),
  );

const whole = withParts(body25, { hands: true });
const hand = (side: "leftHand" | "rightHand") => partsOf(whole)[side].map((i) => whole.joints[i] as string);
const toes = ["big_toe", "small_toe", "heel"];

/** By the names of a take's files; bodies have their own. Hand 21 is the right hand alone, hand 42 left and right. */
export const cocoParts = {
  cocoFoot: {
    bit: 2,
    suffix: "_foot",
    layout: layoutOf(
      "foot6",
      ["left", "right"].flatMap((side) => toes.map((toe) => `${side}_${toe}`)),
    ),
    flag: "a network with feet, such as openpose-body25",
  },
  cocoFace: { bit: 4, suffix: "_face", layout: face68, flag: "--face" },
  cocoHand21: { bit: 8, suffix: "_hand21", layout: layoutOf("hand21", hand("rightHand")), flag: "--hand" },
  cocoHand42: {
    bit: 16,
    suffix: "_hand42",
    layout: layoutOf("hand42", [...hand("leftHand"), ...hand("rightHand")]),
    flag: "--hand",
  },
} satisfies Record<string, CocoPart>;

export type CocoPartName = keyof typeof cocoParts;

/** The names of the parts, in OpenPose's order. */
export const cocoPartNames = Object.keys(cocoParts) as CocoPartName[];

/** @throws MareyError `OPTION` when people lack a part that is to be written. */
export function requireCocoPart(name: CocoPartName, { joints, name: own }: Skeleton): void {
  const { layout, bit, flag } = cocoParts[name];
  // A hand's root can be had from the body; its other joints can't.
  if (layout.joints.some((joint) => !joint.endsWith("_root") && joints.includes(joint))) return;
  throw new MareyError(
    "OPTION",
    "--write-coco-json-variants",
    `${bit} asks for ${layout.name}, which people of the layout ${own} don't have`,
    `Add ${flag}, or leave ${bit} out of the sum`,
  );
}
