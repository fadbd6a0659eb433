import { cropBox, invertAffine, threePointCrop, unbiasedCrop } from "@marey/core/codec";
import { cropMatrix, type Image } from "@marey/core/image";
import { extent } from "@marey/core/metric";
import { sureJoint } from "@marey/core/model/moveNet";
import type { Network } from "@marey/core/seam";
import { coco17, type Skeleton } from "@marey/core/skeleton";
import { type Card, cardSkeleton } from "../../store/card.js";
import { withoutDuplicates } from "../read/duplicates.js";
import { inPicture, meanPerson } from "../read/place.js";
import { disagreement, jointsOf, type Maps, meanScore, type Reader, type Seen } from "../read/reader.js";
import { readerOf } from "../read/readers.js";
import type { Eyes } from "../sight.js";
import { regionOf } from "./bodies.js";
import { type Looker, type LooksOptions, run } from "./pictureEyes.js";
import { type Presenter, presenter, type Shown } from "./shown.js";

/** OKS from which two placings are of one person. */
const duplicates = { suppress: "oks", overlap: 0.75 } as const;

/** How people come to the network that places their joints. */
export interface Finding {
  finder: Looker;
  /** Finds in pictures that stand alone; the finder when absent. */
  closer?: Looker;
  /** Score from which somebody placed is there; 0 when absent. */
  least?: number;
}

/**
 * Eyes that let a finder find people (or hands, or faces), and place the joints of each in a crop by another network. Whoever
 * was found is there as surely as finder and joints together say: the geometric mean of the finder's score and the mean
 * confidence of all joints.
 */
export function placerEyes(
  card: Card,
  network: Network,
  { finder, closer = finder, least = 0 }: Finding,
  options: LooksOptions = {},
): Eyes {
  const skeleton = jointsOf({ card, skeleton: cardSkeleton(card) });
  const reader = readerOf(card, network);
  const { flip = false, scales = [1] } = options;
  const show = presenter(card.input);
  const frames = framer(card, finder.skeleton);
  const place = async (image: Image, found: Seen): Promise<Seen | undefined> => {
    const placings = await Promise.all(
      scales.map((scale) => placeOnce(show, network, reader, skeleton, image, frames(found, scale), flip)),
    );
    const seen = placings.flat();
    return seen.length > 0 ? concluded(meanPerson(seen), found) : undefined;
  };
  return {
    skeleton,
    longerSide: 640,
    follows: false,
    async look(image, { alone = false } = {}) {
      const { seen } = await (alone ? closer : finder).see(image);
      const placed = await Promise.all(seen.map((found) => place(image, found)));
      const people = placed.filter((one) => one !== undefined && one.score >= least) as Seen[];
      return { people: withoutDuplicates(people, duplicates, skeleton), sinceFound: 0 };
    },
    close: async () => {
      await Promise.all([finder.close(), network.close()]);
    },
  };
}

/** Where a crop lies: pixels of the input → pixels of the picture, and by what angle it is turned. */
interface Frame {
  toPicture: Float64Array;
  rotation: number;
}

/** What of the picture is shown for what the finder found, as the card's crop says. */
function framer(card: Card, found: Skeleton | undefined): (one: Seen, scale: number) => Frame | undefined {
  const { input, crop } = card;
  const { width, height } = input;
  if (!crop || width === null || height === null)
    throw disagreement(card, "crop", "the size of its crops is free", "State width and height of the input");
  const out = [width, height] as const;
  return (one, scale) => {
    if (crop.turned) {
      const region = one.region ?? (found?.name === coco17.name ? regionOf(one) : undefined);
      if (region) {
        const size = region.size * scale;
        const matrix = cropMatrix(region.centre, [(size * width) / height, size], region.rotation, [
          width,
          height,
        ]);
        return { toPicture: matrix, rotation: region.rotation };
      }
    }
    const box = wholeBox(one);
    if (!box) return undefined;
    const aimed = cropBox([box[0], box[1], box[2] - box[0], box[3] - box[1]], out, crop.margin * scale);
    return {
      toPicture: invertAffine((crop.unbiased ? unbiasedCrop : threePointCrop)(aimed, 0, out)),
      rotation: 0,
    };
  };
}

/** The box, widened to hold the joints that the finder is sure of. */
function wholeBox({ box, joints }: Seen): readonly [number, number, number, number] | undefined {
  const [left, top, right, bottom] = extent(joints, sureJoint);
  const [l, t, r, b] = box ?? [Infinity, Infinity, -Infinity, -Infinity];
  const all = [Math.min(l, left), Math.min(t, top), Math.max(r, right), Math.max(b, bottom)] as const;
  return all[2] > all[0] && all[3] > all[1] && Number.isFinite(all[2] - all[0] + all[3] - all[1])
    ? all
    : undefined;
}

/** One crop, mirrored too if asked: maps are averaged before they are read, placings after. */
async function placeOnce(
  show: Presenter,
  network: Network,
  reader: Reader,
  skeleton: Skeleton,
  image: Image,
  frame: Frame | undefined,
  flip: boolean,
): Promise<Seen[]> {
  if (!frame) return [];
  const { maps } = reader;
  const looks = flip ? [false, true] : [false];
  const look = <T>(mirrored: boolean, read: (shown: Shown) => Promise<T>) =>
    show.part(image, frame.toPicture, { mirrored }, read);
  if (maps && flip) {
    const shown = await Promise.all(
      looks.map((mirrored) =>
        look(mirrored, async (given) => {
          const collected = maps.collect(await run(network, reader, given));
          return { size: given.size, maps: mirrored ? maps.unmirror(collected) : collected };
        }),
      ),
    );
    const [first] = shown as [(typeof shown)[number], ...typeof shown];
    const mean = meanOf(shown.map((one) => one.maps));
    return maps
      .read(mean, first.size)
      .map((one) => turnedBack(inPicture(one, frame.toPicture, skeleton), frame));
  }
  const seen = await Promise.all(
    looks.map((mirrored) =>
      look(mirrored, async (shown) =>
        reader
          .read(await run(network, reader, shown), shown.size, image)
          .map((one) => inPicture(one, frame.toPicture, skeleton, mirrored ? shown.size.width : undefined)),
      ),
    ),
  );
  return seen
    .flat()
    .slice(0, looks.length)
    .map((one) => turnedBack(one, frame));
}

function meanOf(maps: readonly Maps[]): Maps {
  const [first] = maps as [Maps, ...Maps[]];
  const data = new Float32Array(first.data.length);
  for (const one of maps)
    for (let i = 0; i < data.length; i++)
      data[i] = (data[i] as number) + (one.data[i] as number) / maps.length;
  return { ...first, data };
}

/** Metric joints stand in the turned crop's axes: turned back to the camera's. */
function turnedBack(seen: Seen, { rotation }: Frame): Seen {
  if (!seen.world || rotation === 0) return seen;
  const [c, s] = [Math.cos(rotation), Math.sin(rotation)];
  const world = seen.world.slice();
  for (let i = 0; i < world.length; i += 3) {
    const [x, y] = [world[i] as number, world[i + 1] as number];
    world.set([c * x - s * y, s * x + c * y], i);
  }
  return { ...seen, world };
}

/** A person as placed, with the finder's box. */
function concluded(placed: Seen, found: Seen): Seen {
  const { region: _, ...person } = placed;
  return {
    ...person,
    score: Math.sqrt(found.score * meanScore(placed.joints)),
    ...(found.box && { box: found.box }),
  };
}
