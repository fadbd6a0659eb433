import { canvas, findPeople, sharedJoints } from "@marey/core/model/moveNet";
import type { Detection } from "@marey/core/motion";
import type { Network } from "@marey/core/seam";
import { coco17 } from "@marey/core/skeleton";
import type { Eyes } from "../sight.js";
import { lender } from "./memory.js";

/** Score from which people count. */
const minScore = 0.2;
/** Share of joints in one place from which two people are one. */
const twice = 0.4;

/**
 * Eyes with MoveNet multi-pose alone: one run a picture.
 *
 * @param longerSide Of the picture as the network sees it, pixels; a multiple of 32.
 * @param interval Seconds between looks that are enough in a video.
 */
export function finderEyes(finder: Network, longerSide: number, interval = 0): Eyes {
  const lend = lender(() => canvas(longerSide * longerSide));
  return {
    skeleton: coco17,
    longerSide,
    follows: false,
    interval,
    async look(image) {
      const found = await lend((memory) => findPeople(finder, image, { longerSide, minScore, memory }));
      return { people: withoutTwins(found), sinceFound: 0 };
    },
    close: () => finder.close(),
  };
}

/** Drops whoever shares more than a share of the joints with somebody of a better score. */
export function withoutTwins(people: readonly Detection[], most = twice): Detection[] {
  const kept: Detection[] = [];
  for (const person of [...people].sort((a, b) => b.score - a.score))
    if (!kept.some(({ joints }) => sharedJoints(joints, person.joints) > most)) kept.push(person);
  return kept;
}
