import { z } from "zod";
import { MareyError } from "../error.js";
import type { Detections, Keypoints } from "../motion/keypoints.js";
import type { Motion } from "../motion/motion.js";
import { header, parse, readLayout, VERSION } from "./jsonHeader.js";
import { invalidMareyJson } from "./jsonRows.js";
import { readDetection, readTrack } from "./keypointsJson.js";
import { readJson } from "./lines.js";
import { readMotionPerson } from "./motionJson.js";

/** What a Marey JSON file can hold. */
export type MareyFile =
  | { kind: "motion"; motion: Motion }
  | { kind: "keypoints"; keypoints: Keypoints }
  | { kind: "detections"; detections: Detections };

const view = {
  width: z.number().nonnegative(),
  height: z.number().nonnegative(),
  times: z.array(z.number()).optional(),
};
const rows = z.unknown();
const fileSchema = z.discriminatedUnion("format", [
  z.object({
    format: z.literal("marey-motion"),
    ...header,
    up: z.enum(["y", "z"]),
    people: z.array(z.record(z.string(), rows)),
  }),
  z.object({
    format: z.literal("marey-keypoints"),
    ...header,
    ...view,
    people: z.array(z.object({ id: z.number().int(), data: rows, state: rows })),
  }),
  z.object({
    format: z.literal("marey-detections"),
    ...header,
    ...view,
    frames: z.array(z.array(rows)),
    pictures: z.array(z.string()).optional(),
  }),
]);

/**
 * Reads a Marey JSON file of any kind.
 *
 * @throws MareyError `JSON_INVALID` when it is truncated, `MAREY_JSON_INVALID` when a field is missing or wrong,
 *   `MAREY_JSON_VERSION` when a newer Marey wrote it, `SKELETON_INVALID`.
 */
export function readMareyJson(bytes: Uint8Array, name = "marey.json"): MareyFile {
  const content = readJson(bytes, name);
  const version = (content as { version?: unknown } | null)?.version;
  if (typeof version === "number" && version > VERSION)
    throw new MareyError("MAREY_JSON_VERSION", name, `version ${version} is newer than this Marey reads (${VERSION})`, "Update Marey"); // biome-ignore format: one message
  const file = parse(fileSchema, content, name);
  const layout = readLayout(file.skeleton, name);
  const { frameRate, firstFrame, frameCount } = file;
  const common = { skeleton: layout, frameRate, firstFrame };
  switch (file.format) {
    case "marey-motion": {
      const people = file.people.map((person, i) =>
        readMotionPerson(person, layout, frameCount, `${name}, person ${i}`),
      );
      return { kind: "motion", motion: { ...common, up: file.up, frameCount, people } };
    }
    case "marey-keypoints": {
      const people = file.people.map((person, i) =>
        readTrack(person, layout, frameCount, `${name}, person ${i}`),
      );
      return { kind: "keypoints", keypoints: { ...common, ...readView(file), frameCount, people } };
    }
    default: {
      const { pictures } = file;
      if (file.frames.length !== frameCount)
        throw invalidMareyJson(name, `${file.frames.length} frames, the file says ${frameCount}`);
      if (pictures && pictures.length !== frameCount)
        throw invalidMareyJson(name, `${pictures.length} names of pictures for ${frameCount} frames`);
      const frames = file.frames.map((people, t) =>
        people.map((person) => readDetection(person, layout, `${name}, frame ${t}`)),
      );
      const named = pictures && { pictures };
      return { kind: "detections", detections: { ...common, ...readView(file), frames, ...named } };
    }
  }
}

function readView({ width, height, times }: { width: number; height: number; times?: number[] }) {
  return { width, height, ...(times && { times: Float64Array.from(times) }) };
}
