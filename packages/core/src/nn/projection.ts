import { add, div, mul } from "../graph/elementwise.js";
import { concat, slice, unsqueeze } from "../graph/movement.js";
import { constant, type Node } from "../graph/node.js";

/** A camera's scale [batch, 1, 1] and shift [batch, 1, 2]. */
function scaleAndShift(camera: Node): [Node, Node] {
  const each = unsqueeze(camera, 1);
  return [slice(each, 2, 0, 1), slice(each, 2, 1, 3)];
}

/**
 * Weak perspective (HMR, Kanazawa et al. 2018): s · (xy + t).
 *
 * @param points [batch, joint, 3]
 * @param camera [batch, 3]: s, tx, ty.
 * @returns [batch, joint, 2], −1…1 across the crop.
 */
export function weakPerspective(points: Node, camera: Node): Node {
  const [scale, shift] = scaleAndShift(camera);
  return mul(add(slice(points, 2, 0, 2), shift), scale);
}

export interface CropCamera {
  /** Pixels. */
  focalLength: number;
  /** Width and height of the crop, pixels. */
  resolution: number;
}

/** What SPIN and VIBE assume of the crops they look at. */
export const CROP_CAMERA: CropCamera = { focalLength: 5000, resolution: 224 };

/**
 * The perspective projection for which a weak-perspective camera stands (SPIN, Kolotouros et al. 2019; VIBE): the body
 * is moved to depth 2 f / (resolution · s), from where a camera of focal length f sees it at scale s.
 *
 * @param points [batch, joint, 3], metres.
 * @param camera [batch, 3]: s, tx, ty.
 * @returns [batch, joint, 2], −1…1 across the crop.
 */
export function weakPerspectiveToFull(points: Node, camera: Node, crop: CropCamera = CROP_CAMERA): Node {
  const { focalLength, resolution } = crop;
  const [scale, shift] = scaleAndShift(camera);
  const depth = div(constant(2 * focalLength), add(mul(scale, resolution), 1e-9));
  const moved = add(points, concat([shift, depth], 2));
  return div(mul(slice(moved, 2, 0, 2), (2 * focalLength) / resolution), slice(moved, 2, 2, 3));
}
