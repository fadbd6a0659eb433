import type { View } from "@marey/core/model/multiCamera";
import type { Detection } from "@marey/core/motion";

/** Pieces that stay in memory: stages read stretches that overlap. */
const KEPT = 4;

/**
 * Reads a view's frames by pieces of equal length, of which the last few used stay in memory.
 *
 * @param load People of the frames of a piece; frames that are left out at its end have no people.
 */
export function readByPieces(
  frameCount: number,
  size: number,
  load: (piece: number) => Promise<Detection[][]>,
): View["read"] {
  const kept = new Map<number, Promise<Detection[][]>>();
  const piece = (index: number) => {
    const found = kept.get(index) ?? load(index);
    // A map remembers the order of insertion: the first is the one unused for longest.
    kept.delete(index);
    kept.set(index, found);
    for (const oldest of kept.keys()) if (kept.size > KEPT) kept.delete(oldest);
    return found;
  };
  return async (from, to) => {
    const last = Math.min(to, frameCount);
    const frames: Detection[][] = [];
    while (frames.length < last - from) {
      const at = from + frames.length;
      const start = Math.floor(at / size) * size;
      const people = await piece(start / size);
      for (let t = at; t < Math.min(last, start + size); t++) frames.push(people[t - start] ?? []);
    }
    return frames;
  };
}
