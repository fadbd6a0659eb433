import type { Random } from "../../array/random.js";
import type { Image } from "../../image/image.js";
import type { Rgb } from "../render/surface.js";
import { noise } from "./noise2d.js";

/** Side of a pattern in texels. */
const SIDE = 256;

/** A colour for each point of the unit square; brightness 1 leaves the colour as it is. */
type Shade = (u: number, v: number) => { colour: Rgb; brightness: number };

function painted(shade: Shade, width = SIDE, height = SIDE): Image {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, p = 0; y < height; y++)
    for (let x = 0; x < width; x++, p += 3) {
      const { colour, brightness } = shade((x + 0.5) / width, 1 - (y + 0.5) / height);
      for (let c = 0; c < 3; c++) data[p + c] = Math.min(255, Math.max(0, colour[c as 0] * brightness));
    }
  return { width, height, channels: 3, data };
}

/** Colour from hue, saturation and value, each 0 … 1. */
export function hsv(hue: number, saturation: number, value: number): Rgb {
  const channel = (n: number) => {
    const k = (n + 6 * hue) % 6;
    return 255 * value * (1 - saturation * Math.max(0, Math.min(k, 4 - k, 1)));
  };
  return [channel(5), channel(3), channel(1)];
}

/** Even paint with faint stains. */
export function plaster(chance: Random, colour: Rgb): Image {
  const stains = noise(chance, [3, 3], 5);
  const grain = noise(chance, [128, 128]);
  return painted((u, v) => ({ colour, brightness: 0.9 + 0.12 * stains(u, v) + 0.05 * grain(u, v) }));
}

/** Boards along v, each of its own tone, with grain. */
export function boards(chance: Random, colour: Rgb): Image {
  const count = 4 + chance.integer(5);
  const tones = Array.from({ length: count }, () => chance.uniform(0.75, 1.1));
  const joints = tones.map(() => chance.uniform());
  const grain = noise(chance, [48, 3], 3);
  return painted((u, v) => {
    const board = Math.floor(u * count);
    const edge = Math.abs(((u * count) % 1) - 0.5) > 0.48;
    const joint = Math.abs(((v + (joints[board] as number)) % 1) - 0.5) < 0.004;
    const shift = (joints[board] as number) * 7;
    const tone = (tones[board] as number) * (0.75 + 0.4 * grain(u, v + shift));
    return { colour, brightness: edge || joint ? 0.45 * tone : tone };
  });
}

/** Tiles with joints; every second one in another colour where two are given. */
export function tiles(chance: Random, colour: Rgb, second: Rgb = colour): Image {
  const count = 2 * (1 + chance.integer(4));
  const stains = noise(chance, [4, 4], 4);
  const tones = Array.from({ length: count * count }, () => chance.uniform(0.92, 1.04));
  return painted((u, v) => {
    const [x, y] = [Math.floor(u * count), Math.floor(v * count)];
    const joint = Math.max(Math.abs(((u * count) % 1) - 0.5), Math.abs(((v * count) % 1) - 0.5)) > 0.475;
    const tone = (tones[y * count + x] as number) * (0.88 + 0.2 * stains(u, v));
    return { colour: (x + y) % 2 ? second : colour, brightness: joint ? 0.6 * tone : tone };
  });
}

/** Bricks in running bond. */
export function bricks(chance: Random, colour: Rgb): Image {
  const [columns, rows] = [6, 16];
  const tones = Array.from({ length: columns * rows }, () => chance.uniform(0.7, 1.1));
  const grain = noise(chance, [64, 64], 2);
  const mortar: Rgb = [176, 170, 160];
  return painted((u, v) => {
    const y = Math.floor(v * rows);
    const along = u * columns + (y % 2) / 2;
    const joint = Math.abs((along % 1) - 0.5) > 0.47 || Math.abs(((v * rows) % 1) - 0.5) > 0.43;
    const brightness =
      (0.8 + 0.4 * grain(u, v)) *
      (joint ? 1 : (tones[y * columns + (Math.floor(along) % columns)] as number));
    return { colour: joint ? mortar : colour, brightness };
  });
}

/** Fine and coarse speckles: carpet, lawn, asphalt, gravel, sand. */
export function speckles(chance: Random, colour: Rgb, strength: number): Image {
  const fine = noise(chance, [128, 128], 2);
  const coarse = noise(chance, [4, 4], 4);
  const tint = noise(chance, [12, 12], 2);
  return painted((u, v) => {
    const warm = 12 * strength * (tint(u, v) - 0.5);
    return {
      colour: [colour[0] + 3 * warm, colour[1] + warm, colour[2] - warm],
      brightness: 1 + strength * (1.2 * (fine(u, v) - 0.5) + 0.8 * (coarse(u, v) - 0.5)),
    };
  });
}

/** Stripes or checks of a few colours: wallpaper, curtains, blankets. */
export function stripes(chance: Random, colours: readonly Rgb[], checked: boolean): Image {
  const count = 4 + 2 * chance.integer(8);
  const order = Array.from({ length: count }, () => colours[chance.integer(colours.length)] as Rgb);
  const weave = noise(chance, [128, 128]);
  return painted((u, v) => {
    const across = order[Math.floor(u * count)] as Rgb;
    const along = checked ? (order[Math.floor(v * count)] as Rgb) : across;
    const colour: Rgb = [0, 1, 2].map((c) => (across[c as 0] + along[c as 0]) / 2) as unknown as Rgb;
    return { colour, brightness: 0.9 + 0.15 * weave(u, v) };
  });
}

/** A picture of nothing in particular: patches and gradients, as posters, screens and book shelves have them. */
export function poster(chance: Random): Image {
  const shapes = Array.from({ length: 3 + chance.integer(9) }, () => ({
    colour: hsv(chance.uniform(), chance.uniform(0.1, 0.9), chance.uniform(0.15, 1)),
    u: chance.uniform(),
    v: chance.uniform(),
    width: chance.uniform(0.05, 0.6),
    height: chance.uniform(0.03, 0.5),
    round: chance.uniform() < 0.4,
  }));
  const ground = hsv(chance.uniform(), chance.uniform(0, 0.6), chance.uniform(0.2, 1));
  return painted(
    (u, v) => {
      let colour = ground;
      for (const shape of shapes) {
        const [x, y] = [(u - shape.u) / shape.width, (v - shape.v) / shape.height];
        if (shape.round ? x * x + y * y < 0.25 : Math.max(Math.abs(x), Math.abs(y)) < 0.5)
          colour = shape.colour;
      }
      return { colour, brightness: 0.85 + 0.3 * v };
    },
    128,
    128,
  );
}

/**
 * What stands far away, once around: sky, and below it hills, trees or houses.
 *
 * The lowest tenth of the picture is the ground's haze; the horizon lies at its top.
 */
export function panorama(chance: Random, ground: Rgb): Image {
  const overcast = chance.uniform();
  const zenith = hsv(0.58, 0.55 * (1 - overcast), 0.75 + 0.1 * overcast);
  const low = hsv(0.56, 0.15 * (1 - overcast), 0.95);
  const clouds = noise(chance, [6, 3], 5);
  const town = chance.uniform() < 0.5;
  const heights = noise(chance, [24, 1], town ? 1 : 4);
  const leaves = noise(chance, [256, 64], 3);
  const blocks = Array.from({ length: 64 }, () => ({
    top: chance.uniform(0.12, 0.45),
    colour: hsv(chance.uniform(0.02, 0.14), chance.uniform(0, 0.3), chance.uniform(0.35, 0.85)),
    windows: 3 + chance.integer(6),
  }));
  return painted(
    (u, v) => {
      if (v < 0.1) return { colour: ground, brightness: 0.9 };
      const height = (v - 0.1) / 0.9;
      if (town) {
        const block = blocks[Math.floor(u * 64)] as (typeof blocks)[number];
        if (height < block.top) {
          const [x, y] = [(u * 64 * block.windows) % 1, (height * 60) % 1];
          const pane = x > 0.3 && x < 0.75 && y > 0.3 && y < 0.8;
          return { colour: block.colour, brightness: pane ? 0.5 : 0.95 };
        }
      } else if (height < 0.08 + 0.3 * heights(u, 0)) {
        const dark = 0.35 + 0.75 * leaves(u, v);
        return { colour: [70, 96, 52], brightness: dark };
      }
      const t = Math.min(1, 1.3 * height);
      const cloud = Math.max(0, Math.min(1, 3 * (clouds(u, v) - 0.5 + 0.3 * overcast)));
      const colour = [0, 1, 2].map((c) => {
        const clear = low[c as 0] + t * (zenith[c as 0] - low[c as 0]);
        return clear + cloud * (238 - clear);
      }) as unknown as Rgb;
      return { colour, brightness: 1 };
    },
    1024,
    256,
  );
}
