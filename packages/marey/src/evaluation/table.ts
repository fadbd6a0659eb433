import { jointFaults } from "@marey/core/metric";
import type { JointErrors, PoseEvaluation } from "./evaluate.js";
import type { Figure } from "./figure.js";
import { groupedJoints } from "./grouped.js";
import type { MotionEvaluation } from "./motion.js";

/** A figure in its unit; a dash where there is nothing to measure. */
export function figureText({ value, unit }: Figure): string {
  if (!Number.isFinite(value) || (unit === "share" && value < 0)) return "–";
  return unit === "share"
    ? value.toFixed(3)
    : unit === "percent"
      ? `${value.toFixed(1)} %`
      : `${value.toFixed(1)} px`;
}

/** An evaluation as lines of text: what was compared, the figures, the joints. */
export function evaluationTable(evaluation: PoseEvaluation): string {
  const { metric, dataset, layout, detector, pictures, people, detections, figures, joints, notes } =
    evaluation;
  const width = Math.max(...figures.map(({ name }) => name.length));
  return [
    `${pictures} pictures of ${dataset}, ${people} people (${layout}); ${detections} detections (${detector}); metric ${metric}`,
    ...figures.map((figure) => `${figure.name.padEnd(width)}  ${figureText(figure).padStart(8)}`),
    "",
    ...jointTable(groupedJoints(joints)),
    ...notes.map((note) => `note: ${note}`),
  ].join("\n");
}

/** A row per joint: how often it is labelled, pixels from the truth, and what became of it in per cent. */
function jointTable(joints: readonly JointErrors[]): string[] {
  const width = Math.max(5, ...joints.map(({ joint }) => joint.length));
  const cell = (text: string) => text.padStart(10);
  const head = ["labelled", "median px", "mean px", ...jointFaults.map((fault) => `${fault} %`)];
  return [
    `${"joint".padEnd(width)}${head.map(cell).join("")}`,
    ...joints
      .filter(({ labelled }) => labelled > 0)
      .map(({ joint, labelled, median, mean, faults }) => {
        const pixels = (value: number) => (Number.isFinite(value) ? value.toFixed(1) : "–");
        const shares = jointFaults.map((fault) => ((100 * (faults[fault] ?? 0)) / labelled).toFixed(0));
        return `${joint.padEnd(width)}${[String(labelled), pixels(median), pixels(mean), ...shares].map(cell).join("")}`;
      }),
  ];
}

/** The errors of motions as lines of text. */
export function motionTable(evaluations: readonly MotionEvaluation[]): string {
  return evaluations
    .flatMap(({ person, reference, frames, figures, joints, left }) => [
      `person ${person + 1} against ${reference + 1}: ${frames} frames`,
      ...figures.map(
        ({ name, value, unit }) =>
          `${name.padEnd(18)}  ${value.toFixed(1).padStart(8)} ${unit === "percent" ? "%" : unit}`,
      ),
      "",
      "joint, mm from the pelvis' frame",
      ...joints.map(({ joint, mean }) => `${joint.padEnd(18)}  ${mean.toFixed(1).padStart(8)}`),
      ...(left.length > 0 ? [`not compared: ${left.join(", ")}`] : []),
      "",
    ])
    .join("\n")
    .trimEnd();
}
