import type { Image } from "../../image/image.js";
import type { Rgb } from "../render/surface.js";
import type { Anatomy } from "./anatomy.js";
import { atlasOf } from "./anatomy.js";
import { paint } from "./atlas.js";
import { type Fabric, fabricColour } from "./fabric.js";
import type { Field, Measures } from "./garment.js";
import { grain, roughGrain, speckle } from "./grain.js";

/** A place on a garment, for what is sewn and printed on it. */
export interface Place {
  x: number;
  y: number;
  z: number;
  /** Of `REGIONS`. */
  region: number;
  /** m down the garment and across it. */
  along: number;
  around: number;
  /** Angle about the limb's or trunk's axis, 0 in front (arms: above; legs: outside). */
  angle: number;
  /** m to the rim. */
  field: number;
}

/** Sewn on: changes the colour of a place. */
export type Trim = (place: Place, out: Float64Array) => void;

/** Radii by which angles become lengths, m. */
const RADII = [0.15, 0.05, 0.05, 0.085, 0.085];

/** How far beyond its rim a garment is painted, m: filtering needs it. */
const BEYOND = 0.03;

/** Paints a garment in the body's cloth layout. */
export function paintCloth(
  anatomy: Anatomy,
  measures: Measures,
  fabric: Fabric,
  field: Field,
  trim: Trim,
  size: number,
): Image {
  const atlas = atlasOf(anatomy, "cloth", size);
  const place: Place = { x: 0, y: 0, z: 0, region: 0, along: 0, around: 0, angle: 0, field: 0 };
  return paint(atlas, fabric.colours[0], (n, x, y, z, out) => {
    place.field = field(x, y, z);
    if (place.field < -BEYOND) return false;
    place.region = anatomy.faceRegions[atlas.triangles[n]];
    locate(place, x, y, z);
    colourCloth(fabric, measures, place, trim, out);
    return true;
  });
}

/** Colour of a place on a garment: its fabric, what is sewn on, then folds, shade and wear. */
export function colourCloth(fabric: Fabric, m: Measures, place: Place, trim: Trim, out: Float64Array): void {
  const { x, y, z, region } = place;
  fabricColour(fabric, place.along, place.around, x, y, z, blockOf(fabric, place), out);
  trim(place, out);
  let light = 1 + fabric.folds * foldsAt(place, m, fabric.seed);
  light *= shadeAt(m, x, y, z, region);
  light *=
    1 +
    0.035 * (speckle(1100 * x, 1100 * y, 1100 * z, 5) - 0.5) +
    0.025 * grain(8 * x, 8 * y, 8 * z, fabric.seed);
  for (let k = 0; k < 3; k++) out[k] *= light;
  if (fabric.worn > 0.05) fade(fabric, m, place, out);
}

function locate(place: Place, x: number, y: number, z: number): void {
  const { region } = place;
  place.x = x;
  place.y = y;
  place.z = z;
  if (region === 0) place.angle = Math.atan2(x, z + 0.03);
  else if (region < 3) place.angle = Math.atan2(z + 0.012, y - 0.445);
  else place.angle = Math.atan2(z + 0.01, Math.abs(x) - 0.12);
  place.along = region === 1 || region === 2 ? Math.abs(x) : y;
  place.around = region === 0 ? aroundTrunk(x, place.angle) : place.angle * RADII[region];
}

/** Way around the trunk: straight across its front and its back, so that stripes fall straight there; by angle at the sides. */
function aroundTrunk(x: number, angle: number): number {
  const turned = Math.abs(angle);
  const side = turned > Math.PI / 2 ? Math.PI - turned : turned;
  const t = Math.min(1, Math.max(0, (side - 0.7) / 0.6));
  const ease = t * t * (3 - 2 * t);
  const way = Math.abs(x) + ease * (RADII[0] * side - Math.abs(x));
  return Math.sign(x) * (turned > Math.PI / 2 ? RADII[0] * Math.PI - way : way);
}

/** Panels of a second colour: sleeves, sides, or the lower part, as the seed has it. */
function blockOf({ seed }: Fabric, { region, angle, y }: Place): number {
  switch (seed % 3) {
    case 0:
      return region === 1 || region === 2 || (region > 2 && Math.abs(angle) < 0.35) ? 1 : 0;
    case 1:
      return (region === 0 && Math.abs(Math.abs(angle) - Math.PI / 2) < 0.3) ||
        (region > 2 && Math.abs(angle) < 0.3)
        ? 1
        : 0;
    default:
      return region === 0 ? (y < 0.22 ? 1 : 0) : region > 2 && y < -0.3 ? 1 : 0;
  }
}

/** Light and shade of painted folds, about −0.35 … 0.35: deep at elbows, knees, groin and waist, along the pull. */
function foldsAt({ x, y, z, region, along, angle }: Place, m: Measures, seed: number): number {
  const step = 0.009;
  let depth = 0.35;
  let slope: number;
  if (region === 1 || region === 2) {
    const elbow = 0.5 * (m.shoulder + m.wrist);
    depth +=
      0.75 * bump(along - elbow, 0.07) +
      0.6 * bump(along - m.shoulder + 0.01, 0.06) +
      0.5 * bump(along - m.wrist, 0.06);
    const at = 26 * along + 1.5 * Math.sin(angle + seed);
    slope = roughGrain(at + 26 * step, 7 * y, 7 * z, seed) - roughGrain(at - 26 * step, 7 * y, 7 * z, seed);
  } else if (region > 2) {
    depth +=
      0.7 * bump(y - m.knee, 0.09) + 0.8 * bump(y - m.crotch, 0.09) + 0.9 * bump(y - m.ankle - 0.03, 0.07);
    const at = 20 * y + 1.6 * Math.sin(angle + seed);
    slope = roughGrain(7 * x, at + 20 * step, 7 * z, seed) - roughGrain(7 * x, at - 20 * step, 7 * z, seed);
  } else {
    depth +=
      0.55 * bump(y - m.waist - 0.02, 0.09) + 0.5 * bump(Math.hypot(Math.abs(x) - 0.15, y - m.armpit), 0.1);
    // Folds of the trunk fall slantwise towards the middle.
    const across = 9 * x + 6 * Math.sin(6 * x) * y;
    const at = 13 * y + 5 * Math.abs(x);
    slope = roughGrain(across, at + 13 * step, 8 * z, seed) - roughGrain(across, at - 13 * step, 8 * z, seed);
  }
  return 0.62 * depth * Math.max(-0.75, Math.min(0.6, slope));
}

/** A bell of height 1; cut off where it is nothing to see. */
function bump(d: number, width: number): number {
  const t = (d * d) / (width * width);
  return t > 5 ? 0 : Math.exp(-t);
}

/** Where little light comes: armpits, between the legs, under the chin. */
function shadeAt(m: Measures, x: number, y: number, z: number, region: number): number {
  const armpit = Math.hypot(Math.abs(x) - 0.155, y - m.armpit, z + 0.02);
  let light = 1 - 0.3 * bump(armpit, 0.06);
  light *= 1 - 0.3 * bump(Math.hypot(x, y - m.crotch, z), 0.08);
  if (region > 2) light *= 1 - 0.28 * bump(Math.abs(x), 0.045);
  return light;
}

/** Rubbed places are paler: thighs, knees, seat, rims. */
function fade(
  { worn, pattern, seed }: Fabric,
  m: Measures,
  { x, y, z, region, field }: Place,
  out: Float64Array,
): void {
  let by = 0.2 * roughGrain(6 * x, 5 * y, 6 * z, seed + 11);
  if (region > 2 && pattern === "denim")
    by +=
      0.8 * bump(y - 0.5 * (m.crotch + m.knee), 0.14) * (z > -0.01 ? 1 : 0.4) + 0.5 * bump(y - m.knee, 0.05);
  by += 0.5 * bump(field, 0.006);
  by *= worn * 0.35;
  for (let k = 0; k < 3; k++) out[k] += by * (210 - out[k]);
}

/** Replaces the colour, `by` of it. */
export function over(out: Float64Array, colour: Rgb, by = 1): void {
  for (let k = 0; k < 3; k++) out[k] += by * (colour[k] - out[k]);
}

/** Darkens or lightens the colour. */
export function times(out: Float64Array, by: number): void {
  for (let k = 0; k < 3; k++) out[k] *= by;
}
