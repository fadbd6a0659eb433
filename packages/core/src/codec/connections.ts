import type { Candidates } from "./candidates.js";
import { type FieldOptions, segmentScorer } from "./fieldSupport.js";
import type { Limb } from "./partAffinity.js";

export interface ConnectionOptions extends FieldOptions {
  joints: number;
  limbs: readonly Limb[];
  /** Most candidates of one kind of joint. */
  capacity: number;
  /** A pair needs this score. */
  minPair: number;
}

/** Pairs of candidates that a limb may connect; kept from picture to picture. */
export interface Connections {
  count: number;
  /** The pairs by rising promise, as `pair + 2^20 · whole number`. */
  readonly order: Float64Array;
  /** Limb of each pair, and the candidates that it connects. */
  readonly limb: Int32Array;
  readonly a: Int32Array;
  readonly b: Int32Array;
  /** Mean of the field along the segment, 0..1 and a little more where a network overshoots. */
  readonly score: Float32Array;
  /** Score plus lead over the best rival, as a whole number. */
  readonly promise: Float64Array;
  /** Score of a limb between two candidates at `cellOf` them, 0 where its field doesn't support them. */
  readonly support: Float32Array;
  /** In the same cells: logarithm of the distance in cells of the maps, where there is support. */
  readonly distance: Float32Array;
  /** Where each limb's table of support begins, and how many candidates its second joint has: the tables lie close together. */
  readonly table: Int32Array;
  readonly width: Int32Array;
}

const PAIRS = 2 ** 20;

/**
 * A finder of connections: of all pairs of candidates that a limb may connect, those that its field supports, ordered by
 * score plus lead over the best rival, another pair of that limb with the same candidate. In crowds fields of limbs that
 * cross weaken each other, and a score alone says less than whether anything else comes near.
 *
 * @returns The connections, and a function of `fields`, 2L×rows×columns, that finds them anew for the candidates as they are.
 */
export function connectionFinder(candidates: Candidates, options: ConnectionOptions) {
  const { joints, limbs, columns, rows, capacity, minPair } = options;
  const scoreOf = segmentScorer(options);
  const room = Math.min(PAIRS, limbs.length * capacity * 32);
  const found: Connections = {
    count: 0,
    order: new Float64Array(room),
    promise: new Float64Array(room),
    limb: new Int32Array(room),
    a: new Int32Array(room),
    b: new Int32Array(room),
    score: new Float32Array(room),
    support: new Float32Array(limbs.length * capacity * capacity),
    distance: new Float32Array(limbs.length * capacity * capacity),
    table: new Int32Array(limbs.length),
    width: new Int32Array(limbs.length),
  };
  // By candidate: the largest and the next score among a limb's pairs.
  const best = new Float32Array(joints * capacity);
  const second = new Float32Array(joints * capacity);
  const { first, x, y } = candidates;
  function add(limb: number, a: number, b: number, score: number, cell: number): void {
    found.support[cell] = score;
    found.distance[cell] = logDistance(x[a] - x[b], y[a] - y[b]);
    const i = found.count++;
    found.limb[i] = limb;
    found.a[i] = a;
    found.b[i] = b;
    found.score[i] = score;
  }
  const find = (fields: Float32Array): void => {
    found.count = 0;
    let cell = 0;
    for (let l = 0; l < limbs.length; l++) {
      const [from, to] = limbs[l];
      const start = found.count;
      const [begin, end] = [first[to], first[to + 1]];
      found.table[l] = cell;
      found.width[l] = end - begin;
      best.fill(0);
      second.fill(0);
      for (let a = first[from]; a < first[from + 1]; a++)
        for (let b = begin; b < end; b++, cell++) {
          found.support[cell] = 0;
          const score = scoreOf(fields, 2 * l * columns * rows, x[a], y[a], x[b], y[b]);
          if (score > minPair && found.count < room) add(l, a, b, Math.min(2, score), cell);
        }
      rank(found, start, best, second);
    }
    found.order.subarray(0, found.count).sort();
  };
  return { connections: found, find };
}

/** Where the support of a limb between two candidates stands, by their places among their kinds. */
export const cellOf = ({ table, width }: Connections, limb: number, a: number, b: number) =>
  table[limb] + a * width[limb] + b;

/** Logarithm of a distance in cells; joints in one place count as a third of a cell apart. */
export const logDistance = (dx: number, dy: number) => 0.5 * Math.log(Math.max(0.1, dx * dx + dy * dy));

/** Repeats a pair with other candidates, doubles of its own; the order must be sorted afterwards. */
export function repeatPair(found: Connections, pair: number, a: number, b: number): void {
  if (found.count === found.a.length) return;
  const i = found.count++;
  found.limb[i] = found.limb[pair];
  found.a[i] = a;
  found.b[i] = b;
  found.score[i] = found.score[pair];
  found.promise[i] = found.promise[pair];
  found.order[i] = found.promise[i] * PAIRS + i;
}

/** The pair at a place of the order. */
export const pairAt = ({ order }: Connections, place: number) => order[place] % PAIRS;

/** Orders a limb's pairs, found from `start` on; see `connectionFinder`. */
function rank(found: Connections, start: number, best: Float32Array, second: Float32Array): void {
  for (let i = start; i < found.count; i++) {
    note(best, second, found.a[i], found.score[i]);
    note(best, second, found.b[i], found.score[i]);
  }
  for (let i = start; i < found.count; i++) {
    const { a, b, score } = found;
    const rival = Math.max(rivalOf(best, second, a[i], score[i]), rivalOf(best, second, b[i], score[i]));
    // Scores lie within 0..2, so that this lies within 0..6 and its order within the whole numbers of a double.
    found.promise[i] = Math.round((2 * score[i] - rival + 2) * 2 ** 28);
    found.order[i] = found.promise[i] * PAIRS + i;
  }
}

function note(best: Float32Array, second: Float32Array, candidate: number, score: number): void {
  if (score > best[candidate]) {
    second[candidate] = best[candidate];
    best[candidate] = score;
  } else if (score > second[candidate]) second[candidate] = score;
}

const rivalOf = (best: Float32Array, second: Float32Array, candidate: number, score: number) =>
  score === best[candidate] ? second[candidate] : best[candidate];
