import { type Canvas, type Image, isPlanes } from "@marey/core/image";
import type { Detection } from "@marey/core/motion";
import type { FrameSource } from "@marey/core/seam";
import { fillBetween } from "./between.js";
import type { Eyes, Sight, SightMaps } from "./sight.js";

/** A frame with the people seen in it. */
export interface SeenFrame {
  /** Number of the frame in its source. */
  index: number;
  /** Seconds from the source's first frame. */
  time: number;
  /** The picture's file, in a source of separate pictures. */
  name?: string;
  /** Joints in pixels of the source at its full size. */
  people: Detection[];
  /** Size of the picture at full size, pixels: pictures of a folder may differ. */
  width: number;
  height: number;
  /** The picture to draw on, a video's as planes where it was so delivered, else as it was looked at, where pictures are asked for and it could be read; valid until the next frame is taken. */
  image?: Canvas;
  /** What the network gave, where it was asked for; candidates in pixels of the source at its full size. */
  maps?: SightMaps;
}

export interface WatchOptions {
  /** At most so many people a frame: the largest and clearest. */
  people?: number;
  /** Search the whole picture at every n-th frame at least; by the frame rate when absent. */
  findEvery?: number;
  /** The pictures need not follow one another: each is searched closely, as if there were no other. True for a single one. */
  alone?: boolean;
  /** Frames of the source from one that is delivered to the next, as the source was opened; 1 when absent. */
  step?: number;
  /** Hand on the pictures and, where the eyes have them, the maps. */
  pictures?: boolean;
  maps?: boolean;
  /** Stops between frames; the iteration then throws the signal's reason. */
  signal?: AbortSignal;
}

/** Seconds between searches of the whole picture, at most; people come and go slower than this. */
const searchInterval = 0.07;
/** Looks at once, for eyes that need not know the frame before. */
const depth = 3;

/**
 * The people in the frames of a source, frame by frame while they come: memory doesn't grow with the length. A frame
 * that couldn't be read is there, without people, so that frames stand evenly; a live source has none to be missed.
 *
 * @param source Opened with `longerSide` as the eyes say (pictures of a folder: without, as they may differ in size);
 *   closed at the end.
 */
export async function* watch(
  source: FrameSource,
  eyes: Eyes,
  options: WatchOptions = {},
): AsyncGenerator<SeenFrame> {
  const every = Math.max(1, Math.floor((eyes.interval ?? 0) * rateOf(source, options) + 0.01));
  const looks = lookAtAll(source, eyes, every, options);
  yield* runAhead(every === 1 ? looks : fillBetween(looks, every), 1);
}

/** Frames per second as delivered. */
export const rateOf = ({ frameRate }: FrameSource, { step = 1 }: WatchOptions = {}) => frameRate / step;

async function* lookAtAll(
  source: FrameSource,
  eyes: Eyes,
  every: number,
  options: WatchOptions,
): AsyncGenerator<SeenFrame> {
  const { step = 1, signal, people, maps, alone = source.frameCount === 1 } = options;
  const follows = eyes.follows && !alone;
  const { width, height, live } = source;
  const findEvery = options.findEvery ?? Math.max(1, Math.round(searchInterval * rateOf(source, options)));
  const keep = pictureRing(depth + 1);
  const keepLonger = canvasRing(depth + every + 3);
  let previous: Sight | undefined;
  let last: { index: number; time: number } | undefined;
  let count = 0;
  const running: Promise<SeenFrame>[] = [];
  for await (const { index, time, name, image, canvas = image } of source) {
    signal?.throwIfAborted();
    for (let lost = live || !last ? index : last.index + step; last && lost < index; lost += step) {
      const share = (lost - last.index) / (index - last.index);
      const at = last.time + share * (time - last.time);
      running.push(Promise.resolve({ index: lost, time: at, people: [], width, height }));
      count++;
    }
    last = { index, time };
    const size = fullSize(image, source);
    const isLooked = count++ % every === 0;
    // Of eyes at work on several pictures, each needs its own: the source's holds the next one meanwhile.
    const picture = options.pictures ? keepLonger(canvas) : undefined;
    const own = picture && !isPlanes(picture) ? picture : isLooked && !follows ? keep(image) : image;
    const frame = {
      index,
      time,
      ...(name !== undefined && { name }),
      ...size,
      ...(picture && { image: picture }),
    };
    const toFull = placing(image, size);
    const look = async (): Promise<SeenFrame> => {
      const before = alone ? undefined : previous;
      const sight = await eyes.look(own, { previous: before, findEvery, alone, ...(maps && { maps }) });
      previous = sight;
      const seen = foremost(sight.people, people).map((person) => enlarged(person, toFull));
      return { ...frame, people: seen, ...(sight.maps && { maps: enlargedMaps(sight.maps, toFull) }) };
    };
    const result = isLooked ? look() : Promise.resolve({ ...frame, people: [] });
    // A failure is met where it is awaited, in order.
    result.catch(() => undefined);
    running.push(result);
    while (running.length >= (follows ? 1 : depth)) yield (await running.shift()) as SeenFrame;
  }
  for (const result of running) yield await result;
}

/** The pictures of a video are all of one size; one that isn't is delivered as it is. */
function fullSize(image: Image, { width, height, deliveredWidth, deliveredHeight }: FrameSource) {
  const isScaled = image.width === deliveredWidth && image.height === deliveredHeight;
  return isScaled ? { width, height } : { width: image.width, height: image.height };
}

/** Copies pictures into memory that is used again after `count` of them. */
function pictureRing(count: number): (image: Image) => Image {
  const ring: Image[] = [];
  let next = 0;
  return ({ width, height, channels, data }) => {
    const at = next++ % count;
    const old = ring[at];
    const own = old?.data.length === data.length ? old.data : new Uint8Array(data.length);
    own.set(data);
    const kept = { width, height, channels, data: own };
    ring[at] = kept;
    return kept;
  };
}

/** The same for what is drawn on. */
function canvasRing(count: number): (canvas: Canvas) => Canvas {
  const keep = pictureRing(count);
  const [keepLuma, keepChroma] = [pictureRing(count), pictureRing(count)];
  return (canvas) =>
    isPlanes(canvas)
      ? { ...canvas, luma: keepLuma(canvas.luma), chroma: keepChroma(canvas.chroma) }
      : keep(canvas);
}

/** Takes the items of a source up to `count` before they are asked for, so that both ends work at once. */
async function* runAhead<T>(items: AsyncGenerator<T>, count: number): AsyncGenerator<T> {
  const waiting: Promise<IteratorResult<T>>[] = [];
  const take = () => {
    const item = items.next();
    item.catch(() => undefined); // met where it is awaited
    waiting.push(item);
  };
  try {
    for (;;) {
      while (waiting.length <= count) take();
      const item = await (waiting.shift() as Promise<IteratorResult<T>>);
      if (item.done) return;
      yield item.value;
    }
  } finally {
    await items.return(undefined);
  }
}

/** The people of whom most is seen: by the size of the box and the score. */
function foremost(people: readonly Detection[], count = people.length): Detection[] {
  if (people.length <= count) return [...people];
  const weight = ({ box, score }: Detection) =>
    (box ? Math.hypot(box[2] - box[0], box[3] - box[1]) : 0) * score;
  return [...people].sort((a, b) => weight(b) - weight(a)).slice(0, count);
}

/** From pixels of the delivered picture to those of the source. */
interface Placing {
  x(value: number): number;
  y(value: number): number;
}

function placing(image: Image, size: { width: number; height: number }): Placing {
  const sx = size.width / image.width;
  const sy = size.height / image.height;
  return { x: (value) => (value + 0.5) * sx - 0.5, y: (value) => (value + 0.5) * sy - 0.5 };
}

const placed = (values: Float32Array, { x, y }: Placing) =>
  values.map((value, i) => (i % 3 === 0 ? x(value) : i % 3 === 1 ? y(value) : value));

/** Only what a detection is, whatever else the eyes know of a person. */
function enlarged({ box, score, joints }: Detection, to: Placing): Detection {
  return {
    ...(box && { box: [to.x(box[0]), to.y(box[1]), to.x(box[2]), to.y(box[3])] as const }),
    score,
    joints: placed(joints, to),
  };
}

const enlargedMaps = (maps: SightMaps, to: Placing): SightMaps => ({
  ...maps,
  candidates: maps.candidates.map((part) => placed(part, to)),
});
