import type { Box } from "@marey/core/metric";
import type { Compared } from "./compared.js";

/** From this similarity on, somebody counts as found, as in AP .5. */
const FOUND = 0.5;

/** Who wasn't found, and what was found wrongly. */
export interface Mistakes {
  /** Indices into `labelled`. */
  missed: ReadonlySet<number>;
  /** Indices into `found`, without those that are excused. */
  wrong: ReadonlySet<number>;
  /** Indices into `found`: in a crowd, or in somebody without labelled joints, so that they may be right. */
  excused: ReadonlySet<number>;
}

/** Tells right from wrong: a labelled person and a detection are right if they are a pair with a similarity of at least 0.5. */
export function mistakesOf(compared: Compared): Mistakes {
  const { labelled, similarities, partners, found } = compared;
  const missed = new Set([...labelled.keys()].filter((n) => !((similarities[n] ?? 0) >= FOUND)));
  const right = new Set(partners.filter((_, n) => !missed.has(n)));
  const others = [...found.keys()].filter((d) => !right.has(d));
  const excused = excusedOf(compared, others);
  const wrong = new Set(others.filter((d) => !excused.has(d)));
  return { missed, wrong, excused };
}

/** Those whose middle lies in a crowd, or in somebody without labelled joints: they are of nobody, but no mistake. */
function excusedOf({ truth, labelled, found, known }: Compared, others: readonly number[]): Set<number> {
  const persons = new Set(labelled);
  const boxes = truth.images.map((): Box[] => []);
  for (const person of truth.people)
    if (person.box && !persons.has(person)) boxes[person.image]?.push(person.box);
  const middle = (pose: Float64Array, axis: number) => {
    const places = pose.filter((value, i) => i % 3 === axis && Number.isFinite(value));
    return places.reduce((sum, place) => sum + place, 0) / places.length;
  };
  return new Set(
    others.filter((d) => {
      const regions = boxes[found[d]?.image ?? -1] ?? [];
      if (regions.length === 0) return false;
      const pose = known[d] as Float64Array;
      const [x, y] = [middle(pose, 0), middle(pose, 1)];
      return regions.some(([left, top, right, bottom]) => x >= left && x <= right && y >= top && y <= bottom);
    }),
  );
}
