import type { Random } from "../../array/random.js";
import type { Rgb } from "../render/surface.js";
import { drawFabric, type Fabric } from "./fabric.js";
import { colourOf, pick, shade, weighted } from "./palette.js";

export type Neckline = "crew" | "vee" | "scoop" | "collar" | "turtle";

/** Cloth over the trunk and the arms. */
export interface Top {
  kind:
    | "tshirt"
    | "longsleeve"
    | "shirt"
    | "polo"
    | "hoodie"
    | "sweater"
    | "tank"
    | "jacket"
    | "coat"
    | "bodice";
  neck: Neckline;
  /** 0 none, 0.5 to the elbow, 1 to the wrist. */
  sleeve: number;
  /** Lower edge: 0 at the waist, 1 at the crotch; above 1 it goes on as a skirt, to 2 at the knee. */
  length: number;
  /** m, how wide it is. */
  ease: number;
  /** 0 … 1, how straight it hangs. */
  hang: number;
  /** Half width of an open front at the hem, m; 0 is closed. */
  open: number;
  fabric: Fabric;
}

/** Cloth over hips and legs. */
export interface Bottom {
  kind: "trousers" | "jeans" | "joggers" | "leggings" | "shorts" | "skirt";
  /** 0 at the crotch, 0.5 at the knee, 1 at the ankle. */
  length: number;
  ease: number;
  hang: number;
  /** Skirts: width at the hem over that at the hip. */
  flare: number;
  belt: Rgb | null;
  fabric: Fabric;
}

export interface Shoes {
  kind: "sneaker" | "boot" | "leather" | "flat";
  upper: Rgb;
  sole: Rgb;
  /** Laces, stripes. */
  trim: Rgb;
  /** Height of the sole, m. */
  height: number;
}

export interface Outfit {
  top: Top;
  /** Over the top. */
  outer: Top | null;
  /** null under a dress. */
  bottom: Bottom | null;
  /** Top worn inside the bottom's waist. */
  tucked: boolean;
  socks: { colour: Rgb; height: number } | null;
  shoes: Shoes;
  hat: { kind: "cap" | "beanie"; colour: Rgb; trim: Rgb; backwards: boolean } | null;
  backpack: { colour: Rgb; trim: Rgb } | null;
}

/** Draws clothes that go together. */
export function drawOutfit(chance: Random, male: number): Outfit {
  const womanly = chance.uniform() >= male;
  const dress = womanly && chance.uniform() < 0.16;
  const top = dress ? drawDress(chance) : drawTop(chance, womanly);
  const bottom = dress ? null : drawBottom(chance, womanly);
  const outer = chance.uniform() < 0.3 && top.kind !== "hoodie" ? drawOuter(chance) : null;
  const bare = bottom !== null && bottom.kind !== "skirt" && bottom.length < 0.8;
  return {
    top,
    outer,
    bottom,
    tucked:
      bottom !== null && (bottom.kind === "skirt" || chance.uniform() < (top.kind === "shirt" ? 0.5 : 0.12)),
    socks:
      bare && chance.uniform() < 0.7
        ? { colour: colourOf(chance, "light", "dark"), height: chance.uniform(0.05, 0.2) }
        : null,
    shoes: drawShoes(chance, womanly),
    hat:
      chance.uniform() < 0.17
        ? {
            kind: weighted(chance, { cap: 2, beanie: 1 }),
            colour: colourOf(chance, "dark", "bright", "light", "earth"),
            trim: colourOf(chance, "dark", "light", "bright"),
            backwards: chance.uniform() < 0.12,
          }
        : null,
    backpack:
      chance.uniform() < 0.1
        ? { colour: colourOf(chance, "dark", "bright"), trim: colourOf(chance, "dark") }
        : null,
  };
}

function drawTop(chance: Random, womanly: boolean): Top {
  const kind = weighted(chance, {
    tshirt: 6,
    longsleeve: 2,
    shirt: womanly ? 1.5 : 3,
    polo: womanly ? 0.4 : 1.2,
    hoodie: 2,
    sweater: 2,
    tank: womanly ? 2.2 : 0.6,
  });
  const necks: Record<typeof kind, readonly Neckline[]> = {
    tshirt: womanly ? ["crew", "vee", "scoop"] : ["crew", "crew", "vee"],
    longsleeve: ["crew", "vee"],
    shirt: ["collar"],
    polo: ["collar"],
    hoodie: ["crew"],
    sweater: ["crew", "vee", "turtle"],
    tank: ["scoop"],
  };
  const sleeves = {
    tshirt: [0.36, 0.5],
    longsleeve: [0.85, 1],
    shirt: [0.9, 1],
    polo: [0.38, 0.48],
    hoodie: [0.98, 1.02],
    sweater: [0.96, 1.02],
    tank: [0, 0],
  };
  const heavy = kind === "hoodie" || kind === "sweater";
  const rolled = kind === "shirt" && chance.uniform() < 0.35;
  return {
    kind,
    neck: pick(chance, necks[kind]),
    sleeve: rolled ? chance.uniform(0.5, 0.7) : chance.uniform(sleeves[kind][0], sleeves[kind][1]),
    length: kind === "tank" ? chance.uniform(0.45, 0.85) : chance.uniform(0.6, 0.97),
    ease: (womanly ? 0.004 : 0.007) + chance.uniform(0.002, 0.012) + (heavy ? 0.008 : 0),
    hang: womanly ? chance.uniform(0.1, 0.75) : chance.uniform(0.5, 1),
    open: 0,
    fabric: drawFabric(chance, kind, womanly),
  };
}

function drawDress(chance: Random): Top {
  return {
    kind: "bodice",
    neck: pick(chance, ["crew", "vee", "scoop"] as const),
    sleeve: pick(chance, [0, 0.35, 0.45, 0.95]),
    length: chance.uniform(1.55, 2.5),
    ease: chance.uniform(0.004, 0.01),
    hang: chance.uniform(0, 0.4),
    open: 0,
    fabric: drawFabric(chance, "bodice", true),
  };
}

function drawOuter(chance: Random): Top {
  const kind = weighted(chance, { jacket: 4, coat: 1, shirt: 1 });
  return {
    kind,
    neck: kind === "jacket" && chance.uniform() < 0.5 ? "crew" : "collar",
    sleeve: 1.02,
    length: kind === "coat" ? chance.uniform(1.3, 2) : chance.uniform(0.7, 0.97),
    ease: chance.uniform(0.008, 0.016),
    hang: chance.uniform(0.6, 1),
    open: chance.uniform() < 0.75 ? chance.uniform(0.03, 0.1) : 0,
    fabric: drawFabric(chance, kind, false),
  };
}

function drawBottom(chance: Random, womanly: boolean): Bottom {
  const kind = weighted(chance, {
    trousers: 3,
    jeans: 5,
    joggers: 1.5,
    leggings: womanly ? 2.5 : 0.2,
    shorts: 3,
    skirt: womanly ? 2 : 0,
  });
  const wide: Record<typeof kind, readonly [number, number]> = {
    trousers: [0.6, 1],
    jeans: [0.15, 1],
    joggers: [0.35, 0.7],
    leggings: [0, 0],
    shorts: [0.4, 1],
    skirt: [0, 0],
  };
  return {
    kind,
    length:
      kind === "shorts"
        ? chance.uniform(0.16, 0.52)
        : kind === "skirt"
          ? chance.uniform(0.25, 0.95)
          : chance.uniform(0.97, 1.07),
    ease: kind === "leggings" ? 0.0035 : chance.uniform(0.006, 0.013),
    hang: chance.uniform(wide[kind][0], wide[kind][1]),
    flare: chance.uniform(1.05, 1.7),
    belt:
      kind !== "leggings" && kind !== "joggers" && chance.uniform() < 0.4
        ? colourOf(chance, "leather")
        : null,
    fabric: drawFabric(chance, kind, womanly),
  };
}

function drawShoes(chance: Random, womanly: boolean): Shoes {
  const kind = weighted(chance, { sneaker: 6, boot: 1.5, leather: 1.5, flat: womanly ? 1.5 : 0.2 });
  const upper =
    kind === "sneaker" ? colourOf(chance, "light", "dark", "bright") : colourOf(chance, "leather", "dark");
  return {
    kind,
    upper,
    sole:
      kind === "sneaker"
        ? pick(chance, [
            [232, 230, 224],
            [240, 240, 238],
            [40, 40, 42],
          ] as const)
        : shade(upper, 0.5),
    trim: colourOf(chance, "light", "dark", "bright"),
    height:
      kind === "sneaker"
        ? chance.uniform(0.022, 0.034)
        : kind === "flat"
          ? 0.01
          : chance.uniform(0.018, 0.03),
  };
}
