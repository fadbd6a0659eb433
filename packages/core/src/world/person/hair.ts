import type { Material } from "../render/surface.js";
import type { Anatomy } from "./anatomy.js";
import type { DressedBody } from "./drape.js";
import type { Field } from "./garment.js";
import { grain } from "./grain.js";
import { fieldOnBody, type Layer, type ShellPlan, shellLayer } from "./layer.js";
import type { Hairstyle, Look } from "./look.js";
import { beardField, scalpField } from "./scalp.js";
import { grid } from "./skirt.js";
import { ownLayer, rigid, solid } from "./solid.js";

const step = (t: number) => (t <= 0 ? 0 : t >= 1 ? 1 : t * t * (3 - 2 * t));

/** How far hair stands off the scalp, m: everywhere, more on top, more in front. */
const VOLUME: Readonly<Record<Hairstyle, readonly [number, number, number]>> = {
  bald: [0, 0, 0],
  shaved: [0.0025, 0, 0],
  short: [0.008, 0.012, 0.004],
  quiff: [0.006, 0.016, 0.026],
  curly: [0.028, 0.026, 0.004],
  bob: [0.014, 0.012, 0.004],
  long: [0.012, 0.01, 0.002],
  ponytail: [0.006, 0.008, 0],
  bun: [0.006, 0.008, 0],
};

/** Hair and beard of a look on a shaped body. */
export function hairLayers(anatomy: Anatomy, body: DressedBody, look: Look, material: Material): Layer[] {
  const { style } = look.hair;
  const layers: Layer[] = [];
  const none = new Uint8Array(anatomy.model.triangles.length / 3);
  if (style !== "bald") {
    const plan = scalpPlan(anatomy, look);
    layers.push(shellLayer(anatomy, body, plan, none, material, anatomy.hair));
  }
  if (look.face.beard !== "none" && look.face.beard !== "stubble") {
    const plan = beardPlan(anatomy, look);
    layers.push(shellLayer(anatomy, body, plan, none, material, anatomy.hair));
  }
  const more = hanging(anatomy, body, look, style, material);
  if (more) layers.push(more);
  return layers;
}

function scalpPlan(anatomy: Anatomy, look: Look): ShellPlan {
  const { style } = look.hair;
  const field: Field = scalpField(anatomy, style);
  const [flat, top, front] = VOLUME[style];
  const pressed = look.outfit.hat ? 0.35 : 1;
  const crown = anatomy.marks.head_top[1];
  const lumps = style === "curly" ? 0.35 : 0.12;
  const size = style === "curly" ? 45 : 30;
  return {
    field: fieldOnBody(anatomy, field),
    hang: 0,
    taper: 0,
    smooth: style === "curly" ? 4 : 3,
    thickness: 0.004,
    ease(x, y, z, depth) {
      const up = step((y - crown + 0.11) / 0.1);
      const forwards = step((z - 0.03) / 0.07) * up;
      const full = flat + top * up + front * forwards;
      const lump = 1 + lumps * grain(size * x, size * y, size * z, look.seed | 0);
      return pressed * (0.0015 + full * lump * step((depth + 0.003) / (0.016 + 1.1 * full)));
    },
  };
}

function beardPlan(anatomy: Anatomy, look: Look): ShellPlan {
  const long = look.face.beard === "full" ? 0.004 + 0.01 * ((look.seed >>> 3) % 2) : 0.004;
  const chin = anatomy.marks.chin;
  return {
    field: fieldOnBody(anatomy, beardField(anatomy, look.face.beard)),
    hang: 0,
    taper: 0,
    smooth: 2,
    thickness: 0.002,
    ease(x, y, z, depth) {
      const low = Math.exp(-(((y - chin[1]) / 0.035) ** 2) - (x / 0.05) ** 2);
      return (
        0.001 +
        long * (0.35 + 0.65 * low) * step(depth / 0.012) * (1 + 0.3 * grain(120 * x, 120 * y, 120 * z, 8))
      );
    },
  };
}

function hanging(
  anatomy: Anatomy,
  body: DressedBody,
  look: Look,
  style: Hairstyle,
  material: Material,
): Layer | null {
  if (style === "bob" || style === "long") {
    const length = style === "bob" ? 0.02 : -0.06 - 0.14 * (((look.seed >>> 5) % 8) / 8);
    return curtain(anatomy, body, look, length, material);
  }
  if (style === "ponytail") return tail(anatomy, body, look, material);
  if (style === "bun") return bun(anatomy, body, look, material);
  return null;
}

const COLUMNS = 36;
const ROWS = 14;

/**
 * Hair that falls from the temples around the back: an outer and an inner sheet, joined at the edges.
 *
 * @param length Height of its lower end over the neck's base, m.
 */
function curtain(anatomy: Anatomy, body: DressedBody, look: Look, length: number, material: Material): Layer {
  const at = jointReader(anatomy, body);
  const neck = at("neck", 1);
  const top = at("head", 1) + 0.105;
  const end = neck + length;
  const parted = 0.34 * Math.PI;
  const radii = outlineOf(anatomy, body, top, end);
  const wide = COLUMNS + 1;
  const rest: number[] = [];
  const coordinates: number[] = [];
  for (const inset of [0, 0.016])
    for (let r = 0; r <= ROWS; r++)
      for (let c = 0; c < wide; c++) {
        const turn = parted + ((2 * Math.PI - 2 * parted) * c) / COLUMNS;
        const back = step((Math.abs(Math.sin(turn / 2)) - 0.72) / 0.16);
        const tip =
          Math.max(end, neck - 0.005 + (end - neck) * back) + 0.012 * grain(9 * turn, 0, 0, look.seed | 0);
        const y = top + (r / ROWS) * (tip - top);
        const edge = Math.min(1, Math.min(c, COLUMNS - c) / 2);
        const wave =
          1 + 0.03 * (r / ROWS) * Math.sin(9 * turn + 4 * grain(3 * turn, 6 * y, 0, look.seed | 0));
        const radius =
          radiusAt(radii, turn, (top - y) / (top - end)) * wave -
          inset * edge -
          0.008 * (1 - edge) -
          0.02 * (1 - step(r / 4));
        rest.push(radius * Math.sin(turn), y, AXIS + radius * Math.cos(turn));
        coordinates.push(turn / (2 * Math.PI), 0.55 - (0.55 * r) / ROWS);
      }
  const outer = grid(ROWS, COLUMNS);
  const N = wide * (ROWS + 1);
  const triangles = [...outer, ...inside(outer, N)];
  seal(triangles, wide, ROWS, N);
  const positions = Float32Array.from(rest);
  const faces = Uint32Array.from(triangles);
  const weight = (y: number): readonly [string, number][] => {
    const onHead = step((y - neck + 0.01) / 0.07);
    const onChest = step((neck - 0.02 - y) / 0.1);
    return [
      ["head", onHead],
      ["neck", Math.max(0, 1 - onHead - onChest)],
      ["spine3", onChest * (1 - onHead)],
    ];
  };
  const binding = solid(anatomy, body, positions, (v) => weight(positions[3 * v + 1]));
  return ownLayer(binding, faces, Float32Array.from(coordinates), material);
}

/** The inner sheet: the outer's triangles, seen from the other side. */
function* inside(triangles: Uint32Array, offset: number): Generator<number> {
  for (let i = 0; i < triangles.length; i += 3)
    yield* [triangles[i] + offset, triangles[i + 2] + offset, triangles[i + 1] + offset];
}

function seal(triangles: number[], wide: number, rows: number, N: number): void {
  const join = (a: number, b: number) => triangles.push(a, a + N, b + N, a, b + N, b);
  for (let c = 0; c + 1 < wide; c++) join(rows * wide + c, rows * wide + c + 1);
  for (let r = 0; r < rows; r++) {
    join(r * wide, (r + 1) * wide);
    join((r + 1) * wide + wide - 1, r * wide + wide - 1);
  }
}

/** Depth of the axis that hanging hair goes around, m. */
const AXIS = 0.005;

/** Radius of head, neck and shoulders with hair on them, rows × columns, never hollow below a wider place. */
function outlineOf(anatomy: Anatomy, body: DressedBody, top: number, end: number): Float32Array {
  const out = new Float32Array((ROWS + 1) * COLUMNS);
  for (let v = 0; v < body.cover.length; v++) {
    if (anatomy.regions[5 * v] < 0.6) continue;
    const row = Math.round(((top - body.rest[3 * v + 1]) / (top - end)) * ROWS);
    if (row < 0 || row > ROWS) continue;
    const x = body.rest[3 * v];
    const z = body.rest[3 * v + 2] - AXIS;
    const column = Math.floor(turnOf(x, z) * COLUMNS) % COLUMNS;
    const cell = row * COLUMNS + column;
    out[cell] = Math.max(out[cell], Math.hypot(x, z) + Math.min(0.02, body.cover[v]) + 0.006);
  }
  for (let r = 0; r <= ROWS; r++)
    for (let round = 0; round < 3; round++)
      for (let c = 0; c < COLUMNS; c++) {
        const cell = r * COLUMNS + c;
        const before = r > 0 ? out[cell - COLUMNS] - 0.2 * ((top - end) / ROWS) : 0;
        const beside =
          (out[r * COLUMNS + ((c + 1) % COLUMNS)] + out[r * COLUMNS + ((c + COLUMNS - 1) % COLUMNS)]) / 2;
        out[cell] = Math.max(out[cell], before, beside - 0.003);
      }
  return out;
}

const turnOf = (x: number, z: number) => (Math.atan2(x, z) / (2 * Math.PI) + 1) % 1;

function radiusAt(radii: Float32Array, turn: number, down: number): number {
  const r = Math.min(ROWS, Math.max(0, down * ROWS));
  const row = Math.min(ROWS - 1, Math.floor(r));
  const c = (turn / (2 * Math.PI)) * COLUMNS - 0.5;
  const column = Math.floor(c);
  const cell = (i: number, j: number) => radii[(row + i) * COLUMNS + ((column + j + COLUMNS) % COLUMNS)];
  const above = cell(0, 0) + (c - column) * (cell(0, 1) - cell(0, 0));
  const below = cell(1, 0) + (c - column) * (cell(1, 1) - cell(1, 0));
  return above + (r - row) * (below - above);
}

/** A tail tied at the back of the head. */
function tail(anatomy: Anatomy, body: DressedBody, look: Look, material: Material): Layer {
  const at = jointReader(anatomy, body);
  const high = ((look.seed >>> 4) % 3) * 0.02;
  const long = 0.16 + 0.12 * (((look.seed >>> 6) % 5) / 5);
  const y0 = at("head", 1) + 0.075 + high;
  const z0 = at("head", 2) - 0.08;
  const path = (t: number): readonly [number, number, number] => [
    0,
    y0 + 0.014 * Math.sin(4 * t) - long * t * t,
    z0 - 0.042 * Math.sin(2.2 * Math.min(1, 1.2 * t)),
  ];
  const radius = (t: number) =>
    0.013 + 0.016 * Math.sin(Math.PI * Math.min(1, 0.15 + 0.85 * t)) * (1 - 0.5 * t);
  const { positions, triangles, coordinates } = tube(path, radius, 10, 10);
  const binding = solid(anatomy, body, positions, (v) => {
    const down = step((y0 - 0.06 - positions[3 * v + 1]) / 0.15);
    return [
      ["head", 1 - 0.6 * down],
      ["neck", 0.6 * down],
    ];
  });
  return ownLayer(binding, triangles, coordinates, material);
}

function bun(anatomy: Anatomy, body: DressedBody, look: Look, material: Material): Layer {
  const at = jointReader(anatomy, body);
  const high = ((look.seed >>> 4) % 3) / 2;
  const y = at("head", 1) + 0.09 + 0.06 * high;
  const z = at("head", 2) - 0.1 + 0.045 * high;
  const r = 0.034;
  const path = (t: number): readonly [number, number, number] => [
    0,
    y + (t - 0.5) * 1.5 * r * high,
    z - (t - 0.5) * 1.5 * r,
  ];
  const radius = (t: number) => r * Math.sqrt(Math.max(0.02, 1 - (2 * t - 1) ** 2)) * 1.05;
  const { positions, triangles, coordinates } = tube(path, radius, 12, 8);
  const binding = rigid(anatomy, body, positions, "head");
  return ownLayer(binding, triangles, coordinates, material);
}

/** A round tube along a path in the plane x = 0, closed at both ends. */
function tube(
  path: (t: number) => readonly [number, number, number],
  radius: (t: number) => number,
  around: number,
  along: number,
) {
  const rest: number[] = [];
  const coordinates: number[] = [];
  for (let r = 0; r <= along; r++)
    for (let c = 0; c <= around; c++) {
      const t = r / along;
      const [x, y, z] = path(t);
      const [, y1, z1] = path(Math.min(1, t + 0.01));
      const [, y2, z2] = path(Math.max(0, t - 0.01));
      const length = Math.hypot(y1 - y2, z1 - z2) || 1;
      const [ny, nz] = [(z1 - z2) / length, -(y1 - y2) / length];
      const turn = (-2 * Math.PI * c) / around;
      const size = r === 0 || r === along ? 0.3 * radius(t) : radius(t);
      rest.push(x + size * Math.cos(turn), y + size * Math.sin(turn) * ny, z + size * Math.sin(turn) * nz);
      coordinates.push(c / around, 0.75 - 0.7 * t);
    }
  return {
    positions: Float32Array.from(rest),
    triangles: grid(along, around),
    coordinates: Float32Array.from(coordinates),
  };
}

const jointReader = (anatomy: Anatomy, body: DressedBody) => (name: string, k: number) =>
  body.joints[3 * anatomy.model.joints.indexOf(name) + k];
