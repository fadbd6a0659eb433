import type { Sample } from "@marey/core/world";
import type { Batch, Batches } from "./batches.js";
import type { SampleStream } from "./studioStream.js";

/** Batches of a stream, epoch by epoch. */
export interface SampleBatches {
  /** The batches of an epoch: its samples follow those of the epoch before in the stream. */
  epoch(epoch: number): Batches;
  /** Seconds that were spent on waiting for samples so far. */
  waited(): number;
}

/**
 * Cuts a stream into epochs of batches. The stream is read on from epoch to epoch, so that what it has made ahead isn't lost.
 *
 * @param length Batches of an epoch.
 * @param batch Samples of a batch.
 * @param make Makes the batch of its samples; its memory may be the next one's, too.
 */
export function sampleBatches(
  stream: SampleStream,
  { length, batch }: { length: number; batch: number },
  make: (samples: readonly Sample[]) => Batch,
): SampleBatches {
  let reading: { samples: AsyncGenerator<Sample, void, undefined>; place: number } | undefined;
  let waited = 0;
  const read = async (place: number): Promise<Sample[]> => {
    const begun = performance.now();
    if (reading?.place !== place) {
      await reading?.samples.return();
      reading = { samples: stream.from(place), place };
    }
    const samples: Sample[] = [];
    while (samples.length < batch) {
      const { value, done } = await reading.samples.next();
      if (done) break;
      samples.push(value);
    }
    reading.place += batch;
    waited += (performance.now() - begun) / 1000;
    return samples;
  };
  return {
    epoch(epoch) {
      async function* from(position: number) {
        for (let i = position; i < length; i++) yield make(await read((epoch * length + i) * batch));
      }
      return { length, from, [Symbol.asyncIterator]: () => from(0) };
    },
    waited: () => waited,
  };
}
