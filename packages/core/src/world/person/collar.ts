import type { Material } from "../render/surface.js";
import type { Anatomy } from "./anatomy.js";
import type { DressedBody } from "./drape.js";
import type { Measures } from "./garment.js";
import type { Layer } from "./layer.js";
import { grid } from "./skirt.js";
import { ownLayer, solid } from "./solid.js";

const COLUMNS = 28;
const ROWS = 5;

/**
 * A collar in section, from its foot over the fold to its edge: height over the neckline and way out, m; and where between
 * the neck (0) and the edge of the shirt below (1) the way begins.
 */
const SECTION = [
  [-0.012, 0.006, 1],
  [0.012, 0.004, 0.5],
  [0.036, 0.007, 0],
  [0.038, 0.011, 0],
  [0.018, 0.012, 0.45],
  [-0.004, 0.014, 1],
] as const;

/** A shirt's collar: stands around the neck and falls over itself, open in front where its points are. */
export function collarLayer(anatomy: Anatomy, body: DressedBody, m: Measures, material: Material): Layer {
  const joint = 3 * anatomy.model.joints.indexOf("neck");
  const lift = body.joints[joint + 1] - anatomy.marks.neck[1];
  const z0 = body.joints[joint + 2];
  const neckline = m.neck + 0.02 + lift;
  const foot = radii(anatomy, body, neckline + 0.006, z0);
  const neck = radii(anatomy, body, neckline + 0.04, z0);
  const rest: number[] = [];
  const coordinates: number[] = [];
  for (let r = 0; r <= ROWS; r++)
    for (let c = 0; c <= COLUMNS; c++) {
      const [high, out, low] = SECTION[r];
      const fall = r > 3 ? (r - 3) / 2 : 0;
      const front = Math.abs((2 * c) / COLUMNS - 1) ** 6;
      // Both points part and hang lower than the rest.
      const turn = 0.1 + 0.12 * fall + ((2 * Math.PI - 0.2 - 0.24 * fall) * c) / COLUMNS;
      const inner = lookAround(neck, turn);
      const radius = inner + low * Math.max(0, lookAround(foot, turn) - inner) + out + 0.006 * fall * front;
      const z = z0 + radius * Math.cos(turn);
      rest.push(radius * Math.sin(turn), neckline - 0.6 * (z - z0) + high - 0.022 * fall * front, z);
      coordinates.push(0.3 * (turn / (2 * Math.PI) - 0.5) + 0.3, 0.8 + 0.02 * r);
    }
  const positions = Float32Array.from(rest);
  const binding = solid(anatomy, body, positions, (v) => {
    const high = Math.min(1, Math.max(0, (SECTION[Math.floor(v / (COLUMNS + 1))][0] + 0.01) / 0.08));
    return [
      ["neck", 0.3 + 0.5 * high],
      ["spine3", 0.7 - 0.5 * high],
    ];
  });
  return ownLayer(binding, grid(ROWS, COLUMNS), Float32Array.from(coordinates), material);
}

/** Radius of what is worn at the neckline, by angle. */
function radii(anatomy: Anatomy, body: DressedBody, neckline: number, z0: number): Float32Array {
  const out = new Float32Array(COLUMNS);
  for (let v = 0; v < body.cover.length; v++) {
    const x = body.rest[3 * v];
    const z = body.rest[3 * v + 2] - z0;
    const above = body.rest[3 * v + 1] - (neckline - 0.6 * z);
    if (Math.abs(above) > 0.016 || Math.abs(x) > 0.11 || anatomy.regions[5 * v] < 0.9) continue;
    const column = Math.floor((Math.atan2(x, z) / (2 * Math.PI) + 1) * COLUMNS) % COLUMNS;
    out[column] = Math.max(out[column], Math.hypot(x, z));
  }
  for (let round = 0; round < 2; round++)
    for (let c = 0; c < COLUMNS; c++) {
      const beside = (out[(c + 1) % COLUMNS] + out[(c + COLUMNS - 1) % COLUMNS]) / 2;
      out[c] = out[c] === 0 ? beside : 0.6 * out[c] + 0.4 * beside;
    }
  return out;
}

function lookAround(foot: Float32Array, turn: number): number {
  const at = (turn / (2 * Math.PI)) * COLUMNS - 0.5;
  const c = Math.floor(at);
  const a = foot[(c + COLUMNS) % COLUMNS];
  return a + (at - c) * (foot[(c + 1) % COLUMNS] - a);
}
