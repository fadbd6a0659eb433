import { MareyError } from "@marey/core";
import { z } from "zod";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "expected 64 hexadecimal digits");
const size = z.int().positive();

/** What a network is and how it is spoken to: all that the code knows of it, so that others can be added as data. */
export const cardSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "expected small letters, digits and hyphens"),
  title: z.string(),
  /** ONNX file beside the card. */
  file: z.string().regex(/^[\w.-]+\.onnx$/, "expected the name of an .onnx file without a folder"),
  source: z.strictObject({
    /** npm package and version that hold the weights, and the model's path in it. */
    package: z.string(),
    version: z.string(),
    model: z.string(),
    /** Digest of each source file by its path. */
    sha256: z.record(z.string(), sha256),
  }),
  author: z.string(),
  /** SPDX name. */
  licence: z.string(),
  input: z.strictObject({
    name: z.string(),
    type: z.enum(["float32", "int32", "uint8"]),
    layout: z.enum(["NHWC", "NCHW"]),
    colour: z.enum(["RGB", "BGR"]),
    /** Pixels; null where any size that `multipleOf` divides will do. */
    height: size.nullable(),
    width: size.nullable(),
    multipleOf: size.optional(),
    /** What the network gets is byte · scale + offset. */
    scale: z.number(),
    offset: z.number(),
  }),
  outputs: z.array(z.strictObject({ name: z.string(), shape: z.array(size), meaning: z.string() })).min(1),
  /** The decoder that reads the outputs. */
  codec: z.string(),
  /** The joints that it gives, if it gives joints. */
  skeleton: z.string().nullable(),
  /** Where it works, and what it can't do. */
  works: z.string(),
  limits: z.string(),
});

export type Card = z.infer<typeof cardSchema>;

/**
 * Checks a card that comes from outside.
 *
 * @throws MareyError `CARD_INVALID` naming the field.
 */
export function readCard(data: unknown, name: string): Card {
  const result = cardSchema.safeParse(data);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new MareyError(
    "CARD_INVALID",
    name,
    `${issue!.path.join(".") || "the card"}: ${issue!.message}`,
    "Correct this field of the card",
  );
}
