import type { Random } from "../../array/random.js";
import type { Rgb } from "../render/surface.js";
import { grain, roughGrain, speckle } from "./grain.js";
import { colourOf, shade, weighted } from "./palette.js";

type Pattern =
  | "plain"
  | "heather"
  | "stripes"
  | "pinstripes"
  | "checks"
  | "dots"
  | "flowers"
  | "camouflage"
  | "blocks"
  | "denim"
  | "knit";

/** What a garment is made of. */
export interface Fabric {
  pattern: Pattern;
  colours: readonly [Rgb, Rgb, Rgb];
  /** m, of stripes, checks, dots. */
  scale: number;
  /** A print on the chest. */
  print: "none" | "bars" | "disc" | "letters" | "picture";
  /** Cuffs, collar and rims in the second colour. */
  trimmed: boolean;
  /** Depth of the folds painted on, 0 … 1. */
  folds: number;
  /** Faded and rubbed, 0 … 1. */
  worn: number;
  /** Highlight of the material, 0 … 1. */
  shine: number;
  seed: number;
}

/** Draws the cloth of a kind of garment. */
export function drawFabric(chance: Random, kind: string, womanly: boolean): Fabric {
  const [base, second] = coloursFor(chance, kind, womanly);
  return {
    pattern: patternFor(chance, kind, womanly),
    colours: [base, second, colourOf(chance, "bright", "light", "dark")],
    scale: Math.exp(chance.uniform(Math.log(0.012), Math.log(0.07))),
    print:
      kind === "tshirt" || kind === "hoodie" || kind === "longsleeve"
        ? weighted(chance, { none: 5, bars: 1, disc: 1.3, letters: 2.5, picture: 1.5 })
        : "none",
    trimmed: chance.uniform() < 0.2,
    folds: kind === "leggings" ? 0.2 : chance.uniform(0.55, 1),
    worn: chance.uniform() ** 2,
    shine: kind === "jacket" && chance.uniform() < 0.4 ? 0.4 : kind === "leggings" ? 0.15 : 0.04,
    seed: chance.integer(2 ** 31),
  };
}

function coloursFor(chance: Random, kind: string, womanly: boolean): [Rgb, Rgb] {
  switch (kind) {
    case "jeans":
      return [colourOf(chance, "denim"), colourOf(chance, "earth")];
    case "trousers":
    case "coat":
      return [colourOf(chance, "dark", "earth", "earth", "dark"), colourOf(chance, "dark")];
    case "leggings":
    case "joggers":
      return [
        colourOf(chance, "dark", "dark", "dark", "bright", "light"),
        colourOf(chance, "light", "bright"),
      ];
    case "shorts":
      return [colourOf(chance, "dark", "earth", "bright", "denim"), colourOf(chance, "light", "bright")];
    case "jacket":
      return [
        colourOf(chance, "dark", "denim", "earth", "leather", "bright"),
        colourOf(chance, "dark", "light"),
      ];
    case "shirt":
      return [
        colourOf(chance, "light", "light", "denim", "bright"),
        colourOf(chance, "dark", "bright", "light"),
      ];
    default:
      return [
        colourOf(chance, "light", "dark", "bright", "bright", womanly ? "bright" : "earth"),
        colourOf(chance, "light", "dark", "bright"),
      ];
  }
}

function patternFor(chance: Random, kind: string, womanly: boolean): Pattern {
  switch (kind) {
    case "jeans":
      return "denim";
    case "trousers":
    case "coat":
      return weighted(chance, { plain: 6, heather: 2, checks: 0.6, pinstripes: 0.6, camouflage: 0.4 });
    case "shorts":
    case "joggers":
    case "leggings":
      return weighted(chance, {
        plain: 6,
        heather: 2,
        blocks: 1.5,
        camouflage: 0.6,
        flowers: 0.4,
        stripes: 0.3,
        denim: 0.8,
      });
    case "jacket":
      return weighted(chance, { plain: 6, denim: 1, heather: 1, blocks: 1, camouflage: 0.3 });
    case "shirt":
      return weighted(chance, { plain: 4, pinstripes: 2, checks: 4, denim: 0.7, dots: 0.6, flowers: 0.7 });
    case "sweater":
      return weighted(chance, { knit: 5, heather: 2, stripes: 1.5, blocks: 1 });
    default:
      return weighted(chance, {
        plain: 6,
        heather: 2,
        stripes: 2,
        dots: 0.5,
        flowers: womanly ? 1.5 : 0.3,
        blocks: 1,
        camouflage: 0.2,
      });
  }
}

/**
 * Colour of a fabric at a place on it.
 *
 * @param along m along the thread that runs down the garment.
 * @param around m across it.
 * @param x, y, z m, of the rest pose, for what has no direction.
 * @param block 1 where a second panel of the garment lies (sleeves, sides).
 */
export function fabricColour(
  fabric: Fabric,
  along: number,
  around: number,
  x: number,
  y: number,
  z: number,
  block: number,
  out: Float64Array,
): void {
  const { colours, scale, seed, pattern } = fabric;
  let colour = colours[0];
  let light = 1;
  switch (pattern) {
    case "heather":
      light =
        0.92 +
        0.22 * (speckle(900 * x, 450 * y, 900 * z, seed) - 0.5) +
        0.06 * grain(60 * x, 60 * y, 60 * z, seed);
      break;
    case "stripes":
      if (fraction(along / (1.6 * scale)) < 0.42) colour = colours[1];
      break;
    case "pinstripes":
      if (fraction(around / Math.min(0.04, Math.max(0.018, scale))) < 0.3) colour = colours[1];
      break;
    case "checks":
      checks(fabric, along, around, out);
      return;
    case "dots":
      if (dot(along / scale, around / scale)) colour = colours[1];
      break;
    case "flowers":
      flowers(fabric, x, y, z, out);
      return;
    case "camouflage":
      colour = patches(fabric, x, y, z);
      break;
    case "blocks":
      if (block > 0.5) colour = colours[1];
      break;
    case "denim":
      light =
        1 +
        0.1 * (speckle(700 * x, 1400 * y, 700 * z, seed) - 0.5) +
        0.1 * roughGrain(22 * x, 9 * y, 22 * z, seed);
      break;
    case "knit":
      light =
        0.95 +
        0.07 * Math.sin((2 * Math.PI * around) / 0.009) +
        0.04 * Math.sin((2 * Math.PI * along) / 0.012);
      break;
    default:
  }
  for (let k = 0; k < 3; k++) out[k] = colour[k] * light;
}

const fraction = (t: number) => t - Math.floor(t);

function checks({ colours, scale }: Fabric, along: number, around: number, out: Float64Array): void {
  const across = fraction(around / (2 * scale)) < 0.5 ? 0.5 : 0;
  const down = fraction(along / (2 * scale)) < 0.5 ? 0.5 : 0;
  const line = fraction(around / (2 * scale) + 0.25) < 0.07 || fraction(along / (2 * scale) + 0.25) < 0.07;
  for (let k = 0; k < 3; k++) {
    const ground = colours[0][k] + (colours[1][k] - colours[0][k]) * (across + down);
    out[k] = line ? 0.5 * ground + 0.5 * colours[2][k] : ground;
  }
}

const dot = (a: number, b: number) => {
  const row = Math.floor(a);
  return Math.hypot(a - row - 0.5, fraction(b + 0.5 * (row & 1)) - 0.5) < 0.24;
};

function flowers({ colours, scale, seed }: Fabric, x: number, y: number, z: number, out: Float64Array): void {
  const s = 0.9 / Math.max(0.02, scale);
  const petals = roughGrain(s * x, s * y, s * z, seed);
  const leaves = grain(1.7 * s * x + 9, 1.7 * s * y, 1.7 * s * z, seed + 7);
  const colour = petals > 0.24 ? colours[1] : leaves > 0.38 ? colours[2] : colours[0];
  const heart = petals > 0.42 ? 0.75 : 1;
  for (let k = 0; k < 3; k++) out[k] = colour[k] * heart;
}

function patches({ colours, seed }: Fabric, x: number, y: number, z: number): Rgb {
  const a = roughGrain(14 * x, 20 * y, 14 * z, seed);
  if (a > 0.22) return shade(colours[0], 0.55);
  return roughGrain(14 * x + 5, 20 * y, 14 * z, seed + 3) > 0.16 ? shade(colours[0], 1.35) : colours[0];
}
