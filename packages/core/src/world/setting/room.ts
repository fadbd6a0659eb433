import type { Random } from "../../array/random.js";
import type { Material, Rgb, Surface } from "../render/surface.js";
import { boards, bricks, hsv, plaster, poster, speckles, stripes, tiles } from "./pattern.js";
import { rectangle, surfaceOf } from "./shapes.js";

/**
 * Floor, walls and ceiling around the middle of the world, with pictures and windows on the walls. Walls show their inner
 * side alone, so that a camera may stand outside, and let the sun in.
 *
 * @param half Half the room's width and depth, metres.
 */
export function drawRoom(chance: Random, half: readonly [number, number]): Surface[] {
  const [x, z] = half;
  const height = chance.uniform(2.4, 4);
  const wall: Material = { colour: [255, 255, 255], texture: drawWall(chance) };
  const ceiling: Material = { colour: hsv(0.1, chance.uniform(0, 0.1), chance.uniform(0.8, 1)) };
  const metres = chance.uniform(1.2, 2.5);
  const upon = (material: Material, corner: number[], across: number[], up: number[]) => {
    const sides = [Math.hypot(...across) / metres, Math.hypot(...up) / metres] as const;
    return surfaceOf(rectangle(corner, across, up, sides), { ...material, castsShadow: false });
  };
  const surfaces = [
    upon(drawFloor(chance), [-x, 0, z], [2 * x, 0, 0], [0, 0, -2 * z]),
    upon(ceiling, [-x, height, -z], [2 * x, 0, 0], [0, 0, 2 * z]),
  ];
  const walls = [
    { corner: [-x, 0, -z], across: [2 * x, 0, 0] },
    { corner: [x, 0, z], across: [-2 * x, 0, 0] },
    { corner: [x, 0, -z], across: [0, 0, 2 * z] },
    { corner: [-x, 0, z], across: [0, 0, -2 * z] },
  ];
  for (const { corner, across } of walls) {
    surfaces.push(upon(wall, corner, across, [0, height, 0]));
    surfaces.push(...drawWallThings(chance, corner, across, height));
  }
  return surfaces;
}

/** Pictures, windows, doors and skirting boards, a little in front of the wall. */
function drawWallThings(chance: Random, corner: number[], across: number[], height: number): Surface[] {
  const length = Math.hypot(...across);
  const along = across.map((c) => c / length);
  // The inner side's normal: along × up.
  const inward = [-(along[2] as number), 0, along[0] as number];
  const upon = (from: number, low: number, width: number, tall: number, material: Material, off: number) =>
    surfaceOf(
      rectangle(
        corner.map(
          (c, i) => c + from * (along[i] as number) + off * (inward[i] as number) + (i === 1 ? low : 0),
        ),
        along.map((c) => c * width),
        [0, tall, 0],
      ),
      { ...material, castsShadow: false },
    );
  const skirting: Material = { colour: hsv(0.1, chance.uniform(0, 0.4), chance.uniform(0.3, 1)) };
  const surfaces = [upon(0, 0, length, chance.uniform(0.05, 0.15), skirting, 0.012)];
  const count = chance.integer(5);
  for (let i = 0; i < count; i++) {
    const width = Math.min(0.8 * (length / count), chance.uniform(0.4, 1.8));
    const from = ((i + 0.1) * length) / count + chance.uniform(0, length / count - width - 0.05);
    const low = chance.uniform(0.7, 1.5);
    const tall = Math.min(height - low - 0.1, chance.uniform(0.4, 1.4));
    const frame: Material = {
      colour: hsv(chance.uniform(), chance.uniform(0, 0.5), chance.uniform(0.1, 0.9)),
    };
    const bright: Material = { colour: hsv(0.56, chance.uniform(0, 0.3), 1) };
    const content: Material =
      chance.uniform() < 0.3 ? bright : { colour: [255, 255, 255], texture: poster(chance) };
    surfaces.push(upon(from - 0.04, low - 0.04, width + 0.08, tall + 0.08, frame, 0.015));
    surfaces.push(upon(from, low, width, tall, content, 0.03));
  }
  return surfaces;
}

/** Mostly off-white, grey and earthen, at times any colour. */
function drawColour(chance: Random, saturation: number): Rgb {
  const any = chance.uniform() < 0.25;
  const hue = any ? chance.uniform() : chance.uniform(0.02, 0.16);
  return hsv(hue, chance.uniform(0, any ? saturation : 0.5 * saturation), chance.uniform(0.3, 1));
}

function drawWall(chance: Random) {
  const kind = chance.uniform();
  if (kind < 0.6) return plaster(chance, drawColour(chance, 0.4));
  if (kind < 0.75)
    return bricks(
      chance,
      hsv(chance.uniform(0.01, 0.08), chance.uniform(0.2, 0.6), chance.uniform(0.4, 0.9)),
    );
  if (kind < 0.85) return stripes(chance, [drawColour(chance, 0.4), drawColour(chance, 0.4)], false);
  return tiles(chance, drawColour(chance, 0.3));
}

function drawFloor(chance: Random): Material {
  const kind = chance.uniform();
  const white: Rgb = [255, 255, 255];
  if (kind < 0.4) {
    const colour = hsv(chance.uniform(0.04, 0.12), chance.uniform(0.2, 0.6), chance.uniform(0.35, 0.9));
    return { colour: white, texture: boards(chance, colour), specular: 0.2 };
  }
  if (kind < 0.65)
    return {
      colour: white,
      texture: tiles(chance, drawColour(chance, 0.3), drawColour(chance, 0.3)),
      specular: 0.3,
    };
  return { colour: white, texture: speckles(chance, drawColour(chance, 0.5), chance.uniform(0.1, 0.4)) };
}
