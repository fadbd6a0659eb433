import { pairUp } from "@marey/core/model/moveNet";
import type { Detection } from "@marey/core/motion";

/** Likeness from which two poses, a few frames apart, are of one person. */
const same = 0.3;

/**
 * Fills the frames between looks: everybody who is in both neighbouring looks is moved from one to the other, somebody
 * who is in one of them only is taken from the nearer look. Frames after the last look repeat it.
 *
 * @param frames People as seen in every `every`-th frame from the first on; those of the others are replaced. Frames are
 *   handed on when the look after them is known.
 */
export async function* fillBetween<Frame extends { people: Detection[] }>(
  frames: AsyncIterable<Frame>,
  every: number,
): AsyncGenerator<Frame> {
  let before: Detection[] = [];
  let waiting: Frame[] = [];
  let at = 0;
  for await (const frame of frames) {
    if (at++ % every !== 0) {
      waiting.push(frame);
      continue;
    }
    for (const [k, between] of waiting.entries())
      yield { ...between, people: blendPeople(before, frame.people, (k + 1) / every) };
    waiting = [];
    before = frame.people;
    yield frame;
  }
  for (const rest of waiting) yield { ...rest, people: [...before] };
}

function blendPeople(before: readonly Detection[], after: readonly Detection[], share: number): Detection[] {
  const joints = (people: readonly Detection[]) => people.map((person) => person.joints);
  const partner = pairUp(joints(before), joints(after), same);
  const moved = before.flatMap((person, i) => {
    const next = after[partner[i] as number];
    if (next) return [blend(person, next, share)];
    return share < 0.5 ? [person] : [];
  });
  return share < 0.5 ? moved : [...moved, ...after.filter((_, k) => !partner.includes(k))];
}

function blend(a: Detection, b: Detection, share: number): Detection {
  const mix = (x: number, y: number) => x + share * (y - x);
  const joints = Float32Array.from(a.joints, (value, i) => mix(value, b.joints[i] as number));
  const sides = a.box?.map((value, i) => mix(value, b.box?.[i] ?? value));
  return {
    score: mix(a.score, b.score),
    joints,
    ...(sides && { box: sides as unknown as Detection["box"] }),
  };
}
