import type { Detection } from "../motion/keypoints.js";
import { convertPose, convertSkeleton } from "../skeleton/convert.js";
import { coco17 } from "../skeleton/layouts.js";
import type { Skeleton } from "../skeleton/skeleton.js";
import { writeGeneral } from "./general.js";

export interface CocoResultOptions {
  /** Joints of the people. */
  skeleton: Skeleton;
  /** Order of the joints in the file; COCO-17 when absent, as the official evaluation wants it. */
  layout?: Skeleton;
  /** Write 1 for every joint that was found, as OpenPose does; its confidence when absent. The evaluation reads neither. */
  flags?: boolean;
}

/**
 * Writes people as entries of a COCO results file, `{ image_id, category_id, keypoints, score }`: joints that are missing
 * are −1, −1, 0, as OpenPose writes them; people without any joint of the layout are left out. `track_id` says who it is,
 * where that is known. The file is a list: "[", entries joined by ",", "]".
 *
 * @returns From the number of a picture and its people to their entries.
 */
export function cocoResults({
  skeleton,
  layout = coco17,
  flags,
}: CocoResultOptions): (picture: number, people: readonly Detection[]) => string[] {
  const sources = convertSkeleton(skeleton, layout);
  const joints = new Float32Array(3 * layout.joints.length);
  const point = (i: number) => {
    const [x, y, c] = joints.subarray(i, i + 3);
    if (!(Number.isFinite(x + y) && c > 0)) return "-1,-1,0";
    return `${writeGeneral(x)},${writeGeneral(y)},${flags ? 1 : writeGeneral(c)}`;
  };
  return (picture, people) =>
    people.flatMap((person) => {
      convertPose(sources, person.joints, 3, true, joints);
      const points = Array.from(layout.joints, (_, j) => point(3 * j));
      if (points.every((text) => text === "-1,-1,0")) return [];
      const who = person.id === undefined ? "" : `,"track_id":${person.id}`;
      const score = writeGeneral(person.score);
      return [`{"image_id":${picture},"category_id":1,"keypoints":[${points}],"score":${score}${who}}`];
    });
}
