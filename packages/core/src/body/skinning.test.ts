import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  quaternionRotate,
  random,
  rotationVectorToMatrix,
  rotationVectorToQuaternion,
} from "../array/index.js";
import { correctivesOf } from "./file.js";
import type { BodyModel } from "./model.js";
import { vertexNormals } from "./normals.js";
import { bodySkinner } from "./skinning.js";
import { entriesOf, sparseRows } from "./sparse.js";
import { skinWeights } from "./weights.js";

const V = 30;
const parents = [-1, 0, 1, 1, 3];
const J = parents.length;
const P = 9 * (J - 1);
const S = 4;

/** A body of random numbers, also as the dense arrays of a file. */
function randomBody(seed: number) {
  const { uniform, integer } = random(seed);
  const numbers = (n: number, size: number) => Float32Array.from({ length: n }, () => uniform(-size, size));
  const template = numbers(3 * V, 1);
  const shapes = numbers(3 * V * S, 0.1);
  const posedirs = numbers(3 * V * P, 0.02).map((value, i) => ((i / P / 3) % 3 < 1 ? value : 0));
  const regressor = numbers(J * V, 1).map((value) => (value > 0.6 ? value : 0));
  const weights = new Float32Array(V * J);
  for (let v = 0; v < V; v++) {
    const share = uniform(0, 1);
    weights[v * J + integer(J)] += share;
    weights[v * J + 3] += 1 - share;
  }
  const model: BodyModel = {
    name: "random",
    vertices: V,
    joints: parents.map((_, j) => `joint${j}`),
    parents: Int32Array.from(parents),
    template,
    triangles: new Uint32Array(0),
    shapes,
    shapeCount: S,
    correctives: correctivesOf(posedirs, V, J),
    regressor: sparseRows(J, entriesOf(regressor, V)),
    weights: skinWeights(weights, V, J, "random"),
    keypoints: {},
    keypointSets: {},
  };
  return { model, posedirs, regressor, weights };
}

/** Skinning as the paper writes it, in 4×4 matrices and dense loops; the peer of the fast one. */
function reference(
  { model, posedirs, regressor, weights }: ReturnType<typeof randomBody>,
  betas: number[],
  pose: Float64Array,
  translation: number[],
) {
  const shaped = Array.from(model.template, (x, i) =>
    betas.reduce((sum, b, k) => sum + b * model.shapes[i * S + k], x),
  );
  const rest = Array.from({ length: J * 3 }, (_, i) => {
    let sum = 0;
    for (let v = 0; v < V; v++) sum += regressor[Math.floor(i / 3) * V + v] * shaped[3 * v + (i % 3)];
    return sum;
  });
  const R = parents.map((_, j) => rotationVectorToMatrix(pose.subarray(3 * j, 3 * j + 3)));
  const features = R.slice(1).flatMap((r) => Array.from(r, (x, i) => x - (i % 4 === 0 ? 1 : 0)));
  const world: number[][] = [];
  parents.forEach((parent, j) => {
    const t = [0, 1, 2].map((a) => rest[3 * j + a] - (parent < 0 ? 0 : rest[3 * parent + a]));
    const local = [
      ...R[j].subarray(0, 3),
      t[0],
      ...R[j].subarray(3, 6),
      t[1],
      ...R[j].subarray(6, 9),
      t[2],
      0,
      0,
      0,
      1,
    ];
    world.push(parent < 0 ? local : times(world[parent], local));
  });
  const A = world.map((G, j) =>
    times(G, [1, 0, 0, -rest[3 * j], 0, 1, 0, -rest[3 * j + 1], 0, 0, 1, -rest[3 * j + 2], 0, 0, 0, 1]),
  );
  const vertices = Array.from({ length: V }, (_, v) => {
    const p = [0, 1, 2].map((a) =>
      features.reduce((sum, f, i) => sum + f * posedirs[(3 * v + a) * P + i], shaped[3 * v + a]),
    );
    const M = Array.from({ length: 16 }, (_, i) =>
      A.reduce((sum, a, j) => sum + weights[v * J + j] * a[i], 0),
    );
    return [0, 1, 2].map(
      (r) => M[4 * r] * p[0] + M[4 * r + 1] * p[1] + M[4 * r + 2] * p[2] + M[4 * r + 3] + translation[r],
    );
  }).flat();
  const joints = world.flatMap((G) => [3, 7, 11].map((i, a) => G[i] + translation[a]));
  return { vertices, joints };
}

const times = (a: number[], b: number[]) =>
  Array.from({ length: 16 }, (_, i) =>
    [0, 1, 2, 3].reduce((sum, k) => sum + a[(i & 12) + k] * b[4 * k + (i & 3)], 0),
  );

const apart = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((worst, x, i) => Math.max(worst, Math.abs(x - b[i])), 0);

/** Rotation vectors from none at all over tiny ones to more than a whole turn. */
const angles = fc.array(
  fc.oneof(
    fc.constant(0),
    fc.double({ min: -1e-7, max: 1e-7, noNaN: true }),
    fc.double({ min: -4, max: 4, noNaN: true }),
  ),
  { minLength: 3 * J, maxLength: 3 * J },
);

describe("skinning", () => {
  test("equals the paper's formulas, in any shape and pose, as vectors and as matrices", () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), angles, (seed, vector) => {
        const body = randomBody(seed);
        const pose = Float64Array.from(vector);
        const betas = [1, -2, 0.5];
        const want = reference(body, betas, pose, [1, 2, 3]);
        const skinner = bodySkinner(body.model);
        skinner.shape(betas);
        const vertices = new Float64Array(3 * V);
        const joints = new Float64Array(3 * J);
        skinner.pose(pose, [1, 2, 3], vertices, joints);
        expect(apart(vertices, want.vertices)).toBeLessThan(2e-6);
        expect(apart(joints, want.joints)).toBeLessThan(2e-6);
        const matrices = parents.flatMap((_, j) => [
          ...rotationVectorToMatrix(pose.subarray(3 * j, 3 * j + 3)),
        ]);
        const again = new Float32Array(3 * V);
        skinner.pose(matrices, [1, 2, 3], again);
        expect(apart(again, vertices)).toBeLessThan(1e-6);
      }),
      { numRuns: 60 },
    ));

  test("the root turns the whole body about its own joint", () => {
    const { model } = randomBody(3);
    const skinner = bodySkinner(model);
    const pose = new Float64Array(3 * J).map((_, i) => Math.sin(i + 1));
    pose.fill(0, 0, 3);
    const before = new Float64Array(3 * V);
    skinner.pose(pose, [0, 0, 0], before);
    const turn = [0.3, -1.2, 0.8];
    pose.set(turn);
    const after = new Float64Array(3 * V);
    skinner.pose(pose, [0, 0, 0], after);
    const root = skinner.restJoints.subarray(0, 3);
    const q = rotationVectorToQuaternion(turn);
    for (let v = 0; v < V; v++) {
      const moved = quaternionRotate(
        q,
        [0, 1, 2].map((a) => before[3 * v + a] - root[a]),
      );
      expect(
        apart(
          moved.map((x, a) => x + root[a]),
          after.subarray(3 * v, 3 * v + 3),
        ),
      ).toBeLessThan(1e-6);
    }
  });

  test("a skinner keeps nothing of earlier bodies", () => {
    const { model } = randomBody(4);
    const [fresh, used] = [bodySkinner(model), bodySkinner(model)];
    const out = [new Float32Array(3 * V), new Float32Array(3 * V)];
    used.shape([3, 3, 3, 3]);
    used.pose(new Float64Array(3 * J).fill(1), [5, 5, 5], out[1]);
    used.shape([1]);
    fresh.shape([1, 0, 0, 0]);
    for (const [i, skinner] of [fresh, used].entries())
      skinner.pose(new Float64Array(3 * J).fill(0.2), [0, 1, 0], out[i]);
    expect(out[1]).toEqual(out[0]);
  });

  test("the mean shape in the rest pose is the template; correctives can be left out", () => {
    const { model } = randomBody(5);
    const still = new Float32Array(3 * V);
    bodySkinner(model).pose(new Float64Array(3 * J), [0, 0, 0], still);
    expect(apart(still, model.template)).toBeLessThan(1e-6);
    const [bent, plain, none] = [new Float32Array(3 * V), new Float32Array(3 * V), new Float32Array(3 * V)];
    const pose = new Float64Array(3 * J).fill(0.5);
    bodySkinner(model).pose(pose, [0, 0, 0], bent);
    bodySkinner(model, { correctives: false }).pose(pose, [0, 0, 0], plain);
    bodySkinner({ ...model, correctives: null }).pose(pose, [0, 0, 0], none);
    expect(plain).toEqual(none);
    expect(apart(bent, plain)).toBeGreaterThan(1e-3);
  });

  test("arrays of another size are refused by their name", () => {
    const skinner = bodySkinner(randomBody(6).model);
    const vertices = new Float32Array(3 * V);
    expect(() => skinner.pose(new Float64Array(72), [0, 0, 0], vertices)).toThrow(
      /pose has 72 numbers, expected 15 or 45/,
    );
    expect(() => skinner.pose(new Float64Array(15), [0, 0, 0], new Float32Array(9))).toThrow(
      /vertices has 9 numbers/,
    );
    expect(() => skinner.pose(new Float64Array(15), [0, 0], vertices)).toThrow(/translation has 2 numbers/);
    expect(() => skinner.shape(new Float64Array(5))).toThrow(/betas has 5 numbers, expected at most 4/);
  });
});

describe("normals", () => {
  test("of an octahedron point outwards; a vertex without triangles has none", () => {
    const points = [1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 9, 9, 9];
    const faces = [0, 2, 4, 2, 1, 4, 1, 3, 4, 3, 0, 4, 2, 0, 5, 1, 2, 5, 3, 1, 5, 0, 3, 5];
    const normals = vertexNormals(points, Uint32Array.from(faces));
    expect(apart(normals.subarray(0, 18), points)).toBeLessThan(1e-6);
    expect([...normals.subarray(18)]).toEqual([0, 0, 0]);
  });
});
