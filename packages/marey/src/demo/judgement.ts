import type { Motion } from "@marey/core/motion";
import type { Judgement } from "@marey/core/world";

/** A joint's errors over all people and frames. */
export interface JointError {
  joint: string;
  /** Metres. */
  mean: number;
  /** How often it was compared. */
  count: number;
}

/** Mean distance of each joint from the truth, of people matched as the judgement says; joints that both have. */
export function jointErrors(found: Motion, truth: Motion, { matches }: Judgement): JointError[] {
  const start = Math.max(found.firstFrame, truth.firstFrame);
  const end = Math.min(found.firstFrame + found.frameCount, truth.firstFrame + truth.frameCount);
  return truth.skeleton.joints.flatMap((joint, j) => {
    const i = found.skeleton.joints.indexOf(joint);
    if (i < 0) return [];
    let sum = 0;
    let count = 0;
    matches.forEach((match, person) => {
      for (let frame = start; match >= 0 && frame < end; frame++) {
        const error = Math.hypot(
          ...difference(pointOf(found, match, frame, i), pointOf(truth, person, frame, j)),
        );
        if (Number.isNaN(error)) continue;
        sum += error;
        count++;
      }
    });
    return [{ joint, mean: sum / count, count }];
  });
}

function pointOf({ people, skeleton, firstFrame }: Motion, person: number, frame: number, joint: number) {
  const at = 3 * ((frame - firstFrame) * skeleton.joints.length + joint);
  return people[person]?.positions.subarray(at, at + 3) ?? new Float32Array(3).fill(Number.NaN);
}

const difference = (a: Float32Array, b: Float32Array) =>
  Array.from(a, (value, axis) => value - (b[axis] ?? 0));

/** The comparison with the truth as lines; the last one holds the mean error. */
export function describeJudgement(
  { matches, extra, swaps, errors, missing }: Judgement,
  joints: readonly JointError[] = [],
): string {
  const found = matches.filter((match) => match >= 0).length;
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  const at = (share: number) => mm(errors[Math.min(errors.length - 1, Math.floor(share * errors.length))]);
  const named = joints.map(({ joint, mean: own }) => `${joint.replaceAll("_", " ")} ${mm(own)}`);
  return [
    `against the truth: ${found} of ${matches.length} people found, ${extra} too many; identities swapped ${swaps} times`,
    ...(named.length > 0 ? [`mm by joint: ${named.join(", ")}`] : []),
    `median ${at(0.5)} mm, 95 % below ${at(0.95)} mm; ${missing} of ${errors.length + missing} joints missing`,
    `mean joint error ${mm(mean)} mm over ${errors.length} joints`,
  ].join("\n");
}

const mm = (metres = Number.NaN) => (1000 * metres).toFixed(1);
