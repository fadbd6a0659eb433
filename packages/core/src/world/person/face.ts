import type { Image } from "../../image/image.js";
import type { Rgb } from "../render/surface.js";
import type { Anatomy } from "./anatomy.js";
import { over, times } from "./cloth.js";
import { grain, speckle } from "./grain.js";
import type { Look } from "./look.js";
import { shade } from "./palette.js";

const bump = (d: number) => Math.exp(-d * d);
const step = (t: number) => (t <= 0 ? 0 : t >= 1 ? 1 : t * t * (3 - 2 * t));

/** Where the parts of the face are, m, at rest; the left half, the right is its mirror image. */
interface FacePlan {
  eye: readonly [number, number];
  nose: readonly [number, number, number];
  mouth: number;
  chin: number;
  ear: readonly [number, number, number];
  /** The mesh has no eyeballs: eyes are painted on the lids' dome. */
  painted: boolean;
}

function plan({ marks, eyeball }: Anatomy): FacePlan {
  const [x, y] = marks.left_eye;
  return {
    eye: [x + 0.0025, y - 0.001],
    nose: marks.nose,
    mouth: marks.nose[1] + 0.42 * (marks.chin[1] - marks.nose[1]),
    chin: marks.chin[1],
    ear: marks.left_ear,
    painted: !eyeball.includes(1),
  };
}

/** Paints a face over the skin's colour. */
export function facePainter(
  anatomy: Anatomy,
  look: Look,
): (x: number, y: number, z: number, out: Float64Array) => void {
  const at = plan(anatomy);
  const { face, skin } = look;
  const red: Rgb = [Math.min(255, skin[0] * 1.0), skin[1] * 0.7, skin[2] * 0.68];
  const brow = shade(look.hair.style === "bald" ? [70, 54, 44] : look.hair.colour, 0.8);
  const spot = shade(skin, 0.72);
  return (x, y, z, out) => {
    const ax = Math.abs(x);
    const ear = Math.hypot((y - at.ear[1]) / 0.035, (z - at.ear[2]) / 0.03);
    if (ax > 0.068 && ear < 1.2) over(out, red, 0.35 * face.flush * bump(ear / 1.2));
    // Under the jaw it is dark.
    if (y < at.chin + 0.004)
      times(
        out,
        1 -
          0.26 *
            step((at.chin + 0.004 - y) / 0.02) *
            step((z + 0.03) / 0.06) *
            step((y - at.chin + 0.08) / 0.04),
      );
    if (z < 0.03) return;
    over(
      out,
      red,
      face.flush * 0.45 * bump(Math.hypot((ax - 0.043) / 0.022, (y - at.nose[1] - 0.004) / 0.02)),
    );
    over(
      out,
      red,
      face.flush * 0.4 * bump(Math.hypot(ax / 0.014, (y - at.nose[1]) / 0.014)) * step((z - 0.1) / 0.02),
    );
    if (face.spots > 0.35 && y < at.eye[1] + 0.02) {
      const dots = grain(330 * x, 330 * y, 330 * z, look.seed | 0);
      if (dots > 0.55) over(out, spot, (face.spots - 0.3) * 0.7 * bump((ax - 0.03) / 0.035));
    }
    sockets(at, ax, y, face.makeup, out);
    brows(at, ax, x, y, z, face.brows, brow, out);
    mouth(at, ax, x, y, face.lips, out);
    nostrils(at, ax, y, z, out);
    if (at.painted) paintEye(at, ax, y, face.iris, out);
  };
}

function sockets(at: FacePlan, ax: number, y: number, makeup: number, out: Float64Array): void {
  const dx = (ax - at.eye[0]) / 0.019;
  const dy = y - at.eye[1];
  times(out, 1 - 0.17 * bump(Math.hypot(dx, (dy - 0.002) / 0.0125)));
  times(out, 1 - 0.14 * bump(Math.hypot((ax - 0.012) / 0.008, (dy - 0.002) / 0.012)));
  // Lashes along the lids' edges.
  const inside = 1 - dx * dx;
  if (inside <= 0) return;
  const upper = 0.0058 * Math.sqrt(inside);
  const lid = Math.abs(dy - upper);
  times(out, 1 - (0.5 + 0.3 * makeup) * bump(lid / (0.0014 + 0.0008 * makeup)));
  times(out, 1 - 0.3 * bump((dy + 0.0052 * Math.sqrt(inside)) / 0.0012));
  times(out, 1 - 0.18 * bump((dy - upper - 0.0045) / 0.0013));
}

function brows(
  at: FacePlan,
  ax: number,
  x: number,
  y: number,
  z: number,
  strength: number,
  colour: Rgb,
  out: Float64Array,
): void {
  const t = (ax - 0.0115) / 0.0345;
  if (t < -0.1 || t > 1.05) return;
  const middle = at.eye[1] + 0.0165 + 0.0065 * Math.sin(Math.min(1, Math.max(0, t)) * 2.5) - 0.002 * t;
  const half = 0.0042 * (1 - 0.6 * t) * step((t + 0.1) * 6) * step((1.05 - t) * 5);
  if (half <= 0) return;
  const by = step(1.5 - Math.abs(y - middle) / half);
  over(out, colour, strength * by * (0.75 + 0.35 * grain(700 * x, 300 * y, 300 * z, 9)));
}

function mouth(at: FacePlan, ax: number, x: number, y: number, lips: Rgb, out: Float64Array): void {
  const t = ax / 0.0245;
  if (t > 1.15) return;
  const dy = y - at.mouth;
  const open = Math.sqrt(Math.max(0, 1 - t * t));
  const upper = 0.0068 * open * (1 - 0.25 * bump(ax / 0.004));
  const lower = 0.0098 * open ** 0.8;
  const edge = dy > 0 ? upper - dy : lower + dy;
  if (edge > -0.0015)
    over(out, lips, 0.9 * step((edge + 0.0015) / 0.003) * (0.92 + 0.1 * grain(600 * x, 80 * y, 0, 2)));
  if (dy > 0 && edge > 0) times(out, 0.9);
  times(out, 1 - 0.55 * bump(dy / 0.0014) * step((1.08 - t) * 6));
  times(out, 1 - 0.16 * bump(Math.hypot(ax / 0.016, (dy + 0.0145) / 0.004)));
  times(out, 1 - 0.25 * bump(Math.hypot((ax - 0.025) / 0.003, dy / 0.003)));
}

function nostrils(at: FacePlan, ax: number, y: number, z: number, out: Float64Array): void {
  const below = y - (at.nose[1] - 0.0065);
  if (z < 0.09) return;
  times(out, 1 - 0.6 * bump(Math.hypot((ax - 0.0085) / 0.0042, below / 0.0032)));
  times(out, 1 - 0.22 * bump(Math.hypot(ax / 0.016, (below + 0.003) / 0.004)));
  times(out, 1 - 0.12 * bump(Math.hypot((ax - 0.0185) / 0.004, (below - 0.004) / 0.009)));
}

const WHITE: Rgb = [226, 218, 212];

function paintEye(at: FacePlan, ax: number, y: number, iris: Rgb, out: Float64Array): void {
  const dx = ax - at.eye[0];
  const dy = y - at.eye[1];
  const inside = 1 - (dx / 0.0165) ** 2;
  if (inside <= 0) return;
  const lid = dy > 0 ? 0.0062 : 0.0052;
  const open = step((lid * Math.sqrt(inside) - Math.abs(dy)) / 0.0012);
  if (open <= 0) return;
  const r = Math.hypot(dx, dy);
  over(out, r < 0.0026 ? [14, 12, 12] : r < 0.0058 ? iris : WHITE, open);
  if (dy > 0.0025) times(out, 1 - 0.3 * open);
}

/** Paints the front of an eyeball, seen straight on: white, iris with its dark ring, pupil, a glint. */
export function paintEyeball(look: Look, size = 64): Image {
  const data = new Uint8Array(3 * size * size);
  const out = new Float64Array(3);
  for (let i = 0; i < size * size; i++) {
    const x = ((i % size) + 0.5) / size - 0.5;
    const y = 0.5 - (Math.floor(i / size) + 0.5) / size;
    const r = Math.hypot(x, y);
    out.set(WHITE);
    over(out, [206, 150, 140], 0.35 * step((r - 0.2) / 0.3));
    const angle = Math.atan2(y, x);
    if (r < 0.245) {
      out.set(look.face.iris);
      times(out, 0.8 + 0.45 * speckle(angle * 9 + 30, r * 6, 0, 3) * step((r - 0.08) / 0.1));
      if (r > 0.205) times(out, 0.55);
      if (r < 0.1) out.set([10, 9, 10]);
    }
    if (Math.hypot(x + 0.06, y - 0.08) < 0.035) out.set([246, 246, 246]);
    // The upper lid's shadow.
    times(out, 1 - 0.4 * step((y - 0.06) / 0.2));
    data.set([out[0], out[1], out[2]], 3 * i);
  }
  return { width: size, height: size, channels: 3, data };
}
