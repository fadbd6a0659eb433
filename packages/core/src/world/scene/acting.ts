import type { BodySkinner } from "../../body/skinning.js";
import type { Actor } from "./actor.js";

/**
 * Poses an actor's bare body in a frame; past the motion's end it stays as it is. Allocates nothing.
 *
 * @param skinner In the actor's shape.
 * @param vertices V×3, m, receives the skin; @param joints J×3, m.
 * @param translation Receives where the body's origin is, m.
 */
export function poseActor(
  skinner: BodySkinner,
  { motion: { pose, translation, frames }, look }: Actor,
  frame: number,
  vertices: Float32Array,
  joints: Float64Array,
  place: Float64Array,
): void {
  const t = Math.min(frames - 1, Math.max(0, frame));
  for (let c = 0; c < 3; c++) place[c] = translation[3 * t + c];
  // Motions are made for bare feet.
  place[1] += look.outfit.shoes.height;
  skinner.pose(pose.subarray(72 * t, 72 * t + 72), place, vertices, joints);
}
