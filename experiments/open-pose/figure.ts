/** The layout of the people in the experiments: that of OpenPose's bodies as far as motion capture goes, with its limbs. */
import type { Limb } from "@marey/core/codec";
import { type Skeleton, skeleton } from "@marey/core/skeleton";

const side = (name: "left" | "right") =>
  [
    [`${name}_shoulder`, "neck", 0.079],
    [`${name}_elbow`, `${name}_shoulder`, 0.072],
    [`${name}_wrist`, `${name}_elbow`, 0.062],
  ] as const;
const leg = (name: "left" | "right") =>
  [
    [`${name}_hip`, "neck", 0.107],
    [`${name}_knee`, `${name}_hip`, 0.087],
    [`${name}_ankle`, `${name}_knee`, 0.089],
  ] as const;

/** Head, neck, arms and legs: 14 joints. */
export const figure: Skeleton = skeleton("figure14", [
  ["head_top", "neck", 0.05],
  ["neck", null, 0.079],
  ...side("right"),
  ...side("left"),
  ...leg("right"),
  ...leg("left"),
]);

/** Where the figure's joints are among the 17 of the motion clips. */
export const fromMotion17 = [10, 8, 14, 15, 16, 11, 12, 13, 1, 2, 3, 4, 5, 6] as const;

/** The limbs that join all parts of a person once. */
export const tree: readonly Limb[] = [
  [1, 2], [2, 3], [3, 4], [1, 5], [5, 6], [6, 7], [1, 8], [8, 9], [9, 10], [1, 11], [11, 12], [12, 13], [1, 0],
]; // biome-ignore format: a table

/** Limbs that close loops: those of BODY_25E as far as this figure has their joints. */
export const redundant: readonly Limb[] = [
  [0, 2], [0, 5], [2, 8], [5, 11], [2, 4], [5, 7], [8, 10], [11, 13], [4, 7], [10, 13], [4, 8], [7, 11],
]; // biome-ignore format: a table
