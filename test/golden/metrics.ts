import {
  accelerationError,
  mpjpe,
  mpjve,
  nMpjpe,
  pMpjpe,
  procrustesAligned,
  rootRelative,
} from "@marey/core/metric";
import { type Case, numbers, type Operations } from "./fixture.js";

/** The errors of frames × joints × 3 poses that VideoPose3D, VIBE and MMPose report. */
function poseErrors({ inputs, attributes }: Case) {
  const [frames, joints] = inputs.target.shape;
  const predicted = numbers(inputs.predicted);
  const target = numbers(inputs.target);
  const mask = numbers(inputs.jointMask);
  const masked = (poses: Float64Array) => poses.map((value, i) => (mask[Math.floor(i / 3)] ? value : NaN));
  const frame = (poses: Float64Array, t: number) => poses.subarray(t * joints * 3, (t + 1) * joints * 3);
  const each = (f: (t: number) => number, count = frames) =>
    Float64Array.from({ length: count }, (_, t) => f(t));
  const weight = numbers(inputs.frameWeight);
  const visible = numbers(inputs.visibleFrame);
  const [pRoot, tRoot] = [predicted, target].map((poses) => rootRelative(poses, joints, attributes.root));
  const aligned = procrustesAligned(predicted, target, joints);
  const accelerations = (poses: Float64Array, truth: Float64Array) =>
    each((t) => {
      const part = (all: Float64Array) => all.subarray(t * joints * 3, (t + 3) * joints * 3);
      return accelerationError(part(poses), part(truth), joints).mean;
    }, frames - 2);
  const scaled = each((t) => t, frames * joints * 3);
  for (let t = 0; t < frames; t++) {
    const [P, G] = [frame(pRoot, t), frame(tRoot, t)];
    const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i], 0);
    frame(scaled, t).set(P.map((value) => (value * dot(P, G)) / dot(P, P)));
  }
  const accelerationErrors = accelerations(predicted, target);
  return {
    mpjpe: mpjpe(predicted, target).mean,
    mpjpeRootRelative: mpjpe(pRoot, tRoot).mean,
    weightedMpjpe:
      each((t) => weight[t] * mpjpe(frame(predicted, t), frame(target, t)).mean).reduce((a, b) => a + b, 0) /
      frames,
    pMpjpe: pMpjpe(predicted, target, joints).mean,
    nMpjpe: nMpjpe(pRoot, tRoot, joints).mean,
    mpjve: mpjve(predicted, target, joints).mean,
    accelerationError: accelerationErrors,
    accelerationErrorVisible: accelerationErrors.filter(
      (_, t) => visible[t] && visible[t + 1] && visible[t + 2],
    ),
    acceleration: accelerations(predicted, new Float64Array(target.length)),
    procrustesAligned: aligned,
    perJoint: each((i) => {
      const at = (poses: Float64Array) => poses.subarray(3 * i, 3 * i + 3);
      return mpjpe(at(predicted), at(target)).mean;
    }, frames * joints),
    mpjpeMasked: mpjpe(masked(predicted), target).mean,
    pMpjpeMasked: mpjpe(masked(aligned), target).mean,
    nMpjpeMasked: mpjpe(masked(scaled), tRoot).mean,
  };
}

export const metrics: Operations = { poseErrors };
