export interface LineIntegralOptions {
  columns: number;
  rows: number;
  /** A sample counts when the field's part along the segment exceeds this. */
  minSample: number;
  /** Share of samples that must count, 0..1; more are needed. */
  minShare: number;
  /** Score of ends that lie so close together that the field between them says nothing. */
  touching: number;
}

/** OpenPose 1.7's thresholds; `touching` is just above its threshold of peaks. */
export const LINE_INTEGRAL_DEFAULTS = { minSample: 0.05, minShare: 0.95, touching: 0.05 + 1e-6 } as const;

/**
 * How well a limb's field supports the segment from A to B: the mean of its part along the segment over 5 to 25 samples
 * of the nearest cells (Cao et al. 2017, eq. 10, sampled as by OpenPose 1.7); 0 when too few samples support it.
 *
 * @param fields The limb's x and y fields, rows×columns each, one after the other from `offset` on.
 * @param ax,ay,bx,by In cells.
 */
export function lineIntegral(
  fields: Float32Array,
  offset: number,
  ax: number,
  ay: number,
  bx: number,
  by: number,
  { columns, rows, minSample, minShare, touching }: LineIntegralOptions,
): number {
  const dx = bx - ax;
  const dy = by - ay;
  const length = Math.hypot(dx, dy);
  if (length < 1e-6) return 0;
  const longer = Math.max(Math.abs(dx), Math.abs(dy));
  const samples = Math.max(5, Math.min(25, Math.round(Math.sqrt(5 * longer))));
  let sum = 0;
  let count = 0;
  for (let i = 0; i < samples; i++) {
    const x = Math.max(0, Math.min(columns - 1, Math.round(ax + (i * dx) / samples)));
    const y = Math.max(0, Math.min(rows - 1, Math.round(ay + (i * dy) / samples)));
    const at = offset + y * columns + x;
    const along = (dx * fields[at] + dy * fields[at + columns * rows]) / length;
    if (along <= minSample) continue;
    sum += along;
    count++;
  }
  if (count / samples > minShare) return sum / count;
  return length < Math.sqrt(columns * rows) / 150 ? touching : 0;
}
