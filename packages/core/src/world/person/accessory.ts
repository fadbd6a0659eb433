import type { Rgb, Surface } from "../render/surface.js";
import type { Anatomy } from "./anatomy.js";
import type { DressedBody } from "./drape.js";
import { fieldOnBody, type Layer, shellLayer } from "./layer.js";
import type { FaceLook } from "./look.js";
import type { Outfit } from "./outfit.js";
import { grid } from "./skirt.js";
import { ownLayer, rigid, solid } from "./solid.js";

type Triple = readonly [number, number, number];

const place = (anatomy: Anatomy, body: DressedBody, name: string): Triple => {
  const { vertices, weights } = anatomy.model.keypoints[name];
  const at = [0, 0, 0];
  vertices.forEach((v, i) => {
    for (let k = 0; k < 3; k++) at[k] += weights[i] * body.rest[3 * v + k];
  });
  return [at[0], at[1], at[2]];
};

/** A cap with its peak, or a knitted hat. */
export function hatLayers(anatomy: Anatomy, body: DressedBody, hat: NonNullable<Outfit["hat"]>): Layer[] {
  const { marks } = anatomy;
  const brim = marks.left_eye[1] + (hat.kind === "cap" ? 0.05 : 0.036);
  const back = hat.backwards ? -1 : 1;
  const field = fieldOnBody(anatomy, (_, y, z) => y - brim - 0.12 * back * (z - 0.02));
  const hidden = new Uint8Array(anatomy.model.triangles.length / 3);
  const crown = marks.head_top[1];
  const cap = shellLayer(
    anatomy,
    body,
    {
      field,
      hang: 0,
      taper: 0,
      smooth: 6,
      thickness: 0.004,
      ease: (_, y, __, depth) =>
        hat.kind === "cap"
          ? 0.007 + 0.006 * Math.min(1, depth / 0.03)
          : 0.008 + 0.02 * Math.max(0, (y - crown + 0.05) / 0.05) + (depth < 0.03 ? 0.004 : 0),
    },
    hidden,
    { colour: hat.colour, specular: 0.03, twoSided: true },
  );
  return hat.kind === "cap" ? [cap, peak(anatomy, body, hat.trim, back)] : [cap];
}

/** The peak of a cap: a bent plate before the forehead. */
function peak(anatomy: Anatomy, body: DressedBody, colour: Rgb, sign: number): Layer {
  const [, eye] = place(anatomy, body, "left_eye");
  const rest: number[] = [];
  const columns = 12;
  const rows = 4;
  let [front, base] = [0, 0];
  for (let v = 0; v < body.cover.length; v++) {
    const near = Math.abs(body.rest[3 * v + 1] - eye - 0.055) < 0.012 && Math.abs(body.rest[3 * v]) < 0.03;
    if (near) front = Math.max(front, sign * body.rest[3 * v + 2] + 0.012);
  }
  base = eye + 0.06;
  for (const under of [0, 0.005])
    for (let r = 0; r <= rows; r++)
      for (let c = 0; c <= columns; c++) {
        const turn = (-0.5 + c / columns) * Math.PI * 0.94;
        const out = r / rows;
        const x = 0.074 * Math.sin(turn) * (1 - 0.1 * out);
        const z = front - 0.075 * (1 - Math.cos(turn)) * 0.95 + 0.072 * out * Math.cos(turn * 0.9);
        const y = base - 0.02 * out - 0.012 * Math.sin(turn) ** 2 - under;
        rest.push(sign * x, y, sign * z);
      }
  const top = grid(rows, columns);
  const N = (rows + 1) * (columns + 1);
  const triangles = Uint32Array.from([
    ...top.map((_, i) => top[i - (i % 3) + 2 - (i % 3)]),
    ...top.map((v) => v + N),
  ]);
  const positions = Float32Array.from(rest);
  return ownLayer(rigid(anatomy, body, positions, "head"), triangles, null, { colour, twoSided: true });
}

/** Spectacles: two frames, a bridge and temples; dark ones have lenses. */
export function glassesLayers(
  anatomy: Anatomy,
  body: DressedBody,
  glasses: NonNullable<FaceLook["glasses"]>,
): Layer[] {
  const eye = place(anatomy, body, "left_eye");
  const ear = place(anatomy, body, "left_ear");
  const x0 = eye[0] + 0.004;
  const z0 = eye[2] + 0.012;
  const rods: [Triple, Triple][] = [];
  const rim = (sign: number, k: number): Triple => {
    const turn = (2 * Math.PI * k) / 16;
    const box = 1 / Math.max(Math.abs(Math.cos(turn)), Math.abs(Math.sin(turn))) ** 0.45;
    const x = 0.0215 * box * Math.cos(turn);
    return [sign * (x0 + x), eye[1] - 0.002 + 0.0165 * box * Math.sin(turn), z0 - 8 * Math.max(0, x) ** 2];
  };
  for (const sign of [1, -1]) {
    for (let k = 0; k < 16; k++) rods.push([rim(sign, k), rim(sign, k + 1)]);
    rods.push([
      [sign * (x0 + 0.023), eye[1] + 0.003, z0 - 0.004],
      [sign * (ear[0] - 0.002), ear[1] + 0.012, ear[2] + 0.015],
    ]);
  }
  rods.push([
    [-x0 + 0.021, eye[1] + 0.002, z0],
    [x0 - 0.021, eye[1] + 0.002, z0],
  ]);
  const frame = bars(rods, 0.0017);
  const worn = (positions: Float32Array, triangles: Uint32Array, material: Surface["material"]): Layer =>
    ownLayer(rigid(anatomy, body, positions, "head"), triangles, null, material);
  const layers = [worn(frame.positions, frame.triangles, { colour: glasses.frame, specular: 0.5 })];
  if (glasses.dark) {
    const points = [1, -1].flatMap((sign) => [
      [sign * x0, eye[1] - 0.002, z0] as Triple,
      ...Array.from({ length: 16 }, (_, k) => rim(sign, k)),
    ]);
    const fans = [0, 17].flatMap((at) =>
      Array.from({ length: 16 }, (_, k) => [at, at + 1 + k, at + 1 + ((k + 1) % 16)]).flat(),
    );
    layers.push(
      worn(Float32Array.from(points.flat()), Uint32Array.from(fans), {
        colour: [22, 22, 26],
        specular: 0.9,
        shininess: 60,
        twoSided: true,
      }),
    );
  }
  return layers;
}

/** Square bars between pairs of points. */
function bars(
  rods: readonly (readonly [Triple, Triple])[],
  half: number,
): { positions: Float32Array; triangles: Uint32Array } {
  const positions: number[] = [];
  const triangles: number[] = [];
  for (const [a, b] of rods) {
    const base = positions.length / 3;
    const d = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
    const up = Math.abs(d[1]) > 0.8 * Math.hypot(d[0], d[1], d[2]) ? [1, 0, 0] : [0, 1, 0];
    const side = unit([
      d[1] * up[2] - d[2] * up[1],
      d[2] * up[0] - d[0] * up[2],
      d[0] * up[1] - d[1] * up[0],
    ]);
    const rise = unit([
      side[1] * d[2] - side[2] * d[1],
      side[2] * d[0] - side[0] * d[2],
      side[0] * d[1] - side[1] * d[0],
    ]);
    for (const end of [a, b])
      for (const [s, r] of [
        [-1, -1],
        [1, -1],
        [1, 1],
        [-1, 1],
      ])
        for (let k = 0; k < 3; k++) positions.push(end[k] + half * (s * side[k] + r * rise[k]));
    for (let k = 0; k < 4; k++) {
      const [i, j] = [base + k, base + ((k + 1) % 4)];
      triangles.push(i, j, j + 4, i, j + 4, i + 4);
    }
  }
  return { positions: Float32Array.from(positions), triangles: Uint32Array.from(triangles) };
}

function unit(v: readonly number[]): number[] {
  const length = Math.hypot(v[0], v[1], v[2]) || 1;
  return v.map((x) => x / length);
}

/** A rucksack with its straps. */
export function backpackLayers(
  anatomy: Anatomy,
  body: DressedBody,
  pack: NonNullable<Outfit["backpack"]>,
): Layer[] {
  const { marks, model } = anatomy;
  const top = marks.neck[1] - 0.03;
  const strap = fieldOnBody(anatomy, (x, y, z) => {
    const across = 0.019 - Math.abs(Math.abs(x) - 0.095 - 0.12 * Math.max(0, marks.spine3[1] - y));
    const level = y - (z > -0.03 ? marks.spine2[1] + 0.02 : marks.spine3[1]);
    return Math.min(across, level, marks.left_shoulder[0] - Math.abs(x), marks.neck[1] + 0.02 - y);
  });
  const straps = shellLayer(
    anatomy,
    body,
    { field: strap, hang: 0, taper: 0, smooth: 0, thickness: 0.006, ease: () => 0.008 },
    new Uint8Array(model.triangles.length / 3),
    { colour: pack.trim, twoSided: true },
  );
  let back = Infinity;
  for (let v = 0; v < model.vertices; v++) {
    const y = body.rest[3 * v + 1];
    if (anatomy.regions[5 * v] > 0.9 && y < top - 0.05 && y > top - 0.3)
      back = Math.min(back, body.rest[3 * v + 2] - body.cover[v]);
  }
  const { positions, triangles } = pillow([0, top - 0.23, back - 0.06], [0.135, 0.22, 0.085]);
  const binding = solid(anatomy, body, positions, (v) => {
    const low = Math.min(1, Math.max(0, (top - 0.15 - positions[3 * v + 1]) / 0.25));
    return [
      ["spine3", 1 - 0.4 * low],
      ["spine2", 0.4 * low],
    ];
  });
  return [straps, ownLayer(binding, triangles, null, { colour: pack.colour, specular: 0.08 })];
}

/** A rounded box. */
function pillow(centre: Triple, half: Triple): { positions: Float32Array; triangles: Uint32Array } {
  const rows = 12;
  const columns = 20;
  const rest: number[] = [];
  const power = (x: number, p: number) => Math.sign(x) * Math.abs(x) ** p;
  for (let r = 0; r <= rows; r++)
    for (let c = 0; c <= columns; c++) {
      const down = (Math.PI * r) / rows;
      const turn = (2 * Math.PI * c) / columns;
      const ring = power(Math.sin(down), 0.45);
      rest.push(
        centre[0] + half[0] * ring * power(Math.sin(turn), 0.5),
        centre[1] + half[1] * power(Math.cos(down), 0.5),
        centre[2] + half[2] * ring * power(Math.cos(turn), 0.6),
      );
    }
  return { positions: Float32Array.from(rest), triangles: grid(rows, columns) };
}
