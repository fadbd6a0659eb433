export interface FieldOptions {
  columns: number;
  rows: number;
  /** A sample counts when the field's part along the segment exceeds this. */
  minSample: number;
  /** Share of samples that must count, 0..1. */
  minShare: number;
  /** What to add to a candidate's cell to find its place in the fields, cells. */
  fieldShift: number;
}

/**
 * A function that scores the segment from A to B, in cells, by a limb's field, rows×columns across and as many down from
 * `offset` on: the mean of the field along the segment, read between the cells; −1 where too few samples lie along it.
 */
export function segmentScorer(options: FieldOptions) {
  const mayCount = segmentLook(options);
  const { columns, rows, minSample, minShare, fieldShift } = options;
  const plane = columns * rows;
  const maxX = columns - 1.001;
  const maxY = rows - 1.001;
  return (fields: Float32Array, offset: number, ax: number, ay: number, bx: number, by: number): number => {
    const dx = bx - ax;
    const dy = by - ay;
    const length = Math.sqrt(dx * dx + dy * dy);
    if (length < 1e-6) return -1;
    const samples = Math.max(5, Math.min(25, Math.ceil(length) + 1));
    if (!mayCount(fields, offset, ax, ay, dx, dy, (samples + 1) >> 1)) return -1;
    const missable = Math.floor(samples * (1 - minShare));
    const ux = dx / length;
    const uy = dy / length;
    const stepX = dx / (samples - 1);
    const stepY = dy / (samples - 1);
    let sum = 0;
    let missed = 0;
    for (let i = 0; i < samples; i++) {
      const x = Math.max(0, Math.min(maxX, ax + fieldShift + i * stepX));
      const y = Math.max(0, Math.min(maxY, ay + fieldShift + i * stepY));
      const at = offset + (y | 0) * columns + (x | 0);
      const below = at + columns;
      const right = x - (x | 0);
      const northwest = ux * fields[at] + uy * fields[at + plane];
      const northeast = ux * fields[at + 1] + uy * fields[at + 1 + plane];
      const southwest = ux * fields[below] + uy * fields[below + plane];
      const southeast = ux * fields[below + 1] + uy * fields[below + 1 + plane];
      const above = northwest + right * (northeast - northwest);
      const under = southwest + right * (southeast - southwest);
      const along = above + (y - (y | 0)) * (under - above);
      sum += along;
      // Counted, not branched on: no processor foresees which samples miss.
      missed += Number(!(along > minSample));
      if (missed > missable) return -1;
    }
    return sum / samples;
  };
}

/**
 * A quick look whether a segment may have the share of samples that it needs, at as many single cells as `looks` says, with a
 * fifth of them to spare and, where most must count, not two misses among the three in its middle. It spares most pairs more.
 */
function segmentLook({ columns, rows, minSample, minShare, fieldShift }: FieldOptions) {
  const plane = columns * rows;
  const lastColumn = columns - 1;
  const lastRow = rows - 1;
  const central = minShare > 0.5 ? 1 : 3;
  return (
    fields: Float32Array,
    offset: number,
    ax: number,
    ay: number,
    dx: number,
    dy: number,
    looks: number,
  ): boolean => {
    const least = minSample * Math.sqrt(dx * dx + dy * dy);
    const missable = Math.floor(looks * (1.2 - minShare));
    const inMiddle = Math.min(central, missable);
    const stepX = dx / looks;
    const stepY = dy / looks;
    const middle = (looks >> 1) + 0.5;
    const x0 = ax + fieldShift + 0.5 + middle * stepX;
    const y0 = ay + fieldShift + 0.5 + middle * stepY;
    let missed = 0;
    for (let i = 0; i < looks; i++) {
      // From the middle outwards: near its ends, every segment meets the fields of other limbs of these joints.
      const k = (i & 1) === 0 ? i >> 1 : -((i + 1) >> 1);
      const column = Math.min(lastColumn, (x0 + k * stepX) | 0);
      const at = offset + Math.min(lastRow, (y0 + k * stepY) | 0) * columns + column;
      missed += Number(!(dx * fields[at] + dy * fields[at + plane] > least));
      if (missed > (i === 2 ? inMiddle : missable)) return false;
    }
    return true;
  };
}
