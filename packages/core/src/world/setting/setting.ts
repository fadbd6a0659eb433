import type { Random } from "../../array/random.js";
import type { Image } from "../../image/image.js";
import type { Lights, Triple } from "../render/shot.js";
import type { Rgb, Surface } from "../render/surface.js";
import { drawThing, surfacesOf } from "./furniture.js";
import { drawOutdoors } from "./outdoors.js";
import { drawRoom } from "./room.js";
import { rectangle, surfaceOf } from "./shapes.js";

/** Everything but the people: what stands about, and the light. */
export interface Setting {
  surfaces: Surface[];
  lights: Lights;
  /** Behind all surfaces. */
  background?: Image | Rgb;
}

export interface SettingOptions {
  /** Things keep out of this radius around the middle, metres: room for the people. */
  clear: number;
  /** How many things stand about, at most. */
  things: number;
  /** A photograph instead of a made place: people stand before it and throw their shadows on its floor. */
  photograph?: Image;
}

/** A room or a place outdoors that the random numbers decide. */
export function drawSetting(chance: Random, { clear, things, photograph }: SettingOptions): Setting {
  const indoors = chance.uniform() < 0.6;
  if (photograph)
    return { surfaces: [shadowFloor()], lights: drawLights(chance, indoors), background: photograph };
  const half = [clear + chance.uniform(0.6, 3), clear + chance.uniform(0.6, 3)] as const;
  const surfaces = indoors ? drawRoom(chance, half) : drawOutdoors(chance);
  const reach = indoors ? Math.min(...half) : clear + 9;
  const count = chance.integer(things + 1);
  for (let i = 0; i < count; i++) {
    const thing = drawThing(chance, indoors);
    const distance = chance.uniform(
      clear + thing.radius,
      Math.max(clear + thing.radius, reach - thing.radius),
    );
    const angle = chance.uniform(0, 2 * Math.PI);
    const [x, z] = [distance * Math.sin(angle), distance * Math.cos(angle)];
    // Furniture looks towards the middle, more or less.
    surfaces.push(...surfacesOf(thing, x, z, angle + Math.PI + chance.normal(0, 0.5)));
  }
  return { surfaces, lights: drawLights(chance, indoors), background: [205, 216, 228] };
}

/** The floor of a photograph: it shows shadows alone. */
function shadowFloor(): Surface {
  const floor = rectangle([-30, 0, 30], [60, 0, 0], [0, 0, -60]);
  return surfaceOf(floor, { colour: [255, 255, 255], catcher: true });
}

/** Sun and sky, or what comes through windows and from lamps. */
function drawLights(chance: Random, indoors: boolean): Lights {
  const warmth = chance.normal(0, 0.06);
  const tinted = (strength: number, tint: number): Triple => [
    strength * (1 + tint),
    strength,
    strength * (1 - tint),
  ];
  const overcast = chance.uniform() < 0.35;
  const key = overcast ? chance.uniform(0.05, 0.25) : chance.uniform(0.4, 0.95);
  const fill = overcast ? chance.uniform(0.6, 0.95) : chance.uniform(0.25, 0.6);
  const elevation = chance.uniform(0.35, 1.35);
  const angle = chance.uniform(0, 2 * Math.PI);
  return {
    sky: {
      above: tinted(fill, warmth - 0.03),
      below: tinted(fill * chance.uniform(0.35, 0.75), warmth + 0.05),
    },
    sun: {
      direction: [
        Math.cos(elevation) * Math.sin(angle),
        Math.sin(elevation),
        Math.cos(elevation) * Math.cos(angle),
      ],
      colour: tinted(key, warmth + (indoors ? 0.05 : 0.03)),
      size: indoors || overcast ? chance.uniform(0.06, 0.2) : 0.02,
    },
    ...(indoors && chance.uniform() < 0.5
      ? {
          lamps: [
            {
              position: [chance.uniform(-2, 2), chance.uniform(1.8, 2.4), chance.uniform(-2, 2)] as const,
              colour: tinted(chance.uniform(0.2, 1), 0.1),
            },
          ],
        }
      : {}),
  };
}
