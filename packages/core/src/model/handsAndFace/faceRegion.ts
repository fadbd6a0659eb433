import type { Region } from "../../image/region.js";

/** Outer corners of the right and the left eye in the mesh. */
const [rightCorner, leftCorner] = [33, 263];

/**
 * The region of a face from its box and eyes (MediaPipe's face_detection_front_detection_to_roi): the eyes level, half as
 * large again as the box.
 *
 * @param box Left, top, right, bottom.
 * @param rightEye x, y of the person's right eye, which is left in the picture.
 */
export function regionOfBox(
  box: readonly [number, number, number, number],
  rightEye: ArrayLike<number>,
  leftEye: ArrayLike<number>,
): Region | undefined {
  const size = 1.5 * Math.max(box[2] - box[0], box[3] - box[1]);
  const rotation = Math.atan2(leftEye[1] - rightEye[1], leftEye[0] - rightEye[0]);
  if (!(size > 0 && size < Infinity && Number.isFinite(rotation))) return undefined;
  return { centre: [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2], size, rotation };
}

/**
 * The region of a face from its mesh in the picture before (MediaPipe's face_landmark_landmarks_to_roi): the outer corners
 * of the eyes level, half as large again as the mesh.
 *
 * @param mesh 468×3: x, y first.
 * @returns undefined when the points coincide or aren't finite.
 */
export function regionOfMesh(mesh: ArrayLike<number>): Region | undefined {
  const rotation = Math.atan2(
    mesh[3 * leftCorner + 1] - mesh[3 * rightCorner + 1],
    mesh[3 * leftCorner] - mesh[3 * rightCorner],
  );
  const [c, s] = [Math.cos(rotation), Math.sin(rotation)];
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < mesh.length; i += 3) {
    const u = c * mesh[i] + s * mesh[i + 1];
    const v = c * mesh[i + 1] - s * mesh[i];
    left = Math.min(left, u);
    right = Math.max(right, u);
    top = Math.min(top, v);
    bottom = Math.max(bottom, v);
  }
  const [u, v] = [(left + right) / 2, (top + bottom) / 2];
  const size = 1.5 * Math.max(right - left, bottom - top);
  if (!(size > 0 && size < Infinity)) return undefined;
  return { centre: [c * u - s * v, s * u + c * v], size, rotation };
}
