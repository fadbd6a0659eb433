import { type Followed, movedFrom } from "@marey/core/model/moveNet";
import type { Network } from "@marey/core/seam";
import type { Card } from "../../store/card.js";
import { findCard } from "../../store/networks.js";
import type { Eyes } from "../sight.js";
import { withoutTwins } from "./finder.js";
import { type Looker, pictureLooker } from "./pictureEyes.js";
import { placerEyes } from "./placerEyes.js";

/** Found on half of the annotated photographs; `benchmarks/photographs.ts` has the others. */
const settings = {
  /** Scores from which somebody found is looked at: the placing decides. */
  boxes: 0.15,
  poses: 0.1,
  /** Sizes at which multi-pose searches: small people are found in a large picture, those who fill it in a small one. */
  scales: [0.5, 1],
  /** Geometric mean of the finder's score and the joints' from which somebody is there. */
  there: 0.2,
  /** Share of joints in one place from which two people are one drawn twice; people in crowds may share some. */
  twice: 0.6,
} as const;

/**
 * Eyes that follow people in videos, and in pictures that stand alone search more closely: two finders see what one misses,
 * and everybody they find is placed, the doubtful too.
 *
 * @param following Closes `placer` and `finder`, which are its own as well.
 * @param placed Name of the placer's card.
 * @param networks `boxes` is loaded at the first picture that stands alone, once on each thread: videos need none.
 */
export function withStills(
  following: Eyes<Followed>,
  placed: string,
  networks: { finder: Network; placer: Network; boxes: () => Promise<Network> },
): Eyes<Followed> {
  const poses = pictureLooker(lowered("movenet-multipose", settings.poses), networks.finder, {
    scales: settings.scales,
  });
  let boxes: Promise<Looker> | undefined;
  const openBoxes = async () => pictureLooker(lowered("nanodet", settings.boxes), await networks.boxes());
  const search: Looker = {
    skeleton: poses.skeleton,
    async see(image) {
      boxes ??= openBoxes();
      const looks = await Promise.all([poses.see(image), boxes.then((looker) => looker.see(image))]);
      // Whoever either sees, twice if both do.
      return { seen: looks.flatMap(({ seen }) => seen) };
    },
    close: () => poses.close(),
  };
  const still = placerEyes(findCard(placed), networks.placer, { finder: search, least: settings.there });
  return {
    ...following,
    async look(image, options = {}) {
      if (!options.alone) return following.look(image, options);
      const { people } = await still.look(image, options);
      const each = withoutTwins(people, settings.twice);
      return { people: each.map((one) => movedFrom(undefined, one, 0, false)), sinceFound: 0 };
    },
    close: async () => {
      // The others are closed with those that follow.
      await Promise.all([following.close(), boxes?.then((looker) => looker.close(), nothing)]);
    },
  };
}

/** What couldn't be loaded needn't be closed. */
const nothing = () => undefined;

/** The card of an embedded network, with another score from which people count. */
function lowered(name: string, minScore: number): Card {
  const card = findCard(name);
  const { codec } = card;
  return "minScore" in codec ? { ...card, codec: { ...codec, minScore } } : card;
}
