import { basename } from "node:path";
import { MareyError } from "@marey/core";
import { readAnnotations, turnUp } from "@marey/core/format";
import type { Motion } from "@marey/core/motion";
import {
  evaluateMotion,
  evaluatePoses,
  evaluationTable,
  type MeasureName,
  motionTable,
  readFound,
  writeEvaluationReport,
} from "../evaluation/index.js";
import { readSource, readWhole, skeletonOf } from "../files/index.js";

export interface EvalPosesFlags {
  metric?: MeasureName;
  skeleton?: string;
  images?: string;
  report?: string;
  worst?: number;
  force?: boolean;
  json?: boolean;
}

/**
 * `marey eval DETECTIONS ANNOTATIONS`: people in pictures against a data set's annotations, or a motion against another.
 *
 * @throws MareyError `EVAL_OPTION` for an option that the other kind takes, and those of the readers and measures.
 */
export async function evaluateFiles(path: string, truthPath: string, flags: EvalPosesFlags): Promise<void> {
  if (await isMotion(truthPath)) return evaluateMotions(path, truthPath, flags);
  const { metric, skeleton, report, images, worst, force, json } = flags;
  if (images !== undefined && report === undefined)
    throw new MareyError(
      "EVAL_OPTION",
      "--images",
      "pictures are shown in a report only",
      "Add --report FOLDER",
    );
  const truth = readAnnotations(await readWhole(truthPath), truthPath);
  const found = await readFound(
    path,
    truth,
    skeleton === undefined ? {} : { skeleton: await skeletonOf(skeleton) },
  );
  const { evaluation, compared } = evaluatePoses(truth, found, metric === undefined ? {} : { metric });
  if (report !== undefined)
    await writeEvaluationReport(report, evaluation, compared, {
      title: `${basename(path)} against ${basename(truthPath)}`,
      ...(images !== undefined && { images }),
      ...(worst !== undefined && { worst }),
      force: force ?? false,
    });
  if (!json) {
    console.log(evaluationTable(evaluation));
    if (report !== undefined) console.log(`report: ${report}/report.html`);
    return;
  }
  const { worst: _, curves: __, ...figures } = evaluation;
  console.log(JSON.stringify(figures, undefined, 2));
}

async function evaluateMotions(path: string, truthPath: string, flags: EvalPosesFlags): Promise<void> {
  for (const option of ["metric", "images", "report", "worst"] as const)
    if (flags[option] !== undefined)
      throw new MareyError(
        "EVAL_OPTION",
        `--${option}`,
        "it belongs to people in pictures, and these are motions",
        "Leave it out",
      );
  const [motion, truth] = [await readMotion(path), await readMotion(truthPath)];
  const evaluations = evaluateMotion(motion, truth);
  console.log(flags.json ? JSON.stringify(evaluations, undefined, 2) : motionTable(evaluations));
}

/** Motion by its ending; JSON when it is Marey's. */
async function isMotion(path: string): Promise<boolean> {
  if (/\.(trc|bvh|c3d|csv|glb)$/i.test(path)) return true;
  if (!/\.json$/i.test(path)) return false;
  const start = new TextDecoder("latin1").decode((await readWhole(path)).subarray(0, 64));
  return start.includes('"marey-motion"');
}

async function readMotion(path: string): Promise<Motion> {
  const source = await readSource(path);
  if (source.kind === "motion") return turnUp(source.motion, "y");
  throw new MareyError(
    "EVAL_DETECTIONS",
    path,
    "it holds no motion, and the truth is one",
    "Capture or lift it first",
  );
}
