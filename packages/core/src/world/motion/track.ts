import { nearTurn } from "./turns.js";

/** A way over the floor, by its length. */
export interface Track {
  /** Metres. */
  length: number;
  /** Place and direction after a length; yaw without jumps of whole turns. */
  at(length: number): { x: number; z: number; yaw: number };
}

const PIECES = 24;

/**
 * A smooth way through points: cubic pieces whose directions at the points are those of their neighbours' chord; it
 * leaves the first in the direction `yaw` if that isn't backwards.
 *
 * @param points Metres, x and z; two or more.
 */
export function trackThrough(points: readonly (readonly [number, number])[], yaw: number): Track {
  const places = points.filter(
    (p, i) => i === 0 || Math.hypot(p[0] - points[i - 1][0], p[1] - points[i - 1][1]) > 1e-3,
  );
  const xs: number[] = [places[0][0]];
  const zs: number[] = [places[0][1]];
  for (let i = 0; i + 1 < places.length; i++) {
    const [a, b] = [places[i], places[i + 1]];
    const chord = Math.hypot(b[0] - a[0], b[1] - a[1]);
    const from =
      i === 0 ? [Math.sin(yaw) * chord * 0.6, Math.cos(yaw) * chord * 0.6] : tangent(places, i, chord);
    const to = tangent(places, i + 1, chord);
    for (let n = 1; n <= PIECES; n++) {
      const u = n / PIECES;
      const [h, k] = [u * u * (3 - 2 * u), u * (1 - u) * (1 - u)];
      const l = u * u * (u - 1);
      xs.push(a[0] + h * (b[0] - a[0]) + k * from[0] + l * to[0]);
      zs.push(a[1] + h * (b[1] - a[1]) + k * from[1] + l * to[1]);
    }
  }
  return measured(xs, zs, yaw);
}

function tangent(places: readonly (readonly [number, number])[], i: number, scale: number): number[] {
  const before = places[Math.max(0, i - 1)];
  const after = places[Math.min(places.length - 1, i + 1)];
  const length = Math.hypot(after[0] - before[0], after[1] - before[1]) || 1;
  return [((after[0] - before[0]) / length) * scale, ((after[1] - before[1]) / length) * scale];
}

function measured(xs: readonly number[], zs: readonly number[], start: number): Track {
  const lengths = [0];
  const yaws: number[] = [];
  for (let i = 1; i < xs.length; i++) {
    const [dx, dz] = [xs[i] - xs[i - 1], zs[i] - zs[i - 1]];
    lengths.push(lengths[i - 1] + Math.hypot(dx, dz));
    yaws.push(nearTurn(Math.atan2(dx, dz), yaws.at(-1) ?? start));
  }
  const length = lengths[lengths.length - 1];
  return {
    length,
    at(way) {
      if (xs.length === 1) return { x: xs[0], z: zs[0], yaw: start };
      let i = 1;
      while (i + 1 < lengths.length && lengths[i] < way) i++;
      const piece = lengths[i] - lengths[i - 1];
      const u = piece > 0 ? Math.min(1, Math.max(0, (way - lengths[i - 1]) / piece)) : 0;
      const next = yaws[Math.min(i, yaws.length - 1)];
      const yaw =
        u < 0.5
          ? yaws[Math.max(0, i - 2)] * (0.5 - u) + yaws[i - 1] * (0.5 + u)
          : yaws[i - 1] * (1.5 - u) + next * (u - 0.5);
      return { x: xs[i - 1] + u * (xs[i] - xs[i - 1]), z: zs[i - 1] + u * (zs[i] - zs[i - 1]), yaw };
    },
  };
}
