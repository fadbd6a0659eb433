import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chunkSource, endlessBatch, epochBatches, type LiftBatch, padSequence, subsetOf } from "./batches.js";
import type { LiftSequence } from "./sequence.js";

const MIRRORS = { keypoints: [0, 2, 1], positions: [0, 2, 1, 3] };

/** A sequence of 3 keypoints and 4 joints whose numbers say where they stand. */
function sequence(index: number, frames: number): LiftSequence {
  return {
    name: `sequence ${index}`,
    action: "",
    frameRate: 50,
    frames,
    joints: 3,
    keypoints: Float32Array.from({ length: frames * 6 }, (_, i) => 1000 * index + i + 0.25),
    poseJoints: 4,
    positions: Float32Array.from({ length: frames * 12 }, (_, i) => 1000 * index + i + 0.5),
    camera: Float32Array.from({ length: 9 }, (_, i) => 10 * index + i + 1),
  };
}

const rows = (values: Float32Array, frames: number): number[][] =>
  Array.from({ length: frames }, (_, t) => {
    const width = values.length / frames;
    return [...values.subarray(t * width, (t + 1) * width)];
  });

const flipRow = (row: number[], mirror: number[]) => {
  const width = row.length / mirror.length;
  return mirror.flatMap((j) => row.slice(j * width, (j + 1) * width).map((v, k) => (k === 0 ? -v : v)));
};

/** The generator of the paper's text, word by word, in order: every chunk, plain and mirrored. */
function literally(sequences: LiftSequence[], c: number, pad: number, causal: boolean, flip: boolean) {
  const examples: { keypoints: number[]; positions: number[]; camera: number[] }[] = [];
  const shift = causal ? pad : 0;
  for (const { frames: n, keypoints, positions, camera } of sequences) {
    const [two, three] = [rows(keypoints, n), rows(positions as Float32Array, n)];
    const chunks = Math.ceil(n / c);
    const offset = Math.floor((chunks * c - n) / 2);
    const at = (frames: number[][], t: number) => frames[Math.max(0, Math.min(n - 1, t))];
    for (const mirrored of flip ? [false, true] : [false])
      for (let j = 0; j < chunks; j++) {
        const [start, end] = [j * c - offset, (j + 1) * c - offset];
        const window: number[][] = [];
        for (let t = start - pad - shift; t < end + pad - shift; t++) window.push(at(two, t));
        const target: number[][] = [];
        for (let t = start; t < end; t++) target.push(at(three, t));
        const vector = [...(camera as Float32Array)];
        examples.push({
          keypoints: window.flatMap((row) => (mirrored ? flipRow(row, MIRRORS.keypoints) : row)),
          positions: target.flatMap((row) => (mirrored ? flipRow(row, MIRRORS.positions) : row)),
          camera: vector.map((v, i) => (mirrored && (i === 2 || i === 7) ? -v : v)),
        });
      }
  }
  return examples;
}

function taken(into: LiftBatch, count: number, batch: number) {
  const part = (values: Float32Array | undefined, b: number) => {
    const width = (values?.length ?? 0) / batch;
    return [...(values ?? []).slice(b * width, (b + 1) * width)];
  };
  return Array.from({ length: count }, (_, b) => ({
    keypoints: part(into.keypoints, b),
    positions: part(into.positions, b),
    camera: part(into.cameras, b),
  }));
}

describe("chunks", () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 3 });
  const small = fc.integer({ min: 1, max: 5 });

  test("equal the paper's generator, chunk by chunk, for any length, padding and batch", () =>
    fc.assert(
      fc.property(
        lengths,
        small,
        fc.integer({ min: 0, max: 4 }),
        fc.boolean(),
        fc.boolean(),
        small,
        (all, chunk, pad, causal, flip, batch) => {
          const sequences = all.map((frames, i) => sequence(i, frames));
          const source = chunkSource(sequences, MIRRORS, { chunk, pad, causal, flip, batch, shuffle: false });
          const into = source.allocate();
          const got = Array.from(epochBatches(source, 0, into), (count) => taken(into, count, batch)).flat();
          expect(got).toEqual(literally(sequences, chunk, pad, causal, flip));
          expect(source.chunks).toBe(got.length);
        },
      ),
    ));

  test("each epoch takes every chunk once, in another order; the same seed gives the same order", () => {
    const sequences = [sequence(0, 40), sequence(1, 25)];
    const options = { pad: 2, batch: 7, seed: 5 };
    const firsts = (epoch: number, seed = 5) => {
      const source = chunkSource(sequences, MIRRORS, { ...options, seed });
      const into = source.allocate();
      return Array.from(epochBatches(source, epoch, into), (count) =>
        taken(into, count, 7).map(({ positions }) => positions[1] * (positions[0] < 0 ? -1 : 1)),
      ).flat();
    };
    const sorted = (values: number[]) => [...values].sort((a, b) => a - b);
    expect(firsts(0)).toEqual(firsts(0));
    expect(firsts(0)).not.toEqual(firsts(1));
    expect(firsts(0)).not.toEqual(firsts(0, 6));
    expect(sorted(firsts(0))).toEqual(sorted(firsts(1)));
    expect(new Set(firsts(0)).size).toBe(2 * 65);
  });

  test("the last batch is smaller, or left out", () => {
    const sequences = [sequence(0, 10)];
    const whole = chunkSource(sequences, MIRRORS, { pad: 1, batch: 8 });
    expect([...epochBatches(whole, 0, whole.allocate())]).toEqual([8, 8, 4]);
    const full = chunkSource(sequences, MIRRORS, { pad: 1, batch: 8, dropLast: true });
    expect([...epochBatches(full, 0, full.allocate())]).toEqual([8, 8]);
  });

  test("endless batches run on from epoch to epoch", () => {
    const source = chunkSource([sequence(0, 10)], MIRRORS, { pad: 1, batch: 8 });
    const [a, b] = [source.allocate(), source.allocate()];
    expect([0, 1, 2, 3].map((step) => endlessBatch(source, step, a))).toEqual([8, 8, 4, 8]);
    source.fill(1, 0, b);
    expect(a.keypoints).toEqual(b.keypoints);
  });

  test("sequences without truth give keypoints and cameras only; a mixture is refused", () => {
    const { positions: _, ...unlabelled } = sequence(0, 5);
    const source = chunkSource([unlabelled], MIRRORS, { pad: 1, batch: 4 });
    const into = source.allocate();
    expect(into.positions).toBeUndefined();
    expect(source.fill(0, 0, into)).toBe(4);
    const mixture = () => chunkSource([sequence(1, 5), unlabelled], MIRRORS, { pad: 1, batch: 4 });
    expect(mixture).toThrow(/other parts/);
    expect(() => chunkSource([], MIRRORS, { pad: 1, batch: 4 })).toThrow(/no sequences/);
    expect(() => chunkSource([unlabelled], MIRRORS, { pad: 0.5, batch: 4 })).toThrow("pad is 0.5");
  });
});

test("inference: the padded sequence's windows are those of training", () => {
  const one = sequence(0, 9);
  for (const causal of [false, true]) {
    const padded = padSequence(one.keypoints, 6, 3, causal);
    expect(padded).toHaveLength((9 + 6) * 6);
    const examples = literally([one], 1, 3, causal, false);
    examples.forEach(({ keypoints }, t) => {
      expect([...padded.subarray(t * 6, (t + 7) * 6)]).toEqual(keypoints);
    });
  }
});

test("a subset is one piece of the wanted length, the same each time", () =>
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 90 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (frames, share) => {
        const whole = sequence(0, frames);
        const part = subsetOf(whole, share, 3);
        expect(part.frames).toBe(Math.round(Math.floor(frames / 3) * share) * 3);
        expect(part.positions).toHaveLength(part.frames * 12);
        if (part.frames === 0) return;
        const start = Math.round((part.keypoints[0] - whole.keypoints[0]) / 6);
        expect(part.keypoints).toEqual(whole.keypoints.subarray(start * 6, (start + part.frames) * 6));
        expect(subsetOf(whole, share, 3)).toEqual(part);
      },
    ),
  ));
