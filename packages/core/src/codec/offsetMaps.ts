import { firstMaximum } from "./peak.js";
import { sigmoid } from "./sigmoid.js";

export interface OffsetMapOptions {
  /** K. */
  joints: number;
  columns: number;
  rows: number;
  /** Pixels from cell to cell: cell i stands for pixel i · stride. */
  stride: number;
  /** The maps are logits. */
  logits?: boolean;
}

export interface DisplacementOptions extends OffsetMapOptions {
  /** The tree along which a person is followed: pairs of joints, from parent to child. */
  edges: readonly (readonly [number, number])[];
  /** Score from which a joint may begin a person. */
  minPeak: number;
  /** Joints of one kind as near as this are of one person, pixels. */
  radius: number;
  /** People with a lower score are left out. */
  minScore: number;
}

/** A person read from maps: K×3 x, y in pixels of the input, score. */
export interface MappedPerson {
  score: number;
  joints: Float32Array;
}

/** Outputs of PoseNet, K (2K, 2E) × rows × columns: of each pair of channels, all y come before all x. */
export interface OffsetMaps {
  maps: ArrayLike<number>;
  /** From a cell to the joint, pixels. */
  offsets: ArrayLike<number>;
}

export interface DisplacementMaps extends OffsetMaps {
  /** From a parent to the child and back, by edge, pixels. */
  forward: ArrayLike<number>;
  backward: ArrayLike<number>;
}

/** One person: each joint at its map's largest cell, moved by the offset there (Papandreou et al. 2017, PoseNet). */
export function decodeOffsetMaps({ maps, offsets }: OffsetMaps, options: OffsetMapOptions): MappedPerson {
  const { joints, columns, rows, logits = false } = options;
  const out = new Float32Array(3 * joints);
  let score = 0;
  for (let k = 0; k < joints; k++) {
    const cell = firstMaximum(maps, k * columns * rows, columns * rows);
    const value = maps[k * columns * rows + cell];
    writeJoint(out, offsets, k, cell, logits ? sigmoid(value) : value, options);
    score += out[3 * k + 2] / joints;
  }
  return { score, joints: out };
}

/** The joint k that the offsets at a cell point to. */
function writeJoint(
  out: Float32Array,
  offsets: ArrayLike<number>,
  k: number,
  cell: number,
  score: number,
  { joints, columns, rows, stride }: OffsetMapOptions,
): void {
  const cells = columns * rows;
  out[3 * k] = (cell % columns) * stride + offsets[(joints + k) * cells + cell];
  out[3 * k + 1] = Math.floor(cell / columns) * stride + offsets[k * cells + cell];
  out[3 * k + 2] = score;
}

/** Steps by which a displaced joint is drawn to the place that the offsets around it point to. */
const REFINEMENTS = 2;

/**
 * Everybody in the picture: from the best peaks on, each joint that no person has yet begins one, who is followed along
 * the tree by displacements, every joint drawn to where the offsets there point (PersonLab's fast decoder, Papandreou et
 * al. 2018, algorithm 1).
 *
 * @returns Best beginnings first; the score is the mean over the joints that no earlier person has at the same place.
 */
export function decodeDisplacementMaps(maps: DisplacementMaps, options: DisplacementOptions): MappedPerson[] {
  const { joints, columns, rows, stride, logits = false, edges, radius, minScore } = options;
  const cells = columns * rows;
  const value = (k: number, cell: number) =>
    logits ? sigmoid(maps.maps[k * cells + cell]) : maps.maps[k * cells + cell];
  const people: MappedPerson[] = [];
  const taken = (out: Float32Array, k: number) =>
    people.some(
      ({ joints: other }) =>
        Math.hypot(other[3 * k] - out[3 * k], other[3 * k + 1] - out[3 * k + 1]) <= radius,
    );
  const cellOf = (out: Float32Array, k: number) => {
    const column = Math.max(0, Math.min(columns - 1, Math.round(out[3 * k] / stride)));
    const row = Math.max(0, Math.min(rows - 1, Math.round(out[3 * k + 1] / stride)));
    return row * columns + column;
  };
  /** Joint `to` by the displacement `edge` from joint `from`, which is known. */
  const follow = (out: Float32Array, ways: ArrayLike<number>, edge: number, from: number, to: number) => {
    const source = cellOf(out, from);
    out[3 * to] = out[3 * from] + ways[(edges.length + edge) * cells + source];
    out[3 * to + 1] = out[3 * from + 1] + ways[edge * cells + source];
    for (let i = 0; i < REFINEMENTS; i++) {
      const cell = cellOf(out, to);
      writeJoint(out, maps.offsets, to, cell, value(to, cell), options);
    }
  };
  for (const { k, cell, score } of peaks(value, options)) {
    const out = new Float32Array(3 * joints).fill(NaN);
    writeJoint(out, maps.offsets, k, cell, score, options);
    if (taken(out, k)) continue;
    const known = new Set([k]);
    // Upwards to the root, then downwards to every leaf.
    for (let e = edges.length - 1; e >= 0; e--) {
      const [parent, child] = edges[e];
      if (!known.has(child) || known.has(parent)) continue;
      follow(out, maps.backward, e, child, parent);
      known.add(parent);
    }
    for (let e = 0; e < edges.length; e++) {
      const [parent, child] = edges[e];
      if (!known.has(parent) || known.has(child)) continue;
      follow(out, maps.forward, e, parent, child);
      known.add(child);
    }
    for (let j = 0; j < joints; j++) if (!known.has(j)) out[3 * j + 2] = 0;
    let sum = 0;
    for (const j of known) if (!taken(out, j)) sum += out[3 * j + 2];
    if (sum / joints >= minScore) people.push({ score: sum / joints, joints: out });
  }
  return people;
}

/** Cells that no neighbour of their map exceeds, best first. */
function peaks(
  value: (k: number, cell: number) => number,
  { joints, columns, rows, minPeak }: DisplacementOptions,
): { k: number; cell: number; score: number }[] {
  const found: { k: number; cell: number; score: number }[] = [];
  for (let k = 0; k < joints; k++)
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++) {
        const cell = y * columns + x;
        const score = value(k, cell);
        if (!(score >= minPeak)) continue;
        let largest = true;
        for (let v = Math.max(0, y - 1); v <= Math.min(rows - 1, y + 1); v++)
          for (let u = Math.max(0, x - 1); u <= Math.min(columns - 1, x + 1); u++)
            if (value(k, v * columns + u) > score) largest = false;
        if (largest) found.push({ k, cell, score });
      }
  return found.sort((a, b) => b.score - a.score);
}
