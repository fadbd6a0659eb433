import { MareyError } from "@marey/core";
import type { Annotations } from "@marey/core/format";
import { COCO_RECALLS, COCO_THRESHOLDS, type CocoEvaluation, type JointFault } from "@marey/core/metric";
import { findSkeleton } from "@marey/core/skeleton";
import { type Compared, compare } from "./compared.js";
import type { Figure } from "./figure.js";
import type { FoundPeople } from "./found.js";
import { type MeasureName, measures, usualMeasure } from "./measures.js";
import { mistakesOf } from "./mistakes.js";

/** How well a joint was found. */
export interface JointErrors {
  joint: string;
  /** People in whom it is labelled. */
  labelled: number;
  /** Of those whose person was found: pixels from the truth; NaN when there are none. */
  mean: number;
  median: number;
  /** How often each thing became of it. */
  faults: Partial<Record<JointFault, number>>;
}

/** How well a picture's people were found. */
export interface PictureErrors {
  file: string;
  image: number;
  labelled: number;
  /** Labelled people whom nothing is similar to by at least 0.5. */
  missed: number;
  found: number;
  /** Detections that are similar to nobody, and don't lie in a crowd or in somebody without labelled joints. */
  wrong: number;
  /** Mean similarity of the labelled people with whoever found them, 0..1; NaN without any. */
  similarity: number;
  /** Labelled people whom nobody found, by halves where found badly, and surplus detections by their score. */
  loss: number;
}

/** Precision against recall, all sizes of people. */
export interface PrecisionCurve {
  /** Least similarity of a right detection. */
  threshold: number;
  /** At recalls 0, 0.01 … 1; NaN where there is nothing to find. */
  precision: number[];
}

export interface PoseEvaluation {
  metric: MeasureName;
  dataset: string;
  layout: string;
  detector: string;
  pictures: number;
  /** People with labelled joints. */
  people: number;
  detections: number;
  figures: Figure[];
  curves: PrecisionCurve[];
  joints: JointErrors[];
  /** The worst first. */
  worst: PictureErrors[];
  /** What the reader of the figures should know. */
  notes: string[];
}

export interface EvaluateOptions {
  /** One of `measures`; the data set's own when absent. */
  metric?: MeasureName;
  /** Joints that the detector's layout lacks count as not found; they are left out when absent. */
  allJoints?: boolean;
}

/**
 * Measures detections against annotations.
 *
 * @throws MareyError `EVAL_NOTHING` without anybody to find or a joint in common, `EVAL_METRIC` when the annotations lack
 *   what the metric needs.
 */
export function evaluatePoses(
  truth: Annotations,
  people: FoundPeople,
  { metric = usualMeasure(truth), allJoints = false }: EvaluateOptions = {},
): { evaluation: PoseEvaluation; compared: Compared } {
  const compared = compare(truth, people, allJoints);
  requireSomething(compared, people);
  const { figures, curves } = measures[metric].measure(compared);
  const evaluation = {
    metric,
    dataset: truth.dataset,
    layout: truth.skeleton.name,
    detector: people.skeleton.name,
    pictures: truth.images.length,
    people: compared.labelled.length,
    detections: people.people.length,
    figures,
    curves: curves ? curvesOf(curves) : [],
    joints: jointErrors(compared),
    worst: pictureErrors(compared),
    notes: notesOf(compared, people, metric),
  };
  return { evaluation, compared };
}

function requireSomething({ labelled, shared, truth }: Compared, { skeleton }: FoundPeople): void {
  const remedy = "Pass the annotations of the pictures that were searched";
  if (labelled.length === 0)
    throw new MareyError("EVAL_NOTHING", "annotations", "nobody in them has a labelled joint", remedy);
  if (shared.length === 0)
    throw new MareyError(
      "EVAL_NOTHING",
      "detections",
      `their layout ${skeleton.name} shares no joint with the annotations' ${truth.skeleton.name}`,
      "State the detector's layout with --skeleton",
    );
}

/** COCO's of shoulders, which layouts of a file's own get for all joints. */
const USUAL_SIGMA = 0.079;

function notesOf(
  { truth, shared, labelled }: Compared,
  { skeleton, strangers }: FoundPeople,
  metric: MeasureName,
) {
  const notes: string[] = [];
  if (strangers > 0)
    notes.push(
      `${strangers} detections are in pictures that the annotations lack: left out (marey detect --annotations numbers pictures as these do)`,
    );
  if (skeleton.name !== truth.skeleton.name) {
    const lacking = truth.skeleton.joints.filter((_, j) => !shared.includes(j));
    const left = lacking.length > 8 ? `${lacking.length} joints` : lacking.join(", ");
    notes.push(
      `${skeleton.name} was compared as ${truth.skeleton.name}${lacking.length > 0 ? `, without ${left}` : ""}`,
    );
  }
  if (!findSkeleton(truth.skeleton.name) && metric === "oks")
    notes.push(
      `the annotations' joints are of no known layout: each was judged with the sigma ${USUAL_SIGMA}`,
    );
  const estimated = labelled.filter(({ area }) => area === undefined).length;
  if (estimated > 0 && (metric === "oks" || metric === "wholebody"))
    notes.push(`${estimated} people have no segment: their area was taken as 0.53 of their box`);
  const sizeless = labelled.filter(({ size }) => size === undefined).length;
  if (metric === "pckh" && sizeless > 0) notes.push(`${sizeless} people have no head size: left out`);
  return notes;
}

/** The curves of all people (the first range of areas) and one category, as COCO has them. */
function curvesOf({ precision, recall }: CocoEvaluation): PrecisionCurve[] {
  const cells = recall.length / COCO_THRESHOLDS.length;
  return COCO_THRESHOLDS.map((threshold, t) => ({
    threshold,
    precision: COCO_RECALLS.map((_, r) => {
      const value = precision[(t * COCO_RECALLS.length + r) * cells] ?? -1;
      return value < 0 ? Number.NaN : value;
    }),
  }));
}

function jointErrors({ truth, labelled, partners, known, faults, shared }: Compared): JointErrors[] {
  return shared.map((j) => {
    const distances: number[] = [];
    const counts: Partial<Record<JointFault, number>> = {};
    labelled.forEach(({ joints }, n) => {
      const fault = faults[n]?.[j];
      if (!fault) return;
      counts[fault] = (counts[fault] ?? 0) + 1;
      const pose = known[partners[n] ?? -1];
      if (!pose) return;
      const [dx, dy] = [0, 1].map((k) => (pose[3 * j + k] ?? Number.NaN) - (joints[3 * j + k] ?? Number.NaN));
      const distance = Math.hypot(dx ?? 0, dy ?? 0);
      if (Number.isFinite(distance)) distances.push(distance);
    });
    distances.sort((a, b) => a - b);
    const middle = distances.length / 2;
    return {
      joint: truth.skeleton.joints[j] ?? "",
      labelled: Object.values(counts).reduce((sum, count) => sum + count, 0),
      mean: distances.reduce((sum, distance) => sum + distance, 0) / distances.length,
      median:
        ((distances[Math.ceil(middle) - 1] ?? Number.NaN) + (distances[Math.floor(middle)] ?? Number.NaN)) /
        2,
      faults: counts,
    };
  });
}

function pictureErrors(compared: Compared): PictureErrors[] {
  const { truth, labelled, similarities, partners, found } = compared;
  const taken = new Set(partners);
  const { missed, wrong, excused } = mistakesOf(compared);
  const rows = truth.images.map(
    ({ file }, image): PictureErrors => ({
      file,
      image,
      labelled: 0,
      missed: 0,
      found: 0,
      wrong: 0,
      similarity: 0,
      loss: 0,
    }),
  );
  labelled.forEach(({ image }, n) => {
    const row = rows[image];
    if (!row) return;
    row.labelled++;
    if (missed.has(n)) row.missed++;
    row.similarity += similarities[n] ?? 0;
    row.loss += 1 - (similarities[n] ?? 0);
  });
  found.forEach(({ image, score }, d) => {
    const row = rows[image];
    if (!row) return;
    row.found++;
    if (wrong.has(d)) row.wrong++;
    if (!taken.has(d) && !excused.has(d)) row.loss += Math.min(1, Math.max(0, score)) / 2;
  });
  for (const row of rows) row.similarity /= row.labelled;
  return rows.sort((a, b) => b.loss - a.loss);
}
