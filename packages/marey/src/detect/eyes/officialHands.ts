import {
  followHand,
  type PartBoxes,
  type PartModel,
  partBoxes,
  type SeenHand,
} from "@marey/core/model/openPose";
import type { Detection } from "@marey/core/motion";
import { partsOf, type Skeleton } from "@marey/core/skeleton";
import type { Sight } from "../sight.js";

/** Hands of everybody in one picture. */
interface SeenHands {
  left: SeenHand[];
  right: SeenHand[];
}

/** A sight with what steadies the boxes of hands in the next picture. */
interface SightWithHands extends Sight {
  hands: SeenHands;
}

/** Follows hands from picture to picture as OpenPose's hand detector 3 does. */
export interface HandFollower {
  /** Boxes for somebody's hands and face, where `before` was seen in the picture before. */
  boxesOf(person: Detection, before: Sight | undefined): PartBoxes;
  /** A sight that the next call of `boxesOf` may be given. */
  seen(sight: Sight): SightWithHands;
}

/** @param skeleton Of the people seen: the model's, with hands. */
export function handFollower(model: PartModel, skeleton: Skeleton): HandFollower {
  const { leftHand, rightHand } = partsOf(skeleton);
  const pick = ({ joints }: Detection, at: readonly number[]): SeenHand => ({
    joints: Float32Array.from(at.flatMap((joint) => [...joints.subarray(3 * joint, 3 * joint + 3)])),
  });
  return {
    boxesOf({ joints }, before) {
      const boxes = partBoxes(joints, model);
      const { left, right } = handsOf(before);
      return {
        ...boxes,
        ...(boxes.leftHand && { leftHand: followHand(boxes.leftHand, left) }),
        ...(boxes.rightHand && { rightHand: followHand(boxes.rightHand, right) }),
      };
    },
    seen: (sight) => ({
      ...sight,
      hands: {
        left: sight.people.map((person) => pick(person, leftHand)),
        right: sight.people.map((person) => pick(person, rightHand)),
      },
    }),
  };
}

const handsOf = (sight: Sight | undefined): SeenHands =>
  sight !== undefined && "hands" in sight ? (sight as SightWithHands).hands : { left: [], right: [] };
