import type { Random } from "../../array/random.js";
import type { Rgb } from "../render/surface.js";

/** Skin by lightness, the ends of a line that tones are drawn from; between them they are mixed. */
export const SKIN_TONES: readonly Rgb[] = [
  [240, 206, 184],
  [229, 186, 158],
  [212, 165, 134],
  [190, 140, 108],
  [158, 110, 82],
  [120, 80, 59],
  [84, 56, 44],
];

const HAIR: readonly Rgb[] = [
  [24, 20, 19],
  [38, 29, 25],
  [56, 39, 29],
  [82, 56, 38],
  [112, 78, 48],
  [158, 122, 76],
  [196, 164, 112],
  [118, 58, 32],
  [128, 124, 120],
  [196, 193, 188],
];

const EYES: readonly Rgb[] = [
  [66, 42, 26],
  [84, 56, 34],
  [104, 84, 52],
  [96, 116, 120],
  [92, 128, 160],
  [84, 110, 82],
];

const DARK: readonly Rgb[] = [
  [28, 29, 33],
  [40, 42, 50],
  [34, 44, 70],
  [62, 62, 66],
  [60, 44, 36],
  [44, 56, 44],
  [74, 32, 40],
];

const LIGHT: readonly Rgb[] = [
  [236, 235, 230],
  [214, 212, 206],
  [222, 210, 186],
  [196, 208, 222],
  [232, 204, 204],
  [176, 180, 184],
];

const BRIGHT: readonly Rgb[] = [
  [188, 38, 42],
  [226, 118, 40],
  [232, 190, 62],
  [58, 132, 78],
  [40, 96, 172],
  [92, 164, 206],
  [112, 68, 140],
  [206, 92, 136],
  [38, 138, 140],
  [150, 176, 84],
];

const DENIM: readonly Rgb[] = [
  [44, 56, 84],
  [62, 82, 118],
  [92, 116, 152],
  [134, 156, 184],
  [40, 42, 48],
  [110, 112, 118],
];

const EARTH: readonly Rgb[] = [
  [176, 156, 122],
  [138, 118, 88],
  [104, 98, 70],
  [92, 74, 58],
  [124, 124, 112],
  [72, 76, 62],
];

const LEATHER: readonly Rgb[] = [
  [30, 27, 26],
  [66, 44, 32],
  [108, 72, 46],
  [146, 108, 74],
];

/** Families of colours that hair, eyes and garments are drawn from. */
export const PALETTES = {
  hair: HAIR,
  eyes: EYES,
  dark: DARK,
  light: LIGHT,
  bright: BRIGHT,
  denim: DENIM,
  earth: EARTH,
  leather: LEATHER,
};

/** One of a list. */
export const pick = <T>(chance: Random, from: readonly T[]): T => from[chance.integer(from.length)];

/** One of a record's keys, by its weights. */
export function weighted<K extends string>(chance: Random, weights: Readonly<Record<K, number>>): K {
  const entries = Object.entries(weights) as [K, number][];
  let left = chance.uniform() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [key, weight] of entries) {
    left -= weight;
    if (left < 0) return key;
  }
  return entries[entries.length - 1][0];
}

const clamp = (x: number) => Math.min(255, Math.max(0, x));

/** A colour of one of the families, a little aside from its name. */
export function colourOf(chance: Random, ...families: (keyof typeof PALETTES)[]): Rgb {
  return aside(chance, pick(chance, PALETTES[pick(chance, families)]), 14);
}

/** A colour moved at random: lightness by up to 2 and hue by up to 1 of `by`. */
export function aside(chance: Random, colour: Rgb, by: number): Rgb {
  const light = chance.uniform(-by, by);
  return colour.map((c) => clamp(c * (1 + light / 128) + chance.uniform(-by, by) / 2)) as unknown as Rgb;
}

/** `a` at 0 … `b` at 1. */
export const blendColours = (a: Rgb, b: Rgb, t: number): Rgb => [
  a[0] + (b[0] - a[0]) * t,
  a[1] + (b[1] - a[1]) * t,
  a[2] + (b[2] - a[2]) * t,
];

/** Lighter (by > 1) or darker. */
export const shade = (colour: Rgb, by: number): Rgb => [
  clamp(colour[0] * by),
  clamp(colour[1] * by),
  clamp(colour[2] * by),
];

/** Skin of lightness 0 (light) … 1 (dark). */
export function skinTone(depth: number): Rgb {
  const at = Math.min(0.9999, Math.max(0, depth)) * (SKIN_TONES.length - 1);
  const i = Math.floor(at);
  return blendColours(SKIN_TONES[i], SKIN_TONES[i + 1], at - i);
}
