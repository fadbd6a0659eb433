import { MareyError } from "@marey/core";
import { turnUp } from "@marey/core/format";
import { type MotionDistance, motionDistance } from "@marey/core/metric";
import type { Motion } from "@marey/core/motion";
import { Command } from "commander";
import { readSource } from "../files/index.js";
import { wholeNumber } from "./number.js";

interface CompareFlags {
  person: number;
  referencePerson: number;
  json?: boolean;
}

/** `marey compare MOTION REFERENCE`. */
export function compareCommand(): Command {
  return new Command("compare")
    .description("Distance of a motion's joints to a reference, joint by joint, in millimetres")
    .argument("<motion>", "TRC, BVH, C3D, NPZ, CSV or Marey JSON")
    .argument("<reference>", "another one in the same world")
    .option("--person <n>", "which person of the motion, from 1", wholeNumber("--person", 1), 1)
    .option(
      "--reference-person <n>",
      "which person of the reference",
      wholeNumber("--reference-person", 1),
      1,
    )
    .option("--json", "print JSON")
    .action(async (path: string, referencePath: string, { person, referencePerson, json }: CompareFlags) => {
      const motion = await readPerson(path, person);
      const reference = await readPerson(referencePath, referencePerson);
      const distance = motionDistance(motion, reference, [person - 1, referencePerson - 1]);
      if (distance.joints.length === 0)
        throw new MareyError(
          "COMPARE_NOTHING",
          path,
          `it shares no joint and frame with ${referencePath}`,
          "Compare motions of the same take whose joints have the same names",
        );
      console.log(json ? JSON.stringify(distance, undefined, 2) : describe(distance));
    });
}

async function readPerson(path: string, person: number): Promise<Motion> {
  const source = await readSource(path);
  if (source.kind !== "motion")
    throw new MareyError(
      "COMPARE_INPUT",
      path,
      "it holds no three-dimensional motion",
      "Capture or lift it first",
    );
  if (person > source.motion.people.length)
    throw new MareyError(
      "PERSON_MISSING",
      path,
      `person ${person} was asked for, there are ${source.motion.people.length}`,
      "Choose one of them",
    );
  return turnUp(source.motion, "y");
}

function describe({ joints, all, left, frames }: MotionDistance): string {
  const mm = (metres: number) => (1000 * metres).toFixed(1).padStart(8);
  const rows = [...joints, all].map(
    ({ joint, mean, median, p90, p95, count }) =>
      `${joint.padEnd(16)}${mm(median)}${mm(mean)}${mm(p90)}${mm(p95)}${String(count).padStart(8)}`,
  );
  return [
    `${frames} frames; millimetres`,
    `${"joint".padEnd(16)}${["median", "mean", "90 %", "95 %", "frames"].map((title) => title.padStart(8)).join("")}`,
    ...rows,
    ...(left.length > 0 ? [`not compared: ${left.join(", ")}`] : []),
  ].join("\n");
}
