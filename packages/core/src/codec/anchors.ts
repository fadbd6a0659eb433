import { sigmoid } from "./sigmoid.js";

/** A box with its points, as a single-shot detector finds it: all coordinates in pixels of the network's input. */
export interface Candidate {
  /** 0..1. */
  score: number;
  /** Left, top, right, bottom. */
  box: readonly [number, number, number, number];
  /** P×2: x, y. */
  points: Float32Array;
}

export interface AnchorOptions {
  /** Side of the network's square input, pixels. */
  size: number;
  /** Stride of each layer in order; neighbouring layers of equal stride share their grid. */
  strides: readonly number[];
  /** Anchors in one cell of a layer. */
  perCell: number;
  /** Points that come with a box. */
  points: number;
  /** Logits are cut to ± this before the sigmoid: unused rows may hold millions. */
  clip: number;
}

/** Boxes and points relative to fixed anchors, A rows of `1 + 4 + 2·points` numbers; see `anchorBoxes`. */
export interface AnchorBoxes {
  /** Rows. */
  readonly count: number;
  encode(candidates: readonly Candidate[]): Float32Array;
  decode(raw: Float32Array, minScore: number): Candidate[];
}

/**
 * The box code of single-shot detectors with anchors of size 1 (Liu et al., SSD, 2016, as in MediaPipe's
 * TensorsToDetections): each row holds a score logit, the centre and the size of the box, then x, y of each point;
 * centre and points are in input pixels relative to the row's anchor, the centre of a grid cell.
 */
export function anchorBoxes(options: AnchorOptions): AnchorBoxes {
  const { size, points, clip } = options;
  const centres = anchorCentres(options);
  const count = centres.length / 2;
  const width = 5 + 2 * points;
  return {
    count,
    /** Each candidate goes to the free anchor nearest to its centre; all other rows say "nothing here". */
    encode(candidates) {
      const raw = new Float32Array(count * width);
      for (let row = 0; row < count; row++) raw[row * width] = -clip;
      for (const { score, box, points: own } of candidates) {
        const x = (box[0] + box[2]) / 2;
        const y = (box[1] + box[3]) / 2;
        const row = nearest(centres, raw, width, clip, x / size, y / size);
        const ax = centres[row * 2] * size;
        const ay = centres[row * 2 + 1] * size;
        const logit = Math.log(score / (1 - score));
        raw.set(
          [Math.max(-clip, Math.min(clip, logit)), x - ax, y - ay, box[2] - box[0], box[3] - box[1]],
          row * width,
        );
        for (let p = 0; p < points; p++) {
          raw[row * width + 5 + 2 * p] = own[2 * p] - ax;
          raw[row * width + 6 + 2 * p] = own[2 * p + 1] - ay;
        }
      }
      return raw;
    },
    /** Rows whose score reaches `minScore` and whose box has a positive size, in order of rows. */
    decode(raw, minScore) {
      const candidates: Candidate[] = [];
      for (let row = 0; row < count; row++) {
        const o = row * width;
        const score = sigmoid(Math.max(-clip, Math.min(clip, raw[o])));
        const w = raw[o + 3];
        const h = raw[o + 4];
        if (!(score >= minScore && w > 0 && h > 0)) continue;
        const ax = centres[row * 2] * size;
        const ay = centres[row * 2 + 1] * size;
        const x = raw[o + 1] + ax;
        const y = raw[o + 2] + ay;
        const own = new Float32Array(2 * points);
        for (let i = 0; i < own.length; i++) own[i] = raw[o + 5 + i] + (i & 1 ? ay : ax);
        candidates.push({ score, box: [x - w / 2, y - h / 2, x + w / 2, y + h / 2], points: own });
      }
      return candidates;
    },
  };
}

/** A×2: x, y of the anchors, 0..1 of the input, in the rows' order: layer group, row, column, anchor in the cell. */
export function anchorCentres({ size, strides, perCell }: AnchorOptions): Float32Array {
  const centres: number[] = [];
  for (let layer = 0; layer < strides.length; ) {
    const stride = strides[layer];
    let inCell = 0;
    for (; strides[layer] === stride; layer++) inCell += perCell;
    const cells = Math.ceil(size / stride);
    for (let row = 0; row < cells; row++)
      for (let column = 0; column < cells; column++)
        for (let k = 0; k < inCell; k++) centres.push((column + 0.5) / cells, (row + 0.5) / cells);
  }
  return Float32Array.from(centres);
}

function nearest(
  centres: Float32Array,
  raw: Float32Array,
  width: number,
  clip: number,
  x: number,
  y: number,
): number {
  let best = 0;
  let least = Infinity;
  for (let row = 0; row * 2 < centres.length; row++) {
    const distance = Math.hypot(centres[row * 2] - x, centres[row * 2 + 1] - y);
    if (distance >= least || raw[row * width] !== -clip) continue;
    least = distance;
    best = row;
  }
  return best;
}
