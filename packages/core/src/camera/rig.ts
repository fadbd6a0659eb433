import type { UpAxis } from "../motion/motion.js";
import type { Rig } from "./camera.js";

/**
 * A rig in a world whose `up` axis points up. (X, Y, Z) of the Z-up world is (Y, Z, X) of the Y-up one, as for motions
 * (`turnUp`), so points and cameras turned alike project to the same pixels.
 */
export function turnRig(rig: Rig, up: UpAxis): Rig {
  if (rig.up === up) return rig;
  const from = up === "y" ? [1, 2, 0] : [2, 0, 1];
  const cameras = rig.cameras.map((camera) => ({
    ...camera,
    rotation: camera.rotation.map((_, i) => camera.rotation[i - (i % 3) + from[i % 3]]),
  }));
  return { cameras, up };
}
