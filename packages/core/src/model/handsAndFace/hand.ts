import type { Image } from "../../image/image.js";
import type { Region } from "../../image/region.js";
import type { Affine } from "../../image/warp.js";
import type { Network } from "../../seam/runtime.js";
import { regionOfHand } from "./handRegion.js";
import { type InputMemory, inputMemory, showRegion } from "./input.js";

/** Side of the hand network's input, pixels. */
export const handSide = 224;

/** Joints of a hand: the wrist, then four of each finger from thumb to little finger. */
export const handJoints = 21;

/** A hand with joints in the picture and in space. */
export interface Hand {
  /** Probability that the region shows a hand, 0..1. */
  presence: number;
  /** Probability that it is a right one, 0..1. */
  right: number;
  /** 21×3: x, y in pixels, depth from the wrist in pixels (towards the camera negative). */
  points: Float32Array;
  /** 21×3, metres from about the hand's middle; the camera's axes. */
  world: Float32Array;
  /** Where to look for it in the next picture. */
  next: Region | undefined;
}

/** Outputs of the hand network. */
export interface HandOutputs {
  /** [21, 3]: x, y, z in input pixels. */
  points: ArrayLike<number>;
  /** [21, 3]: metres. */
  world: ArrayLike<number>;
  presence: number;
  /** Probability that it is a right hand, in a picture that isn't mirrored. */
  right: number;
}

/**
 * The 21 joints of the hand in a region, by `handlandmark-full` or `-lite` (Zhang et al., "MediaPipe Hands", 2020).
 *
 * @param network float32 NHWC 0..1 in; `Identity` points, `Identity_1` presence, `Identity_2` handedness, `Identity_3`
 *   metres out.
 */
export async function placeHand(
  network: Network,
  image: Image,
  region: Region,
  memory: InputMemory = inputMemory(),
): Promise<Hand> {
  const { tensor, toPicture } = showRegion(image, region, handSide, "unit", memory);
  const outputs = await network.run({ [network.inputs[0]]: tensor });
  const floats = (name: string) => outputs[name].data as Float32Array;
  return decodeHand(
    {
      points: floats("Identity"),
      world: floats("Identity_3"),
      presence: floats("Identity_1")[0],
      right: floats("Identity_2")[0],
    },
    toPicture,
  );
}

/** Reads the hand network's outputs. @param toPicture Takes pixels of the input to pixels of the picture. */
export function decodeHand({ points: raw, world, presence, right }: HandOutputs, toPicture: Affine): Hand {
  const points = new Float32Array(3 * handJoints);
  const metric = new Float32Array(3 * handJoints);
  const scale = Math.hypot(toPicture[0], toPicture[3]);
  const [c, s] = [toPicture[0] / scale, toPicture[3] / scale];
  for (let i = 0; i < points.length; i += 3) {
    const [x, y] = [raw[i] - 0.5, raw[i + 1] - 0.5];
    points[i] = toPicture[0] * x + toPicture[1] * y + toPicture[2];
    points[i + 1] = toPicture[3] * x + toPicture[4] * y + toPicture[5];
    points[i + 2] = raw[i + 2] * scale;
    metric[i] = c * world[i] - s * world[i + 1];
    metric[i + 1] = s * world[i] + c * world[i + 1];
    metric[i + 2] = world[i + 2];
  }
  return { presence, right, points, world: metric, next: regionOfHand(points) };
}
