import type { Anatomy } from "./anatomy.js";
import type { PosedBody } from "./binding.js";
import type { DressedBody } from "./drape.js";

const step = (t: number) => (t <= 0 ? 0 : t >= 1 ? 1 : t * t * (3 - 2 * t));

/** Thighs and shins as tapered rods that cloth can't pass through: joint, joint, radii at them (m). */
export interface Rods {
  joints: Uint8Array /* 4×2 */;
  radii: Float32Array /* 4×2 */;
}

/** Rods of both legs. */
export function legRods(anatomy: Anatomy, body: DressedBody): Rods {
  const { model, regions } = anatomy;
  const index = (name: string) => model.joints.indexOf(name);
  const chain = ["left", "right"].flatMap((side) => [
    [index(`${side}_hip`), index(`${side}_knee`)],
    [index(`${side}_knee`), index(`${side}_ankle`)],
  ]);
  const around = (j: number, side: number) => {
    let most = 0;
    for (let v = 0; v < model.vertices; v++) {
      if (regions[5 * v + side] < 0.9 || Math.abs(body.rest[3 * v + 1] - body.joints[3 * j + 1]) > 0.02)
        continue;
      const r = Math.hypot(
        body.rest[3 * v] - body.joints[3 * j],
        body.rest[3 * v + 2] - body.joints[3 * j + 2],
      );
      most = Math.max(most, r);
    }
    return most || 0.085;
  };
  return {
    joints: Uint8Array.from(chain.flat()),
    radii: Float32Array.from(
      chain.flatMap(([a, b], i) =>
        [around(a, i < 2 ? 3 : 4), around(b, i < 2 ? 3 : 4)].map((r) => 0.92 * r + 0.006),
      ),
    ),
  };
}

/**
 * Lets a skirt sink on thighs that don't hang down, as it does in sitting, where the joints alone would hold it up like
 * a bell: what stands further above, below or beside the thighs than they are thick comes nearer. Y is up; allocates
 * nothing.
 */
export function sink(
  { joints, radii }: Rods,
  { transforms: T, translation }: PosedBody,
  p: Float32Array,
): void {
  const [l, k, r, q] = [12 * joints[0], 12 * joints[1], 12 * joints[4], 12 * joints[5]];
  const hx = 0.5 * (T[l + 3] + T[r + 3]) + translation[0];
  const hy = 0.5 * (T[l + 7] + T[r + 7]) + translation[1];
  const hz = 0.5 * (T[l + 11] + T[r + 11]) + translation[2];
  const dx = 0.5 * (T[k + 3] + T[q + 3]) + translation[0] - hx;
  const dy = 0.5 * (T[k + 7] + T[q + 7]) + translation[1] - hy;
  const dz = 0.5 * (T[k + 11] + T[q + 11]) + translation[2] - hz;
  const length = Math.sqrt(dx * dx + dy * dy + dz * dz) || 1;
  const lying = step(1 + dy / length);
  if (lying < 0.02) return;
  const wide = Math.hypot(T[k + 3] - T[q + 3], T[k + 11] - T[q + 11]);
  const sx = (T[k + 3] - T[q + 3]) / (wide || 1);
  const sz = (T[k + 11] - T[q + 11]) / (wide || 1);
  for (let i = 0; i < p.length; i += 3) {
    const t = Math.max(
      0,
      ((p[i] - hx) * dx + (p[i + 1] - hy) * dy + (p[i + 2] - hz) * dz) / (length * length),
    );
    const by = lying * step(3 * t);
    const radius = radii[0] + Math.min(1, t) * (radii[1] - radii[0]) + 0.012;
    p[i + 1] -= by * excess(p[i + 1] - hy - t * dy, radius, 0.9);
    const aside =
      by * excess((p[i] - hx - t * dx) * sx + (p[i + 2] - hz - t * dz) * sz, 0.5 * wide + radius, 0.7);
    p[i] -= aside * sx;
    p[i + 2] -= aside * sz;
  }
}

/** A share of what a distance is beyond ±limit. */
const excess = (d: number, limit: number, share: number) =>
  d > limit ? share * (d - limit) : d < -limit ? share * (d + limit) : 0;

/** Pushes cloth out of the legs, away from their axes; allocates nothing. */
export function clearRods(
  { joints, radii }: Rods,
  { transforms: T, translation }: PosedBody,
  p: Float32Array,
): void {
  for (let rod = 0; rod < 4; rod++) {
    const a = 12 * joints[2 * rod];
    const b = 12 * joints[2 * rod + 1];
    const ax = T[a + 3] + translation[0];
    const ay = T[a + 7] + translation[1];
    const az = T[a + 11] + translation[2];
    const dx = T[b + 3] + translation[0] - ax;
    const dy = T[b + 7] + translation[1] - ay;
    const dz = T[b + 11] + translation[2] - az;
    const length = dx * dx + dy * dy + dz * dz;
    for (let i = 0; i < p.length; i += 3) {
      const t = Math.min(
        1,
        Math.max(0, ((p[i] - ax) * dx + (p[i + 1] - ay) * dy + (p[i + 2] - az) * dz) / length),
      );
      const x = p[i] - ax - t * dx;
      const y = p[i + 1] - ay - t * dy;
      const z = p[i + 2] - az - t * dz;
      const distance = Math.sqrt(x * x + y * y + z * z);
      const radius = radii[2 * rod] + t * (radii[2 * rod + 1] - radii[2 * rod]);
      if (distance >= radius || distance < 1e-6) continue;
      const by = radius / distance - 1;
      p[i] += x * by;
      p[i + 1] += y * by;
      p[i + 2] += z * by;
    }
  }
}
