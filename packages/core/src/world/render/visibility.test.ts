import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { random } from "../../array/random.js";
import { openBody } from "../../body/openBody.js";
import { bodySkinner } from "../../body/skinning.js";
import type { Camera } from "../../camera/camera.js";
import { cameraCentre, project } from "../../camera/projection.js";
import { camera, lookAt, quad } from "./shapes.test-support.js";
import type { Surface } from "./surface.js";
import { ownParts, type PointQuery, pointVisibility, VISIBILITY } from "./visibility.js";

/**
 * The definition, word for word, over all triangles of the world, by Möller and Trumbore's intersection of a ray with
 * a triangle.
 */
function bruteForce(surfaces: Surface[], view: Camera, { points, persons, own, margin = 0.25 }: PointQuery) {
  const eye = [...cameraCentre(view)];
  const pixels = project(points, { ...view, distortion: [] });
  const R = view.rotation;
  return Uint8Array.from(persons, (person, i) => {
    const [x, y] = [pixels[2 * i], pixels[2 * i + 1]];
    const target = [points[3 * i], points[3 * i + 1], points[3 * i + 2]];
    const ray = target.map((c, k) => c - eye[k]);
    const depth = R[6] * ray[0] + R[7] * ray[1] + R[8] * ray[2];
    if (!(x >= -0.5 && y >= -0.5 && x < view.width - 0.5 && y < view.height - 0.5 && depth > 0.05)) return 0;
    const far = Math.hypot(...ray);
    for (const { positions, triangles, material, part, person: whose } of surfaces) {
      for (let t = 0; t < triangles.length; t += 3) {
        const [a, b, c] = [0, 1, 2].map((k) => [
          ...positions.subarray(3 * triangles[t + k], 3 * triangles[t + k] + 3),
        ]);
        const hit = intersect(eye, ray, a, b, c);
        if (hit === null || (hit.back && !material.twoSided)) continue;
        const before = far * (1 - hit.at);
        if (hit.at * depth < 0.05 || before <= 1e-4) continue;
        const corner = hit.weights.indexOf(Math.max(...hit.weights));
        const mine = person !== 0 && person === whose && part !== undefined;
        const reach = typeof margin === "number" ? margin : margin[i];
        if (mine && before <= reach && Array.from(own[i]).includes(part[triangles[t + corner]])) continue;
        return 1;
      }
    }
    return 2;
  });
}

const minus = (a: number[], b: number[]) => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const dot = (a: number[], b: number[]) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a: number[], b: number[]) => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

function intersect(eye: number[], ray: number[], a: number[], b: number[], c: number[]) {
  const [e, f] = [minus(b, a), minus(c, a)];
  const p = cross(ray, f);
  const det = dot(e, p);
  if (det === 0) return null;
  const s = minus(eye, a);
  const u = dot(s, p) / det;
  const q = cross(s, e);
  const v = dot(ray, q) / det;
  if (u < 0 || v < 0 || u + v > 1) return null;
  return { at: dot(f, q) / det, weights: [1 - u - v, u, v], back: det < 0 };
}

const bytes = new Uint8Array(readFileSync(join(import.meta.dirname, "../../../data/open-body.npz")));

test("joints' visibility equals ray casting over all triangles: 240 joints of five takes of two people", () => {
  const model = openBody(bytes, { mesh: "lite" });
  const skinner = bodySkinner(model);
  const { uniform, normal } = random(7);
  const own = ownParts(model.parents);
  const counts = [0, 0, 0];
  for (let take = 0; take < 5; take++) {
    const surfaces: Surface[] = [];
    const points: number[] = [];
    for (const person of [1, 2]) {
      const positions = new Float32Array(3 * model.vertices);
      const joints = new Float64Array(72);
      const pose = Array.from({ length: 72 }, (_, i) => normal(0, i < 3 ? 1 : 0.35));
      skinner.pose(
        pose,
        [uniform(-0.4, 0.4), uniform(-0.1, 0.1), person === 1 ? 0 : uniform(0.3, 0.9)],
        positions,
        joints,
      );
      surfaces.push({
        positions,
        triangles: model.triangles,
        part: model.part,
        person,
        material: { colour: [9, 9, 9] },
      });
      points.push(...joints);
    }
    const box = [-0.5, -0.4, 1.2, 0.1, -0.4, 1.2, 0.1, 0.1, 1.2, -0.5, 0.1, 1.2];
    surfaces.push(quad(box, { person: 0, material: { colour: [90, 90, 90], twoSided: true } }));
    const view = lookAt([uniform(-1, 1), uniform(-0.5, 1.5), 3], [0, -0.1, 0], 128, 220);
    const query = { points, persons: [...Array(24).fill(1), ...Array(24).fill(2)], own: [...own, ...own] };
    const seen = pointVisibility(surfaces, view, query);
    expect(seen).toEqual(bruteForce(surfaces, view, query));
    for (const v of seen) counts[v]++;
  }
  expect(Math.min(...counts)).toBeGreaterThan(3);
  expect(Math.min(counts[1], counts[2])).toBeGreaterThan(50);
});

const wall = (z: number, more: Partial<Surface> = {}) => quad([-1, 1, z, 1, 1, z, 1, -1, z, -1, -1, z], more);
const one = (surfaces: Surface[], query: Partial<PointQuery> = {}) =>
  pointVisibility(surfaces, camera(64, 64), {
    points: [0.11, 0.07, 3],
    persons: [1],
    own: [[4]],
    ...query,
  })[0];

test("own skin within the margin doesn't hide a joint; other parts, other people, and skin farther off do", () => {
  const skin = (part: number, z: number, person = 1) =>
    wall(z, { person, part: new Uint8Array(4).fill(part) });
  expect(one([])).toBe(VISIBILITY.visible);
  expect(one([skin(4, 2.9)])).toBe(VISIBILITY.visible);
  expect(one([skin(5, 2.9)])).toBe(VISIBILITY.hidden);
  expect(one([skin(4, 2.9, 2)])).toBe(VISIBILITY.hidden);
  expect(one([skin(4, 2.5)])).toBe(VISIBILITY.hidden);
  expect(one([skin(4, 2.5)], { margin: 0.6 })).toBe(VISIBILITY.visible);
  expect(one([skin(4, 2.5)], { margin: [0.6] })).toBe(VISIBILITY.visible);
  expect(one([wall(3.1, { person: 2 })])).toBe(VISIBILITY.visible);
  expect(one([wall(2, { person: 0 })], { persons: [0] })).toBe(VISIBILITY.hidden);
});

test("a point on a surface, behind a one-sided back, or beyond the picture is told apart", () => {
  expect(one([wall(3)])).toBe(VISIBILITY.visible);
  const back = quad([-1, -1, 2, 1, -1, 2, 1, 1, 2, -1, 1, 2], { person: 0 });
  expect(one([back])).toBe(VISIBILITY.visible);
  expect(one([{ ...back, material: { colour: [9, 9, 9], twoSided: true } }])).toBe(VISIBILITY.hidden);
  expect(one([], { points: [2, 0, 3] })).toBe(VISIBILITY.outside);
  expect(one([], { points: [0, 0, -3] })).toBe(VISIBILITY.outside);
});

test("a joint's own parts are itself, its parent, its children", () => {
  expect(ownParts([-1, 0, 0, 1])).toEqual([
    [0, 1, 2],
    [1, 0, 3],
    [2, 0],
    [3, 1],
  ]);
});
