import type { Camera } from "../../camera/camera.js";
import type { Image } from "../../image/image.js";
import type { Channels } from "../render/shot.js";

/**
 * A labelled picture, as networks are trained on: a crop around one person (`people[0]`) or a whole picture, rendered in
 * the studio or cut out of one on disk. J joints of the network's layout. What isn't known is absent, or NaN.
 */
export interface Sample {
  /** RGB, of the network's size. */
  image: Image;
  /** Whom the crop is about comes first, then all others of whom something is labelled. */
  people: SamplePerson[];
  /** J: whether the joint would be labelled here if it were seen; a data set may lack feet. */
  known: readonly boolean[];
  /** H×W, 0 where people are whom nobody labelled, else 1; absent: there are none. */
  mask?: Uint8Array;
  /** What took the picture, where that is known. */
  camera?: Camera;
  /** Labels of each pixel (depth, people, parts, IUV …), where they were asked for. */
  channels?: Channels;
  /** Where it comes from, so that errors can name it: `studio 17/3`, or a file. */
  source: string;
}

/** Somebody in a sample. */
export interface SamplePerson {
  /**
   * J×3: x, y in pixels (the centre of the top-left one is 0, 0) and visibility as COCO counts it: 0 not labelled or
   * outside the picture, 1 hidden, 2 visible. x and y are NaN where not labelled; those of a joint outside the picture may
   * be known.
   */
  keypoints: Float32Array;
  /** Left, top, right, bottom, pixels; of what is in the picture. */
  box: readonly [left: number, top: number, right: number, bottom: number];
  /** Pixels that show the person; for annotations without an outline, as large as COCO's evaluation takes it. */
  area: number;
  /** J×3, m, in the camera's frame (x right, y down, z forward). */
  joints3d?: Float32Array;
  /** The body's shape and pose in the camera's frame. */
  body?: SampleBody;
}

/** Coefficients with which the body's skinner gives the person in the camera's frame. */
export interface SampleBody {
  /** S. */
  betas: Float32Array;
  /** 24×3 rotation vectors, the root's relative to the camera. */
  pose: Float32Array;
  /** m, added last. */
  translation: Float32Array;
  /** Where the root joint is at rest in this shape, m: it turns about it. */
  root: Float32Array;
}
