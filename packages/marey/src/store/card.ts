import { MareyError } from "@marey/core";
import { findSkeleton, type Skeleton, skeleton, skeletons } from "@marey/core/skeleton";
import { z } from "zod";
import { codecSchema } from "./cardCodec.js";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "expected 64 hexadecimal digits");
const size = z.int().positive();
/** One number for all channels, or one each in the network's order. */
const perChannel = z.union([z.number(), z.tuple([z.number(), z.number(), z.number()])]);

const inputSchema = z.strictObject({
  name: z.string(),
  type: z.enum(["float32", "int32", "uint8"]),
  layout: z.enum(["NHWC", "NCHW"]),
  colour: z.enum(["RGB", "BGR"]),
  /** Pixels; null where any size that `multipleOf` divides will do. */
  height: size.nullable(),
  width: size.nullable(),
  multipleOf: size.optional(),
  /** Longer side at which a picture is shown where the size is free, pixels. */
  longerSide: size.default(320),
  /** How a picture is brought to the size: kept in proportion, in the middle or the top left corner, or stretched. */
  fit: z.enum(["centre", "corner", "stretch"]).default("centre"),
  /** Grey level of what the picture doesn't cover. */
  fill: z.int().min(0).max(255).default(0),
  /** What the network gets is byte · scale + offset. */
  scale: perChannel.default(1),
  offset: perChannel.default(0),
  /** The same in other words: (byte − mean) / deviation. */
  mean: perChannel.optional(),
  deviation: perChannel.optional(),
});

/** A skeleton that no layout of ours is: names in the order of the network, the rest as far as it is known. */
const ownSkeleton = z.strictObject({
  name: z.string(),
  joints: z.array(z.string()).min(1),
  /** Parent of each joint by index, −1 for a root. */
  parents: z.array(z.int().min(-1)).optional(),
  /** OKS constants; 0.079, a shoulder's, when absent. */
  sigmas: z.array(z.number().positive()).optional(),
  /** Limbs to draw, pairs of joint indices; the parents' when absent. */
  edges: z.array(z.tuple([z.int().nonnegative(), z.int().nonnegative()])).optional(),
});

/** What a network is and how it is spoken to: all that the code knows of it, so that others can be added as data. */
export const cardSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "expected small letters, digits and hyphens"),
  title: z.string().default(""),
  /** ONNX file beside the card. */
  file: z.string().regex(/^[\w.-]+\.onnx$/, "expected the name of an .onnx file without a folder"),
  source: z
    .strictObject({
      /** npm package and version that hold the weights, and the model's path in it; or the address they come from. */
      package: z.string().optional(),
      version: z.string().optional(),
      model: z.string().optional(),
      url: z.string().optional(),
      /** Digest of each source file by its path. */
      sha256: z.record(z.string(), sha256).default({}),
    })
    .default({ sha256: {} }),
  author: z.string().default("unknown"),
  /** SPDX name. */
  licence: z.string().default("unknown"),
  input: inputSchema,
  /** Sizes of outputs, null for a free one; those that are given are checked when the network runs. */
  outputs: z
    .array(
      z.strictObject({ name: z.string(), shape: z.array(size.nullable()), meaning: z.string().default("") }),
    )
    .default([]),
  /** The decoder that reads the outputs. */
  codec: codecSchema,
  /** For networks that look at one person at a time; the others look at the whole picture. */
  crop: z
    .strictObject({
      /** Size relative to the person's box. */
      margin: z.number().positive().default(1.25),
      /** Measure the box in pixel steps (UDP) instead of pixels. */
      unbiased: z.boolean().default(false),
      /** Turn the crop as the person, hand or face is turned. */
      turned: z.boolean().default(false),
      /** Network that finds whom to look at, unless another is named. */
      finder: z.string().default("movenet-multipose"),
    })
    .optional(),
  /** The joints that it gives, if it gives joints: a layout's name, or a layout of its own. */
  skeleton: z.union([z.string(), ownSkeleton]).nullable(),
  /** Where it works, and what it can't do. */
  works: z.string().default(""),
  limits: z.string().default(""),
});

/** What Marey knows of a network: its input, how people are read from its outputs, where it comes from. */
export type Card = z.infer<typeof cardSchema>;

/**
 * Checks a card that comes from outside, and fills in what it leaves out.
 *
 * @throws MareyError `CARD_INVALID` naming the field.
 */
export function readCard(data: unknown, name: string): Card {
  const result = cardSchema.safeParse(data);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw invalid(name, issue!.path.join(".") || "the card", issue!.message);
}

/**
 * The joints that a card's network gives, undefined when it gives none.
 *
 * @throws MareyError `CARD_INVALID` for a layout that there isn't, or one of its own that doesn't hold together.
 */
export function cardSkeleton(card: Card): Skeleton | undefined {
  const where = `card "${card.name}"`;
  if (card.skeleton === null) return undefined;
  if (typeof card.skeleton === "string") {
    const known = findSkeleton(card.skeleton);
    if (known) return known;
    const names = skeletons.map(({ name }) => name).join(", ");
    throw invalid(where, "skeleton", `there is no layout "${card.skeleton}", only ${names}`);
  }
  const { name, joints, parents = [], sigmas = [], edges } = card.skeleton;
  for (const [field, list] of Object.entries({ parents, sigmas }))
    if (list.length > 0 && list.length !== joints.length)
      throw invalid(where, `skeleton.${field}`, `${list.length} for ${joints.length} joints`);
  const named = (j: number, field: string) => {
    const joint = joints[j];
    if (joint === undefined)
      throw invalid(where, field, `there is no joint ${j}, the last is ${joints.length - 1}`);
    return joint;
  };
  const parentOf = (j: number) => ((parents[j] ?? -1) < 0 ? null : named(parents[j]!, "skeleton.parents"));
  return skeleton(
    name,
    joints.map((joint, j) => [joint, parentOf(j), sigmas[j] ?? 0.079]),
    edges?.map(([a, b]) => [named(a, "skeleton.edges"), named(b, "skeleton.edges")]),
  );
}

const invalid = (where: string, field: string, what: string) =>
  new MareyError("CARD_INVALID", where, `${field}: ${what}`, "Correct this field of the card");
