import type { Compared } from "./compared.js";
import { type Mistakes, mistakesOf } from "./mistakes.js";

/** Somebody as a bad picture shows them. */
export interface ShownPerson {
  side: "labelled" | "detected";
  /** Missed, or found where nobody is: drawn strongly, over those that are right. */
  wrong: boolean;
  /** Lines between joints, pixels: x1, y1, x2, y2. */
  limbs: [number, number, number, number][];
  /** Joints, pixels. */
  points: [number, number][];
  /** Width of lines that suits the person's size, pixels, 1 at least. */
  line: number;
}

/** Detections below this score are many and weak: they aren't drawn. */
const LEAST_SCORE = 0.1;

/** Share of a person's size that a line is wide. */
const LINE_SHARE = 1 / 40;

/** Those who are labelled or were found in pictures, the right ones first. */
export function shownPeople(compared: Compared): (image: number) => ShownPerson[] {
  const mistakes = mistakesOf(compared);
  return (image) => peopleIn(compared, mistakes, image).sort((a, b) => Number(a.wrong) - Number(b.wrong));
}

function peopleIn(
  { truth, labelled, found, known }: Compared,
  { missed, wrong, excused }: Mistakes,
  image: number,
): ShownPerson[] {
  const { edges, joints: names } = truth.skeleton;
  // Lines of faces and hands lie close together.
  const fineness = names.length > 40 ? 0.5 : 1;
  const shown = (side: ShownPerson["side"], isWrong: boolean, joints: ArrayLike<number>): ShownPerson => {
    const at = (j: number): [number, number] => [joints[3 * j] ?? NaN, joints[3 * j + 1] ?? NaN];
    const isThere = (j: number) => (joints[3 * j + 2] ?? 0) > 0 && at(j).every(Number.isFinite);
    const points = names.flatMap((_, j) => (isThere(j) ? [at(j)] : []));
    const limbs = edges.flatMap(([a, b]) =>
      isThere(a) && isThere(b) ? [[...at(a), ...at(b)] as ShownPerson["limbs"][number]] : [],
    );
    return { side, wrong: isWrong, limbs, points, line: fineness * Math.max(1, LINE_SHARE * sizeOf(points)) };
  };
  const people = labelled.flatMap((person, n) =>
    person.image === image ? [shown("labelled", missed.has(n), person.joints)] : [],
  );
  found.forEach(({ image: its, score }, d) => {
    if (its === image && score >= LEAST_SCORE && !excused.has(d))
      people.push(shown("detected", wrong.has(d), known[d] as Float64Array));
  });
  return people;
}

/** The side of a square of the points' extent, pixels. */
function sizeOf(points: readonly (readonly [number, number])[]): number {
  const span = (axis: 0 | 1) => {
    const places = points.map((point) => point[axis]);
    return Math.max(...places) - Math.min(...places);
  };
  return points.length > 0 ? Math.sqrt(Math.max(1, span(0)) * Math.max(1, span(1))) : 0;
}

/** Width of somebody's lines in a picture whose longer side is `side`: neither hairs nor bars. */
export const lineWidth = ({ line, wrong }: ShownPerson, side: number): number =>
  Math.min(side / 110, Math.max(side / 320, line)) * (wrong ? 1 : 0.6);
