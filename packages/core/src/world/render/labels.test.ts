import { expect, test } from "vitest";
import { project } from "../../camera/projection.js";
import { renderer } from "./renderer.js";
import { camera, evenLight, lookAt, quad, sphere, surface } from "./shapes.test-support.js";
import { type Channels, frameChannels, type Shot } from "./shot.js";

const SIZE = 64;

function draw(shot: Omit<Shot, "lights">): Required<Channels> {
  const channels = frameChannels(SIZE, SIZE);
  renderer(SIZE, SIZE).render({ lights: evenLight, ...shot }, channels);
  return channels;
}

test("a sphere has the depths and normals of its formula", () => {
  const view = camera(SIZE, 80);
  const centre = [0.2, -0.1, 4];
  const { depth, normal } = draw({ surfaces: [sphere(centre, 1, 180)], camera: view });
  let inside = 0;
  for (let i = 0; i < SIZE * SIZE; i++) {
    const d = [((i % SIZE) - view.cx) / view.fx, (Math.floor(i / SIZE) - view.cy) / view.fy, 1];
    const a = d[0] ** 2 + d[1] ** 2 + 1;
    const b = d[0] * centre[0] + d[1] * centre[1] + centre[2];
    const root = b * b - a * (centre[0] ** 2 + centre[1] ** 2 + centre[2] ** 2 - 1);
    if (root < -0.01) expect(depth[i]).toBe(0);
    if (root < 0.2) continue; // near the rim the mesh is not the sphere
    const z = (b - Math.sqrt(root)) / a;
    inside++;
    expect(Math.abs(depth[i] - z)).toBeLessThan(5e-4);
    for (let c = 0; c < 3; c++)
      expect(Math.abs(normal[3 * i + c] - (d[c] * z - centre[c]))).toBeLessThan(2e-3);
  }
  expect(inside).toBeGreaterThan(800);
});

test("texture coordinates are perspective-correct", () => {
  // A quad that recedes from 2 to 6 m; its own frame is (1, 0, 0), (0, 0.6, −0.8) from the corner.
  const o = [-1, 1, 6];
  const along = [2.4, 0, 0];
  const up = [0, -2.4, -3.6];
  const corner = (u: number, v: number) => o.map((x, i) => x + u * along[i] + v * up[i]);
  const corners = [corner(0, 0), corner(0, 1), corner(1, 1), corner(1, 0)].flat();
  const triangles = Uint32Array.of(0, 2, 1, 0, 3, 2);
  const skin = { coordinates: Float32Array.of(0, 0, 0, 1, 1, 1, 1, 0), triangles };
  const part = Uint8Array.of(3, 3, 3, 3);
  const material = { colour: [255, 255, 255], twoSided: true } as const;
  const view = camera(SIZE, 50);
  const { iuv, part: parts } = draw({
    surfaces: [surface(corners, triangles, { skin, part, material })],
    camera: view,
  });
  let inside = 0;
  for (let i = 0; i < SIZE * SIZE; i++) {
    expect(iuv[3 * i]).toBe(parts[i]);
    if (parts[i] === 0) continue;
    inside++;
    const dx = ((i % SIZE) - view.cx) / view.fx;
    const dy = (Math.floor(i / SIZE) - view.cy) / view.fy;
    // o + u·along + v·up = z·(dx, dy, 1)
    const v = (o[1] - dy * o[2]) / (dy * up[2] - up[1]);
    const z = o[2] + v * up[2];
    const u = (dx * z - o[0]) / along[0];
    expect(parts[i]).toBe(4);
    expect(iuv[3 * i + 1]).toBeCloseTo(u, 5);
    expect(iuv[3 * i + 2]).toBeCloseTo(v, 5);
  }
  expect(inside).toBeGreaterThan(300);
});

test("a texture is drawn where its coordinates say", () => {
  const n = 16;
  const data = Uint8Array.from(
    { length: 3 * n * n },
    (_, i) => [8 * (Math.floor(i / 3) % n), 8 * Math.floor(i / 3 / n), 60][i % 3],
  );
  const texture = { width: n, height: n, channels: 3, data };
  const wall = quad([-1, 1, 2, 1, 1, 2, 1, -1, 2, -1, -1, 2], {
    material: { colour: [255, 255, 255], texture },
  });
  const white = { sky: { above: [1, 1, 1], below: [1, 1, 1], occlusion: 0 } } as const;
  const { colour } = frameChannels(SIZE, SIZE);
  // 64 pixels to 2 m at 2 m: four pixels a texel; the shoulder starts above these colours.
  renderer(SIZE, SIZE).render({ surfaces: [wall], camera: camera(SIZE, 64), lights: white }, { colour });
  for (let y = 6; y < SIZE - 6; y++) {
    for (let x = 6; x < SIZE - 6; x++) {
      const i = 3 * (y * SIZE + x);
      expect(Math.abs(colour[i] - 8 * ((x + 0.5) / 4 - 0.5))).toBeLessThan(1.1);
      expect(Math.abs(colour[i + 1] - 8 * ((y + 0.5) / 4 - 0.5))).toBeLessThan(1.1);
      expect(colour[i + 2]).toBe(60);
    }
  }
});

test("the part of a pixel is that of the nearest corner", () => {
  const part = Uint8Array.of(0, 1, 2, 3);
  const { part: parts } = draw({
    surfaces: [quad([-1, 1, 2, 1, 1, 2, 1, -1, 2, -1, -1, 2], { part })],
    camera: camera(SIZE, 64),
  });
  const at = (x: number, y: number) => parts[y * SIZE + x];
  expect([at(2, 61), at(61, 61), at(61, 2), at(2, 2)]).toEqual([1, 2, 3, 4]);
});

test("flow leads to where the point is in the next frame, for things and cameras that move", () => {
  const corners = [-1, 1, 3, 1, 1, 4, 1, -1, 4, -1, -1, 3];
  const later = Float32Array.from(corners, (x, i) => x + [0.3, -0.1, 0.5][i % 3]);
  const view = camera(SIZE, 60);
  const laterCamera = { ...lookAt([0.2, 0, 0], [0.1, 0.2, 4], SIZE, 60), fx: 66 };
  for (const next of [undefined, laterCamera]) {
    const { flow, depth } = draw({ surfaces: [quad(corners, { later })], camera: view, laterCamera: next });
    for (let i = 0; i < SIZE * SIZE; i++) {
      if (depth[i] === 0) {
        expect([flow[2 * i], flow[2 * i + 1]]).toEqual([0, 0]);
        continue;
      }
      const [x, y, z] = [i % SIZE, Math.floor(i / SIZE), depth[i]];
      const point = [((x - view.cx) / view.fx) * z + 0.3, ((y - view.cy) / view.fy) * z - 0.1, z + 0.5];
      const [u, v] = project(point, next ?? view);
      expect(flow[2 * i]).toBeCloseTo(u - x, 3);
      expect(flow[2 * i + 1]).toBeCloseTo(v - y, 3);
    }
  }
});

test("a channel of the wrong length and a camera of another size are named", () => {
  const { render } = renderer(SIZE, SIZE);
  const shot = { surfaces: [], camera: camera(SIZE, 50), lights: evenLight };
  expect(() => render(shot, { depth: new Float32Array(5) })).toThrow(/depth: 5 numbers, 4096 wanted/);
  expect(() => render({ ...shot, camera: camera(50, 50) }, {})).toThrow(
    /camera "camera": its picture is 50 × 50/,
  );
  const torn = { ...quad([0, 0, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1]), part: new Uint8Array(3) };
  expect(() => render({ ...shot, surfaces: [torn] }, {})).toThrow(/surfaces\[0\]: parts of 4 vertices/);
});
