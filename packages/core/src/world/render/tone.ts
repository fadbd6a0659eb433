/** sRGB, 0–255, to linear light, 0…1 (IEC 61966-2-1). */
export const toLinear = Float32Array.from({ length: 256 }, (_, i) => {
  const s = i / 255;
  return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
});

const steps = 8192;

const fromLinear = Uint8Array.from({ length: steps + 1 }, (_, i) => {
  const x = i / steps;
  return Math.round(255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055));
});

/** Linear light to sRGB, 0–255; what is beyond 0…1 is cut. */
export function toSrgb(light: number): number {
  return fromLinear[light <= 0 ? 0 : light >= 1 ? steps : (light * steps + 0.5) | 0];
}

const knee = 0.8;

/** Bends light above 0.8 so that 1 is reached only at infinity: highlights keep their colour, as on film. */
export function shoulder(light: number): number {
  if (light <= knee) return light;
  const over = (light - knee) / (1 - knee);
  return knee + ((1 - knee) * over) / (1 + over);
}
