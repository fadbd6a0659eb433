import type { Detection, Detections } from "../motion/keypoints.js";
import { convertPose, convertSkeleton } from "../skeleton/convert.js";
import { partsOf } from "../skeleton/parts.js";
import type { Skeleton } from "../skeleton/skeleton.js";
import { writeGeneral } from "./general.js";
import type { OpenPosePerson } from "./openPoseFrame.js";

export interface OpenPoseWriterOptions {
  /** Joints of the people: a body, or a body with face and hands. */
  skeleton: Skeleton;
  /** Order of the body's joints in the file, such as BODY_25; joints that can't be had are 0, 0, 0. As they come when absent. */
  body?: Skeleton;
  /** Where a coordinate (axis 0: x, 1: y) goes before it is written; pixels as they are when absent. */
  place?: (value: number, axis: 0 | 1) => number;
}

/** Writes frames as OpenPose 1.3 writes them. */
export interface OpenPoseWriter {
  /**
   * One frame: one line without blanks, numbers with 6 significant digits.
   *
   * @param candidates By part of the network, where they are asked for: x, y, score, one after the other.
   */
  frame(people: readonly Detection[], candidates?: readonly Float32Array[]): string;
}

/** One frame as an OpenPose 1.3 file of people without hands and faces; a missing person is `{}`, a missing joint 0, 0, 0. */
export function writeOpenPoseFrame(people: readonly (OpenPosePerson | Detection | undefined)[]): string {
  const texts = people.map((person) => {
    if (!person) return "{}";
    const points = pointList("joints" in person ? person.joints : person.keypoints, inPlace);
    return personText(person.id, [points, "", "", ""]);
  });
  return `{"version":1.3,"people":[${texts.join(",")}]}`;
}

/** The files of one view, named `{stem}_{frame, 12 digits}_keypoints.json` as OpenPose names them. */
export function* writeOpenPose(
  { frames, firstFrame, skeleton }: Detections,
  stem: string,
): Generator<{ name: string; text: string }> {
  const writer = openPoseWriter({ skeleton });
  for (const [t, people] of frames.entries()) {
    const number = String(firstFrame + t).padStart(12, "0");
    yield { name: `${stem}_${number}_keypoints.json`, text: writer.frame(people) };
  }
}

const inPlace = (value: number) => value;

/** A writer of OpenPose files for people of one skeleton. */
export function openPoseWriter({ skeleton, body, place = inPlace }: OpenPoseWriterOptions): OpenPoseWriter {
  const parts = partsOf(skeleton);
  const list = (values: ArrayLike<number>) => pointList(values, place);
  const bodyOf = bodyPicker(skeleton, parts.body, body);
  const facePoints = facePicker(skeleton, parts.face);
  const person = ({ id, joints }: Detection) => {
    const hand = (indices: readonly number[]) => list(picked(joints, indices));
    const { leftHand, rightHand } = parts;
    return personText(id, [list(bodyOf(joints)), list(facePoints(joints)), hand(leftHand), hand(rightHand)]);
  };
  return {
    frame(people, candidates) {
      const found = candidates?.map((part, i) => `"${i}":[${list(part)}]`);
      const ending = found ? `,"part_candidates":[{${found.join(",")}}]` : "";
      return `{"version":1.3,"people":[${people.map(person).join(",")}]${ending}}`;
    },
  };
}

/** A person of a file: the points of body, face, left and right hand, as texts. */
function personText(id = -1, [body, face, left, right]: readonly [string, string, string, string]): string {
  return (
    `{"person_id":[${id}],"pose_keypoints_2d":[${body}],"face_keypoints_2d":[${face}]` +
    `,"hand_left_keypoints_2d":[${left}],"hand_right_keypoints_2d":[${right}]` +
    ',"pose_keypoints_3d":[],"face_keypoints_3d":[],"hand_left_keypoints_3d":[],"hand_right_keypoints_3d":[]}'
  );
}

/** K×3 values as the file has them; a missing joint is 0,0,0 whatever the place of pixels. */
function pointList(values: ArrayLike<number>, place: (value: number, axis: 0 | 1) => number): string {
  let text = "";
  for (let i = 0; i < values.length; i += 3) {
    const known = Number.isFinite(values[i] + values[i + 1] + values[i + 2]);
    const [x, y, c] = known ? [place(values[i], 0), place(values[i + 1], 1), values[i + 2]] : [0, 0, 0];
    text += `${i === 0 ? "" : ","}${writeGeneral(x)},${writeGeneral(y)},${writeGeneral(c)}`;
  }
  return text;
}

function picked(joints: Float32Array, indices: readonly number[]): Float32Array {
  const out = new Float32Array(indices.length * 3);
  indices.forEach((j, i) => {
    out.set(joints.subarray(3 * j, 3 * j + 3), 3 * i);
  });
  return out;
}

/** The body's joints, converted where another order is asked for. */
function bodyPicker(skeleton: Skeleton, indices: readonly number[], to?: Skeleton) {
  if (!to) return (joints: Float32Array) => picked(joints, indices);
  const sources = convertSkeleton(skeleton, to);
  const out = new Float32Array(3 * to.joints.length);
  return (joints: Float32Array) => {
    convertPose(sources, joints, 3, true, out);
    return out;
  };
}

/** OpenPose has 70 points of a face; pupils that a layout of 68 lacks are missing. */
function facePicker(skeleton: Skeleton, indices: readonly number[]) {
  if (indices.length === 0) return () => new Float32Array(0);
  const byName = new Map(indices.map((j) => [skeleton.joints[j], j]));
  const all = Array.from({ length: FACE_POINTS }, (_, i) => byName.get(`face_${i}`));
  return (joints: Float32Array) => {
    const out = new Float32Array(3 * FACE_POINTS);
    all.forEach((j, i) => {
      if (j !== undefined) out.set(joints.subarray(3 * j, 3 * j + 3), 3 * i);
    });
    return out;
  };
}

const FACE_POINTS = 70;
