/**
 * Calls `visit(start, end)` for every run of present samples, end excluded, in order.
 *
 * @param zeroIsMissing Pose2Sim's rule: a value of exactly 0 counts as missing, like NaN.
 */
export function forEachRun(
  x: Float64Array,
  visit: (start: number, end: number) => void,
  zeroIsMissing = false,
): void {
  const missing = (value: number) => Number.isNaN(value) || (zeroIsMissing && value === 0);
  let start = -1;
  for (let i = 0; i <= x.length; i++) {
    const inside = i < x.length && !missing(x[i]);
    if (inside && start < 0) start = i;
    if (!inside && start >= 0) {
      visit(start, i);
      start = -1;
    }
  }
}

/** Filters a run: reads `x`, writes as many samples to `out`. */
export type ColumnFilter = (x: Float64Array, out: Float64Array) => void;

/**
 * Applies a whole-clip filter to each run of present samples longer than `longerThan`; shorter runs and missing samples
 * stay as they are. @returns T samples in `out`.
 */
export function filterRuns(
  x: Float64Array,
  filter: ColumnFilter,
  { longerThan = 0, zeroIsMissing = false }: { longerThan?: number; zeroIsMissing?: boolean } = {},
  out: Float64Array = new Float64Array(x.length),
): Float64Array {
  out.set(x);
  forEachRun(
    x,
    (start, end) => {
      if (end - start > longerThan) filter(x.subarray(start, end), out.subarray(start, end));
    },
    zeroIsMissing,
  );
  return out;
}
