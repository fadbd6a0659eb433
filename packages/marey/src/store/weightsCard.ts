import { z } from "zod";

/** What imported weights are and where they came from; it stands beside them. */
export const weightsCardSchema = z.strictObject({
  name: z.string(),
  /** Safetensors file beside the card. */
  file: z
    .string()
    .regex(/^[\w.-]+\.safetensors$/, "expected the name of a .safetensors file without a folder"),
  /** For weights of the catalogue. */
  title: z.string().optional(),
  licence: z.string().optional(),
  source: z.strictObject({
    file: z.string(),
    format: z.string(),
    sha256: z.string(),
    /** The entry of the checkpoint that was taken, if one was named. */
    key: z.string().nullable(),
  }),
  tensors: z.int(),
  /** Numbers in all tensors. */
  parameters: z.int(),
});
/** What is known of weights without a network. */
export type WeightsCard = z.infer<typeof weightsCardSchema>;
