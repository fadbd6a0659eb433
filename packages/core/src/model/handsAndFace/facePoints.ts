/**
 * Which point of the mesh is which of the 68 of iBUG and 300W: jaw, brows, nose, right eye, left eye, outer lips, inner
 * lips. The usual correspondence, with the choice among neighbours by the annotated faces of 300W and WFLW samples (mean
 * distance 5.1 % of the distance between the outer corners of the eyes, against 5.7 % of the list in circulation).
 */
const meshOf68: readonly number[] = [
  ...[162, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 389],
  ...[70, 63, 105, 66, 107],
  ...[336, 296, 334, 293, 300],
  ...[168, 197, 5, 4],
  ...[64, 60, 2, 290, 294],
  ...[33, 160, 157, 133, 153, 163],
  ...[362, 384, 387, 263, 390, 380],
  ...[61, 39, 37, 0, 267, 269, 291, 321, 314, 17, 84, 91],
  ...[78, 81, 13, 311, 308, 402, 14, 178],
];

/** Points of a face in files and skeletons: the 68 of iBUG, or OpenPose's 70 with the pupils. */
export type FacePointCount = 68 | 70;

/**
 * The 68 or 70 points of a face from its mesh. The mesh has no pupils: the 70's are missing unless given.
 *
 * @param mesh 468×3: x, y first.
 * @param confidence Of every point, 0..1.
 * @param pupils The right and the left one: x, y each, pixels.
 * @param out count×3: x, y, confidence; NaN, NaN, 0 where missing; from `to` on.
 */
export function facePoints(
  mesh: ArrayLike<number>,
  count: FacePointCount,
  confidence: number,
  pupils: ArrayLike<number> | undefined,
  out: Float32Array,
  to = 0,
): void {
  for (let i = 0; i < count; i++) {
    const o = to + 3 * i;
    const pupil = 2 * (i - meshOf68.length);
    out[o] = pupil < 0 ? mesh[3 * meshOf68[i]] : (pupils?.[pupil] ?? NaN);
    out[o + 1] = pupil < 0 ? mesh[3 * meshOf68[i] + 1] : (pupils?.[pupil + 1] ?? NaN);
    out[o + 2] = Number.isNaN(out[o]) ? 0 : confidence;
  }
}
