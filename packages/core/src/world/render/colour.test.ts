import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { project } from "../../camera/projection.js";
import { type RendererOptions, renderer } from "./renderer.js";
import { camera, evenLight, lookAt, quad, sphere } from "./shapes.test-support.js";
import { frameChannels, type Shot } from "./shot.js";

const SIZE = 64;

function colourOf(shot: Shot, options: RendererOptions = {}): Uint8Array {
  const { colour } = frameChannels(SIZE, SIZE);
  renderer(SIZE, SIZE, options).render(shot, { colour });
  return colour;
}

const floor = quad([-4, 0, 4, 4, 0, 4, 4, 0, -4, -4, 0, -4], {
  person: 0,
  material: { colour: [255, 255, 255], castsShadow: false },
});

/** A ball above a floor in the sun, seen from above. */
function ballShot(): Shot {
  return {
    surfaces: [floor, sphere([0, 1, 0], 0.4, 24)],
    camera: lookAt([0, 6, 3], [0, 0, 0], SIZE, 70),
    lights: {
      sky: { above: [0.2, 0.2, 0.2], below: [0.2, 0.2, 0.2], occlusion: 0 },
      sun: { direction: [1, 2, 0], colour: [0.5, 0.5, 0.5], size: 0.02 },
    },
  };
}

test("a ball's shadow falls where the sun throws it, is as large as it must be, and soft at its edge", () => {
  const shot = ballShot();
  const colour = colourOf(shot);
  const at = (x: number, z: number) => {
    const [u, v] = project([x, 0, z], shot.camera);
    return colour[3 * (Math.round(v) * SIZE + Math.round(u))];
  };
  // The sun stands 2 up for each 1 to the right: the centre's shadow falls 0.5 m to the left of the ball's foot.
  const lit = at(1.5, 0);
  const dark = at(-0.5, 0);
  // In linear light the sky's 0.2, against 0.2 + 0.5·cos.
  const sRgb = (light: number) => 255 * (1.055 * light ** (1 / 2.4) - 0.055);
  expect(Math.abs(dark - sRgb(0.2))).toBeLessThan(1);
  expect(Math.abs(lit - sRgb(0.2 + 1 / Math.sqrt(5)))).toBeLessThan(1);
  expect(at(-0.5, 0.3)).toBe(dark);
  expect(at(-0.5, 0.55)).toBe(lit);
  expect(at(-0.5, -0.55)).toBe(lit);
  // Along the sun the disc is stretched by √5/2: 0.447 m either way.
  expect(at(-0.85, 0)).toBe(dark);
  expect(at(-1.08, 0)).toBe(lit);
  const levels = new Set(colour);
  expect([...levels].filter((v) => v > dark + 5 && v < lit - 5).length).toBeGreaterThan(5);
});

test("a catcher shows the background, darkened in the shadow alone", () => {
  const shot = ballShot();
  const data = Uint8Array.from({ length: 3 * SIZE * SIZE }, (_, i) => 60 + (i % 97));
  const background = { width: SIZE, height: SIZE, channels: 3, data };
  const surfaces = [{ ...floor, material: { ...floor.material, catcher: true } }, shot.surfaces[1]];
  const colour = colourOf({ ...shot, surfaces, background });
  const pixel = (x: number, z: number) => {
    const [u, v] = project([x, 0, z], shot.camera);
    return 3 * (Math.round(v) * SIZE + Math.round(u));
  };
  const lit = pixel(1.5, 0);
  const dark = pixel(-0.5, 0);
  expect(Math.abs(colour[lit] - data[lit])).toBeLessThanOrEqual(1);
  expect(colour[dark]).toBeLessThan(0.7 * data[dark]);
});

test("contact darkens the floor near a ball's foot when the sky alone shines", () => {
  const lights = (occlusion: number) =>
    ({ sky: { above: [0.6, 0.6, 0.6], below: [0, 0, 0], occlusion } }) as const;
  const shot = { ...ballShot(), surfaces: [floor, sphere([0, 0.4, 0], 0.4, 24)] };
  const at = (colour: Uint8Array, x: number) => {
    const [u, v] = project([x, 0, 0], shot.camera);
    return colour[3 * (Math.round(v) * SIZE + Math.round(u))];
  };
  const open = colourOf({ ...shot, lights: lights(0) });
  const closed = colourOf({ ...shot, lights: lights(0.7) });
  expect(at(closed, 0.55)).toBeLessThan(at(open, 0.55) - 10);
  expect(at(closed, 0.85)).toBeGreaterThan(at(closed, 0.55));
  expect(at(closed, 2)).toBe(at(open, 2));
});

test("a pixel that an edge crosses mixes in linear light by the share of its samples", () => {
  // The wall ends a quarter of a pixel right of a column's centre: three of four columns of samples lie on it.
  const view = camera(SIZE, 64);
  const edge = 0.25 + 0.5;
  const x = (edge / 64) * 2;
  const wall = quad([-4, 4, 2, x, 4, 2, x, -4, 2, -4, -4, 2]);
  const row = (samples: number) => {
    const colour = colourOf({ surfaces: [wall], camera: view, lights: evenLight }, { samples });
    return Array.from({ length: 4 }, (_, i) => colour[3 * (SIZE * 32 + 30 + i)]);
  };
  const white = row(1)[0];
  expect(white).toBe(231); // linear 0.8
  expect(row(1)).toEqual([white, white, white, 0]);
  // Pixel 32 spans −½…½ about 0.5 + 0.5: samples at ¾ (on the edge's left) and 1¼ of 2 × 2.
  expect(row(4)).toEqual([white, white, 203, 0]);
});

test("frames don't depend on what was drawn before, and equal the picture that was looked at", () => {
  const shot = goldenShot();
  const draw = renderer(SIZE, SIZE);
  const first = frameChannels(SIZE, SIZE);
  draw.render(shot, first);
  const second = frameChannels(SIZE, SIZE);
  draw.render(ballShot(), second);
  draw.render(shot, second);
  expect(second).toEqual(first);
  const golden = goldenPicture();
  let worst = 0;
  let sum = 0;
  for (let i = 0; i < golden.length; i++) {
    const off = Math.abs(golden[i] - first.colour[i]);
    worst = Math.max(worst, off);
    sum += off;
  }
  expect(sum / golden.length).toBeLessThan(0.5);
  expect(worst).toBeLessThan(24);
});

/** What `goldenShot` looked like when it was looked at, 64 × 64 RGB; gzipped and in base 64. */
function goldenPicture(): Uint8Array {
  const packed = readFileSync(join(import.meta.dirname, "colour.golden.txt"), "ascii");
  return gunzipSync(Buffer.from(packed, "base64"));
}

/** A shiny and a dull ball on a checked floor, in the sun, with a lamp. */
function goldenShot(): Shot {
  const checks = Uint8Array.from({ length: 3 * 64 }, (_, i) => {
    const p = Math.floor(i / 3);
    return ((p % 8) + (p >> 3)) % 2 === 0 ? 190 : 110;
  });
  const texture = { width: 8, height: 8, channels: 3, data: checks };
  return {
    surfaces: [
      { ...floor, material: { colour: [230, 220, 200], texture, castsShadow: false } },
      sphere([-0.6, 0.6, 0], 0.6, 20, { material: { colour: [200, 90, 70], specular: 0.5, shininess: 40 } }),
      sphere([0.8, 0.4, 0.5], 0.4, 20, { person: 2, material: { colour: [90, 130, 220], wrap: 0.4 } }),
    ],
    camera: lookAt([0.5, 2, 4], [0, 0.4, 0], SIZE, 80),
    background: [120, 160, 210],
    lights: {
      sky: { above: [0.4, 0.45, 0.5], below: [0.2, 0.17, 0.15] },
      sun: { direction: [1, 1.5, 0.8], colour: [0.8, 0.75, 0.65] },
      lamps: [{ position: [-2, 2, 2], colour: [0.6, 0.4, 0.2] }],
    },
  };
}
