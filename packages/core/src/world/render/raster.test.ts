import fc from "fast-check";
import { expect, test } from "vitest";
import { random } from "../../array/random.js";
import { renderer } from "./renderer.js";
import { camera, evenLight, quad, sphere, surface } from "./shapes.test-support.js";
import { frameChannels } from "./shot.js";

const SIZE = 48;

/** How many of the triangles, each drawn alone, cover each pixel. */
function coverage(positions: number[], triangles: number[]): Uint8Array {
  const count = new Uint8Array(SIZE * SIZE);
  const draw = renderer(SIZE, SIZE);
  const person = new Uint8Array(SIZE * SIZE);
  for (let t = 0; t < triangles.length; t += 3) {
    const surfaces = [surface(positions, triangles.slice(t, t + 3))];
    draw.render({ surfaces, camera: camera(SIZE, 40), lights: evenLight }, { person });
    for (let i = 0; i < count.length; i++) count[i] += person[i];
  }
  return count;
}

/** A grid of n × n cells over more than the picture, its inner corners moved about; every cell two triangles. */
function triangulation(n: number, place: (x: number, y: number) => number[]) {
  const positions: number[] = [];
  const triangles: number[] = [];
  for (let y = 0; y <= n; y++) for (let x = 0; x <= n; x++) positions.push(...place(x / n, y / n));
  for (let y = 0; y < n; y++) {
    for (let x = 0; x < n; x++) {
      const a = y * (n + 1) + x;
      const d = a + n + 1;
      triangles.push(a, d, a + 1, a + 1, d, d + 1);
    }
  }
  return { positions, triangles };
}

test("a triangulation covers every pixel exactly once", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { uniform } = random(seed);
      const n = 7;
      const jitter = () => uniform(-0.3, 0.3) / n;
      const { positions, triangles } = triangulation(n, (x, y) => {
        const inner = x > 0 && x < 1 && y > 0 && y < 1;
        const z = uniform(2, 4);
        return [
          (1.6 * (x - 0.5) + (inner ? jitter() : 0)) * z,
          (1.6 * (y - 0.5) + (inner ? jitter() : 0)) * z,
          z,
        ];
      });
      expect(coverage(positions, triangles).every((n) => n === 1)).toBe(true);
    }),
    { numRuns: 15 },
  );
});

test("edges that pass exactly through pixels' centres are drawn once", () => {
  // At focal length 40 and depth 40 a pixel is a metre: corners lie on centres, edges on rows, columns, diagonals.
  const { positions, triangles } = triangulation(6, (x, y) => [60 * x - 30.5, 60 * y - 30.5, 40]);
  expect(coverage(positions, triangles).every((n) => n === 1)).toBe(true);
});

test("a floor that passes below and behind the camera is drawn up to its horizon, with true depths", () => {
  const height = 1.5;
  const floor = quad([-50, height, -50, 50, height, -50, 50, height, 50, -50, height, 50]);
  const channels = frameChannels(SIZE, SIZE);
  const view = camera(SIZE, 40);
  renderer(SIZE, SIZE).render({ surfaces: [floor], camera: view, lights: evenLight }, channels);
  for (let y = 0; y < SIZE; y++) {
    const down = (y - view.cy) / view.fy;
    const depth = down > height / 50 ? height / down : 0;
    for (let x = 0; x < SIZE; x++) {
      if (Math.abs((x - view.cx) / view.fx) * depth > 49) continue;
      expect(channels.depth[y * SIZE + x]).toBeCloseTo(depth, 4);
    }
  }
});

test("nothing nearer than 5 cm is drawn", () => {
  const near = quad([-1, -1, 0.04, -1, 1, 0.04, 1, 1, 0.04, 1, -1, 0.04]);
  const { depth } = frameChannels(SIZE, SIZE);
  renderer(SIZE, SIZE).render({ surfaces: [near], camera: camera(SIZE, 40), lights: evenLight }, { depth });
  expect(depth.every((z) => z === 0)).toBe(true);
});

test("backs are drawn for two-sided materials alone, with the normal turned round", () => {
  const back = [-1, -1, 2, 1, -1, 2, 1, 1, 2, -1, 1, 2];
  const draw = (twoSided: boolean) => {
    const channels = frameChannels(SIZE, SIZE);
    const surfaces = [quad(back, { material: { colour: [255, 255, 255], twoSided } })];
    renderer(SIZE, SIZE).render({ surfaces, camera: camera(SIZE, 40), lights: evenLight }, channels);
    return channels;
  };
  const middle = (SIZE / 2) * SIZE + SIZE / 2;
  expect(draw(false).depth[middle]).toBe(0);
  expect(draw(true).depth[middle]).toBeCloseTo(2, 6);
  expect(draw(true).normal[3 * middle + 2]).toBeCloseTo(-1, 6);
});

test("the nearer surface wins, in whatever order they come, tile by tile", () => {
  const size = 100; // not a multiple of the tile
  const wall = quad([-9, 9, 6, 9, 9, 6, 9, -9, 6, -9, -9, 6], { person: 2 });
  const ball = sphere([0.3, 0.2, 4], 0.8, 40);
  const draw = (surfaces: (typeof wall)[]) => {
    const channels = frameChannels(size, size);
    renderer(size, size).render({ surfaces, camera: camera(size, 90), lights: evenLight }, channels);
    return channels;
  };
  const first = draw([wall, ball]);
  expect(draw([ball, wall])).toEqual(first);
  expect(new Set(first.person)).toEqual(new Set([1, 2]));
});

test("holes of an alpha-tested texture show what lies behind", () => {
  const data = Uint8Array.from([200, 90, 30, 255, 200, 90, 30, 0]);
  const texture = { width: 2, height: 1, channels: 4, data };
  const front = [-2, 2, 2, 2, 2, 2, 2, -2, 2, -2, -2, 2];
  const leaf = quad(front, { material: { colour: [255, 255, 255], texture, alphaTest: 128 } });
  const { person } = frameChannels(SIZE, SIZE);
  renderer(SIZE, SIZE).render({ surfaces: [leaf], camera: camera(SIZE, 40), lights: evenLight }, { person });
  for (let i = 0; i < person.length; i++) expect(person[i]).toBe(i % SIZE < SIZE / 2 ? 1 : 0);
});
