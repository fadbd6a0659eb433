/** The left half and the middle, in 256ths, of the short blurs that OpenCV rounds instead of computing them. */
const SHORT_TAPS: Readonly<Record<number, readonly number[]>> = {
  1: [256],
  3: [64, 128],
  5: [16, 64, 96],
  7: [8, 28, 56, 72],
  9: [4, 13, 30, 51, 60],
};

/**
 * The taps of a Gaussian of odd length whose sigma follows from the length, 0.3·((n − 1)/2 − 1) + 0.8; they sum to 1. Up to 9
 * taps they are OpenCV's rounded ones, as getGaussianKernel gives them for sigma 0.
 */
export function gaussianTaps(length: number): Float64Array {
  const short = SHORT_TAPS[length];
  const middle = (length - 1) / 2;
  if (short) return Float64Array.from({ length }, (_, i) => short[middle - Math.abs(i - middle)] / 256);
  const sigma = 0.3 * (middle - 1) + 0.8;
  const taps = Float64Array.from({ length }, (_, i) => Math.exp(-((i - middle) ** 2) / (2 * sigma * sigma)));
  const sum = taps.reduce((a, b) => a + b, 0);
  return taps.map((tap) => tap / sum);
}

/** What lies outside a map: nothing, or its mirror image about the outermost cells. */
export type Border = "zero" | "mirror";

/**
 * Blurs a row-major map by one set of taps along both axes (a height of 1 is blurred along its only axis).
 *
 * @param source The map begins at `at`.
 * @param out width × height, not the source.
 * @param scratch width × height.
 */
export function blurMap(
  source: ArrayLike<number>,
  at: number,
  width: number,
  height: number,
  taps: Float64Array,
  border: Border,
  out: Float64Array,
  scratch: Float64Array,
): void {
  const rows = height === 1 ? out : scratch;
  for (let y = 0; y < height; y++) blurLine(source, at + y * width, 1, width, taps, border, rows, y * width);
  if (height > 1) for (let x = 0; x < width; x++) blurLine(scratch, x, width, height, taps, border, out, x);
}

/** Blurs `count` values that stand `step` apart in `source` and, from `o` on, in `out`. */
function blurLine(
  source: ArrayLike<number>,
  at: number,
  step: number,
  count: number,
  taps: Float64Array,
  border: Border,
  out: Float64Array,
  o: number,
): void {
  const reach = (taps.length - 1) >> 1;
  for (let i = 0; i < count; i++) {
    let sum = 0;
    if (i >= reach && i + reach < count) {
      // All taps lie inside: most of the time goes here.
      for (let k = 0, j = at + (i - reach) * step; k < taps.length; k++, j += step)
        sum += taps[k] * source[j];
      out[o + i * step] = sum;
      continue;
    }
    for (let k = 0; k < taps.length; k++) {
      let j = i + k - reach;
      if (j < 0 || j >= count) {
        if (border === "zero") continue;
        j = mirrored(j, count);
      }
      sum += taps[k] * source[at + j * step];
    }
    out[o + i * step] = sum;
  }
}

/** The index inside 0..count−1 that mirrors one outside; the outermost cells aren't repeated. */
function mirrored(i: number, count: number): number {
  if (count === 1) return 0;
  const period = 2 * (count - 1);
  const phase = ((i % period) + period) % period;
  return phase < count ? phase : period - phase;
}

/** Blurs with nothing around the map, then scales so that the maximum is what it was (DARK, Zhang et al. 2020, eq. 11). */
export function modulate(
  source: ArrayLike<number>,
  at: number,
  width: number,
  height: number,
  taps: Float64Array,
  out: Float64Array,
  scratch: Float64Array,
): void {
  blurMap(source, at, width, height, taps, "zero", out, scratch);
  const cells = width * height;
  let before = -Infinity;
  let after = -Infinity;
  for (let i = 0; i < cells; i++) {
    before = Math.max(before, source[at + i]);
    after = Math.max(after, out[i]);
  }
  const factor = before / (after + 1e-12);
  for (let i = 0; i < cells; i++) out[i] *= factor;
}
