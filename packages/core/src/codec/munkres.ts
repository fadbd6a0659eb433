/**
 * The assignment of least cost by Munkres's algorithm (1957) on a square table, in the order of the widespread Python
 * package `munkres` 1.1: of several equally good assignments it picks the same one, which `assign` does not promise.
 *
 * @param cost n × n, row-major; overwritten.
 * @returns n: the column of each row.
 */
export function munkres(cost: Float64Array, n: number): Int32Array {
  const table: Table = {
    cost,
    n,
    starred: new Int32Array(n).fill(-1),
    primed: new Int32Array(n).fill(-1),
    rowCovered: new Uint8Array(n),
    columnCovered: new Uint8Array(n),
  };
  reduceRows(table);
  starZeros(table);
  while (coverStarred(table) < n) augment(table, findFreeZero(table));
  return table.starred;
}

interface Table {
  cost: Float64Array;
  n: number;
  /** Column of the starred zero of each row, −1 for none. */
  starred: Int32Array;
  /** Column of the primed zero of each row. */
  primed: Int32Array;
  rowCovered: Uint8Array;
  columnCovered: Uint8Array;
}

function reduceRows({ cost, n }: Table): void {
  for (let i = 0; i < n; i++) {
    let least = Infinity;
    for (let j = 0; j < n; j++) least = Math.min(least, cost[i * n + j]);
    for (let j = 0; j < n; j++) cost[i * n + j] -= least;
  }
}

function starZeros({ cost, n, starred }: Table): void {
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      if (cost[i * n + j] === 0 && !starred.includes(j)) {
        starred[i] = j;
        break;
      }
}

function coverStarred({ starred, primed, rowCovered, columnCovered }: Table): number {
  rowCovered.fill(0);
  columnCovered.fill(0);
  primed.fill(-1);
  let count = 0;
  for (const column of starred) {
    if (column < 0) continue;
    columnCovered[column] = 1;
    count++;
  }
  return count;
}

/** Primes zeros, making new ones where none is left, until one stands in a row without a star. @returns That row. */
function findFreeZero(table: Table): number {
  const { n, starred, primed, rowCovered, columnCovered } = table;
  let row = 0;
  let column = 0;
  for (;;) {
    const zero = uncoveredZero(table, row, column);
    if (zero < 0) {
      shiftCosts(table);
      row = column = 0;
      continue;
    }
    row = Math.floor(zero / n);
    column = zero % n;
    primed[row] = column;
    if (starred[row] < 0) return row;
    column = starred[row];
    rowCovered[row] = 1;
    columnCovered[column] = 0;
  }
}

/** In the first row, from the given one around, that has an uncovered zero: the last of them, from the given column around. */
function uncoveredZero({ cost, n, rowCovered, columnCovered }: Table, row: number, column: number): number {
  for (let di = 0; di < n; di++) {
    const i = (row + di) % n;
    if (rowCovered[i]) continue;
    for (let dj = n - 1; dj >= 0; dj--) {
      const j = (column + dj) % n;
      if (cost[i * n + j] === 0 && !columnCovered[j]) return i * n + j;
    }
  }
  return -1;
}

/** Takes the least uncovered cost from all uncovered columns and adds it to all covered rows. */
function shiftCosts({ cost, n, rowCovered, columnCovered }: Table): void {
  let least = Infinity;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      if (!rowCovered[i] && !columnCovered[j]) least = Math.min(least, cost[i * n + j]);
  // Both are done one after the other where both apply: rounding decides what is a zero.
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      if (rowCovered[i]) cost[i * n + j] += least;
      if (!columnCovered[j]) cost[i * n + j] -= least;
    }
}

/** Turns stars and primes over along the path that ends in the row's primed zero. */
function augment({ starred, primed }: Table, from: number): void {
  let row = from;
  for (;;) {
    const column = primed[row];
    const other = starred.indexOf(column);
    starred[row] = column;
    if (other < 0) return;
    row = other;
  }
}
