import type { Image } from "../../image/image.js";
import type { Region } from "../../image/region.js";
import type { Network } from "../../seam/runtime.js";
import { type InputMemory, inputMemory, showRegion } from "./input.js";

/** Side of the iris network's input, pixels. */
const irisSide = 64;

/** Corners of the person's right and left eye in the mesh, outer and inner, and how large an eye is shown. */
const corners = [
  [33, 133],
  [263, 362],
] as const;
const enlarged = 2.3;
/** Eyes shown smaller than this, pixels of the picture, have no pupil to see. */
const smallest = 16;

/** Points of the eye's contour in the output, before the five of the iris, whose first is the pupil. */
const contour = 71;

/**
 * The pupils of a face (Ablavatski et al., "Real-time Pupil Tracking from Monocular Video for Digital Puppetry", 2020).
 *
 * @param network `iris`: float32 NHWC 0..1 [1, 64, 64, 3] in; 71 points of the eye's contour and 5 of the iris out. It
 *   was made for left eyes and is shown right ones mirrored.
 * @param mesh 468×3, pixels of `image`.
 * @returns x, y of the right and the left pupil, pixels; NaN for eyes too small to tell.
 */
export async function placePupils(
  network: Network,
  image: Image,
  mesh: ArrayLike<number>,
  memory: InputMemory = inputMemory(),
): Promise<Float32Array> {
  const pupils = new Float32Array(4).fill(NaN);
  for (const side of [0, 1] as const) {
    const region = regionOfEye(mesh, side);
    if (!region) continue;
    const { tensor, toPicture: m } = showRegion(image, region, irisSide, "unit", memory);
    const mirrored = side === 0;
    if (mirrored) mirrorColumns(tensor.data as Float32Array);
    const outputs = await network.run({ [network.inputs[0]]: tensor });
    const points = outputs[network.outputs[0]].data as Float32Array;
    const u = (mirrored ? irisSide - points[3 * contour] : points[3 * contour]) - 0.5;
    const v = points[3 * contour + 1] - 0.5;
    pupils[2 * side] = m[0] * u + m[1] * v + m[2];
    pupils[2 * side + 1] = m[3] * u + m[4] * v + m[5];
  }
  return pupils;
}

/** The square around an eye, its corners level, the person's right eye at 0. */
function regionOfEye(mesh: ArrayLike<number>, side: 0 | 1): Region | undefined {
  const [outer, inner] = corners[side];
  const [left, right] = side === 0 ? [outer, inner] : [inner, outer];
  const dx = mesh[3 * right] - mesh[3 * left];
  const dy = mesh[3 * right + 1] - mesh[3 * left + 1];
  const size = enlarged * Math.hypot(dx, dy);
  if (!(size >= smallest && size < Infinity)) return undefined;
  const centre = [mesh[3 * left] + dx / 2, mesh[3 * left + 1] + dy / 2] as const;
  return { centre, size, rotation: Math.atan2(dy, dx) };
}

function mirrorColumns(values: Float32Array): void {
  for (let row = 0; row < irisSide; row++)
    for (let left = 0; left < irisSide / 2; left++)
      for (let k = 0; k < 3; k++) {
        const a = 3 * (row * irisSide + left) + k;
        const b = 3 * (row * irisSide + irisSide - 1 - left) + k;
        [values[a], values[b]] = [values[b], values[a]];
      }
}
