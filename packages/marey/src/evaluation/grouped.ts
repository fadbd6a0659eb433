import { jointFaults } from "@marey/core/metric";
import type { JointErrors } from "./evaluate.js";

/** Joints of faces and hands taken together, so that what is said of a whole person stays readable; those of a face or a hand alone stay apart. */
export function groupedJoints(joints: readonly JointErrors[]): JointErrors[] {
  // Faces and hands alone are what is asked about.
  if (!joints.some(({ joint }) => /hip$|shoulder$/.test(joint))) return [...joints];
  const groups = new Map<string, JointErrors[]>();
  for (const each of joints) {
    const name = groupOf(each.joint);
    groups.set(name, [...(groups.get(name) ?? []), each]);
  }
  return [...groups].map(([joint, members]) =>
    members.length === 1 ? (members[0] as JointErrors) : merged(joint, members),
  );
}

function groupOf(joint: string): string {
  if (joint.startsWith("face_")) return "face";
  const finger = /^(left_|right_)?(thumb|index|middle|ring|pinky)\d$/.exec(joint);
  return finger ? `${finger[1] ?? ""}${finger[2] === "thumb" ? "thumb" : `${finger[2]}_finger`}` : joint;
}

function merged(joint: string, members: readonly JointErrors[]): JointErrors {
  const labelled = members.reduce((sum, member) => sum + member.labelled, 0);
  const weighted = (value: (member: JointErrors) => number) => {
    const known = members.filter((member) => Number.isFinite(value(member)));
    const count = known.reduce((sum, member) => sum + member.labelled, 0);
    return known.reduce((sum, member) => sum + member.labelled * value(member), 0) / count;
  };
  const faults = Object.fromEntries(
    jointFaults.map((fault) => [
      fault,
      members.reduce((sum, member) => sum + (member.faults[fault] ?? 0), 0),
    ]),
  );
  return {
    joint,
    labelled,
    mean: weighted(({ mean }) => mean),
    median: weighted(({ median }) => median),
    faults,
  };
}
