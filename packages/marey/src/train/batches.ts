import type { Tensor } from "@marey/core/seam";

/** One batch: tensors by the names under which the loss takes them. */
export type Batch = Readonly<Record<string, Tensor>>;

/** The batches of an epoch, in order. The same epoch gives the same ones, or a training can't be resumed exactly. */
export type Batches = (Iterable<Batch> | AsyncIterable<Batch>) & {
  /** How many there are, for the estimate of the time left. */
  readonly length?: number;
  /** Those from a position on, where that is less work than making and dropping what comes before. */
  from?(position: number): Iterable<Batch> | AsyncIterable<Batch>;
};

/** `length` batches that are made one by one when their turn comes, each from its position alone. */
export function batchList(length: number, make: (position: number) => Batch | Promise<Batch>): Batches {
  async function* from(position: number) {
    for (let i = position; i < length; i++) yield await make(i);
  }
  return { length, from, [Symbol.asyncIterator]: () => from(0) };
}

/** The batches after the first `position`. */
export async function* batchesFrom(batches: Batches, position: number): AsyncGenerator<Batch> {
  if (batches.from) return yield* batches.from(position);
  let passed = 0;
  for await (const batch of batches) if (passed++ >= position) yield batch;
}
