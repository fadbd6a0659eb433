import type { Image } from "../../image/image.js";
import type { Rgb } from "../render/surface.js";
import { type Anatomy, atlasOf } from "./anatomy.js";
import { paint } from "./atlas.js";
import { over, times } from "./cloth.js";
import { facePainter } from "./face.js";
import type { Field } from "./garment.js";
import { grain, roughGrain, speckle } from "./grain.js";
import type { Look } from "./look.js";
import { beardField, scalpField } from "./scalp.js";

const UNSEEN = 0.12;

/** Paints the skin with its face, in the body's own layout; what clothes cover by more than `UNSEEN` m stays plain. */
export function paintSkin(anatomy: Anatomy, look: Look, covered: Field, size: number): Image {
  const atlas = atlasOf(anatomy, "skin", size);
  const { marks } = anatomy;
  const face = facePainter(anatomy, look);
  const scalp = scalpField(anatomy, look.hair.style);
  const beard = beardField(anatomy, look.face.beard);
  const flush: Rgb = [look.skin[0] * 0.97, look.skin[1] * 0.72, look.skin[2] * 0.68];
  const palm: Rgb = [
    0.55 * look.skin[0] + 0.45 * 226,
    0.55 * look.skin[1] + 0.45 * 172,
    0.55 * look.skin[2] + 0.45 * 148,
  ];
  const joints = ["elbow", "knee", "hand", "ankle"].map((name) => marks[`left_${name}`]);
  const seed = look.seed | 0;
  const head = marks.neck[1];
  return paint(atlas, look.skin, (n, x, y, z, out) => {
    if (y < head && covered(x, y, z) > UNSEEN) return false;
    const ax = Math.abs(x);
    for (let k = 0; k < 3; k++) out[k] = look.skin[k];
    const mottle = grain(18 * x, 18 * y, 18 * z, seed) + 0.5 * grain(60 * x, 60 * y, 60 * z, seed + 1);
    times(out, 1 + 0.035 * mottle + 0.03 * (speckle(1500 * x, 1500 * y, 1500 * z, seed) - 0.5));
    over(out, flush, 0.08 + 0.1 * roughGrain(11 * x, 11 * y, 11 * z, seed + 3));
    for (const [jx, jy, jz] of joints) {
      const d = ((ax - jx) ** 2 + (y - jy) ** 2 + (z - jz) ** 2) / 0.0016;
      if (d < 9) over(out, flush, 0.3 * Math.exp(-d));
    }
    if (ax > marks.left_wrist[0] + 0.03) hand(ax, y, z, atlas.normals, n, palm, out);
    if (y < head || ax > 0.2) return true;
    face(x, y, z, out);
    const hair = scalp(x, y, z);
    if (hair > -0.006) {
      const strands = 0.85 + 0.3 * grain(260 * x, 60 * y, 260 * z, seed + 5);
      const cover = look.hair.style === "bald" ? 0 : Math.min(1, (hair + 0.006) / 0.012);
      for (let k = 0; k < 3; k++) out[k] += cover * 0.92 * (look.hair.colour[k] * strands - out[k]);
    }
    const hairs = beard(x, y, z);
    if (hairs > -0.004) stubble(look, x, y, z, hairs, out);
    return true;
  });
}

/** Paler palms, and dark lines between the fingers that hold at a distance. */
function hand(
  ax: number,
  y: number,
  z: number,
  normals: Float32Array,
  n: number,
  palm: Rgb,
  out: Float64Array,
): void {
  const down = -normals[3 * n + 1];
  if (down > 0) over(out, palm, 0.6 * Math.min(1, down * 1.5));
  const sideways = Math.abs(normals[3 * n + 2]);
  if (ax > 0.75) times(out, 1 - 0.22 * Math.max(0, sideways - 0.4));
  times(out, 1 + 0.04 * grain(120 * ax, 120 * y, 120 * z, 3));
}

function stubble(look: Look, x: number, y: number, z: number, field: number, out: Float64Array): void {
  const full = look.face.beard === "stubble" ? 0.36 : 0.8;
  const hairs = speckle(900 * x, 900 * y, 900 * z, 17);
  const by = full * Math.min(1, (field + 0.004) / 0.012) * (0.6 + 0.5 * hairs);
  over(out, look.hair.colour, Math.min(1, by));
}
