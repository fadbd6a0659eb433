import type { Image } from "../../image/image.js";
import type { Anatomy } from "./anatomy.js";
import { over, times } from "./cloth.js";
import type { DressedBody } from "./drape.js";
import { speckle } from "./grain.js";
import type { Layer } from "./layer.js";
import type { Shoes } from "./outfit.js";
import { grid } from "./skirt.js";
import { ownLayer, solid } from "./solid.js";

/** Where a foot lies at rest: its own frame, and its size. */
interface Foot {
  /** The heel on the ground, m. */
  heel: readonly [number, number, number];
  /** Unit vector to the toes, along the ground (x, z). */
  ahead: readonly [number, number];
  length: number;
  /** Half widths to the foot's left and right and height, by slice from the heel. */
  slices: readonly (readonly [left: number, right: number, height: number])[];
  /** Height of the ankle over the ground. */
  ankle: number;
}

const SLICES = 14;
const AROUND = 16;

/** Both shoes and their soles. */
export function shoeLayers(anatomy: Anatomy, body: DressedBody, shoes: Shoes, picture: Image): Layer[] {
  return ["left", "right"].flatMap((side) => {
    const foot = footOf(anatomy, body, side);
    return [
      part(anatomy, body, shoes, foot, side, "upper", picture),
      part(anatomy, body, shoes, foot, side, "sole", picture),
    ];
  });
}

function footOf(anatomy: Anatomy, body: DressedBody, side: string): Foot {
  const { model } = anatomy;
  const point = (name: string) => {
    const { vertices, weights } = model.keypoints[name];
    return [0, 1, 2].map((k) => vertices.reduce((sum, v, i) => sum + weights[i] * body.rest[3 * v + k], 0));
  };
  const ankle = model.joints.indexOf(`${side}_ankle`);
  const region = side === "left" ? 3 : 4;
  const high = body.joints[3 * ankle + 1];
  const heel = point(`${side}_heel`);
  const [big, small] = [point(`${side}_big_toe`), point(`${side}_small_toe`)];
  const dx = 0.55 * big[0] + 0.45 * small[0] - heel[0];
  const dz = 0.55 * big[2] + 0.45 * small[2] - heel[2];
  const norm = Math.hypot(dx, dz);
  const ahead = [dx / norm, dz / norm] as const;
  let ground = Infinity;
  let back = Infinity;
  let front = -Infinity;
  const each = (visit: (s: number, aside: number, y: number) => void) => {
    for (let v = 0; v < model.vertices; v++) {
      const y = body.rest[3 * v + 1];
      if (anatomy.regions[5 * v + region] < 0.5 || y > high + 0.02) continue;
      const x = body.rest[3 * v] - heel[0];
      const z = body.rest[3 * v + 2] - heel[2];
      visit(x * ahead[0] + z * ahead[1], x * ahead[1] - z * ahead[0], y);
    }
  };
  each((s, _, y) => {
    ground = Math.min(ground, y);
    back = Math.min(back, s);
    front = Math.max(front, s);
  });
  const length = front - back;
  const slices = Array.from({ length: SLICES }, (): [number, number, number] => [0.012, 0.012, 0.02]);
  each((s, aside, y) => {
    const slice = slices[Math.min(SLICES - 1, Math.floor(((s - back) / length) * SLICES))];
    // The leg above the ankle isn't the shoe's.
    if (y < ground + 0.075) {
      slice[0] = Math.max(slice[0], aside);
      slice[1] = Math.max(slice[1], -aside);
    }
    slice[2] = Math.max(slice[2], y - ground);
  });
  return {
    heel: [heel[0] + back * ahead[0], ground, heel[2] + back * ahead[1]],
    ahead,
    length,
    slices: slices.map(
      (_, i) => [0, 1, 2].map((k) => meanAround(slices, i, k)) as unknown as [number, number, number],
    ),
    ankle: high - ground,
  };
}

function meanAround(slices: readonly (readonly number[])[], i: number, k: number): number {
  const at = (j: number) => slices[Math.min(SLICES - 1, Math.max(0, j))][k];
  return Math.max((at(i - 1) + 2 * at(i) + at(i + 1)) / 4, 0.96 * at(i));
}

/** Widths, height at a place along the foot, 0 heel … 1 toes. */
function sliceAt({ slices }: Foot, t: number, k: number): number {
  const at = Math.min(SLICES - 1, Math.max(0, t * SLICES - 0.5));
  const i = Math.min(SLICES - 2, Math.floor(at));
  return slices[i][k] + (at - i) * (slices[i + 1][k] - slices[i][k]);
}

/** A closed body of rings across the foot: the upper is arched over it, the sole lies flat below. */
function part(
  anatomy: Anatomy,
  body: DressedBody,
  shoes: Shoes,
  foot: Foot,
  side: string,
  what: "upper" | "sole",
  picture: Image,
): Layer {
  const rows = 18;
  const rest: number[] = [];
  const coordinates: number[] = [];
  const margin = what === "sole" ? 0.011 : 0.007;
  for (let r = 0; r <= rows; r++) {
    const t = -0.045 + 1.1 * (0.5 - 0.5 * Math.cos((Math.PI * r) / rows));
    const inner = Math.min(0.97, Math.max(0.03, t));
    // Toe and heel are round: the last rings shrink to nothing.
    const heelEnd = Math.min(1, (t + 0.045) / 0.13);
    const toeEnd = Math.min(1, (1.055 - t) / 0.2);
    const round =
      Math.sqrt(Math.max(0, 1 - (1 - heelEnd) ** 2)) * Math.sqrt(Math.max(0, 1 - (1 - toeEnd) ** 2));
    const left = (sliceAt(foot, inner, 0) + margin) * round;
    const right = (sliceAt(foot, inner, 1) + margin) * round;
    const collar = foot.ankle - 0.012 + (shoes.kind === "flat" || shoes.kind === "leather" ? -0.025 : 0);
    const arch = Math.min(sliceAt(foot, inner, 2) + 0.008, collar);
    const high =
      what === "sole"
        ? 0.008
        : arch * (0.35 + 0.65 * Math.sqrt(round)) * (shoes.kind === "flat" && t > 0.3 && t < 0.72 ? 0.55 : 1);
    const low = what === "sole" ? -shoes.height * (1 - (0.25 * Math.max(0, t - 0.8)) / 0.25) : 0;
    for (let c = 0; c <= AROUND; c++) {
      const turn = (-2 * Math.PI * c) / AROUND - Math.PI / 2;
      const [u, v] = section(turn, what === "sole" ? 0.25 : 0.75);
      const aside = u * (u > 0 ? left : right);
      const y = low + (0.5 + 0.5 * v) * (high - low);
      const s = t * foot.length;
      rest.push(
        foot.heel[0] + s * foot.ahead[0] + aside * foot.ahead[1],
        foot.heel[1] + y,
        foot.heel[2] + s * foot.ahead[1] - aside * foot.ahead[0],
      );
      coordinates.push((r + 0.5) / (rows + 1), c / AROUND);
    }
  }
  const positions = Float32Array.from(rest);
  const triangles = grid(rows, AROUND);
  const toes = anatomy.marks[`${side}_foot`][2];
  const material =
    what === "sole"
      ? { colour: shoes.sole, specular: 0.05 }
      : {
          colour: [255, 255, 255] as const,
          texture: picture,
          specular: shoes.kind === "sneaker" ? 0.08 : 0.4,
        };
  const binding = solid(anatomy, body, positions, (v) => {
    const bend = Math.min(1, Math.max(0, (positions[3 * v + 2] - toes + 0.025) / 0.05));
    return [
      [`${side}_ankle`, 1 - bend],
      [`${side}_foot`, bend],
    ];
  });
  return ownLayer(binding, triangles, Float32Array.from(coordinates), material);
}

/** A ring between an ellipse (power 1) and a box (power towards 0). */
function section(turn: number, power: number): readonly [number, number] {
  const [c, s] = [Math.cos(turn), Math.sin(turn)];
  // Below the middle it is boxier: shoes are flat underneath.
  const p = s < 0 ? Math.min(power, 0.3) : power;
  return [Math.sign(c) * Math.abs(c) ** p, Math.sign(s) * Math.abs(s) ** p];
}

/** Paints a shoe's upper: heel to toe along u, from the sole's middle around along v. */
export function paintShoe(shoes: Shoes, seed: number, size = 64): Image {
  const data = new Uint8Array(3 * size * size);
  const out = new Float64Array(3);
  const style = seed % 3;
  for (let i = 0; i < size * size; i++) {
    const u = ((i % size) + 0.5) / size;
    const v = 1 - (Math.floor(i / size) + 0.5) / size;
    const top = 1 - 2 * Math.abs(v - 0.5);
    out.set(shoes.upper);
    if (shoes.kind === "sneaker") {
      if (u > 0.8 && style === 0) over(out, shoes.sole, 0.85);
      const slant = u + 0.35 * top;
      if (
        top > 0.4 &&
        top < 0.8 &&
        slant > 0.62 &&
        slant < 0.8 &&
        (style === 1 ? (slant * 16) % 1 < 0.5 : style === 2)
      )
        over(out, shoes.trim, 0.9);
      if (u < 0.16 && style === 2) over(out, shoes.trim, 0.8);
    }
    const laced = shoes.kind !== "flat" && top > 0.84 && u > 0.42 && u < 0.68;
    if (laced) {
      times(out, 0.75);
      if ((u * 26) % 1 < 0.5) over(out, shoes.kind === "sneaker" ? shoes.trim : shoes.sole, 0.85);
    }
    if (Math.abs(u - 0.78) < 0.012 || Math.abs(top - 0.82) < 0.02) times(out, 0.82);
    times(out, 0.94 + 0.1 * (speckle(u * 90, v * 90, 0, seed) - 0.5) + 0.06 * top);
    data.set([Math.min(255, out[0]), Math.min(255, out[1]), Math.min(255, out[2])], 3 * i);
  }
  return { width: size, height: size, channels: 3, data };
}
