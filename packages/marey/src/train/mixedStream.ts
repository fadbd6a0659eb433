import { random, shuffle } from "@marey/core/array";
import type { Sample } from "@marey/core/world";
import type { SampleStream } from "./studioStream.js";

/** Places of which each stream gets its share, to a sixty-fourth. */
const BLOCK = 64;

/**
 * Several streams as one: of any 64 samples each gives its share, in an order that the seed decides; so any place can be
 * asked for.
 *
 * @param parts Shares in any unit.
 */
export function mixedStream(
  parts: readonly { stream: SampleStream; share: number }[],
  seed: number,
): SampleStream {
  const counts = countsOf(parts.map(({ share }) => share));
  const owners = counts.flatMap((count, p) => Array<number>(count).fill(p));
  const orderOf = (block: number) =>
    Array.from(shuffle(BLOCK, random(seed + 2 ** 32 * (block + 1))), (i) => owners[i]!);
  return {
    async *from(place) {
      const block = Math.floor(place / BLOCK);
      const passed = orderOf(block).slice(0, place % BLOCK);
      const readers = parts.map(({ stream }, p): AsyncGenerator<Sample, void, undefined> => {
        return stream.from(block * counts[p]! + passed.filter((owner) => owner === p).length);
      });
      try {
        for (let at = place; ; at++) {
          const owner = orderOf(Math.floor(at / BLOCK))[at % BLOCK]!;
          const { value } = await readers[owner]!.next();
          yield value as Sample;
        }
      } finally {
        await Promise.all(readers.map((reader) => reader.return()));
      }
    },
    close: async () => {
      await Promise.all(parts.map(({ stream }) => stream.close()));
    },
  };
}

/** How many of a block's places each share is worth, by largest remainders; those above 0 get one at least. */
function countsOf(shares: readonly number[]): number[] {
  const sum = shares.reduce((total, share) => total + share, 0);
  const exact = shares.map((share) => (BLOCK * share) / sum);
  const counts = exact.map((count) => (count > 0 ? Math.max(1, Math.floor(count)) : 0));
  const byRemainder = exact
    .map((count, p) => ({ p, left: count - counts[p]! }))
    .sort((a, b) => b.left - a.left);
  for (let i = 0; sumOf(counts) < BLOCK; i++) counts[byRemainder[i % byRemainder.length]!.p]!++;
  while (sumOf(counts) > BLOCK) counts[counts.indexOf(Math.max(...counts))]!--;
  return counts;
}

const sumOf = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
