import { stat } from "node:fs/promises";
import { MareyError } from "@marey/core";
import {
  isCocoKeypoints,
  lastNumber,
  type MareyFile,
  type MotionFormat,
  type MotionReadOptions,
  motionFormatOf,
  motionFormats,
  readCocoKeypoints,
  readJson,
  readMareyJson,
  readOpenPose,
  readSkeleton,
} from "@marey/core/format";
import { findSkeleton, partSkeletons, type Skeleton, skeletons } from "@marey/core/skeleton";
import { readOpenPoseFolder } from "./openPoseFolder.js";
import { readWhole } from "./whole.js";

export interface SourceOptions extends MotionReadOptions {
  /** Hz of detections, whose files don't say. */
  frameRate?: number;
}

/**
 * Reads whatever holds motion, keypoints or detections: a file of any format (by its ending, else by what it
 * begins with), or a folder of OpenPose files.
 *
 * @throws MareyError `FORMAT_UNKNOWN`, `FILE_READ` and the errors of the readers.
 */
export async function readSource(path: string, options: SourceOptions = {}): Promise<MareyFile> {
  const { skeleton, frameRate } = options;
  const isFolder = await stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  if (isFolder)
    return { kind: "detections", detections: await readOpenPoseFolder(path, { skeleton, frameRate }) };
  const bytes = await readWhole(path);
  const format = recognise(path, bytes);
  if (format.name === "json") return readJsonSource(path, bytes, options);
  return { kind: "motion", motion: format.read(bytes, path, options) };
}

/** Marey's own JSON says so at its beginning, COCO's is a list or has annotations; any other is a frame of OpenPose's. */
function readJsonSource(path: string, bytes: Uint8Array, { skeleton, frameRate }: SourceOptions): MareyFile {
  if (beginning(bytes).includes('"marey-')) return readMareyJson(bytes, path);
  if (isCoco(bytes, path))
    return { kind: "detections", detections: readCocoKeypoints(bytes, path, { skeleton, frameRate }) };
  const name = lastNumber(path) === undefined ? `${path} 0` : path;
  return {
    kind: "detections",
    detections: readOpenPose([{ name, bytes }], { skeleton, frameRate, where: path }),
  };
}

function isCoco(bytes: Uint8Array, path: string): boolean {
  const start = beginning(bytes);
  // OpenPose's files are many and small, and mostly known without parsing them twice.
  return start.startsWith("[") || (!start.includes('"people"') && isCocoKeypoints(readJson(bytes, path)));
}

const beginning = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes.subarray(0, 64)).trimStart();

function recognise(path: string, bytes: Uint8Array): MotionFormat {
  const named = motionFormats.find(({ extension }) => path.toLowerCase().endsWith(extension));
  if (named) return named;
  const start = beginning(bytes);
  const signs: Record<string, boolean> = {
    trc: start.startsWith("PathFileType"),
    bvh: start.startsWith("HIERARCHY"),
    npz: start.startsWith("PK\u0003\u0004"),
    glb: start.startsWith("glTF"),
    csv: start.startsWith("frame,time,person"),
    json: /^[{[]/.test(start),
    c3d: bytes[1] === 0x50,
  };
  return motionFormats.find(({ name }) => signs[name]) ?? motionFormatOf(path);
}

/**
 * A joint layout by its name, or of one's own from a JSON file (`horse.json`, see `readSkeleton`).
 *
 * @throws MareyError `SKELETON_UNKNOWN` listing the names, `SKELETON_INVALID`, `FILE_READ`.
 */
export async function skeletonOf(nameOrFile: string): Promise<Skeleton> {
  return /\.json$/i.test(nameOrFile)
    ? readSkeleton(await readWhole(nameOrFile), nameOrFile)
    : skeletonNamed(nameOrFile);
}

/**
 * A joint layout by its name, as people write it (`body25b`, `BODY_25B`, `COCO-17`, `coco17+face70+hands`).
 *
 * @throws MareyError `SKELETON_UNKNOWN` listing the names.
 */
export function skeletonNamed(name: string): Skeleton {
  const found = findSkeleton(name);
  if (found) return found;
  const known = [...skeletons, ...partSkeletons].map((layout) => layout.name).join(", ");
  throw new MareyError(
    "SKELETON_UNKNOWN",
    `skeleton "${name}"`,
    "no layout has this name",
    `Use one of ${known}`,
  );
}
