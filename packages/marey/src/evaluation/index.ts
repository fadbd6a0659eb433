export {
  type EvaluateOptions,
  evaluatePoses,
  type JointErrors,
  type PictureErrors,
  type PoseEvaluation,
  type PrecisionCurve,
} from "./evaluate.js";
export type { Figure } from "./figure.js";
export { type Found, type FoundOptions, type FoundPeople, readFound } from "./found.js";
export { type MeasureName, measures } from "./measures.js";
export { evaluateMotion, type MotionEvaluation } from "./motion.js";
export { type ReportOptions, writeEvaluationReport } from "./report.js";
export { evaluationTable, motionTable } from "./table.js";
