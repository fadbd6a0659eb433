import { MareyError } from "../error.js";
import type { Detection } from "../motion/keypoints.js";
import { face68, face70 } from "../skeleton/face.js";
import { partsOf, withParts } from "../skeleton/parts.js";
import type { Skeleton } from "../skeleton/skeleton.js";
import type { OpenPosePerson } from "./openPoseFrame.js";

type People = readonly (OpenPosePerson | undefined)[];

/**
 * The body's layout extended by the face and hands that the files show of anyone; itself when they show none, as where
 * they were looked for but never found, and when it has such parts already.
 *
 * @throws MareyError `OPENPOSE_SKELETON` for a face of other than 68 or 70 points.
 */
export function withPartsOf(body: Skeleton, people: People, where: string): Skeleton {
  const own = partsOf(body);
  if (own.face.length + own.leftHand.length + own.rightHand.length > 0) return body;
  const faces = people.flatMap((person) => (isSeen(person?.face) ? [person.face.length / 3] : []));
  const hands = people.some((person) => isSeen(person?.handLeft) || isSeen(person?.handRight));
  if (faces.length === 0) return hands ? withParts(body, { hands }) : body;
  const face = [face70, face68].find(({ joints }) => joints.length === faces[0]);
  if (face) return withParts(body, { face, hands });
  throw new MareyError(
    "OPENPOSE_SKELETON",
    where,
    `${faces[0]} points a face, known are 70 and 68`,
    "Remove the faces from the files, or detect with one of the known layouts",
  );
}

const isSeen = (points: Float64Array | undefined): points is Float64Array =>
  points?.some((value, i) => i % 3 === 2 && value > 0) ?? false;

/**
 * People of a file as detections of one layout; a part that somebody lacks is missing. Where the body's list holds as many
 * points as the layout (as some programs write whole bodies), it is taken as it is. Parts that the layout lacks are dropped.
 */
export function detectionsOf(people: People, skeleton: Skeleton, name: string): Detection[] {
  const parts = partsOf(skeleton);
  const wrong = (what: string) =>
    new MareyError(
      "OPENPOSE_INVALID",
      name,
      what,
      "State the skeleton that the detector used, and keep files of different detectors apart",
    );
  return people.flatMap((person) => {
    if (!person) return [];
    const { id, keypoints, face, handLeft, handRight } = person;
    const known = id === undefined ? {} : { id };
    if (keypoints.length === 3 * skeleton.joints.length)
      return [{ score: meanConfidence(keypoints), joints: Float32Array.from(keypoints), ...known }];
    const joints = new Float32Array(3 * skeleton.joints.length).fill(NaN);
    for (let i = 2; i < joints.length; i += 3) joints[i] = 0;
    const put = (what: string, points: Float64Array | undefined, at: readonly number[]) => {
      if (!points || points.length === 0 || at.length === 0) return;
      if (points.length !== 3 * at.length)
        throw wrong(`a person has ${points.length / 3} ${what}, ${skeleton.name} has ${at.length}`);
      at.forEach((joint, i) => {
        // A hand whose root is the wrist doesn't overrule the body.
        if (!(joints[3 * joint + 2] > 0)) joints.set(points.subarray(3 * i, 3 * i + 3), 3 * joint);
      });
    };
    put("keypoints", keypoints, parts.body);
    put("points of the face", face, parts.face);
    put("points of the left hand", handLeft, parts.leftHand);
    put("points of the right hand", handRight, parts.rightHand);
    return [{ score: meanConfidence(keypoints.length > 0 ? keypoints : joints), joints, ...known }];
  });
}

function meanConfidence(points: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 2; i < points.length; i += 3) sum += points[i];
  return (3 * sum) / points.length;
}
