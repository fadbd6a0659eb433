import { MareyError } from "../../error.js";
import { mpjpe, mpjve, nMpjpe, pMpjpe, rootRelative } from "../../metric/mpjpe.js";
import type { LiftSequence } from "./sequence.js";

/** Errors of lifted poses relative to their roots, metres; means over all frames. */
export interface LiftErrors {
  /** MPJPE, "Protocol 1". */
  p1: number;
  /** After the similarity that fits each frame best, "Protocol 2". */
  p2: number;
  /** After the scale that fits each frame best, "Protocol 3". */
  p3: number;
  /** Of first differences, per frame; NaN of a single frame. */
  velocity: number;
  /** Frames measured. */
  frames: number;
}

/**
 * Lifts sequences and compares them with their true positions. Those of an action count by their frames; actions are
 * listed as they come.
 *
 * @param lift Gives T×J'×3, metres, camera axes.
 * @param sequences with positions (T×J'×3, camera frame); others are left out.
 * @throws MareyError `LIFT_BATCHES` when none has any: no error is not an error of 0.
 */
export async function liftErrors(
  lift: (sequence: LiftSequence) => Promise<Float32Array>,
  sequences: readonly LiftSequence[],
): Promise<{ all: LiftErrors; actions: Map<string, LiftErrors> }> {
  const actions = new Map<string, LiftErrors[]>();
  for (const sequence of sequences) {
    const { action, poseJoints, positions } = sequence;
    if (!positions) continue;
    const lifted = rootRelative(await lift(sequence), poseJoints);
    const errors = poseErrors(lifted, rootRelative(positions, poseJoints), poseJoints);
    actions.set(action, [...(actions.get(action) ?? []), errors]);
  }
  if (actions.size === 0)
    throw new MareyError(
      "LIFT_BATCHES",
      "videoPose3d",
      "there are no sequences with positions to compare with",
      "Pass at least one",
    );
  return {
    all: pooled([...actions.values()].flat()),
    actions: new Map([...actions].map(([action, errors]) => [action, pooled(errors)])),
  };
}

/**
 * The four errors of one sequence.
 *
 * @param predicted T×J×3 like `truth`, both relative to their roots.
 */
export function poseErrors(
  predicted: ArrayLike<number>,
  truth: ArrayLike<number>,
  joints: number,
): LiftErrors {
  return {
    p1: mpjpe(predicted, truth).mean,
    p2: pMpjpe(predicted, truth, joints).mean,
    p3: nMpjpe(predicted, truth, joints).mean,
    velocity: mpjve(predicted, truth, joints).mean,
    frames: truth.length / (3 * joints),
  };
}

/** The mean over frames. A sequence of one frame has no velocity. */
function pooled(errors: readonly LiftErrors[]): LiftErrors {
  const framesOf = (list: readonly LiftErrors[]) => list.reduce((sum, each) => sum + each.frames, 0);
  const mean = (key: keyof LiftErrors, list = errors) =>
    list.reduce((sum, each) => sum + each[key] * each.frames, 0) / framesOf(list);
  const moving = errors.filter(({ frames }) => frames > 1);
  const velocity = mean("velocity", moving);
  return { p1: mean("p1"), p2: mean("p2"), p3: mean("p3"), velocity, frames: framesOf(errors) };
}
