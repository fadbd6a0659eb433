import { rotationVectorToMatrix } from "../../array/rotation.js";
import type { BodyMotion } from "./bodyMotion.js";
import type { Figure } from "./figure.js";
import { hang, type Posture } from "./posture.js";
import { chain } from "./turns.js";

/** Where a motion has a figure's joints in a frame, and how they are turned. */
export function posedJoints(figure: Figure, motion: BodyMotion, frame: number, out: Posture): void {
  const { pose, translation } = motion;
  const local = new Float64Array(9);
  for (let j = 0; j < 24; j++) {
    const at = 72 * frame + 3 * j;
    rotationVectorToMatrix(pose.subarray(at, at + 3), local);
    const parent = figure.parents[j];
    if (parent >= 0) hang(figure, out, j, chain(out.rotations.subarray(9 * parent, 9 * parent + 9), local));
    else {
      out.rotations.set(local, 0);
      for (let k = 0; k < 3; k++) out.positions[k] = figure.rest[k] + translation[3 * frame + k];
    }
  }
}
