import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type OpenPosePerson, readOpenPoseFrame } from "@marey/core/format";
import type { Case, Operations } from "./fixture.js";

/** Files as OpenPose's users read them: a missing point is 0, 0, 0, a part that wasn't looked for has no points. */
function parse({ attributes, folder }: Case) {
  const people = readOpenPoseFrame(readFileSync(join(folder, attributes.file)), attributes.file);
  const part = (of: (person: OpenPosePerson) => Float64Array | undefined) =>
    people.flatMap((person) => Array.from((person && of(person)) ?? [], (value) => value || 0));
  return {
    pose: part(({ keypoints }) => keypoints),
    face: part(({ face }) => face),
    hand_left: part(({ handLeft }) => handLeft),
    hand_right: part(({ handRight }) => handRight),
  };
}

export const openPoseJson: Operations = { openpose_json_parse: parse };
