import type { Image } from "@marey/core/image";
import { extent } from "@marey/core/metric";
import { type Followed, sureJoint } from "@marey/core/model/moveNet";

/** No joint moves by more than this share of the body's extent from picture to picture. */
const still = 0.004;
/** Mean difference of the colours at the joints up to which the picture shows the same there, of 255. */
const alike = 16;

/**
 * Whether somebody may be carried on without a look: looked at in the picture before without doubt, hardly moving, and
 * the picture shows the same colours at the joints. Bystanders and pauses; every other picture is looked at still.
 *
 * @param expected J×3: where the joints should be in this picture.
 */
export function mayRest(
  { rested, doubtful, velocity, colours }: Followed,
  expected: Float32Array,
  image: Image,
): boolean {
  // Whoever was seen once has a velocity of exactly 0: it isn't known yet.
  if (rested || doubtful || !colours || velocity.every((step) => step === 0)) return false;
  const [left, top, right, bottom] = extent(expected, sureJoint);
  const limit = still * Math.hypot(right - left, bottom - top);
  for (let j = 0; j < velocity.length; j += 2) {
    const sure = (expected[(j / 2) * 3 + 2] as number) > sureJoint;
    if (sure && Math.hypot(velocity[j] as number, velocity[j + 1] as number) > limit) return false;
  }
  return limit > 0 && difference(colours, coloursAt(image, expected)) <= alike;
}

/** J×channels: what the picture shows at the joints; 0 outside. */
export function coloursAt({ width, height, channels, data }: Image, joints: Float32Array): Uint8Array {
  const colours = new Uint8Array((joints.length / 3) * channels);
  for (let j = 0; j < joints.length / 3; j++) {
    const x = Math.round(joints[3 * j] as number);
    const y = Math.round(joints[3 * j + 1] as number);
    if (!(x >= 0 && y >= 0 && x < width && y < height)) continue;
    const at = (y * width + x) * channels;
    colours.set(data.subarray(at, at + channels), j * channels);
  }
  return colours;
}

function difference(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs((a[i] as number) - (b[i] as number));
  return sum / a.length;
}
