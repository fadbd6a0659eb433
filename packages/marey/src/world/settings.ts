import { dirname, resolve } from "node:path";
import { MareyError } from "@marey/core";
import { readJson } from "@marey/core/format";
import type { Act } from "@marey/core/world";
import { z } from "zod";
import { readWhole } from "../files/index.js";
import { actSchema } from "./act.js";

/** What of each frame is written: the videos, and labels as pictures. */
export const worldChannels = ["colour", "depth", "person", "part", "iuv", "normal", "flow"] as const;
export type WorldChannel = (typeof worldChannels)[number];

/** Everything that decides what is rendered: the same settings give the same bytes. */
export interface WorldSettings {
  people: number;
  cameras: number;
  seconds: number;
  fps: number;
  width: number;
  height: number;
  seed: number;
  /** Motion files, or folders of them, to take motions from. */
  motion: readonly string[];
  /** A folder of photographs to stand before. */
  backgrounds?: string;
  /** Cameras in hands instead of on tripods. */
  handHeld: boolean;
  channels: readonly WorldChannel[];
  /** What the first people do; what is left out is drawn. */
  acts: readonly Act[];
}

const size = z
  .string()
  .regex(/^\d{2,4}x\d{2,4}$/, "expected WIDTHxHEIGHT in pixels, such as 1280x720")
  .refine(
    (text) => text.split("x").every((side) => Number(side) >= LEAST_SIDE),
    "a side has 32 pixels at least",
  );
const LEAST_SIDE = 32;

/** A scene as its file states it: the command's options under their names, and `acts`. All may be left out. */
const sceneSchema = z.strictObject({
  people: z.number().int().min(1).max(50),
  cameras: z.number().int().min(1).max(99),
  seconds: z.number().positive().max(3600),
  fps: z.number().positive().max(1000),
  size,
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 40),
  motion: z.union([z.string(), z.array(z.string())]),
  backgrounds: z.string(),
  "hand-held": z.boolean(),
  channels: z.array(z.enum(worldChannels)).min(1),
  acts: z.array(actSchema),
});
export type SceneFile = Partial<z.infer<typeof sceneSchema>>;

const WORLD_DEFAULTS = {
  cameras: 4,
  seconds: 10,
  fps: 25,
  size: "1280x720",
  seed: 1,
  "hand-held": false,
  channels: ["colour"],
} as const satisfies SceneFile;

/**
 * Reads a scene's file; paths in it are taken from its folder.
 *
 * @throws MareyError `FILE_READ`, `JSON_INVALID`, `WORLD_SCENE` naming the key.
 */
export async function readSceneFile(path: string): Promise<SceneFile> {
  const scene = checkScene(readJson(await readWhole(path), path), path);
  const { motion, backgrounds } = scene;
  const from = (own: string) => resolve(dirname(path), own);
  return {
    ...scene,
    ...(motion !== undefined && { motion: [motion].flat().map(from) }),
    ...(backgrounds !== undefined && { backgrounds: from(backgrounds) }),
  };
}

/** @throws MareyError `WORLD_SCENE` naming the key. */
export function checkScene(content: unknown, where: string): SceneFile {
  const result = sceneSchema.partial().strict().safeParse(content);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys : undefined;
  const key = [...(issue?.path ?? []), ...(unknown ?? [])].join(".");
  throw new MareyError(
    "WORLD_SCENE",
    where,
    unknown ? `it has a key "${key}" that means nothing` : `${key || "scene"}: ${issue?.message}`,
    unknown ? `Use ${Object.keys(sceneSchema.shape).join(", ")}` : "Correct it",
    { cause: result.error },
  );
}

/** A scene with all that it leaves out. @throws MareyError `WORLD_SCENE`. */
export function worldSettings(scene: SceneFile, where = "scene"): WorldSettings {
  const given = { ...WORLD_DEFAULTS, ...scene };
  const { acts = [], cameras, seconds, fps, seed, channels } = given;
  const people = scene.people ?? Math.max(2, acts.length);
  if (acts.length > people || Math.round(seconds * fps) < 1) {
    const what =
      acts.length > people
        ? `it says what ${acts.length} people do, and that there are ${people}`
        : `${seconds} s at ${fps} frames a second are no frame`;
    throw new MareyError("WORLD_SCENE", where, what, "Correct one of the two");
  }
  const [width = 0, height = 0] = given.size.split("x").map(Number);
  return {
    ...{ people, cameras, seconds, fps, width, height, seed, channels, acts },
    motion: [scene.motion ?? []].flat(),
    ...(scene.backgrounds !== undefined && { backgrounds: scene.backgrounds }),
    handHeld: given["hand-held"],
  };
}

/** The file that gives these settings. */
export function sceneFileOf(settings: WorldSettings): SceneFile {
  const {
    people,
    cameras,
    seconds,
    fps,
    width,
    height,
    seed,
    motion,
    backgrounds,
    handHeld,
    channels,
    acts,
  } = settings;
  return {
    ...{ people, cameras, seconds, fps, size: `${width}x${height}`, seed },
    ...(motion.length > 0 && { motion: motion.map((path) => resolve(path)) }),
    ...(backgrounds !== undefined && { backgrounds: resolve(backgrounds) }),
    ...(handHeld && { "hand-held": true }),
    channels: [...channels],
    ...(acts.length > 0 && { acts: acts as SceneFile["acts"] }),
  };
}
