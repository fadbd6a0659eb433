import type { Camera } from "../../camera/camera.js";
import type { Image } from "../../image/image.js";
import type { Rgb, Surface } from "./surface.js";

/** Three numbers: a point or a direction in the world, or a light's strength in red, green and blue (linear). */
export type Triple = readonly [number, number, number];

/** Light from far away, with shadows. */
export interface Sun {
  /** Towards the sun; any length. */
  direction: Triple;
  /** Strength: 1 makes a white surface that faces it white. */
  colour: Triple;
  /** Angle under which the light is seen, radians: shadows blur by it times their distance. Default 0.04. */
  size?: number;
}

/** Light from all around: one colour from above, another from below, mixed by the surface's slope. */
export interface Sky {
  /** The world's up; default (0, 1, 0). */
  up?: Triple;
  above: Triple;
  below: Triple;
  /** How much what stands overhead darkens the light from above, 0…1: contact shadows. Default 0.7. */
  occlusion?: number;
}

/** A lamp; casts no shadow. */
export interface Lamp {
  position: Triple;
  /** Strength at one metre; falls with the square of the distance. */
  colour: Triple;
}

/** All lights of a scene. */
export interface Lights {
  sky: Sky;
  sun?: Sun;
  lamps?: readonly Lamp[];
}

/** What a camera sees in one frame. */
export interface Shot {
  surfaces: readonly Surface[];
  /** Pinhole part only: distortion is left to a pass over the finished picture. Its size must be the renderer's. */
  camera: Camera;
  /** The camera in the next frame, for optical flow; absent: it stands still. */
  laterCamera?: Camera;
  lights: Lights;
  /**
   * Shots with the same record here show the same surfaces, unchanged, in the same light, from different sides: a renderer
   * makes normals and shadows once for those that follow each other. Absent: it makes them for each.
   */
  moment?: object;
  /** Shown where nothing stands: a picture of the frame's size (RGB), or a colour; default black. */
  background?: Image | Rgb;
}

/**
 * Where a frame goes; channels that are absent aren't drawn. Every label is that of the ray through the pixel's centre,
 * so they agree with one another and never blend; colour alone is smoothed at edges.
 */
export interface Channels {
  /** H×W×3, sRGB. */
  colour?: Uint8Array;
  /** H×W, metres along the optical axis; 0 where nothing is. */
  depth?: Float32Array;
  /** H×W, `Surface.person`; 0 where nobody is. */
  person?: Uint8Array;
  /** H×W, `Surface.part` + 1 of the nearest corner of the triangle; 0 where there is none. */
  part?: Uint8Array;
  /** H×W×3: part as in `part`, and u, v on the body's skin, 0…1; all 0 where `Surface.skin` is absent. */
  iuv?: Float32Array;
  /** H×W×3, unit smooth normals in the camera's frame (x right, y down, z forward); 0 where nothing is. */
  normal?: Float32Array;
  /** H×W×2, pixels that the surface point moves until the next frame (x, y); 0 where nothing is. */
  flow?: Float32Array;
}

/** Room for all channels of a frame. */
export function frameChannels(width: number, height: number): Required<Channels> {
  const pixels = width * height;
  return {
    colour: new Uint8Array(3 * pixels),
    depth: new Float32Array(pixels),
    person: new Uint8Array(pixels),
    part: new Uint8Array(pixels),
    iuv: new Float32Array(3 * pixels),
    normal: new Float32Array(3 * pixels),
    flow: new Float32Array(2 * pixels),
  };
}
