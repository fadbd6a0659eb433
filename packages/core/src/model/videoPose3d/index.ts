export {
  BONE_VARIETY,
  type BoneVariety,
  bodyHeight,
  drawBoneScales,
  mirrorClip,
  resample,
  scaleBones,
  turnClip,
} from "./augment.js";
export {
  CHUNK_DEFAULTS,
  type ChunkOptions,
  type ChunkSource,
  chunkSource,
  endlessBatch,
  epochBatches,
  type LiftBatch,
  type Mirrors,
  padSequence,
  subsetOf,
} from "./batches.js";
export {
  cameraToWorld,
  cameraVector,
  denormaliseScreen,
  normaliseScreen,
  projectHuman36m,
  projectLinear,
  worldToCamera,
} from "./camera.js";
export { type CanonicalView, canonicalSequence, canonicalView, turnPoses } from "./canonical.js";
export { type ExpmapSkeleton, readExpmapClips, readExpmapSkeleton } from "./data/expmap.js";
export { asfToClip, bvhToClip, type FigureOptions, motionToClip } from "./data/figure.js";
export { type Motion17Clip, readMotion17 } from "./data/motion17.js";
export {
  type Keypoints2d,
  type PairOptions,
  type Positions3d,
  pairSequences,
  readKeypoints2d,
  readPositions3d,
} from "./data/official.js";
export {
  addDetectorNoise,
  type DetectorNoise,
  drawDetectorNoise,
  EVALUATION_NOISE,
  interpolateGaps,
} from "./detectorNoise.js";
export { type LiftErrors, liftErrors, poseErrors } from "./evaluate.js";
export { flipCamera, flipPoses } from "./flip.js";
export { HUMAN36M_CAMERAS, human36mCameras, readHuman36mCameras } from "./human36m.js";
export { type Lifter, type LifterOptions, openLifter } from "./infer.js";
export { type LifterInput, type LiftTrackOptions, liftKeypoints, liftTrack } from "./lift.js";
export { DETECTED_JOINTS, deriveAxialJoints, lifterInput, seenJoints } from "./lifterInput.js";
export * as loss from "./loss.js";
export * as network from "./network.js";
export { type ForwardOptions, type NetworkOptions, type NetworkParams, receptiveField } from "./network.js";
export { officialWeights } from "./officialWeights.js";
export { PLACEMENT_DEFAULTS, type PlacementOptions, placeRoot } from "./placement.js";
export {
  initSemiSupervised,
  type JointPair,
  type SemiSupervisedOptions,
  type SemiSupervisedParams,
  semiSupervised,
  sharedJoints,
  type UnlabelledExamples,
  unlabelledExamples,
} from "./semiSupervised.js";
export { type LiftSequence, type MotionClip, relativeToRoot } from "./sequence.js";
export { LONGEST_GAP, type Stretch, type StretchOptions, seenStretches } from "./stretches.js";
export {
  DROPOUT,
  type ExampleOptions,
  type Examples,
  examples,
  supervised,
  type TrainingForm,
} from "./train.js";
export {
  EVALUATION_DEFAULTS,
  type EvaluationOptions,
  type EvaluationView,
  evaluationViews,
  TRAINING_VIEW_DEFAULTS,
  type TrainingViewOptions,
  trainingViews,
  type ViewOptions,
  viewClip,
} from "./training.js";
export {
  VIRTUAL_CAMERA_DEFAULTS,
  type VirtualCameraOptions,
  virtualCamera,
} from "./virtualCamera.js";
export { type LiftedPerson, liftedMotion, type WorldOptions } from "./world.js";
