import { basename } from "node:path";
import { MareyError } from "@marey/core";
import { type MotionFormat, motionFormats } from "@marey/core/format";
import { limbLengths, tallyStates } from "@marey/core/model/multiCamera";
import { JointState, type Motion } from "@marey/core/motion";
import type { FileSet } from "../files/index.js";
import type { CapturedPerson } from "./people.js";
import type { PersonQuality } from "./summary.js";

/** Formats by name, in the order given, each once. @throws MareyError `FORMAT_UNKNOWN`. */
export function formatsNamed(names: readonly string[]): MotionFormat[] {
  const named = names.map((name) => {
    const format = motionFormats.find((each) => each.name === name.trim().toLowerCase());
    if (format) return format;
    throw new MareyError(
      "FORMAT_UNKNOWN",
      "--format",
      `"${name}" is none of ${motionFormats.map((each) => each.name).join(", ")}`,
      "Name formats with commas between them",
    );
  });
  return [...new Set(named)];
}

/** Writes a person's files into a set; formats that need rotations hold the fitted skeleton, the others the joints as placed. */
export async function exportPerson(
  { placed, fitted }: CapturedPerson,
  outputs: readonly { format: MotionFormat; path: string }[],
  set: FileSet,
): Promise<string[]> {
  for (const { format, path } of outputs) {
    const motion = format.fitted ? fitted : placed;
    await set.write(path, await format.write(motion, basename(path), {}));
  }
  return outputs.map(({ path }) => path);
}

/** What the summary says of a person. */
export function personQuality(
  { placed, fitDistance }: CapturedPerson,
  number: number,
  files: string[],
): PersonQuality {
  const joints = placed.skeleton.joints.length;
  const [person] = placed.people as [Motion["people"][number]];
  const states = tallyStates(person, joints);
  const limbs = limbLengths(person, placed.skeleton);
  const [firstFrame, lastFrame] = placedFrames(person.state, joints);
  return {
    number,
    frames: states.frames,
    firstFrame: placed.firstFrame + firstFrame,
    lastFrame: placed.firstFrame + lastFrame,
    states,
    pixels: meanOf(person.reprojection ?? []),
    limbs,
    boneVariation: meanOf(limbs.map(({ variation }) => variation)),
    fitDistance,
    files,
  };
}

/** First and last frame with a joint. */
function placedFrames(state: Uint8Array, joints: number): [number, number] {
  const isPlaced = (s: number) => s !== JointState.missing;
  return [Math.floor(state.findIndex(isPlaced) / joints), Math.floor(state.findLastIndex(isPlaced) / joints)];
}

/** Of the values that are numbers. */
function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}
