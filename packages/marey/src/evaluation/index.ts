export { type Compared, compare } from "./compared.js";
export { evaluatePoses, type JointErrors, type PictureErrors, type PoseEvaluation } from "./evaluate.js";
export { type Found, type FoundPeople, readFound } from "./found.js";
export { type Figure, type MeasureName, measures, usualMeasure } from "./measures.js";
export { evaluateMotion, type MotionEvaluation } from "./motion.js";
export { type ReportOptions, writeEvaluationReport } from "./report.js";
export { evaluationTable, motionTable } from "./table.js";
