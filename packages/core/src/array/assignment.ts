import { MareyError } from "../error.js";

/** Pairs of a row and a column, by rising row. */
export interface Assignment {
  rows: number[];
  columns: number[];
  /** Sum of the costs of the pairs. */
  total: number;
}

export interface AssignmentOptions {
  /** Look for the largest total instead of the smallest. */
  maximise?: boolean;
}

/**
 * Solves the linear assignment problem: pairs every row with a column of its own (or every column with a row, if there
 * are fewer) at the smallest total, in O(n³).
 *
 * Shortest augmenting paths with dual variables: Jonker and Volgenant 1987, in the rectangular form of Crouse 2016.
 *
 * @param cost rows × columns, row-major; `Infinity` forbids a pair (`-Infinity` when maximising).
 * @throws MareyError `ASSIGNMENT_INVALID` for NaN, an infinity of the wrong sign or a wrong length;
 *   `ASSIGNMENT_INFEASIBLE` when every complete assignment has a forbidden pair.
 */
export function assign(
  cost: ArrayLike<number>,
  rows: number,
  columns: number,
  { maximise = false }: AssignmentOptions = {},
): Assignment {
  const wide = rows <= columns;
  const [n, m] = wide ? [rows, columns] : [columns, rows];
  const table = new Float64Array(n * m);
  checkCosts(cost, rows, columns, maximise);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      const value = cost[r * columns + c];
      table[wide ? r * m + c : c * m + r] = maximise ? -value : value;
    }
  const ownerOf = shortestPaths(table, n, m);
  const pairs: [number, number][] = [];
  for (let j = 0; j < m; j++) if (ownerOf[j] >= 0) pairs.push(wide ? [ownerOf[j], j] : [j, ownerOf[j]]);
  return assignment(cost, columns, pairs);
}

/**
 * Pairs rows and columns so that the sum of the matched costs plus `limit / 2` for each unmatched row and column is
 * smallest: a pair is worth making only below `limit`, and a complete assignment isn't asked for.
 *
 * @param cost rows × columns, row-major; `Infinity` and NaN forbid a pair, as does any cost from `limit` on.
 * @param limit A finite number; costs may have any sign.
 */
export function assignWithin(
  cost: ArrayLike<number>,
  rows: number,
  columns: number,
  limit: number,
): Assignment {
  // With every cost lowered by the limit, staying unmatched costs 0, and so does a pair that isn't worth making: the
  // complete assignment of min(cost − limit, 0) then contains the wanted one as its negative entries.
  const gain = new Float64Array(rows * columns);
  for (let i = 0; i < gain.length; i++) gain[i] = cost[i] < limit ? cost[i] - limit : 0;
  const all = assign(gain, rows, columns);
  const pairs: [number, number][] = [];
  all.rows.forEach((row, i) => {
    if (gain[row * columns + all.columns[i]] < 0) pairs.push([row, all.columns[i]]);
  });
  return assignment(cost, columns, pairs);
}

function assignment(cost: ArrayLike<number>, columns: number, pairs: [number, number][]): Assignment {
  pairs.sort((a, b) => a[0] - b[0]);
  let total = 0;
  for (const [row, column] of pairs) total += cost[row * columns + column];
  return { rows: pairs.map((pair) => pair[0]), columns: pairs.map((pair) => pair[1]), total };
}

function checkCosts(cost: ArrayLike<number>, rows: number, columns: number, maximise: boolean): void {
  const invalid = (what: string) =>
    new MareyError(
      "ASSIGNMENT_INVALID",
      "assign",
      what,
      "Give finite costs, and Infinity for forbidden pairs",
    );
  if (cost.length !== rows * columns)
    throw invalid(`${cost.length} costs for ${rows} rows and ${columns} columns`);
  const wrong = maximise ? Infinity : -Infinity;
  for (let i = 0; i < cost.length; i++)
    if (Number.isNaN(cost[i]) || cost[i] === wrong)
      throw invalid(`the cost of row ${Math.floor(i / columns)}, column ${i % columns} is ${cost[i]}`);
}

/** Owner row of each column (−1 for none); every one of the n rows gets a column, n ≤ m. */
function shortestPaths(cost: Float64Array, n: number, m: number): Int32Array {
  const price = { row: new Float64Array(n), column: new Float64Array(m) };
  const ownerOf = new Int32Array(m).fill(-1);
  const columnOf = new Int32Array(n).fill(-1);
  const distance = new Float64Array(m);
  const previous = new Int32Array(m);
  // Columns not yet reached stand before `open` of this list, so that a scan touches only those.
  const waiting = new Int32Array(m);
  const done = new Int32Array(m);
  for (let start = 0; start < n; start++) {
    distance.fill(Infinity);
    for (let j = 0; j < m; j++) waiting[j] = m - 1 - j;
    let open = m;
    let reached = 0;
    let row = start;
    let length = 0;
    let sink = -1;
    while (sink < 0) {
      let lowest = Infinity;
      let at = -1;
      const base = length - price.row[row];
      for (let k = 0; k < open; k++) {
        const j = waiting[k];
        const through = base + cost[row * m + j] - price.column[j];
        if (through < distance[j]) {
          distance[j] = through;
          previous[j] = row;
        }
        // Among equals a free column ends the path at once.
        if (distance[j] < lowest || (distance[j] === lowest && ownerOf[j] < 0)) {
          lowest = distance[j];
          at = k;
        }
      }
      if (at < 0 || lowest === Infinity) throw infeasible(start);
      length = lowest;
      const column = waiting[at];
      waiting[at] = waiting[--open];
      if (ownerOf[column] < 0) sink = column;
      else {
        done[reached++] = column;
        row = ownerOf[column];
      }
    }
    price.row[start] += length;
    for (let k = 0; k < reached; k++) {
      const j = done[k];
      price.row[ownerOf[j]] += length - distance[j];
      price.column[j] -= length - distance[j];
    }
    augment(ownerOf, columnOf, previous, start, sink);
  }
  return ownerOf;
}

/** Turns over the path that ends in the free column `sink`, so that the row `start` gets a column too. */
function augment(
  ownerOf: Int32Array,
  columnOf: Int32Array,
  previous: Int32Array,
  start: number,
  sink: number,
): void {
  for (let column = sink; ; ) {
    const row = previous[column];
    ownerOf[column] = row;
    const freed = columnOf[row];
    columnOf[row] = column;
    if (row === start) return;
    column = freed;
  }
}

function infeasible(row: number): MareyError {
  return new MareyError(
    "ASSIGNMENT_INFEASIBLE",
    "assign",
    `no complete assignment avoids the forbidden pairs (met at row ${row} of the smaller side)`,
    "Allow more pairs, or use assignWithin, which may leave rows and columns unmatched",
  );
}
