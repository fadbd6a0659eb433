import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  accelerationError,
  boneAsymmetry,
  boneLengths,
  boneSteadiness,
  byScore,
  type CocoDetection,
  type CocoTruth,
  cocoEvaluate,
  crowdPoseEvaluate,
  kMeans,
  lloyd,
  meanKeypointError,
  mpjpe,
  mpjve,
  nMpjpe,
  objectKeypointSimilarity,
  pck,
  pck3d,
  pck3dCurve,
  pckAuc,
  pckh,
  pcp,
  pdj,
  pMpjpe,
  poseStructureScore,
  procrustesAligned,
  rootRelative,
} from "@marey/core/metric";
import { coco17 } from "@marey/core/skeleton";
import { type Case, GoldenFailure, numbers, type Operations } from "./fixture.js";

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

const mean = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

function pck3dCase({ inputs, attributes: { root, threshold, unit } }: Case) {
  const joints = inputs.target.shape[1];
  const predicted = rootRelative(numbers(inputs.predicted), joints, root);
  const target = rootRelative(numbers(inputs.target), joints, root);
  const steps = (count: number) =>
    Array.from({ length: count }, (_, i) => (5 * i) / (unit === "m" ? 1000 : 1));
  const curve = pck3dCurve(predicted, target, joints, steps(31));
  const { all, perJoint } = pck3d(predicted, target, joints, threshold);
  const auc200 = mean(pck3dCurve(predicted, target, joints, steps(40)));
  return { pck: all, auc: mean(curve), curve, auc200, perJoint };
}

const pairsOf = ({ inputs }: Case) => ({
  predicted: numbers(inputs.predicted),
  truth: numbers(inputs.target),
  visible: numbers(inputs.visible ?? inputs.mask),
  joints: inputs.target.shape[1],
});

function pckCase(fixture: Case) {
  const { threshold, aucNormaliser, aucThresholds } = fixture.attributes;
  const pairs = pairsOf(fixture);
  const normaliser = numbers(fixture.inputs.normaliser);
  const { perKeypoint, average, counted } = pck(pairs, normaliser, threshold);
  return {
    perKeypoint,
    average,
    countedKeypoints: counted,
    auc: pckAuc(pairs, aucNormaliser, aucThresholds),
    epe: meanKeypointError(pairs),
    nme: meanKeypointError(pairs, normaliser),
  };
}

function pckhCase(fixture: Case) {
  const { threshold, headBias, excludedFromMean: excluded } = fixture.attributes;
  const at = (limit: number) =>
    pckh(pairsOf(fixture), numbers(fixture.inputs.headBoxSize), limit, { headBias, excluded });
  const curve = Array.from({ length: 51 }, (_, i) => [...at(i * 0.01).perJoint]).flat();
  return { ...at(threshold), mean01: at(0.1).mean, curve };
}

function pcpCase(fixture: Case) {
  const { fraction, limbs, torso, pdjFraction } = fixture.attributes;
  const pairs = pairsOf(fixture);
  return { ...pcp(pairs, limbs, fraction), pdj: pdj(pairs, torso, pdjFraction) };
}

function readCoco({ folder, attributes }: Case): { truth: CocoTruth; detections: CocoDetection[] } {
  const read = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8"));
  return { truth: read(attributes.groundTruth), detections: read(attributes.detections) };
}

function oksCase(fixture: Case) {
  const { truth, detections } = readCoco(fixture);
  const { imageId, categoryId, sigmas = coco17.sigmas } = fixture.attributes;
  const here = ({ image_id, category_id }: { image_id: number; category_id: number }) =>
    image_id === imageId && category_id === categoryId;
  const sorted = byScore(detections.filter(here));
  return { oks: objectKeypointSimilarity(sorted, truth.annotations.filter(here), sigmas) };
}

function cocoCase(fixture: Case) {
  const { iouType, sigmas, useCategories, imageIds, categoryIds } = fixture.attributes;
  const { truth, detections } = readCoco(fixture);
  const options = { useCategories, imageIds, categoryIds };
  const result = cocoEvaluate(truth, detections, iouType === "keypoints" ? { ...options, sigmas } : options);
  return { ...result, stats: Object.values(result.stats) };
}

function crowdPoseCase(fixture: Case) {
  const { truth, detections } = readCoco(fixture);
  const { stats, ...curves } = crowdPoseEvaluate(truth, detections, fixture.attributes);
  const { AP, AP50, AP75, AR, AR50, AR75, APeasy, APmedium, APhard } = stats;
  return { ...curves, stats: [AP, AP50, AP75, 0, 0, AR, AR50, AR75, APeasy, APmedium, APhard] };
}

function poseStructureCase({ inputs, attributes }: Case) {
  const joints = inputs.target.shape[1];
  const [predicted, target, centres] = [inputs.predicted, inputs.target, inputs.centres].map(numbers);
  const kinds = poseStructureScore(predicted, target, joints, centres, attributes.root);
  return { score: kinds.score, predictedCluster: kinds.predicted, targetCluster: kinds.truth };
}

function lloydCase({ inputs }: Case) {
  return { ...lloyd(numbers(inputs.x), numbers(inputs.initialCentres), inputs.x.shape[1]) };
}

function kMeansCase({ inputs, attributes }: Case) {
  const { inertia, labels } = kMeans(numbers(inputs.x), inputs.x.shape[1], attributes.clusters);
  if (labels.some((label) => label < 0 || label >= attributes.clusters))
    throw new GoldenFailure("a label names no cluster");
  return { inertia };
}

function boneLengthsCase({ inputs, attributes: { bones, leftRightBonePairs } }: Case) {
  const length = boneLengths(numbers(inputs.x), inputs.x.shape[1], bones);
  const steadiness = boneSteadiness(length, bones.length);
  return {
    length,
    mean: steadiness.map((bone) => bone.mean),
    standardDeviation: steadiness.map((bone) => bone.standardDeviation),
    variation: steadiness.map((bone) => bone.variation),
    median: steadiness.map((bone) => bone.median),
    asymmetry: leftRightBonePairs.map(([left, right]: [number, number]) =>
      boneAsymmetry(steadiness[left], steadiness[right]),
    ),
  };
}

export const metrics: Operations = {
  poseErrors,
  pck3d: pck3dCase,
  pck: pckCase,
  pckh: pckhCase,
  pcp: pcpCase,
  objectKeypointSimilarity: oksCase,
  cocoEvaluate: cocoCase,
  crowdPoseEvaluate: crowdPoseCase,
  poseStructureScore: poseStructureCase,
  kMeansLloyd: lloydCase,
  kMeansFit: kMeansCase,
  boneLengths: boneLengthsCase,
};
