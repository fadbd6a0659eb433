import type { Random } from "../../array/random.js";
import type { Rig } from "../../camera/camera.js";
import { turnRig } from "../../camera/rig.js";
import { ringRig } from "../ring.js";

export interface CameraOptions {
  cameras: number;
  /** Of the pictures, pixels. */
  width: number;
  height: number;
  /** Metres from the middle that all cameras shall see, on the floor and up to a person's height. */
  reach: number;
  /** Lenses that bend straight lines, as real ones do. */
  distorted: boolean;
}

/** Cameras around the middle, at heights and distances that the random numbers decide; Y up. */
export function drawCameras(chance: Random, options: CameraOptions): Rig {
  const { cameras, width, height, reach, distorted } = options;
  const rise = chance.uniform(1.1, 2.3);
  const radius = reach + chance.uniform(2.2, 4);
  // So much must fit: a person of two metres at the near edge, and the circle from side to side.
  const focal = Math.min((0.46 * height * radius) / 1.25, (0.48 * width * radius) / reach);
  const rig = turnRig(
    ringRig({ cameras, radius, height: rise, aim: 0.95, width, pictureHeight: height, focal }),
    "y",
  );
  return {
    ...rig,
    cameras: rig.cameras.map((camera) => {
      const zoom = chance.uniform(0.97, 1.03);
      const distortion = distorted
        ? [
            chance.uniform(-0.16, 0.02),
            chance.uniform(-0.01, 0.04),
            chance.normal(0, 5e-4),
            chance.normal(0, 5e-4),
          ]
        : [];
      return { ...camera, fx: camera.fx * zoom, fy: camera.fy * zoom, distortion };
    }),
  };
}
