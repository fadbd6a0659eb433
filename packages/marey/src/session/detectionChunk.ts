import { npzArray, readNpz, writeNpz } from "@marey/core/format";
import type { Detection } from "@marey/core/motion";

/** Detections of consecutive frames as bytes, for the cache: exact, and quick to read. */
export function writeDetectionChunk(frames: readonly Detection[][], joints: number): Uint8Array {
  const people = frames.flat();
  const found = new Float32Array(people.length * joints * 3);
  const boxes = new Float64Array(people.length * 4).fill(NaN);
  people.forEach(({ joints: values, box }, i) => {
    found.set(values, i * joints * 3);
    if (box) boxes.set(box, i * 4);
  });
  return writeNpz({
    counts: { shape: [frames.length], data: Int32Array.from(frames, ({ length }) => length) },
    scores: { shape: [people.length], data: Float64Array.from(people, ({ score }) => score) },
    boxes: { shape: [people.length, 4], data: boxes },
    joints: { shape: [people.length, joints, 3], data: found },
  });
}

/** @throws MareyError `NPZ_ARRAY` and others of `readNpz` when the bytes are no chunk. */
export function readDetectionChunk(bytes: Uint8Array, joints: number, name: string): Detection[][] {
  const npz = readNpz(bytes, name);
  const counts = Array.from(npzArray(npz, "counts", [-1], name).data, Number);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const scores = npzArray(npz, "scores", [total], name).data as Float64Array;
  const boxes = npzArray(npz, "boxes", [total, 4], name).data as Float64Array;
  const found = npzArray(npz, "joints", [total, joints, 3], name).data as Float32Array;
  let person = 0;
  return counts.map((count) =>
    Array.from({ length: count }, () => {
      const i = person++;
      const [left, top, right, bottom] = boxes.subarray(4 * i, 4 * i + 4) as unknown as [
        number,
        number,
        number,
        number,
      ];
      return {
        score: scores[i] as number,
        joints: found.subarray(i * joints * 3, (i + 1) * joints * 3),
        ...(!Number.isNaN(left) && { box: [left, top, right, bottom] as const }),
      };
    }),
  );
}
