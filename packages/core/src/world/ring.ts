import type { Camera, Rig } from "../camera/camera.js";

export interface RingOptions {
  cameras: number;
  /** Metres from the middle, and above the floor. */
  radius: number;
  height: number;
  /** Height of the point that all look at, metres. */
  aim: number;
  /** Size of the pictures and focal length, pixels. */
  width: number;
  pictureHeight: number;
  focal: number;
}

export const RING: RingOptions = {
  cameras: 4,
  radius: 5,
  height: 1.8,
  aim: 0.95,
  width: 1920,
  pictureHeight: 1080,
  focal: 1400,
};

/** Cameras on a circle that look at its middle, named cam01, cam02 …; z points up from the floor. */
export function ringRig(options: Partial<RingOptions> = {}): Rig {
  const { cameras, radius, height, aim, width, pictureHeight, focal } = { ...RING, ...options };
  const slant = Math.hypot(radius, height - aim);
  const [level, drop] = [radius / slant, (height - aim) / slant];
  return {
    up: "z",
    cameras: Array.from({ length: cameras }, (_, v): Camera => {
      const angle = (2 * Math.PI * v) / cameras + 0.3;
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      return {
        name: `cam${String(v + 1).padStart(2, "0")}`,
        width,
        height: pictureHeight,
        fx: focal,
        fy: focal,
        cx: (width - 1) / 2,
        cy: (pictureHeight - 1) / 2,
        distortion: [],
        // Rows: right, down and forward of the picture in the world.
        rotation: Float64Array.of(-s, c, 0, drop * c, drop * s, -level, -level * c, -level * s, -drop),
        translation: Float64Array.of(0, height * level - radius * drop, radius * level + height * drop),
      };
    }),
  };
}
