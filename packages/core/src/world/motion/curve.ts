/** A value over time by keys, in the order of their times. */
export interface Curve {
  times: number[];
  values: number[];
}

/** Sets a key; one at the same time is replaced. */
export function addKey({ times, values }: Curve, time: number, value: number): void {
  let i = times.length;
  while (i > 0 && times[i - 1] > time + 1e-9) i--;
  if (i > 0 && Math.abs(times[i - 1] - time) <= 1e-9) values[i - 1] = value;
  else {
    times.splice(i, 0, time);
    values.splice(i, 0, value);
  }
}

/**
 * The curve's slopes at its keys, after Fritsch and Carlson 1980: between two keys the cubic through them never leaves
 * their values, so a held pose holds and an extreme is one.
 */
export function slopesOf({ times, values }: Curve): Float64Array {
  const n = times.length;
  const slopes = new Float64Array(n);
  for (let i = 1; i + 1 < n; i++) {
    const [h, k] = [times[i] - times[i - 1], times[i + 1] - times[i]];
    const [d, e] = [(values[i] - values[i - 1]) / h, (values[i + 1] - values[i]) / k];
    if (d * e > 0) slopes[i] = (3 * (h + k)) / ((2 * k + h) / d + (k + 2 * h) / e);
  }
  return slopes;
}

/** The curve's value at a time; before and after its keys that of the first or last. */
export function valueAt({ times, values }: Curve, slopes: Float64Array, time: number): number {
  const n = times.length;
  if (time <= times[0]) return values[0];
  if (time >= times[n - 1]) return values[n - 1];
  let low = 0;
  for (let high = n - 1; high - low > 1; ) {
    const middle = (low + high) >> 1;
    if (times[middle] <= time) low = middle;
    else high = middle;
  }
  const h = times[low + 1] - times[low];
  const u = (time - times[low]) / h;
  const v = 1 - u;
  return (
    v * v * (1 + 2 * u) * values[low] +
    u * u * (1 + 2 * v) * values[low + 1] +
    u * v * h * (v * slopes[low] - u * slopes[low + 1])
  );
}

/** A track smoothed by a Gaussian of `sigma` samples, cut at three of them; the ends are held. */
export function smoothed(track: Float64Array, sigma: number): Float64Array {
  if (!(sigma > 0)) return track.slice();
  const radius = Math.ceil(3 * sigma);
  const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-0.5 * ((i - radius) / sigma) ** 2),
  );
  const total = kernel.reduce((sum, value) => sum + value, 0);
  return track.map((_, t) => {
    let sum = 0;
    for (let i = -radius; i <= radius; i++)
      sum += kernel[i + radius] * track[Math.min(track.length - 1, Math.max(0, t + i))];
    return sum / total;
  });
}

/** The least value within `radius` samples of each. */
export function lowest(track: Float64Array, radius: number): Float64Array {
  return track.map((_, t) => {
    let least = Infinity;
    for (let i = Math.max(0, t - radius); i <= Math.min(track.length - 1, t + radius); i++)
      least = Math.min(least, track[i]);
    return least;
  });
}
