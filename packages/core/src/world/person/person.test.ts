import { existsSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { random } from "../../array/random.js";
import type { BodyModel } from "../../body/model.js";
import { vertexNormals } from "../../body/normals.js";
import { openBody } from "../../body/openBody.js";
import { bodySkinner } from "../../body/skinning.js";
import { drawLook, type Look } from "./look.js";
import { paintLook } from "./paintLook.js";
import { SKIN_TONES, skinTone } from "./palette.js";
import { dress, type Person, posePerson } from "./person.js";

const FILE = new URL("../../../data/open-body.npz", import.meta.url);
const BETAS = [0.4, -0.3, 0.2];
const SEEDS = [3, 9, 14, 22, 24, 29];

/** Small pictures: what is tested doesn't depend on their size. */
const SMALL = { skin: 128, cloth: 128 };

describe.skipIf(!existsSync(FILE))("people", () => {
  let model: BodyModel;
  const people = new Map<number, Person>();
  beforeAll(() => {
    model = openBody(new Uint8Array(readFileSync(FILE)), { mesh: "lite" });
    for (const seed of SEEDS) {
      const look = drawLook(seed);
      people.set(seed, dress(model, look, BETAS, { textures: paintLook(model, look, SMALL) }));
    }
  });

  const posed = (pose: Float32Array, translation = [0, 0, 0]) => {
    const skinner = bodySkinner(model);
    skinner.shape(BETAS);
    const vertices = new Float32Array(3 * model.vertices);
    skinner.pose(pose, translation, vertices);
    return { vertices, transforms: skinner.transforms, translation };
  };

  it("the same seed gives the same look, pictures and surfaces, another seed others", () => {
    const again = drawLook(9);
    expect(again).toEqual(people.get(9)?.look);
    const textures = paintLook(model, again, SMALL);
    const person = dress(model, again, BETAS, { textures });
    const body = posed(walkingPose(1));
    posePerson(person, body);
    const first = people.get(9) as Person;
    posePerson(first, body);
    expect(person.surfaces.length).toBe(first.surfaces.length);
    person.surfaces.forEach((surface, i) => {
      expect(surface.positions).toEqual(first.surfaces[i].positions);
      expect(surface.material.texture?.data).toEqual(first.surfaces[i].material.texture?.data);
    });
    expect(drawLook(10)).not.toEqual(again);
  });

  it("positions are finite, and all indices lie inside their arrays", () => {
    for (const person of people.values()) {
      posePerson(person, posed(walkingPose(2)));
      for (const { positions, triangles, uv, skin, part } of person.surfaces) {
        expect(positions.every(Number.isFinite)).toBe(true);
        expect(part?.length).toBe(positions.length / 3);
        expect(triangles.every((v) => v < positions.length / 3)).toBe(true);
        for (const layout of [uv, skin]) {
          if (!layout) continue;
          expect(layout.triangles.length).toBe(triangles.length);
          expect(layout.triangles.every((t) => t < layout.coordinates.length / 2)).toBe(true);
          expect(layout.coordinates.every(Number.isFinite)).toBe(true);
        }
      }
    }
  });

  it("turned and moved as a whole, everything worn goes along", () => {
    const pose = walkingPose(5);
    const turned = pose.slice();
    turned[1] = 0.9;
    const root = bodySkinner(model);
    root.shape(BETAS);
    const [rx, , rz] = root.restJoints;
    for (const person of people.values()) {
      posePerson(person, posed(pose));
      const before = person.surfaces.map(({ positions }) => positions.slice());
      posePerson(person, posed(turned, [0.5, 0.25, -1]));
      person.surfaces.forEach(({ positions }, s) => {
        let worst = 0;
        for (let i = 0; i < positions.length; i += 3) {
          const [x, y, z] = [before[s][i] - rx, before[s][i + 1], before[s][i + 2] - rz];
          const there = [
            rx + Math.cos(0.9) * x + Math.sin(0.9) * z + 0.5,
            y + 0.25,
            rz - Math.sin(0.9) * x + Math.cos(0.9) * z - 1,
          ];
          for (let k = 0; k < 3; k++) worst = Math.max(worst, Math.abs(positions[i + k] - there[k]));
        }
        expect(worst).toBeLessThan(1e-4);
      });
    }
  });

  it("garments lie outside the skin, at rest and in twenty poses", () => {
    const poses = [
      new Float32Array(3 * model.joints.length),
      ...Array.from({ length: 20 }, (_, i) => walkingPose(i)),
    ];
    for (const person of people.values())
      for (const pose of poses) {
        const body = posed(pose);
        posePerson(person, body);
        expect(outside(person, model, body.vertices)).toBeGreaterThan(0.99);
      }
  });

  it("a garment's vertices carry the part and the texture coordinates of the skin below", () => {
    const part = model.part as Uint8Array;
    const uv = model.uv as NonNullable<BodyModel["uv"]>;
    const known = new Set<string>();
    uv.triangles.forEach((t, i) => {
      known.add(spot(model.triangles[i], uv.coordinates, t));
    });
    let [shells, good, all] = [0, 0, 0];
    for (const { layers } of people.values())
      for (const { surface, binding } of layers) {
        if (binding?.kind !== "shell") continue;
        shells++;
        const below = binding.share.map((share, v) => part[binding.from[2 * v + (share > 0.5 ? 1 : 0)]]);
        expect([...(surface.part ?? [])]).toEqual([...below]);
        const { skin } = surface;
        surface.triangles.forEach((v, i) => {
          if (binding.share[v] !== 0 || !skin) return;
          all++;
          if (known.has(spot(binding.from[2 * v], skin.coordinates, skin.triangles[i]))) good++;
        });
      }
    expect(shells).toBeGreaterThan(10);
    expect(good).toBe(all);
  });

  it("skin below clothes is taken away, hands and face are left", () => {
    for (const person of people.values()) {
      const [skin] = person.surfaces;
      const left = new Set(skin.triangles);
      expect(left.size).toBeLessThan(0.8 * model.vertices);
      for (const name of ["nose", "left_index_tip", "right_index_tip"])
        expect(left.has(model.keypoints[name].vertices[0])).toBe(true);
    }
  });

  it("skin is painted in its tone", () => {
    for (const seed of SEEDS) {
      const look = drawLook(seed);
      const { skin } = paintLook(model, look, SMALL);
      const mean = [0, 0, 0];
      for (let i = 0; i < skin.data.length; i++) mean[i % 3] += skin.data[i] / (skin.data.length / 3);
      mean.forEach((m, k) => {
        expect(Math.abs(m - look.skin[k])).toBeLessThan(45);
      });
      expect(mean[0]).toBeGreaterThan(mean[2]);
    }
  });
});

describe("looks", () => {
  it("tones of skin run from the lightest to the darkest", () => {
    expect(skinTone(0)).toEqual([...SKIN_TONES[0]]);
    for (let t = 0.1; t < 1; t += 0.1) expect(skinTone(t)[1]).toBeLessThan(skinTone(t - 0.1)[1]);
  });

  it("many seeds draw all kinds of hair and clothes", () => {
    const looks: Look[] = Array.from({ length: 400 }, (_, seed) => drawLook(seed));
    const kinds = (of: (look: Look) => string | undefined) => new Set(looks.map(of)).size;
    expect(kinds(({ hair }) => hair.style)).toBe(9);
    expect(kinds(({ face }) => face.beard)).toBe(5);
    expect(kinds(({ outfit }) => outfit.top.kind)).toBe(8);
    expect(kinds(({ outfit }) => outfit.bottom?.kind)).toBe(7);
    expect(kinds(({ outfit }) => outfit.shoes.kind)).toBe(4);
  });
});

/** A pose as in walking and reaching. */
function walkingPose(seed: number): Float32Array {
  const chance = random(seed);
  const pose = new Float32Array(72);
  const turn = (joint: number, x: number, y: number, z: number) => pose.set([x, y, z], 3 * joint);
  turn(1, chance.uniform(-0.9, 0.4), 0, chance.uniform(0, 0.2));
  turn(2, chance.uniform(-0.9, 0.4), 0, chance.uniform(-0.2, 0));
  turn(4, chance.uniform(0, 1.2), 0, 0);
  turn(5, chance.uniform(0, 1.2), 0, 0);
  turn(3, chance.uniform(-0.1, 0.3), chance.uniform(-0.2, 0.2), 0);
  turn(15, chance.uniform(-0.3, 0.3), chance.uniform(-0.5, 0.5), 0);
  turn(16, 0, chance.uniform(-0.6, 0.3), chance.uniform(-1.2, 0.8));
  turn(17, 0, chance.uniform(-0.3, 0.6), chance.uniform(-0.8, 1.2));
  turn(18, 0, chance.uniform(-1.6, 0), 0);
  turn(19, 0, chance.uniform(0, 1.6), 0);
  return pose;
}

/** Share of shells' vertices that lie above the plane of the skin below them. */
function outside(person: Person, model: BodyModel, vertices: Float32Array): number {
  const normals = vertexNormals(vertices, model.triangles);
  let good = 0;
  let all = 0;
  for (const { surface, binding } of person.layers) {
    if (binding?.kind !== "shell") continue;
    binding.share.forEach((share, v) => {
      let above = 0;
      for (let k = 0; k < 3; k++) {
        const [a, b] = [3 * binding.from[2 * v] + k, 3 * binding.from[2 * v + 1] + k];
        const at = vertices[a] + share * (vertices[b] - vertices[a]);
        above += (surface.positions[3 * v + k] - at) * (normals[a] + share * (normals[b] - normals[a]));
      }
      all++;
      if (above > 0) good++;
    });
  }
  return good / all;
}

const spot = (vertex: number, coordinates: Float32Array, t: number) =>
  `${vertex} ${coordinates[2 * t].toFixed(5)} ${coordinates[2 * t + 1].toFixed(5)}`;
