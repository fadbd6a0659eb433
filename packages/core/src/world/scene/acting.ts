import type { BodySkinner } from "../../body/skinning.js";
import type { Actor } from "./actor.js";

/** Room for a posed body. */
export interface PosedRoom {
  /** V×3, m: the skin. */
  vertices: Float32Array;
  /** J×3, m. */
  joints: Float64Array;
  /** J×3 rotation vectors. */
  pose: Float32Array;
  /** Where the body's origin is, m. */
  translation: Float64Array;
}

/**
 * Poses an actor's bare body in a frame; past the motion's end it stays as it is. Allocates nothing.
 *
 * @param skinner In the actor's shape.
 * @param out Receives the body.
 */
export function poseActor(
  skinner: BodySkinner,
  { motion, look }: Actor,
  frame: number,
  out: PosedRoom,
): void {
  const { vertices, joints, pose, translation } = out;
  const t = Math.min(motion.frames - 1, Math.max(0, frame));
  pose.set(motion.pose.subarray(pose.length * t, pose.length * (t + 1)));
  for (let c = 0; c < 3; c++) translation[c] = motion.translation[3 * t + c];
  // Motions are made for bare feet.
  translation[1] += look.outfit.shoes.height;
  skinner.pose(pose, translation, vertices, joints);
}
