import { random, shuffle } from "../../array/random.js";
import { MareyError } from "../../error.js";
import { mixed } from "../../world/noise.js";
import { flipCamera } from "./flip.js";
import type { LiftSequence } from "./sequence.js";

export interface ChunkOptions {
  /** Frames that each example asks the network for (the paper's "stride"). */
  chunk: number;
  /** Frames before and after them that the network sees: (receptive field − 1) / 2. */
  pad: number;
  /** Newest frame last: the window lies wholly in the past. */
  causal: boolean;
  /** Every chunk comes twice, once in a mirror. */
  flip: boolean;
  /** The order of an epoch is random. */
  shuffle: boolean;
  seed: number;
  /** Chunks in a batch. */
  batch: number;
  /** Leave the last batch out when it isn't full, for networks built for one size. */
  dropLast: boolean;
}

export const CHUNK_DEFAULTS: Omit<ChunkOptions, "pad" | "batch"> = {
  chunk: 1,
  causal: false,
  flip: true,
  shuffle: true,
  seed: 1234,
  dropLast: false,
};

/** Where a batch is written: arrays of the caller, filled from the front. */
export interface LiftBatch {
  /** B×(chunk + 2·pad)×J×2. */
  keypoints: Float32Array;
  /** B×chunk×J'×3; only with sequences that have positions. */
  positions?: Float32Array;
  /** B×9; only with sequences that have cameras. */
  cameras?: Float32Array;
}

/** Chunks of sequences in the random order of each epoch. The same arguments always give the same batch. */
export interface ChunkSource {
  /** Chunks in an epoch, mirrored ones counted. */
  chunks: number;
  /** Batches in an epoch. */
  batches: number;
  /** Arrays for one batch. */
  allocate(): LiftBatch;
  /**
   * Writes a batch of an epoch, both counted from 0.
   *
   * @returns Chunks written: `batch`, or fewer for the last one.
   */
  fill(epoch: number, index: number, into: LiftBatch): number;
}

/** Left–right partners in two and three dimensions. */
export interface Mirrors {
  keypoints: readonly number[];
  positions: readonly number[];
}

/** A row of the table of chunks: sequence, first frame asked for (negative before the start), mirrored or not. */
const ROW = 3;

/**
 * VideoPose3D's generator of examples. A sequence of n frames is cut into ⌈n / chunk⌉ chunks that overhang both ends
 * alike; what lies outside repeats the frame at the edge, in two and in three dimensions.
 *
 * @param sequences all with the same joints and the same parts (positions, cameras).
 * @param mirrors each joint's left–right partner or itself: J of the keypoints, J' of the positions.
 * @throws MareyError `LIFT_BATCHES` when sequences differ in their parts, or there are none.
 */
export function chunkSource(
  sequences: readonly LiftSequence[],
  mirrors: Mirrors,
  given: Partial<ChunkOptions> & Pick<ChunkOptions, "pad" | "batch">,
): ChunkSource {
  const options = { ...CHUNK_DEFAULTS, ...given };
  requireAlike(sequences, mirrors, options);
  const table = listChunks(sequences, options.chunk, options.flip);
  const chunks = table.length / ROW;
  const batches = options.dropLast ? Math.floor(chunks / options.batch) : Math.ceil(chunks / options.batch);
  const order = epochOrder(chunks, options);
  const [first] = sequences;
  const width = options.chunk + 2 * options.pad;
  return {
    chunks,
    batches,
    allocate: () => ({
      keypoints: new Float32Array(options.batch * width * first.joints * 2),
      ...(first.positions && {
        positions: new Float32Array(options.batch * options.chunk * first.poseJoints * 3),
      }),
      ...(first.camera && { cameras: new Float32Array(options.batch * 9) }),
    }),
    fill(epoch, index, into) {
      const rows = order(epoch);
      const from = index * options.batch;
      const count = Math.max(0, Math.min(options.batch, chunks - from));
      for (let b = 0; b < count; b++)
        copyChunk(sequences, table, rows[from + b] * ROW, b, options, mirrors, into);
      return count;
    },
  };
}

/**
 * The batches of one epoch in turn, written into the same arrays; yields how many chunks each holds.
 */
export function* epochBatches(source: ChunkSource, epoch: number, into: LiftBatch): Generator<number> {
  for (let index = 0; index < source.batches; index++) yield source.fill(epoch, index, into);
}

/**
 * The batch that an endless generator gives as its `step`-th (from 0): epochs of this source follow each other,
 * whatever epochs the labelled examples are in. For sequences without labels.
 */
export function endlessBatch(source: ChunkSource, step: number, into: LiftBatch): number {
  return source.fill(Math.floor(step / source.batches), step % source.batches, into);
}

function requireAlike(
  sequences: readonly LiftSequence[],
  mirrors: Mirrors,
  { chunk, pad, batch }: ChunkOptions,
): void {
  const refuse = (what: string, remedy: string) => {
    throw new MareyError("LIFT_BATCHES", "videoPose3d", what, remedy);
  };
  for (const [name, value, least] of [["chunk", chunk, 1], ["pad", pad, 0], ["batch", batch, 1]] as const)
    if (!Number.isInteger(value) || value < least)
      refuse(`${name} is ${value}`, `Pass a whole number from ${least}`); // biome-ignore format: one act
  if (sequences.length === 0) refuse("there are no sequences to take chunks from", "Pass at least one");
  const [first] = sequences;
  const joints = mirrors.keypoints.length;
  const poseJoints = mirrors.positions.length;
  for (const sequence of sequences) {
    const { name, frames, keypoints, positions, camera } = sequence;
    if (sequence.joints !== joints || keypoints.length !== frames * joints * 2)
      refuse(`"${name}" has not ${frames} frames of ${joints} keypoints`, "Convert all to one layout");
    if (frames < 1) refuse(`"${name}" has no frames`, "Leave it out");
    if (!positions !== !first.positions || !camera !== !first.camera)
      refuse(`"${name}" has other parts than "${first.name}"`, "Keep labelled and unlabelled ones apart");
    if (positions && (sequence.poseJoints !== poseJoints || positions.length !== frames * poseJoints * 3))
      refuse(`"${name}" has not ${frames} frames of ${poseJoints} positions`, "Cut both to one length");
  }
}

function listChunks(sequences: readonly LiftSequence[], chunk: number, flip: boolean): Int32Array {
  const copies = flip ? 2 : 1;
  const counts = sequences.map(({ frames }) => Math.ceil(frames / chunk));
  const table = new Int32Array(ROW * copies * counts.reduce((sum, count) => sum + count, 0));
  let at = 0;
  sequences.forEach(({ frames }, s) => {
    const offset = Math.floor((counts[s] * chunk - frames) / 2);
    for (let mirrored = 0; mirrored < copies; mirrored++)
      for (let j = 0; j < counts[s]; j++) {
        table[at++] = s;
        table[at++] = j * chunk - offset;
        table[at++] = mirrored;
      }
  });
  return table;
}

/** Gives the order of an epoch; the last one asked for is kept. */
function epochOrder(chunks: number, options: ChunkOptions): (epoch: number) => Uint32Array {
  let known = -1;
  let order: Uint32Array = Uint32Array.from({ length: chunks }, (_, i) => i);
  return (epoch) => {
    if (options.shuffle && epoch !== known) order = shuffle(chunks, random(mixed(options.seed, epoch)));
    known = epoch;
    return order;
  };
}

function copyChunk(
  sequences: readonly LiftSequence[],
  table: Int32Array,
  row: number,
  b: number,
  { chunk, pad, causal }: ChunkOptions,
  mirrors: Mirrors,
  into: LiftBatch,
): void {
  const { keypoints, positions, camera, joints, poseJoints, frames } = sequences[table[row]];
  const start = table[row + 1];
  const mirrored = table[row + 2] === 1;
  const width = chunk + 2 * pad;
  const shift = causal ? pad : 0;
  const at = b * width * joints * 2;
  const flip2d = mirrored ? mirrors.keypoints : null;
  copyFrames(keypoints, joints * 2, frames, start - pad - shift, width, flip2d, into.keypoints, at);
  if (positions && into.positions) {
    const flip3d = mirrored ? mirrors.positions : null;
    const pose = poseJoints * 3;
    copyFrames(positions, pose, frames, start, chunk, flip3d, into.positions, b * chunk * pose);
  }
  if (camera && into.cameras) {
    if (mirrored) flipCamera(camera, into.cameras, b * 9);
    else into.cameras.set(camera, b * 9);
  }
}

/** Copies `count` frames from frame `start`, those outside the sequence as its edge, in the mirror when one is given. */
function copyFrames(
  source: Float32Array,
  width: number,
  frames: number,
  start: number,
  count: number,
  mirror: readonly number[] | null,
  out: Float32Array,
  at: number,
): void {
  for (let t = 0; t < count; t++, at += width) {
    const from = Math.min(frames - 1, Math.max(0, start + t)) * width;
    if (mirror) copyMirrored(source, from, mirror, width / mirror.length, out, at);
    else for (let i = 0; i < width; i++) out[at + i] = source[from + i];
  }
}

function copyMirrored(
  source: Float32Array,
  from: number,
  mirror: readonly number[],
  dims: number,
  out: Float32Array,
  at: number,
): void {
  for (let j = 0; j < mirror.length; j++, at += dims) {
    const joint = from + mirror[j] * dims;
    out[at] = -source[joint];
    for (let k = 1; k < dims; k++) out[at + k] = source[joint + k];
  }
}

/**
 * A whole sequence as the dilated network takes it in inference: padded at both ends by repeating the edge frame, so
 * that n frames go in and n come out.
 *
 * @param keypoints T×width.
 * @returns (T + 2·pad)×width; a causal network gets all of the padding in front.
 */
export function padSequence(
  keypoints: Float32Array,
  width: number,
  pad: number,
  causal = false,
): Float32Array {
  const frames = keypoints.length / width;
  const out = new Float32Array((frames + 2 * pad) * width);
  copyFrames(keypoints, width, frames, causal ? -2 * pad : -pad, frames + 2 * pad, null, out, 0);
  return out;
}

/**
 * The part of a sequence that the paper's subset option keeps: `share` of it in one piece. The paper takes its place
 * from a SHA-256 of the length; here it follows from the length and a seed.
 */
export function subsetOf(sequence: LiftSequence, share: number, chunk = 1, seed = 0): LiftSequence {
  const { frames, joints, poseJoints, keypoints, positions } = sequence;
  const count = Math.min(frames, Math.round(Math.floor(frames / chunk) * share) * chunk);
  const start = random(mixed(seed, frames)).integer(frames - count + 1);
  const part = (values: Float32Array, width: number) =>
    values.subarray(start * width, (start + count) * width);
  return {
    ...sequence,
    frames: count,
    keypoints: part(keypoints, joints * 2),
    ...(positions && { positions: part(positions, poseJoints * 3) }),
  };
}
