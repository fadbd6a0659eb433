import type { Anatomy } from "./anatomy.js";
import type { Field } from "./garment.js";
import { grain } from "./grain.js";
import type { FaceLook, Hairstyle } from "./look.js";

/** The hairline: degrees about the head from the front, and m above the eyes. */
const HAIRLINE = [
  [0, 0.061],
  [20, 0.064],
  [36, 0.06],
  [50, 0.048],
  [60, 0.03],
  [70, 0.006],
  [80, -0.016],
  [90, -0.002],
  [102, 0.018],
  [112, 0.002],
  [125, -0.035],
  [145, -0.066],
  [180, -0.074],
] as const;

/** Depth of the axis about which the hairline runs, m. */
const AXIS = 0.02;

function hairline(degrees: number): number {
  let i = 1;
  while (i < HAIRLINE.length - 1 && HAIRLINE[i][0] < degrees) i++;
  const [a, low] = HAIRLINE[i - 1];
  const [b, high] = HAIRLINE[i];
  return low + ((degrees - a) / (b - a)) * (high - low);
}

/** Where hair grows (not negative), over rest positions, about in metres from the hairline. */
export function scalpField({ marks }: Anatomy, style: Hairstyle): Field {
  const [, eye] = marks.left_eye;
  const [, earY, earZ] = marks.left_ear;
  const neck = marks.neck[1];
  const receding = style === "shaved" ? 0.008 : 0;
  const coversEars = style === "bob" || style === "long" || style === "curly";
  return (x, y, z) => {
    if (y < neck) return -1;
    const degrees = (Math.atan2(Math.abs(x), z - AXIS) * 180) / Math.PI;
    const ragged = 0.004 * grain(110 * x, 110 * y, 110 * z, 4) + 0.003 * grain(30 * x, 30 * y, 30 * z, 9);
    const line = y - eye - hairline(degrees) - receding * Math.cos((degrees * Math.PI) / 120) + ragged;
    if (coversEars && degrees > 70) return line + 0.01;
    if (Math.abs(x) < 0.066) return line;
    const ear = Math.hypot((z - earZ) / 0.021, (y - earY + 0.008) / 0.033) - 1;
    return Math.min(line, 0.03 * ear);
  };
}

/** Where a beard grows. */
export function beardField({ marks }: Anatomy, beard: FaceLook["beard"]): Field {
  const [, eye] = marks.left_eye;
  const [, nose] = marks.nose;
  const [, chin] = marks.chin;
  const mouth = nose + 0.42 * (chin - nose);
  const earZ = marks.left_ear[2];
  if (beard === "none") return () => -1;
  return (x, y, z) => {
    const ax = Math.abs(x);
    if (y < chin - 0.035 || y > eye || z < earZ - 0.01) return -1;
    const lips = Math.hypot(ax / 0.028, (y - mouth) / 0.0115) - 1;
    const lipField = 0.012 * lips;
    const moustache = Math.min(0.009 - Math.abs(y - mouth - 0.0165 + 6 * ax * ax), 0.029 - ax);
    if (beard === "moustache") return z > 0.08 ? moustache : -1;
    const goatee = Math.min(0.03 - ax, mouth + 0.002 - y);
    if (beard === "goatee") return z > 0.055 ? Math.min(lipField, Math.max(moustache, goatee)) : -1;
    // The cheek's line sinks from the sideburn to the corner of the mouth.
    const cheek = mouth + 0.006 + 0.62 * Math.max(0, 0.092 - z) - y;
    return Math.min(
      lipField,
      Math.max(z > 0.08 ? moustache : -1, cheek),
      y - chin + 0.014 - 0.5 * Math.max(0, 0.085 - z),
      z - earZ - 0.014,
    );
  };
}
