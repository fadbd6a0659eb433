import type { Random } from "@marey/core/array";
import { type Camera, project } from "@marey/core/camera";

/** Cameras on a circle of 4.5 m and more that look at its centre, z up. */
export function ring(views: number): Camera[] {
  return Array.from({ length: views }, (_, v) => {
    const angle = (2 * Math.PI * v) / views + 0.3;
    const [s, c] = [Math.sin(angle), Math.cos(angle)];
    return {
      name: `cam${v + 1}`,
      width: 1920,
      height: 1080,
      fx: 1500,
      fy: 1490,
      cx: 960,
      cy: 540,
      distortion: [],
      rotation: Float64Array.of(-s, c, 0, 0, 0, -1, -c, -s, 0),
      translation: Float64Array.of(0, 1, 4.5 + 0.2 * v),
    };
  });
}

/** Random points in the middle of the ring and what the cameras observe of them, N×3 and N×V×3. */
export function sightings(
  cameras: Camera[],
  count: number,
  { noise, outliers, missing }: { noise: number; outliers: number; missing: number },
  { uniform, normal }: Random,
): { truth: Float64Array; observations: Float64Array } {
  const truth = Float64Array.from({ length: 3 * count }, (_, i) =>
    i % 3 === 2 ? uniform(0, 2) : uniform(-1, 1),
  );
  const observations = new Float64Array(count * cameras.length * 3);
  for (let n = 0, i = 0; n < count; n++)
    for (const camera of cameras) {
      const [x, y] = project(truth.subarray(3 * n, 3 * n + 3), camera);
      const spread = uniform() < outliers ? 100 : noise;
      observations[i++] = normal(x, spread);
      observations[i++] = normal(y, spread);
      observations[i++] = uniform() < missing ? 0 : uniform(0.5, 1);
    }
  return { truth, observations };
}
