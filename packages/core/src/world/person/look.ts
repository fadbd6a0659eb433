import { type Random, random } from "../../array/random.js";
import type { Rgb } from "../render/surface.js";
import { drawOutfit, type Outfit } from "./outfit.js";
import { aside, blendColours, colourOf, PALETTES, pick, skinTone, weighted } from "./palette.js";

/** How hair is worn. */
export const HAIRSTYLES = [
  "bald",
  "shaved",
  "short",
  "quiff",
  "curly",
  "bob",
  "long",
  "ponytail",
  "bun",
] as const;
export type Hairstyle = (typeof HAIRSTYLES)[number];

/** A face's colours and what it wears. */
export interface FaceLook {
  iris: Rgb;
  lips: Rgb;
  /** How dark the brows are drawn, 0 … 1. */
  brows: number;
  /** Red of cheeks, nose and ears, 0 … 1. */
  flush: number;
  /** Freckles and spots, 0 … 1. */
  spots: number;
  /** Shadow on lids and lashes, 0 … 1. */
  makeup: number;
  beard: "none" | "stubble" | "moustache" | "goatee" | "full";
  glasses: { frame: Rgb; dark: boolean } | null;
}

/** How a person looks; all of it follows from the seed. */
export interface Look {
  seed: number;
  /** 0: usual for women … 1: usual for men. A caller that knows the body passes its sex on. */
  male: number;
  skin: Rgb;
  hair: { style: Hairstyle; colour: Rgb };
  face: FaceLook;
  outfit: Outfit;
}

/** What a caller may fix of a look. */
export interface LookOptions {
  /** 0 … 1; drawn when absent. */
  male?: number;
}

/** Draws a person's look. The same seed gives the same look. */
export function drawLook(seed: number, options: LookOptions = {}): Look {
  const chance = random(seed);
  const male = options.male ?? (chance.uniform() < 0.5 ? 0 : 1);
  const depth = chance.uniform() ** 1.3;
  const skin = aside(chance, skinTone(depth), 6);
  const hair = drawHair(chance, male, depth);
  return {
    seed,
    male,
    skin,
    hair,
    face: drawFace(chance, male, skin, depth),
    outfit: drawOutfit(chance, male),
  };
}

function drawHair(chance: Random, male: number, depth: number): Look["hair"] {
  const manly = { bald: 1, shaved: 2, short: 6, quiff: 3, curly: 2, long: 0.5, bun: 0.3 };
  const womanly = { short: 1, curly: 1.5, bob: 3, long: 5, ponytail: 3.5, bun: 2 };
  const style: Hairstyle = chance.uniform() < male ? weighted(chance, manly) : weighted(chance, womanly);
  // Dark skin mostly goes with dark hair.
  const choices = depth > 0.55 ? PALETTES.hair.slice(0, 3) : PALETTES.hair;
  return { style, colour: aside(chance, pick(chance, choices), 10) };
}

function drawFace(chance: Random, male: number, skin: Rgb, depth: number): FaceLook {
  const manly = chance.uniform() < male;
  const rose: Rgb = manly
    ? [168, 92, 84]
    : pick(chance, [
        [188, 84, 84],
        [170, 66, 74],
        [196, 104, 100],
      ] as const);
  return {
    iris: depth > 0.5 ? aside(chance, PALETTES.eyes[chance.integer(2)], 8) : colourOf(chance, "eyes"),
    lips: blendColours(
      skin,
      blendColours(rose, skin, depth * 0.55),
      manly ? 0.5 : chance.uniform(0.55, 0.95),
    ),
    brows: chance.uniform(0.55, 0.95),
    flush: chance.uniform(0.2, 1) * (1 - 0.6 * depth),
    spots: chance.uniform() ** 2,
    makeup: manly ? 0 : chance.uniform(),
    beard: manly ? weighted(chance, { none: 5, stubble: 3, moustache: 0.6, goatee: 1, full: 1.8 }) : "none",
    glasses:
      chance.uniform() < 0.2
        ? { frame: colourOf(chance, "dark", "leather"), dark: chance.uniform() < 0.35 }
        : null,
  };
}
