import type { Random } from "../../array/random.js";
import type { Material, Rgb, Surface } from "../render/surface.js";
import { hsv, panorama, speckles, tiles } from "./pattern.js";
import { rectangle, surfaceOf, turned } from "./shapes.js";

/** Radius of what stands far away, metres. */
const FAR = 40;

/** Ground to the horizon and what stands there: lawn, sand, asphalt or paving, with hills, trees or houses around. */
export function drawOutdoors(chance: Random): Surface[] {
  const { colour, strength, paved } = drawGround(chance);
  const texture = paved ? tiles(chance, colour) : speckles(chance, colour, strength);
  const metres = chance.uniform(1.5, 4);
  const ground = surfaceOf(
    rectangle([-FAR, 0, FAR], [2 * FAR, 0, 0], [0, 0, -2 * FAR], [(2 * FAR) / metres, (2 * FAR) / metres]),
    { colour: [255, 255, 255], texture, castsShadow: false },
  );
  const haze: Rgb = [0, 1, 2].map((c) => 0.6 * colour[c as 0] + 60) as unknown as Rgb;
  const around: Material = {
    colour: [255, 255, 255],
    texture: panorama(chance, haze),
    twoSided: true,
    castsShadow: false,
  };
  const wall = surfaceOf(
    turned(
      [
        [FAR, -2],
        [FAR, 18],
      ],
      48,
    ),
    around,
  );
  return [ground, wall];
}

function drawGround(chance: Random): { colour: Rgb; strength: number; paved: boolean } {
  const kind = chance.uniform();
  if (kind < 0.35)
    return {
      colour: hsv(chance.uniform(0.17, 0.32), 0.5, chance.uniform(0.3, 0.6)),
      strength: 0.8,
      paved: false,
    };
  if (kind < 0.6) return { colour: hsv(0.6, 0.05, chance.uniform(0.25, 0.6)), strength: 0.35, paved: false };
  if (kind < 0.8) return { colour: hsv(0.1, chance.uniform(0.1, 0.4), 0.75), strength: 0.4, paved: false };
  return { colour: hsv(0.08, chance.uniform(0, 0.2), chance.uniform(0.45, 0.8)), strength: 0, paved: true };
}
