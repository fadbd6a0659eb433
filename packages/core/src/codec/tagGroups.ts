import { roundEven } from "../array/rounding.js";
import { munkres } from "./munkres.js";
import { firstMaximum } from "./peak.js";
import { topCells } from "./topCells.js";

/** What a network that groups by tags answers for one picture. */
export interface TagMaps {
  /** K × height × width, scores. */
  heat: Float32Array;
  /** K × height × width × T: joints of one person have tags near each other. */
  tags: Float32Array;
  width: number;
  height: number;
}

export interface TagGroupOptions {
  /** Peaks of a joint to look at, and groups that a joint may join. */
  maximum: number;
  /** A peak must exceed this. */
  threshold: number;
  /** A joint nearer than this to a group's mean tag joins it. */
  tagThreshold: number;
  /** Side of the square in which a peak is the largest, cells, odd. */
  window: number;
  /** Joints in the order in which they are grouped, steady ones first. */
  order: readonly number[];
  /** Prefer strong peaks among those whose tags, rounded to whole numbers, are as near. */
  preferScore?: boolean;
  /** Leave further joints alone once `maximum` groups exist. */
  ignoreSurplus?: boolean;
}

interface Peaks {
  /** Cell index, best first. */
  cells: number[];
  scores: number[];
  tags: Float64Array[];
}

interface Group {
  /** K × (3 + T). */
  person: Float32Array;
  tags: Float64Array[];
}

/**
 * Groups joints into people by their tags (Associative Embedding, Newell et al. 2017, as HigherHRNet decodes it).
 *
 * @returns People, each K × (3 + T): cell x, y, score, tags; 0 for a joint that was not found.
 */
export function groupByTags(maps: TagMaps, options: TagGroupOptions): Float32Array[] {
  const { order, tagThreshold, preferScore = true, ignoreSurplus = false, maximum } = options;
  const depth = tagDepth(maps);
  const joints = order.length;
  // Groups are known by the first tag of the joint that founded them; equal ones are one group.
  const groups = new Map<number, Group>();
  const found = (joint: number, peaks: Peaks, i: number) => {
    const key = peaks.tags[i][0];
    const group = groups.get(key) ?? { person: new Float32Array(joints * (3 + depth)), tags: [] };
    groups.set(key, group);
    group.tags = [peaks.tags[i]];
    place(group, joint, peaks, i, maps.width, depth);
  };
  for (const joint of order) {
    const peaks = tagPeaks(maps, joint, depth, options);
    const existing = [...groups.values()].slice(0, maximum);
    if (existing.length === 0) for (const i of peaks.cells.keys()) found(joint, peaks, i);
    else if (!(ignoreSurplus && existing.length === maximum)) {
      const means = existing.map(({ tags }) => meanTag(tags));
      const columns = matchPeaks(peaks, means, preferScore);
      for (let i = 0; i < peaks.cells.length; i++) {
        const column = columns[i];
        if (column < existing.length && tagDistance(peaks.tags[i], means[column]) < tagThreshold) {
          place(existing[column], joint, peaks, i, maps.width, depth);
          existing[column].tags.push(peaks.tags[i]);
        } else found(joint, peaks, i);
      }
    }
  }
  return [...groups.values()].map(({ person }) => person);
}

function tagDepth({ heat, tags }: TagMaps): number {
  return tags.length / heat.length;
}

function place(group: Group, joint: number, peaks: Peaks, i: number, width: number, depth: number): void {
  const o = joint * (3 + depth);
  group.person[o] = peaks.cells[i] % width;
  group.person[o + 1] = Math.floor(peaks.cells[i] / width);
  group.person[o + 2] = peaks.scores[i];
  group.person.set(peaks.tags[i], o + 3);
}

/** The best cells of a joint that are the largest of their window; equal ones as `topCells` orders them. */
function tagPeaks(maps: TagMaps, joint: number, depth: number, options: TagGroupOptions): Peaks {
  const { heat, width, height, tags } = maps;
  const at = joint * width * height;
  const peaks = new Float32Array(width * height);
  const reach = (options.window - 1) >> 1;
  for (let i = 0; i < peaks.length; i++) if (isLargest(maps, at, i, reach)) peaks[i] = heat[at + i];
  const cells = [...topCells(peaks, options.maximum)].filter((i) => peaks[i] > options.threshold);
  return {
    cells,
    scores: cells.map((i) => heat[at + i]),
    tags: cells.map((i) => Float64Array.from(tags.subarray((at + i) * depth, (at + i + 1) * depth))),
  };
}

function isLargest({ heat, width, height }: TagMaps, at: number, cell: number, reach: number): boolean {
  const x = cell % width;
  const y = Math.floor(cell / width);
  for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++)
    for (let u = Math.max(0, x - reach); u <= Math.min(width - 1, x + reach); u++)
      if (heat[at + v * width + u] > heat[at + cell]) return false;
  return true;
}

/** The group of each peak by least total cost; one past the last, or beyond, for none. */
function matchPeaks(peaks: Peaks, means: readonly Float64Array[], preferScore: boolean): Int32Array {
  const count = peaks.cells.length;
  const n = Math.max(count, means.length);
  // Missing columns cost a fortune, missing rows nothing.
  const cost = new Float64Array(n * n);
  for (let i = 0; i < count; i++) {
    cost.fill(1e10, i * n, (i + 1) * n);
    means.forEach((mean, j) => {
      const distance = tagDistance(peaks.tags[i], mean);
      cost[i * n + j] = preferScore ? roundEven(distance) * 100 - peaks.scores[i] : distance;
    });
  }
  return munkres(cost, n);
}

function tagDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let t = 0; t < a.length; t++) sum += (a[t] - b[t]) ** 2;
  return Math.sqrt(sum);
}

/** The mean in single precision, since whether half a unit is reached decides between groups. */
function meanTag(tags: readonly Float64Array[]): Float64Array {
  return tags[0].map((_, t) => {
    const sum = tags.reduce((total, tag) => Math.fround(total + tag[t]), 0);
    return Math.fround(sum / tags.length);
  });
}

/**
 * Moves joints a quarter cell towards the larger neighbour (down on ties; what lies beyond the border counts as the
 * border) and by half a cell: from cell indices to positions. In place.
 */
export function adjustTagGroups(
  { heat, tags, width, height }: TagMaps,
  people: readonly Float32Array[],
): void {
  const stride = 3 + tagDepth({ heat, tags, width, height });
  for (const person of people)
    for (let o = 0; o < person.length; o += stride) {
      if (!(person[o + 2] > 0)) continue;
      const at = (o / stride) * width * height;
      const x = Math.trunc(person[o]);
      const y = Math.trunc(person[o + 1]);
      person[o] += 0.5 + quarter(heat, at, width, height, x, y, 0);
      person[o + 1] += 0.5 + quarter(heat, at, width, height, x, y, 1);
    }
}

function quarter(
  heat: Float32Array,
  at: number,
  width: number,
  height: number,
  x: number,
  y: number,
  axis: 0 | 1,
): number {
  const [before, after] =
    axis === 0
      ? [at + y * width + Math.max(0, x - 1), at + y * width + Math.min(width - 1, x + 1)]
      : [at + Math.max(0, y - 1) * width + x, at + Math.min(height - 1, y + 1) * width + x];
  return heat[after] > heat[before] ? 0.25 : -0.25;
}

/**
 * Gives every joint that a person lacks the cell with the best score less its tag's distance (rounded) from the person's
 * mean tag, if its score is above 0. In place, after `adjustTagGroups`; the new joints' tags stay 0.
 */
export function refineTagGroups(maps: TagMaps, people: readonly Float32Array[]): void {
  const { heat, tags, width, height } = maps;
  const depth = tagDepth(maps);
  const stride = 3 + depth;
  const area = width * height;
  const worth = new Float32Array(area);
  for (const person of people) {
    const own: Float64Array[] = [];
    for (let o = 0, k = 0; o < person.length; o += stride, k++) {
      if (!(person[o + 2] > 0)) continue;
      const cell = k * area + Math.trunc(person[o + 1]) * width + Math.trunc(person[o]);
      own.push(Float64Array.from(tags.subarray(cell * depth, (cell + 1) * depth)));
    }
    const mean = meanTag(own);
    for (let o = 0, k = 0; o < person.length; o += stride, k++) {
      if (person[o + 2] !== 0) continue;
      for (let i = 0; i < area; i++)
        worth[i] = heat[k * area + i] - roundEven(singleDistance(tags, (k * area + i) * depth, mean));
      const best = firstMaximum(worth, 0, area);
      if (!(heat[k * area + best] > 0)) continue;
      const x = best % width;
      const y = Math.floor(best / width);
      person[o] = x + 0.5 + quarter(heat, k * area, width, height, x, y, 0);
      person[o + 1] = y + 0.5 + quarter(heat, k * area, width, height, x, y, 1);
      person[o + 2] = heat[k * area + best];
    }
  }
}

/** A tag's distance from a mean in single precision, as `meanTag`. */
function singleDistance(tags: Float32Array, at: number, mean: Float64Array): number {
  let sum = 0;
  for (let t = 0; t < mean.length; t++) {
    const difference = Math.fround(tags[at + t] - mean[t]);
    sum = Math.fround(sum + Math.fround(difference * difference));
  }
  return Math.fround(Math.sqrt(sum));
}
