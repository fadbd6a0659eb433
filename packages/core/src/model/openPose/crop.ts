import { MareyError } from "../../error.js";
import type { Image } from "../../image/image.js";
import { warpAffine } from "../../image/warp.js";
import type { View } from "./augment.js";
import type { LabelledPerson } from "./trainingSet.js";

/**
 * Cuts a view out of a picture and writes it as the network wants it: blue, green, red, each `v/256 − 0.5`; black outside
 * the picture, as in inference.
 *
 * @param values 3×size×size within a batch, from `offset` on.
 * @param bytes size×size×3, overwritten.
 * @throws MareyError `IMAGE_SIZE` when the picture isn't RGB.
 */
export function cutPicture(
  image: Image,
  { matrix }: View,
  size: number,
  bytes: Uint8Array,
  values: Float32Array,
  offset: number,
): void {
  requireColour(image);
  writeNetPicture(warpAffine(image, matrix, size, size, bytes), values, offset);
}

/**
 * Writes a picture as the network wants it.
 *
 * @param values 3×height×width from `offset` on: blue, green, red, each `v/256 − 0.5`.
 * @throws MareyError `IMAGE_SIZE` when the picture isn't RGB.
 */
export function writeNetPicture(image: Image, values: Float32Array, offset: number): void {
  requireColour(image);
  const cells = image.width * image.height;
  for (let i = 0, p = 0; i < cells; i++, p += 3)
    for (let c = 0; c < 3; c++) values[offset + (2 - c) * cells + i] = image.data[p + c] / 256 - 0.5;
}

function requireColour({ channels }: Image): void {
  if (channels === 3) return;
  const what = `it has ${channels} channels, expected 3`;
  throw new MareyError("IMAGE_SIZE", "training picture", what, "Decode pictures to RGB");
}

/**
 * People as a view shows them; in the mirror, left joints become right ones.
 *
 * @param mirror J: each joint's left–right partner, or itself.
 * @returns P×J×3: x, y in crop pixels and 1; 0, 0, 0 where nothing is labelled.
 */
export function placePeople(
  people: readonly LabelledPerson[],
  { matrix: m, mirrored }: View,
  mirror: readonly number[],
): Float32Array {
  const joints = mirror.length;
  const placed = new Float32Array(people.length * joints * 3);
  const determinant = m[0] * m[4] - m[1] * m[3];
  people.forEach((person, p) => {
    for (let j = 0; j < joints; j++) {
      const from = j * 3;
      if (!(person.joints[from + 2] > 0)) continue;
      const x = person.joints[from] - m[2];
      const y = person.joints[from + 1] - m[5];
      const to = (p * joints + (mirrored ? mirror[j] : j)) * 3;
      placed[to] = (m[4] * x - m[1] * y) / determinant;
      placed[to + 1] = (m[0] * y - m[3] * x) / determinant;
      placed[to + 2] = 1;
    }
  });
  return placed;
}
