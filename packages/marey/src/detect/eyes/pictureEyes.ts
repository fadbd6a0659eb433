import { addMapped } from "@marey/core/codec";
import type { Image } from "@marey/core/image";
import type { Network } from "@marey/core/seam";
import type { Skeleton } from "@marey/core/skeleton";
import { type Card, cardSkeleton } from "../../store/card.js";
import { inPicture, mergeLooks } from "../read/place.js";
import { disagreement, jointsOf, type MapReader, type Maps, type Reader, type Seen } from "../read/reader.js";
import { readerOf } from "../read/readers.js";
import type { Eyes, SightMaps } from "../sight.js";
import { type Presenter, presenter, type Shown, type ShowOptions } from "./shown.js";

/** How often and how a picture is looked at: what tests of accuracy ask for. */
export interface LooksOptions {
  /** Look at the mirrored picture as well. */
  flip?: boolean;
  /** Sizes relative to the usual one: of the picture, or of the crop around a person. */
  scales?: readonly number[];
  /** Width and height of the picture as a network sees it that leaves them free, pixels; null follows the picture. */
  size?: readonly [number | null, number | null];
}

/** A network with its card, at work on whole pictures. */
export interface Looker {
  skeleton: Skeleton | undefined;
  see(image: Image, maps?: boolean): Promise<{ seen: Seen[]; maps?: SightMaps }>;
  close(): Promise<void>;
}

/** Longest side that any card's network is shown by default, pixels: pictures need not be larger. */
const usual = 640;

/** Eyes that look at the whole picture by one network. */
export function pictureEyes(card: Card, network: Network, options: LooksOptions = {}): Eyes {
  const skeleton = jointsOf({ card, skeleton: cardSkeleton(card) });
  const looker = pictureLooker(card, network, options);
  const { width, height, longerSide } = card.input;
  const side = width !== null || height !== null ? Math.max(width ?? usual, height ?? usual) : longerSide;
  return {
    skeleton,
    longerSide: Math.round(side * Math.max(1, ...(options.scales ?? []))),
    follows: false,
    async look(image, { maps: wanted } = {}) {
      const { seen, maps } = await looker.see(image, wanted);
      return { people: seen, sinceFound: 0, ...(maps && { maps }) };
    },
    close: looker.close,
  };
}

/** Looks at whole pictures by a card's network: people, or boxes for another network to look closer at. */
export function pictureLooker(card: Card, network: Network, options: LooksOptions = {}): Looker {
  const reader = readerOf(card, network);
  const { flip = false, scales = [1] } = options;
  if (scales.some((scale) => scale !== 1) && card.input.width !== null && card.input.height !== null)
    throw disagreement(
      card,
      "input",
      `the network takes ${card.input.height} × ${card.input.width} pixels only, so the picture can't be shown at other scales`,
      "Leave the scales out",
    );
  const looks = scales.flatMap((scale) =>
    (flip ? [false, true] : [false]).map((mirrored) => ({ scale, mirrored })),
  );
  const skeleton = cardSkeleton(card);
  const show = presenter(card.input);
  const { codec } = card;
  const duplicates =
    "suppress" in codec ? codec : ({ suppress: skeleton ? "oks" : "box", overlap: 0.65 } as const);
  return {
    skeleton,
    async see(image, wanted = false) {
      if (reader.maps && (looks.length > 1 || wanted))
        return throughMaps(
          reader.maps,
          await Promise.all(looks.map((look) => runMaps(show, image, look, network, reader))),
          wanted,
          skeleton,
        );
      const seen = await Promise.all(
        looks.map((look) =>
          show.whole(image, look, async (shown) => {
            const found = reader.read(await run(network, reader, shown), shown.size, image);
            const mirrored = look.mirrored ? shown.size.width : undefined;
            return found.map((one) => inPicture(one, shown.toPicture, skeleton, mirrored));
          }),
        ),
      );
      return { seen: mergeLooks(seen, skeleton, duplicates) };
    },
    close: () => network.close(),
  };
}

/** Runs a network on what it is shown. */
export function run(network: Network, reader: Reader, { tensor }: Shown) {
  return network.run({ [network.inputs[0] as string]: tensor }, reader.outputs);
}

/** Maps of one look, as those of the unmirrored picture. */
interface MapLook extends Pick<Shown, "size" | "toPicture"> {
  maps: Maps;
}

const runMaps = (show: Presenter, image: Image, look: ShowOptions, network: Network, reader: Reader) =>
  show.whole(image, look, async (shown): Promise<MapLook> => {
    const { size, toPicture } = shown;
    const read = reader.maps as MapReader;
    const maps = read.collect(await run(network, reader, shown));
    // The whole input was mirrored, margins and all: back again, it lies where it would have lain.
    return { maps: look.mirrored ? read.unmirror(maps) : maps, size, toPicture };
  });

function throughMaps(
  read: MapReader,
  looks: readonly MapLook[],
  wanted: boolean,
  skeleton: Skeleton | undefined,
): { seen: Seen[]; maps?: SightMaps } {
  const { maps, size, toPicture } = meanMaps(looks);
  const seen = read.read(maps, size).map((one) => inPicture(one, toPicture, skeleton));
  if (!wanted || !read.show) return { seen };
  const shown = read.show(maps, size);
  const [a = 1, , c = 0, , e = 1, f = 0] = toPicture;
  for (const candidates of shown.candidates)
    for (let i = 0; i < candidates.length; i += 3) {
      candidates[i] = a * (candidates[i] as number) + c;
      candidates[i + 1] = e * (candidates[i + 1] as number) + f;
    }
  return { seen, maps: shown };
}

/** The mean of maps over looks, on the finest grid. */
function meanMaps(looks: readonly MapLook[]): MapLook {
  const finest = looks.reduce((best, look) => (look.maps.columns > best.maps.columns ? look : best));
  if (looks.length === 1) return finest;
  const { columns, rows } = finest.maps;
  const sum = new Float32Array(finest.maps.data.length);
  for (const look of looks) {
    const { data, columns: width, rows: height } = look.maps;
    const x = cellLine(finest, look, 0);
    const y = cellLine(finest, look, 1);
    addMapped(data, width, height, sum, columns, rows, [...x, ...y], 1 / looks.length);
  }
  return { ...finest, maps: { ...finest.maps, data: sum } };
}

/** Cell i of one look's maps lies at cell a·i + b of another's, along x (0) or y (1). */
function cellLine(to: MapLook, from: MapLook, axis: 0 | 1): [number, number] {
  const pixel = ({ maps, size, toPicture }: MapLook) => {
    const stride = axis === 0 ? size.width / maps.columns : size.height / maps.rows;
    const [scale, shift] = [toPicture[4 * axis] as number, toPicture[3 * axis + 2] as number];
    // Middle of cell i → pixel of the picture.
    return [scale * stride, scale * ((stride - 1) / 2) + shift] as const;
  };
  const [a, b] = pixel(to);
  const [c, d] = pixel(from);
  return [a / c, (b - d) / c];
}
