import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readNpz } from "../format/npz.js";
import { readBody } from "./file.js";
import { bodyKeypoints } from "./keypoints.js";
import type { BodyModel } from "./model.js";
import { openBody } from "./openBody.js";
import { openBodyShapes } from "./openBodyShapes.js";
import { packOpenBody } from "./openBodyWriter.js";
import { bodySkinner } from "./skinning.js";

const bytes = new Uint8Array(readFileSync(join(import.meta.dirname, "../../data/open-body.npz")));
const sources = join(import.meta.dirname, "../../../../../shared/data/open-body");
const source = (name: string) => new Uint8Array(readFileSync(join(sources, name)));
const json = (name: string) => JSON.parse(readFileSync(join(sources, name), "utf8"));

const full = openBody(bytes);
const lite = openBody(bytes, { mesh: "lite" });
const fingers = openBody(bytes, { fingers: true });

const bounds = (points: ArrayLike<number>, axis: number) => {
  const values = Array.from(points).filter((_, i) => i % 3 === axis);
  return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
};

describe("the open body", () => {
  test("is small, and has the sizes that it says", () => {
    expect(bytes.length).toBeLessThan(1e6);
    expect([full.vertices, full.triangles.length / 3]).toEqual([13061, 26110]);
    expect([lite.vertices, lite.triangles.length / 3]).toEqual([3001, 5998]);
    expect(fingers.joints).toHaveLength(52);
    expect(full.keypointSets.coco17).toHaveLength(17);
  });

  test.each([
    ["full", full],
    ["lite", lite],
  ])("%s: a closed skin, counter-clockwise from outside, with the volume of an adult", (_, model) => {
    const edges = new Map<number, number>();
    const edge = (from: number, to: number) => from * model.vertices + to;
    for (let t = 0; t < model.triangles.length; t += 3) {
      const [a, b, c] = model.triangles.subarray(t, t + 3);
      for (const key of [edge(a, b), edge(b, c), edge(c, a)]) edges.set(key, (edges.get(key) ?? 0) + 1);
    }
    const open = [...edges.keys()].filter(
      (key) => edges.get(edge(key % model.vertices, Math.floor(key / model.vertices))) !== 1,
    );
    expect(open).toEqual([]);
    expect(volume(model.template, model.triangles)).toBeCloseTo(0.07, 3);
  });

  test("convention: Y up, facing +Z, its left at +X, feet below", () => {
    const joint = (name: string) => {
      const j = 3 * full.joints.indexOf(name);
      return bodySkinner(full).restJoints.subarray(j, j + 3);
    };
    expect(joint("left_wrist")[0]).toBeGreaterThan(0.5);
    expect(joint("head")[1]).toBeGreaterThan(0.4);
    const toes = full.keypoints.left_big_toe?.vertices[0] as number;
    expect(full.template[3 * toes + 2]).toBeGreaterThan(joint("left_ankle")[2] + 0.08);
    expect(bounds(full.template, 1)[0]).toBeCloseTo(-0.942, 3);
  });

  test.each([
    ["full", full],
    ["lite", lite],
    ["fingers", fingers],
  ])("%s: weights sum to 1, mirrored vertices mirror, joints lie inside", (_, model) => {
    const { weights, perVertex } = model.weights;
    const p = model.template;
    let [sums, order, sides] = [0, 0, 0];
    for (let v = 0; v < model.vertices; v++) {
      const row = weights.subarray(v * perVertex, (v + 1) * perVertex);
      sums = Math.max(sums, Math.abs(row.reduce((a, b) => a + b, 0) - 1));
      order = row.reduce((worst, w, k) => Math.max(worst, k > 0 ? w - row[k - 1] : 0), order);
      const other = (model.mirror as Uint32Array)[v];
      sides = Math.max(sides, Math.abs(p[3 * v] + p[3 * other]), Math.abs(p[3 * v + 1] - p[3 * other + 1]));
    }
    expect(sums).toBeLessThan(1e-6);
    expect(order).toBe(0);
    expect(sides).toBeLessThan(4e-5);
    const { offsets, values } = model.regressor;
    for (let j = 0; j < model.joints.length; j++)
      expect(values.subarray(offsets[j], offsets[j + 1]).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
  });

  test("lite vertices are full ones in every pose", () => {
    const lowest = posed(lite);
    const all = posed(full);
    const near = (v: number) => {
      let best = Infinity;
      for (let i = 0; i < all.length; i += 3)
        best = Math.min(
          best,
          Math.abs(all[i] - lowest[v]) +
            Math.abs(all[i + 1] - lowest[v + 1]) +
            Math.abs(all[i + 2] - lowest[v + 2]),
        );
      return best;
    };
    // Joints come from other regressors, which differ by up to some millimetres.
    for (let v = 0; v < lowest.length; v += 3 * 101) expect(near(v)).toBeLessThan(0.008);
  });

  test("keypoints lie at the joints that they name, fingers of the lite mesh too", () => {
    for (const mesh of ["full", "lite"] as const) {
      const model = openBody(bytes, { mesh, fingers: true });
      const skinner = bodySkinner(model);
      const names = ["left_shoulder", "right_knee", "left_index1", "right_thumb2"];
      const out = new Float64Array(3 * names.length);
      bodyKeypoints(model, names)(skinner.rest, skinner.restJoints, out);
      names.forEach((name, i) => {
        const j = 3 * model.joints.indexOf(name);
        const apart = [0, 1, 2].map((axis) => out[3 * i + axis] - skinner.restJoints[j + axis]);
        expect(Math.hypot(...apart)).toBeLessThan(0.004);
      });
    }
  });

  test("shapes: a tall man is tall, a heavy one is wide, examples have the stature that their source states", () => {
    const shapes = openBodyShapes(bytes);
    const skinner = bodySkinner(full);
    const stature = (betas: ArrayLike<number>) => {
      skinner.shape(betas);
      const [low, high] = bounds(skinner.rest, 1);
      return high - low;
    };
    expect(stature(shapes.betas({ male: 1, stature: 1.85 }))).toBeCloseTo(1.85, 1);
    expect(stature(shapes.betas({ male: 0, stature: 1.55 }))).toBeCloseTo(1.55, 1);
    expect(stature(shapes.examples.female as Float64Array)).toBeCloseTo(1.62, 2);
    const litres = (massIndex: number) => {
      skinner.shape(shapes.betas({ massIndex }));
      return volume(skinner.rest, full.triangles);
    };
    // Of 1.69 m: an index of 10 is 28 kg.
    expect(litres(30) - litres(20)).toBeCloseTo(0.0286 / 0.985, 2);
  });

  test("another archive is refused by what it lacks", () => {
    expect(() => openBody(new Uint8Array([0x50, 0x4b, 5, 6, ...new Array(18).fill(0)]))).toThrow(
      /has no layout, expected "open body 1"/,
    );
  });
});

/** m³ within a closed mesh. */
function volume(p: ArrayLike<number>, triangles: Uint32Array): number {
  let sum = 0;
  for (let t = 0; t < triangles.length; t += 3) {
    const [i, j, k] = triangles.subarray(t, t + 3).map((vertex) => 3 * vertex);
    sum +=
      p[i] * (p[j + 1] * p[k + 2] - p[j + 2] * p[k + 1]) +
      p[i + 1] * (p[j + 2] * p[k] - p[j] * p[k + 2]) +
      p[i + 2] * (p[j] * p[k + 1] - p[j + 1] * p[k]);
  }
  return sum / 6;
}

/** A pose with every joint turned, in a shape that uses every direction. */
function posed(model: BodyModel): Float64Array {
  const skinner = bodySkinner(model);
  skinner.shape([1, -1, 0.5, 2, -2, 1, 1, -1, 0.5, 1]);
  const out = new Float64Array(3 * model.vertices);
  const pose = Float64Array.from({ length: 3 * model.joints.length }, (_, i) => 0.7 * Math.sin(2.3 * i + 1));
  skinner.pose(pose, [0.1, 0.2, 0.3], out);
  return out;
}

const view = (data: ArrayBufferView) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

const there = existsSync(sources);
if (!there) console.log("open body: comparison with its sources skipped, ../shared is not there");
describe.skipIf(!there)("the open body against its sources", () => {
  const originals = there && {
    full: readBody(source("open_body.npz"), "open_body"),
    lite: readBody(source("open_body_lite.npz"), "open_body_lite"),
    fingers: readBody(source("open_body.npz"), "open_body_hands", {
      over: source("open_body_hands.npz"),
      correctives: false,
    }),
  };
  type Name = "full" | "lite" | "fingers";
  const pairs: [Name, BodyModel][] = [
    ["full", full],
    ["lite", lite],
    ["fingers", { ...fingers, correctives: null }],
  ];

  test.each(pairs)("%s: a strong shape and pose is within 0.1 mm, 0.025 mm on average", (name, model) => {
    const want = posed((originals as Record<Name, BodyModel>)[name]);
    const got = posed(model);
    let worst = 0;
    let sum = 0;
    for (let i = 0; i < want.length; i += 3) {
      const apart = Math.hypot(got[i] - want[i], got[i + 1] - want[i + 1], got[i + 2] - want[i + 2]);
      worst = Math.max(worst, apart);
      sum += apart;
    }
    expect(worst).toBeLessThan(1e-4);
    expect(sum / model.vertices).toBeLessThan(2.5e-5);
  });

  test.each(pairs)("%s: triangles, weights, parts, correctives are equal", (name, model) => {
    const original = (originals as Record<Name, BodyModel>)[name];
    // Compared as bytes: a list of each difference in a hundred thousand numbers takes seconds to make.
    const same = (a: ArrayBufferView | undefined, b: ArrayBufferView | undefined) =>
      a !== undefined && b !== undefined && Buffer.compare(view(a), view(b)) === 0;
    expect(same(model.triangles, original.triangles)).toBe(true);
    expect(model.parents).toEqual(original.parents);
    expect(same(model.weights.weights, original.weights.weights)).toBe(true);
    expect(same(model.uv?.triangles, original.uv?.triangles)).toBe(true);
    expect(same(model.mirror, original.mirror)).toBe(true);
    expect(model.correctives?.length).toBe(original.correctives?.length);
    model.correctives?.forEach(({ joint, vertices, offsets }, i) => {
      const other = original.correctives?.[i];
      expect(joint).toBe(other?.joint);
      expect(same(vertices, other?.vertices)).toBe(true);
      expect(same(offsets, other?.offsets)).toBe(true);
    });
    for (const key of ["offsets", "columns", "values"] as const)
      expect(same(model.regressor[key], original.regressor[key])).toBe(true);
  });

  test("parts are the joints of the largest weight, as the sources say", () => {
    const part = readNpz(source("open_body.npz")).get("part") as { data: Uint8Array };
    let other = 0;
    (full.part as Uint8Array).forEach((joint, v) => {
      if (joint !== part.data[v]) other++;
    });
    expect(other).toBe(0);
  });

  test("the file is what its sources give", () => {
    const liteVertices = readNpz(source("open_body_lite.npz")).get("full_index") as { data: Uint32Array };
    const packed = packOpenBody({
      ...(originals as Record<Name, BodyModel>),
      liteVertices: liteVertices.data,
      keypoints: json("keypoints.json"),
      shapes: json("shapes.json"),
    });
    expect(packed.length).toBe(bytes.length);
    expect(packed.every((byte, i) => byte === bytes[i])).toBe(true);
  });
});
