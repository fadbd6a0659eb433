import type { Image } from "../../image/image.js";
import type { Region } from "../../image/region.js";
import type { Affine } from "../../image/warp.js";
import type { Network } from "../../seam/runtime.js";
import { regionOfMesh } from "./faceRegion.js";
import { type InputMemory, inputMemory, showRegion } from "./input.js";

/** Side of the mesh network's input, pixels. */
export const meshSide = 192;

/** Points of the mesh. */
export const meshPoints = 468;

/** A face as a mesh. */
export interface Face {
  /** Probability that the region shows a face, 0..1. */
  presence: number;
  /** 468×3: x, y in pixels, depth in pixels (towards the camera negative). */
  mesh: Float32Array;
  /** Where to look for it in the next picture. */
  next: Region | undefined;
}

/**
 * The mesh of the face in a region (Kartynnik et al., "Real-time Facial Surface Geometry from Monocular Video on Mobile
 * GPUs", 2019).
 *
 * @param network `facemesh`: float32 NHWC 0..1 in; `output_mesh` 468 × x, y, z in input pixels, `output_faceflag` out.
 */
export async function placeFace(
  network: Network,
  image: Image,
  region: Region,
  memory: InputMemory = inputMemory(),
): Promise<Face> {
  const { tensor, toPicture } = showRegion(image, region, meshSide, "unit", memory);
  const outputs = await network.run({ [network.inputs[0]]: tensor }, ["output_mesh", "output_faceflag"]);
  const floats = (name: string) => outputs[name].data as Float32Array;
  return decodeFace(floats("output_mesh"), floats("output_faceflag")[0], toPicture);
}

/**
 * Reads the mesh network's outputs.
 *
 * @param raw [468, 3]: x, y, z in input pixels.
 * @param flag Probability that a face is there.
 * @param toPicture Takes pixels of the input to pixels of the picture.
 */
export function decodeFace(raw: ArrayLike<number>, flag: number, toPicture: Affine): Face {
  const mesh = new Float32Array(3 * meshPoints);
  const scale = Math.hypot(toPicture[0], toPicture[3]);
  for (let i = 0; i < mesh.length; i += 3) {
    const [x, y] = [raw[i] - 0.5, raw[i + 1] - 0.5];
    mesh[i] = toPicture[0] * x + toPicture[1] * y + toPicture[2];
    mesh[i + 1] = toPicture[3] * x + toPicture[4] * y + toPicture[5];
    mesh[i + 2] = raw[i + 2] * scale;
  }
  return { presence: flag, mesh, next: regionOfMesh(mesh) };
}
