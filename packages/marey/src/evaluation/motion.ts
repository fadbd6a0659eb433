import { MareyError } from "@marey/core";
import {
  AUC_THRESHOLDS,
  accelerationError,
  mpjpe,
  mpjve,
  nMpjpe,
  pck3d,
  pck3dCurve,
  pMpjpe,
  rootRelative,
} from "@marey/core/metric";
import type { Motion } from "@marey/core/motion";
import { convertPose, convertSkeleton, skeleton } from "@marey/core/skeleton";

/** The errors of a person's motion, in millimetres but for shares. */
export interface MotionEvaluation {
  /** Indices of the persons in the motion and in the truth. */
  person: number;
  reference: number;
  frames: number;
  /** Named as the field names them. */
  figures: { name: string; value: number; unit: "mm" | "mm/frame" | "mm/frame²" | "percent" }[];
  /** Of each joint the mean error relative to the pelvis. */
  joints: { joint: string; mean: number }[];
  /** Joints of the truth that the motion lacks. */
  left: string[];
}

/** Errors from which a joint is wrong by 3D PCK's convention, metres. */
const PCK_LIMIT = 0.15;

/**
 * Errors of a motion against the truth, frames matched by number and joints by name, each person of the truth with whoever
 * lies nearest on average.
 *
 * @throws MareyError `EVAL_NOTHING` when they share no frame or joint.
 */
export function evaluateMotion(motion: Motion, truth: Motion): MotionEvaluation[] {
  const start = Math.max(motion.firstFrame, truth.firstFrame);
  const frames = Math.min(motion.firstFrame + motion.frameCount, truth.firstFrame + truth.frameCount) - start;
  const sources = convertSkeleton(motion.skeleton, truth.skeleton);
  const shared = truth.skeleton.joints.flatMap((joint, j) => (sources[j]?.kind === "absent" ? [] : [joint]));
  if (!(frames > 0) || shared.length === 0 || motion.people.length === 0 || truth.people.length === 0)
    throw new MareyError(
      "EVAL_NOTHING",
      "motion",
      "it shares no frame, joint or person with the truth",
      "Compare motions of the same take whose joints have the same names",
    );
  // A pelvis, where either has none, stands at the middle of the hips.
  const joints = [...new Set([...shared, "pelvis"])];
  const layout = skeleton(
    "compared",
    joints.map((joint) => [joint, null, 1]),
  );
  const positionsOf = ({ skeleton: own, firstFrame, people }: Motion) => {
    const terms = convertSkeleton(own, layout);
    const J = own.joints.length;
    return people.map(({ positions }) => {
      const out = new Float64Array(frames * joints.length * 3);
      for (let t = 0; t < frames; t++) {
        const at = (t + start - firstFrame) * J * 3;
        const place = t * joints.length * 3;
        convertPose(
          terms,
          positions.subarray(at, at + 3 * J),
          3,
          false,
          out.subarray(place, place + 3 * joints.length),
        );
      }
      return out;
    });
  };
  const [mine, theirs] = [positionsOf(motion), positionsOf(truth)];
  return pairUp(mine, theirs).map(({ person, reference }) => ({
    person,
    reference,
    frames,
    ...errorsOf(mine[person] as Float64Array, theirs[reference] as Float64Array, joints),
    left: truth.skeleton.joints.filter((joint) => !shared.includes(joint)),
  }));
}

/** Nearest first, each once. */
function pairUp(mine: readonly Float64Array[], theirs: readonly Float64Array[]) {
  const pairs = mine.flatMap((positions, person) =>
    theirs.map((target, reference) => ({ person, reference, error: mpjpe(positions, target).mean })),
  );
  const chosen: { person: number; reference: number }[] = [];
  for (const pair of pairs.filter(({ error }) => Number.isFinite(error)).sort((a, b) => a.error - b.error))
    if (!chosen.some(({ person, reference }) => person === pair.person || reference === pair.reference))
      chosen.push(pair);
  return chosen.sort((a, b) => a.reference - b.reference);
}

function errorsOf(positions: Float64Array, target: Float64Array, joints: readonly string[]) {
  const J = joints.length;
  const root = joints.indexOf("pelvis");
  const [P, G] = [rootRelative(positions, J, root), rootRelative(target, J, root)];
  const mm = (name: string, { mean }: { mean: number }, unit: "mm" | "mm/frame" | "mm/frame²" = "mm") => ({
    name,
    value: 1000 * mean,
    unit,
  });
  const curve = pck3dCurve(
    P,
    G,
    J,
    AUC_THRESHOLDS.map((limit) => limit),
  );
  const figures = [
    mm("position error", mpjpe(positions, target)),
    mm("MPJPE", mpjpe(P, G)),
    mm("PA-MPJPE", pMpjpe(positions, target, J)),
    mm("N-MPJPE", nMpjpe(P, G, J)),
    mm("MPJVE", mpjve(P, G, J), "mm/frame"),
    mm("acceleration error", accelerationError(P, G, J), "mm/frame²"),
    { name: "PCK@150 mm", value: pck3d(P, G, J, PCK_LIMIT).all, unit: "percent" as const },
    {
      name: "AUC",
      value: curve.reduce((sum, share) => sum + share, 0) / curve.length,
      unit: "percent" as const,
    },
  ];
  const perJoint = joints.map((joint, j) => {
    const of = (all: Float64Array) => all.filter((_, i) => Math.floor(i / 3) % J === j);
    return { joint, mean: 1000 * mpjpe(of(P), of(G)).mean };
  });
  return { figures, joints: perJoint };
}
