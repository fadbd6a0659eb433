import type { Anatomy } from "./anatomy.js";
import type { Bottom, Neckline, Top } from "./outfit.js";

/** Heights and lengths of the mean body that garments are cut by, m. */
export interface Measures {
  waist: number;
  crotch: number;
  knee: number;
  ankle: number;
  shoulder: number;
  wrist: number;
  /** Height of the armpit. */
  armpit: number;
  /** Height of the neck's base at its side. */
  neck: number;
  /** Depth (z) of the neck's middle. */
  neckDepth: number;
}

/** Takes measure of the mean body. */
export function measure({ marks, model }: Anatomy): Measures {
  let crotch = -Infinity;
  const pelvis = marks.pelvis[1];
  let low = Infinity;
  for (let v = 0; v < model.vertices; v++) {
    const y = model.template[3 * v + 1];
    const middle = Math.abs(model.template[3 * v]) < 0.012;
    if (middle && y < pelvis && y > marks.left_knee[1] && y < low) low = y;
  }
  crotch = Number.isFinite(low) ? low : pelvis - 0.12;
  return {
    waist: marks.spine1[1] - 0.01,
    crotch,
    knee: marks.left_knee[1],
    ankle: marks.left_ankle[1],
    shoulder: marks.left_shoulder[0],
    wrist: marks.left_wrist[0],
    armpit: marks.left_shoulder[1] - 0.09,
    neck: marks.neck[1] - 0.03,
    neckDepth: marks.neck[2],
  };
}

/** A field over rest positions: not negative where a garment is, and about the way to its rim in metres. */
export type Field = (x: number, y: number, z: number) => number;

/** Where a top is. */
export function topField(top: Top, m: Measures): Field {
  const hem = hemOf(top, m);
  const end = top.sleeve > 0 ? m.shoulder + top.sleeve * (m.wrist - m.shoulder) : 0;
  const neck = neckField(top.neck, m);
  return (x, y, z) => {
    const arm = Math.abs(x);
    const armhole =
      end > 0
        ? end - arm
        : m.shoulder - (top.kind === "tank" ? 0.05 : 0.03) - arm + Math.max(0, m.armpit - y);
    let field = Math.min(neck(x, y, z), y - hem, armhole);
    if (top.open > 0 && z > m.neckDepth) field = Math.min(field, arm - openingAt(top, m, y));
    return field;
  };
}

/** Height of the lower edge of a top, or of its part above the skirt that a longer one goes on as. */
export const hemOf = (top: Top, m: Measures): number =>
  m.waist + (top.length > 1 ? 0.4 : top.length) * (m.crotch + 0.045 - m.waist);

/** Height of the edge of the skirt that a long top goes on as. */
export const skirtHem = (top: Top, m: Measures): number => m.crotch + (top.length - 1) * (m.knee - m.crotch);

/** Half width of an open front, which widens downwards. */
export const openingAt = (top: Top, m: Measures, y: number): number =>
  top.open * (0.35 + 0.65 * Math.min(1, Math.max(0, (m.neck - y) / (m.neck - m.crotch))));

/** Height of the neck's base, which falls forwards, over a point; on the shoulders, beside it, it is never reached. */
const neckPlane: (m: Measures, x: number, y: number, z: number) => number = (m, x, y, z) =>
  m.neck + 0.005 - 0.6 * (z - m.neckDepth) + 2 * Math.max(0, Math.abs(x) - 0.06) - y;

/** Below the edge of the neck opening: a plane that falls forwards, cut deeper in front. */
function neckField(neck: Neckline, m: Measures): Field {
  const plane: Field = (x, y, z) => neckPlane(m, x, y, z);
  switch (neck) {
    case "turtle":
      return (x, y, z) => plane(x, y, z) + 0.05;
    case "vee":
      return (x, y, z) => {
        const deep = z > m.neckDepth ? 0.08 * Math.max(0, 1 - Math.abs(x) / 0.07) : 0;
        return 0.8 * (plane(x, y, z) - deep);
      };
    case "scoop":
      return (x, y, z) => {
        const base = plane(x, y, z) - 0.012;
        if (z < m.neckDepth || Math.abs(x) > 0.12) return base;
        const bowl = Math.hypot(x / 0.085, (y - m.neck) / 0.105) - 1;
        return Math.min(base, 0.085 * bowl);
      };
    case "collar":
      return (x, y, z) => plane(x, y, z) + 0.018;
    default:
      return (x, y, z) => plane(x, y, z) + 0.006;
  }
}

/** Where a hood lies down: behind the neck and over the shoulders. */
export function hoodField(m: Measures): Field {
  return (x, y, z) => {
    const plane = neckPlane(m, x, y, z);
    const back =
      0.13 - Math.hypot(x, Math.max(0, m.neck - 0.02 - y) * 1.1) + 0.35 * Math.min(0, m.neckDepth + 0.05 - z);
    return Math.min(plane + 0.022, back);
  };
}

/** Where trousers are; skirts only have their waist of it. */
export function bottomField(bottom: Bottom, m: Measures): Field {
  const hem = bottomHem(bottom, m);
  const waist = m.waist - (bottom.kind === "leggings" || bottom.kind === "skirt" ? -0.01 : 0.025);
  return (_, y, z) => Math.min(waist - 0.12 * z - y, y - hem);
}

/** Height of the lower edge of trousers or of the part of a skirt that lies on the body. */
export function bottomHem(bottom: Bottom, m: Measures): number {
  if (bottom.kind === "skirt") return m.waist - 0.06;
  const { length } = bottom;
  return length < 0.5
    ? m.crotch + 2 * length * (m.knee - m.crotch)
    : m.knee + (2 * length - 1) * (m.ankle - m.knee);
}

/** Where a sock is. */
export const sockField =
  (height: number, m: Measures): Field =>
  (_, y) =>
    m.ankle + height - y;
