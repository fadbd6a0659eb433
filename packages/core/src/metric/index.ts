export { COCO_RECALLS, COCO_THRESHOLDS, type PrecisionRecall } from "./averagePrecision.js";
export {
  type BoneLength,
  boneAsymmetry,
  boneLengths,
  boneSteadiness,
} from "./boneLengths.js";
export { type Box, boxIou } from "./box.js";
export {
  byScore,
  type CocoEvaluation,
  type CocoOptions,
  type CocoStats,
  type CocoTruth,
  cocoEvaluate,
} from "./cocoEvaluate.js";
export { type CocoAnnotation, type CocoDetection, objectKeypointSimilarity } from "./cocoSimilarity.js";
export { type JointDistance, type MotionDistance, motionDistance } from "./compare.js";
export { CROWD_POSE_SIGMAS, type CrowdPoseOptions, crowdPoseEvaluate } from "./crowdPose.js";
export {
  diagnoseJoints,
  type JointFault,
  jointFaults,
  type PosePairs,
  pairPoses,
  type TruePose,
  trueSimilarity,
} from "./diagnosis.js";
export { type IdentityScores, identityScores } from "./identity.js";
export { type Clusters, kMeans, lloyd } from "./kMeans.js";
export {
  accelerationError,
  type JointError,
  mpjpe,
  mpjve,
  nMpjpe,
  pMpjpe,
  procrustesAligned,
  rootRelative,
} from "./mpjpe.js";
export { extent, type Pose, poseArea, poseOks } from "./oks.js";
export { type KeypointPairs, meanKeypointError, type Pck, pck, pckAuc } from "./pck.js";
export { AUC_THRESHOLDS, type Pck3d, pck3d, pck3dCurve } from "./pck3d.js";
export { type Pckh, pckh } from "./pckh.js";
export { type Limb, type Pcp, pcp, pdj } from "./pcp.js";
export { normalisedPoses, type PoseStructure, poseStructureScore } from "./poseStructure.js";
