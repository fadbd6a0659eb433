import { availableParallelism } from "node:os";
import type { OpenBodyOptions } from "@marey/core/body";
import { type Sample, STUDIO_DEFAULTS, type StudioOptions, sampleOrder } from "@marey/core/world";
import { readOpenBody } from "../world/openBodyFile.js";
import { openStudioThreads } from "./studioThread.js";

/** Samples in an order that a seed determines, without end or over and over. */
export interface SampleStream {
  /**
   * The samples from a place on; the same place always gives the same one. Each is the caller's to keep or to change.
   * Whoever stops reading ends it (`break` and `return` do).
   */
  from(place: number): AsyncGenerator<Sample, void, undefined>;
  /** Ends its threads. */
  close(): Promise<void>;
}

export interface StudioStreamOptions extends StudioOptions {
  /** Decides every byte, whatever the number of threads. */
  seed: number;
  /** Threads that make pictures; as many as the processor has when absent. */
  threads?: number;
  /** Scenes whose pictures are mixed; memory is needed for twice as many. Default 6: 130 MB of 192 × 256 pixels, twice. */
  together?: number;
  /** Of the body; default lite, which shows in close-ups. */
  mesh?: OpenBodyOptions["mesh"];
}

/**
 * Labelled pictures of the studio without end, made by threads ahead of the reader: at most the group of scenes that is
 * read and the next one are in memory.
 *
 * @throws MareyError `FILE_READ` without the open body's file. `from` throws those of `Studio.scene`, naming the seed of
 *   the scene, and `STUDIO_THREAD` for what shouldn't happen.
 */
export async function studioStream(options: StudioStreamOptions): Promise<SampleStream> {
  const { seed, threads = availableParallelism(), together = 6, mesh = "lite", ...studio } = options;
  const body = await readOpenBody();
  const pool = openStudioThreads({ body, mesh, options: studio }, Math.max(1, threads));
  const samples = studio.samples ?? STUDIO_DEFAULTS.samples;
  return {
    async *from(place) {
      const order = sampleOrder(seed, samples, together);
      const stopped = new AbortController();
      const made = new Map<number, Promise<Sample[]>>();
      const want = (scene: number) => {
        if (made.has(scene)) return;
        const promise = pool.scene(order.seedOf(scene), stopped.signal);
        // It is awaited later; until then nobody has missed an error.
        promise.catch(() => {});
        made.set(scene, promise);
      };
      try {
        for (let at = place; ; at++) {
          const { scene, sample } = order.at(at);
          const first = together * Math.floor(scene / together);
          if (at === place || at % order.group === 0) {
            for (let s = first; s < first + 2 * together; s++) want(s);
            for (const old of made.keys()) if (old < first) made.delete(old);
          }
          yield ((await made.get(scene)) as Sample[])[sample] as Sample;
        }
      } finally {
        stopped.abort();
      }
    },
    close: pool.close,
  };
}
