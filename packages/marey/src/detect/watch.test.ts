import type { Image } from "@marey/core/image";
import type { Frame, FrameSource } from "@marey/core/seam";
import { coco17 } from "@marey/core/skeleton";
import { expect, test } from "vitest";
import { detectVideo } from "./detectVideo.js";
import type { Eyes, LookOptions } from "./sight.js";
import { turned } from "./turned.js";
import { type SeenFrame, watch } from "./watch.js";

/** Pictures of 4×2 pixels whose first byte is their number, in one piece of memory, of a source twice as large. */
function source(
  indices: readonly number[],
  more: Partial<FrameSource> = {},
): FrameSource & { closed: number } {
  const image = { width: 4, height: 2, channels: 3, data: new Uint8Array(24) };
  const made = {
    width: 8,
    height: 4,
    deliveredWidth: 4,
    deliveredHeight: 2,
    frameRate: 10,
    closed: 0,
    close: async () => void made.closed++,
    async *[Symbol.asyncIterator](): AsyncGenerator<Frame> {
      try {
        for (const index of indices) {
          image.data[0] = index;
          yield { index, time: index / 10, image };
        }
      } finally {
        made.closed++;
      }
    },
    ...more,
  };
  return made;
}

/** Eyes that see one person at the pixel whose column is the picture's number, and a candidate beside it. */
function eyes(more: Partial<Eyes> = {}, delay = (_: number) => 0): Eyes {
  return {
    skeleton: coco17,
    longerSide: 4,
    follows: false,
    async look({ data }, { maps }: LookOptions = {}) {
      const number = data[0] as number;
      await new Promise((resolve) => setTimeout(resolve, delay(number)));
      const joints = new Float32Array(51).fill(NaN);
      joints.set([number, 1, 1]);
      const found = {
        data: new Float32Array(1),
        channels: 1,
        rows: 1,
        columns: 1,
        joints: 1,
        background: false,
        candidates: [Float32Array.of(number, 0, 0.5)],
      };
      return { people: [{ score: 1, joints }], sinceFound: 0, ...(maps && { maps: found }) };
    },
    close: async () => undefined,
    ...more,
  };
}

async function all(frames: AsyncIterable<SeenFrame>) {
  const seen: { index: number; time: number; x?: number; picture?: number }[] = [];
  for await (const { index, time, people, image } of frames)
    seen.push({
      index,
      time,
      ...(people[0] && { x: people[0].joints[0] as number }),
      ...(image && { picture: (image as Image).data[0] as number }),
    });
  return seen;
}

test("frames come in order, each with its own picture, whatever the order in which looks end", async () => {
  const late = eyes({}, (number) => (number % 3 === 0 ? 9 : 1));
  const seen = await all(watch(source([0, 1, 2, 3, 4, 5, 6]), late, { pictures: true }));
  expect(seen.map(({ index, picture }) => [index, picture])).toEqual(
    [0, 1, 2, 3, 4, 5, 6].map((i) => [i, i]),
  );
  expect(seen.map(({ x }) => x)).toEqual([0, 1, 2, 3, 4, 5, 6].map((i) => 2 * i + 0.5)); // half-pixel centres
});

test("eyes that look at a picture twice find it unchanged, though the source goes on", async () => {
  const plain = eyes();
  const twice = eyes({
    async look(image, options) {
      await plain.look(image, options); // as a finder that looks first
      return plain.look(image, options);
    },
  });
  const seen = await all(watch(source([0, 1, 2, 3, 4, 5, 6]), twice));
  expect(seen.map(({ x }) => x)).toEqual([0, 1, 2, 3, 4, 5, 6].map((i) => 2 * i + 0.5));
});

test("pictures that stand alone don't know the one before, also for eyes that follow", async () => {
  const given: LookOptions[] = [];
  const plain = eyes();
  const following = eyes({
    follows: true,
    look(image, options = {}) {
      given.push(options);
      return plain.look(image, options);
    },
  });
  await all(watch(source([0, 1, 2]), following));
  expect(given.map(({ previous, alone }) => [previous !== undefined, alone])).toEqual([
    [false, false],
    [true, false],
    [true, false],
  ]);
  given.length = 0;
  const seen = await all(watch(source([0, 1, 2, 3, 4]), following, { alone: true }));
  expect(given.map(({ previous, alone }) => [previous, alone])).toEqual(Array(5).fill([undefined, true]));
  expect(seen.map(({ x }) => x)).toEqual([0, 1, 2, 3, 4].map((i) => 2 * i + 0.5));
});

test("frames that are lost are there, empty, at times between; a live source has none to lose", async () => {
  const seen = await all(watch(source([4, 6, 12], {}), eyes(), { step: 2 }));
  expect(seen.map(({ index }) => index)).toEqual([4, 6, 8, 10, 12]);
  expect(seen.map(({ time }) => Math.round(10 * time))).toEqual([4, 6, 8, 10, 12]);
  expect(seen.map(({ x }) => x !== undefined)).toEqual([true, true, false, false, true]);
  const live = await all(watch(source([4, 6, 12], { live: true }), eyes()));
  expect(live.map(({ index }) => index)).toEqual([4, 6, 12]);
  const { times, frames } = await detectVideo(source([4, 6, 12], { live: true }), eyes());
  expect([frames.length, ...Array.from(times ?? [], (time) => Math.round(10 * time))]).toEqual([3, 0, 2, 8]);
});

test("maps come when they are asked for, candidates in pixels of the source", async () => {
  for await (const { maps, index } of watch(source([1, 2]), eyes(), { maps: true }))
    expect(Array.from(maps?.candidates[0] ?? [])).toEqual([2 * index + 0.5, 0.5, 0.5]);
  for await (const { maps } of watch(source([1]), eyes())) expect(maps).toBeUndefined();
});

test("the source is closed at the end, when it is left early, and after a failure", async () => {
  const ended = source([0, 1]);
  await all(watch(ended, eyes()));
  const left = source([0, 1, 2, 3, 4, 5, 6, 7]);
  for await (const frame of watch(left, eyes())) if (frame.index === 1) break;
  const failed = source([0, 1, 2]);
  const blind = eyes({ look: () => Promise.reject(new Error("blind")) });
  await expect(all(watch(failed, blind))).rejects.toThrow("blind");
  const stopped = source([0, 1, 2]);
  const signal = AbortSignal.abort(new Error("stop"));
  await expect(all(watch(stopped, eyes(), { signal }))).rejects.toThrow("stop");
  expect([ended, left, failed, stopped].map(({ closed }) => closed)).toEqual([1, 1, 1, 1]);
});

test("pictures turn against the clock, then mirror", async () => {
  const image = { width: 2, height: 1, channels: 3, data: Uint8Array.of(1, 1, 1, 2, 2, 2) };
  const one = source([0], {
    async *[Symbol.asyncIterator]() {
      yield { index: 0, time: 0, image };
    },
  });
  const first = async (options: Parameters<typeof turned>[1]) => {
    const view = turned(one, options);
    for await (const frame of view)
      return [frame.image.width, frame.image.height, frame.image.data[0], view.width, view.deliveredHeight];
    return [];
  };
  expect(await first({})).toEqual([2, 1, 1, 8, 2]);
  expect(await first({ flip: true })).toEqual([2, 1, 2, 8, 2]);
  expect(await first({ rotate: 90 })).toEqual([1, 2, 2, 4, 4]); // the right end is on top
  expect(await first({ rotate: 270 })).toEqual([1, 2, 1, 4, 4]);
  expect(await first({ rotate: 180, flip: true })).toEqual([2, 1, 1, 8, 2]);
});
