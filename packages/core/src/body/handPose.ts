import { fieldsOf } from "./fields.js";
import { badFile, denseOf } from "./fileValue.js";

/** The usual poses of a hand: its mean and principal components, over D = 45 numbers of 15 joints. */
export interface HandSpace {
  /** D, axis-angle. */
  mean: Float32Array;
  /** D×D, a component a row, the most telling first. */
  components: Float32Array;
}

const KEYS = {
  left: ["hands_meanl", "hands_componentsl"],
  right: ["hands_meanr", "hands_componentsr"],
  /** A MANO file has one hand. */
  only: ["hands_mean", "hands_components"],
} as const;

/**
 * Reads the space of hand poses of an SMPL-H, SMPL-X or MANO file (Romero et al. 2017).
 *
 * @throws MareyError `BODY_FILE` for a file without that hand, or whose arrays don't fit each other; as `readBody`.
 */
export function readHandSpace(bytes: Uint8Array, side: keyof typeof KEYS, name = "body"): HandSpace {
  const fields = fieldsOf(bytes, name);
  const [mean, components] = KEYS[side].map((key) => denseOf(fields(key), `${name}, key "${key}"`));
  const size = mean.data.length;
  if (components.shape.length !== 2 || components.shape[1] !== size)
    throw badFile(`${name}, key "${KEYS[side][1]}"`, `is [${components.shape}], expected any × ${size}`);
  return { mean: Float32Array.from(mean.data), components: Float32Array.from(components.data) };
}

/**
 * The pose of a hand, axis-angle of its 15 joints: mean + Σ coefficient · component.
 *
 * @param flat Leaves out the mean, as for parameters that were fitted with a flat mean hand.
 */
export function handPose(
  { mean, components }: HandSpace,
  coefficients: ArrayLike<number>,
  flat = false,
): Float64Array {
  const out = flat ? new Float64Array(mean.length) : Float64Array.from(mean);
  for (let k = 0; k < coefficients.length; k++)
    for (let i = 0; i < out.length; i++) out[i] += coefficients[k] * components[k * out.length + i];
  return out;
}
