import { partsOf } from "../../skeleton/index.js";
import type { PersonDraft } from "./officialAssembly.js";
import type { PartModel } from "./parts.js";
import type { Thresholds } from "./thresholds.js";

/** Models with so many parts have face and hands, which count as one part each. */
const WHOLE_BODY = 135;

/** A person with feet needs more than so many other parts: single feet are often found twice, as left and as right. */
const MOST_WITH_FEET = 4;

/**
 * The people who have enough parts and score. Feet don't count; where nobody is left so, they do.
 *
 * @param maximizePositives Feet count from the beginning.
 */
export function worthKeeping(
  people: readonly PersonDraft[],
  model: PartModel,
  { parts, score }: Thresholds,
  maximizePositives: boolean,
): PersonDraft[] {
  const counted = counter(model);
  const kept = (withFeet: boolean) =>
    people.filter((person) => {
      const count = counted(person, withFeet);
      return count >= parts && person.score / count >= score;
    });
  const first = kept(maximizePositives);
  return first.length > 0 || maximizePositives ? first : kept(true);
}

/** How many parts of a person count. */
function counter({ skeleton }: PartModel): (person: PersonDraft, withFeet: boolean) => number {
  const { joints } = skeleton;
  const feet = joints.flatMap((joint, i) => (/_(toe|heel)$/.test(joint) ? [i] : []));
  const { face, leftHand, rightHand } = partsOf(skeleton);
  // Wrists serve as the hands' roots in these models; they stay parts of the body.
  const fingers = (hand: readonly number[]) => hand.filter((i) => !joints[i].endsWith("_wrist"));
  const groups = joints.length >= WHOLE_BODY ? [face, fingers(leftHand), fingers(rightHand)] : [];
  const found = ({ parts }: PersonDraft, of: readonly number[]) => of.filter((i) => parts[i] >= 0).length;
  return (person, withFeet) => {
    let { count } = person;
    for (const group of groups) count -= Math.max(0, found(person, group) - 1);
    const standing = withFeet ? 0 : found(person, feet);
    count -= standing;
    return standing > 0 && count <= MOST_WITH_FEET ? 0 : count;
  };
}
