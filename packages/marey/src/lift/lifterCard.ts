import { z } from "zod";

/** What a lifter is and what it was measured to do. */
export const lifterCardSchema = z.strictObject({
  name: z.string(),
  title: z.string(),
  /** Safetensors file beside the card. */
  file: z
    .string()
    .regex(/^[\w.-]+\.safetensors$/, "expected the name of a .safetensors file without a folder"),
  sha256: z.string(),
  /** Frames that each layer joins. */
  filterWidths: z.array(z.int().positive()),
  channels: z.int().positive(),
  /** Hz of the motion that it was trained on. */
  frameRate: z.number().positive(),
  skeleton: z.literal("h36m17"),
  /** Keypoints on the screen as in the paper, or as a camera sees them that looks at the person. */
  input: z.enum(["screen", "canonical"]),
  licence: z.string(),
  data: z.string(),
  training: z.string(),
  accuracy: z.string(),
  works: z.string(),
  limits: z.string(),
});

export type LifterCard = z.infer<typeof lifterCardSchema>;
