import { body25b, halpe26 } from "./layouts.js";
import type { Skeleton } from "./skeleton.js";

/** A marker of a Pose2Sim file: its name there and the joint's index in the skeleton. */
export interface NamedJoint {
  name: string;
  joint: number;
}

const rightLeg = ["RHip", "RKnee", "RAnkle", "RBigToe", "RSmallToe", "RHeel"];
const leftLeg = ["LHip", "LKnee", "LAnkle", "LBigToe", "LSmallToe", "LHeel"];
const upper = ["Neck", "Head", "Nose", "RShoulder", "RElbow", "RWrist", "LShoulder", "LElbow", "LWrist"];

/** Pose2Sim's marker order: a walk through its skeleton tree, joints without an id left out. */
const order = new Map<Skeleton, readonly string[]>([
  [body25b, [...rightLeg, ...leftLeg, ...upper]],
  [halpe26, ["Hip", ...rightLeg, ...leftLeg, ...upper]],
]);

/** Whether Pose2Sim writes files of this layout, in an order of its own. */
export const isPose2simLayout = (skeleton: Skeleton): boolean => order.has(skeleton);

const special: Record<string, readonly string[]> = {
  Hip: ["pelvis"],
  Neck: ["neck", "upper_neck"],
  Head: ["head_top", "head"],
  Nose: ["nose"],
};

/**
 * The markers that Pose2Sim writes for a skeleton, in its order and with its names (`RBigToe`); for a skeleton that it
 * doesn't order, all of those names whose joint the skeleton has.
 */
export function pose2simMarkers(skeleton: Skeleton): NamedJoint[] {
  const names = order.get(skeleton) ?? ["Hip", ...rightLeg, ...leftLeg, ...upper];
  return names.flatMap((name) => {
    const joint = pose2simJoint(skeleton, name);
    return joint < 0 ? [] : [{ name, joint }];
  });
}

/** The index of the joint that Pose2Sim calls `name` (`Neck`, `LWrist`), or −1. */
export function pose2simJoint(skeleton: Skeleton, name: string): number {
  const sided = /^([LR])([A-Z]\w*)$/.exec(name);
  const candidates = special[name] ?? [
    sided ? `${sided[1] === "L" ? "left" : "right"}${snake(sided[2] ?? "")}` : snake(name).slice(1),
  ];
  return candidates.reduce((found, joint) => (found >= 0 ? found : skeleton.joints.indexOf(joint)), -1);
}

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
