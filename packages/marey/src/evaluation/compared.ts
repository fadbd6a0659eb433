import type { AnnotatedPerson, Annotations } from "@marey/core/format";
import { diagnoseJoints, type JointFault, pairPoses, poseArea } from "@marey/core/metric";
import { convertPose, convertSkeleton } from "@marey/core/skeleton";
import type { Found, FoundPeople } from "./found.js";

/** Detections beside annotations: whoever found whom, in the annotations' layout. */
export interface Compared {
  truth: Annotations;
  /** By falling score, as they came where equal. */
  found: readonly Found[];
  /** Of `found`, J×3 in the annotations' layout; as the file has them where its layout is the same. */
  poses: readonly Float64Array[];
  /** `poses` with NaN, NaN, 0 wherever a joint wasn't found. */
  known: readonly Float64Array[];
  /** Joints that are compared: those that the detector's layout has too, exactly or as a mean of others. */
  shared: readonly number[];
  /** Annotated people with labelled joints, without crowds. */
  labelled: readonly AnnotatedPerson[];
  /** Of `labelled`, who found them: an index into `found`, or −1. */
  partners: readonly number[];
  /** Of `labelled`, the similarity with their partner, 0..1. */
  similarities: readonly number[];
  /** Of `labelled`, what became of each joint; undefined where nothing can be compared. */
  faults: readonly (JointFault | undefined)[][];
  /** Square pixels that scale errors: the segment's, else 0.53 of the box. */
  areaOf(person: AnnotatedPerson): number;
}

/** The segment's area, else a share of the box, or of the labelled joints' extent. */
const areaOf = ({ area, box, joints }: AnnotatedPerson): number => area ?? poseArea(joints, box);

/**
 * Puts what was found beside what is annotated, picture by picture.
 *
 * @param allJoints Count joints that the detector's layout lacks as not found, instead of leaving them out.
 */
export function compare(truth: Annotations, { skeleton, people }: FoundPeople, allJoints = false): Compared {
  const found = [...people].sort((a, b) => b.score - a.score);
  const own = skeleton.joints.join() === truth.skeleton.joints.join();
  const sources = convertSkeleton(skeleton, truth.skeleton);
  const shared = sources.flatMap(({ kind }, j) => (own || allJoints || kind !== "absent" ? [j] : []));
  const known = found.map(({ joints }) => {
    const pose = withoutUnfound(joints);
    if (own) return pose;
    const converted = new Float64Array(3 * truth.skeleton.joints.length);
    convertPose(sources, pose, 3, true, converted);
    return converted;
  });
  const poses = own ? found.map(({ joints }) => joints) : known;
  const compared = { truth, found, poses, known, shared, areaOf };
  return { ...compared, ...match(compared) };
}

/** Joints that weren't found as NaN: results files put them at 0, 0 or −1, −1 with confidence 0. */
function withoutUnfound(joints: Float64Array): Float64Array {
  const pose = joints.slice();
  for (let i = 0; i < pose.length; i += 3) {
    const [x = Number.NaN, y = Number.NaN, c = 0] = pose.subarray(i, i + 3);
    if (!Number.isFinite(x + y) || (c <= 0 && x <= 0 && y <= 0)) pose.set([Number.NaN, Number.NaN, 0], i);
  }
  return pose;
}

function match({ truth, found, known, shared }: Pick<Compared, "truth" | "found" | "known" | "shared">) {
  const within = new Set(shared);
  const { sigmas, mirror } = truth.skeleton;
  const labelled = truth.people.filter(
    ({ joints, crowd }) => !crowd && joints.some((value, i) => i % 3 === 2 && value > 0),
  );
  const byImage = indicesByImage(labelled);
  const foundIn = indicesByImage(found);
  const partners = new Array<number>(labelled.length).fill(-1);
  const similarities = new Array<number>(labelled.length).fill(0);
  const faults = labelled.map((): (JointFault | undefined)[] => []);
  for (const [image, members] of byImage) {
    const truths = members.map((n) => {
      const person = labelled[n] as AnnotatedPerson;
      // Joints that the detector's layout lacks count as not labelled.
      const joints = person.joints.map((value, i) => (i % 3 === 2 && !within.has((i - 2) / 3) ? 0 : value));
      return { joints, area: areaOf(person) };
    });
    const candidates = foundIn.get(image) ?? [];
    const pairs = pairPoses(
      candidates.map((d) => known[d] as Float64Array),
      truths,
      sigmas,
    );
    members.forEach((n, t) => {
      const partner = candidates[pairs.partner[t] ?? -1] ?? -1;
      partners[n] = partner;
      similarities[n] = pairs.similarity[t] ?? 0;
      faults[n] = diagnoseJoints(known[partner], truths, t, { sigmas, mirror });
    });
  }
  return { labelled, partners, similarities, faults };
}

function indicesByImage(entries: readonly { image: number }[]): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  entries.forEach(({ image }, i) => {
    const members = groups.get(image);
    if (members) members.push(i);
    else groups.set(image, [i]);
  });
  return groups;
}
