export interface CandidateOptions {
  columns: number;
  rows: number;
  /** J. */
  joints: number;
  /** Most candidates of one kind of joint. */
  capacity: number;
  /** Value of the map from which on a cell may be a joint. */
  minPeak: number;
}

/** Places where joints may be, kind by kind; kept from picture to picture. */
export interface Candidates {
  count: number;
  /** J + 1: the first candidate of each kind, and the end. */
  readonly first: Int32Array;
  /** Kind of joint of each. */
  readonly joint: Int32Array;
  /** Place of each among its kind; doubles, which come after all others, have that of the candidate they repeat. */
  readonly place: Int32Array;
  /** In cells. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Of the map. */
  readonly value: Float32Array;
}

/**
 * A finder of candidates on maps as the network gives them, not enlarged: cells not below any neighbour, with the
 * summit of the Gaussian through each and its neighbours. Cells of the border count too, and of two equal ones the first does.
 *
 * @returns The candidates, and a function of `maps`, J×rows×columns and perhaps more, that finds them anew.
 */
export function candidateFinder({ columns, rows, joints, capacity, minPeak }: CandidateOptions) {
  // Each may be doubled.
  const room = 2 * joints * capacity;
  const found: Candidates = {
    count: 0,
    first: new Int32Array(joints + 1),
    joint: new Int32Array(room),
    place: new Int32Array(room),
    x: new Float32Array(room),
    y: new Float32Array(room),
    value: new Float32Array(room),
  };
  const find = (maps: Float32Array): void => {
    found.count = 0;
    for (let j = 0; j < joints; j++) {
      found.first[j] = found.count;
      const end = found.count + capacity;
      const offset = j * columns * rows;
      for (let y = 0; y < rows; y++)
        for (let x = 0; x < columns; x++) {
          const value = maps[offset + y * columns + x];
          if (!(value >= minPeak) || found.count === end) continue;
          if (isSummit(maps, offset, columns, rows, x, y)) add(found, maps, offset, columns, rows, x, y, j);
        }
    }
    found.first[joints] = found.count;
  };
  return { candidates: found, find };
}

function isSummit(maps: Float32Array, offset: number, columns: number, rows: number, x: number, y: number) {
  const value = maps[offset + y * columns + x];
  for (let row = Math.max(0, y - 1); row <= Math.min(rows - 1, y + 1); row++)
    for (let column = Math.max(0, x - 1); column <= Math.min(columns - 1, x + 1); column++) {
      const other = maps[offset + row * columns + column];
      if (other > value) return false;
      if (other === value && (row < y || (row === y && column < x))) return false;
    }
  return true;
}

function add(
  found: Candidates,
  maps: Float32Array,
  offset: number,
  columns: number,
  rows: number,
  x: number,
  y: number,
  joint: number,
): void {
  const at = offset + y * columns + x;
  const i = found.count++;
  found.joint[i] = joint;
  found.place[i] = i - found.first[joint];
  found.x[i] = x + (x > 0 && x < columns - 1 ? summit(maps[at - 1], maps[at], maps[at + 1]) : 0);
  found.y[i] = y + (y > 0 && y < rows - 1 ? summit(maps[at - columns], maps[at], maps[at + columns]) : 0);
  found.value[i] = maps[at];
}

/** Where, within half a cell, a Gaussian through three neighbouring values is largest. */
function summit(before: number, here: number, after: number): number {
  const least = here * 1e-3;
  const a = Math.log(Math.max(least, before));
  const b = Math.log(Math.max(least, here));
  const c = Math.log(Math.max(least, after));
  const bend = a - 2 * b + c;
  return bend < 0 ? Math.max(-0.5, Math.min(0.5, (a - c) / (2 * bend))) : 0;
}
