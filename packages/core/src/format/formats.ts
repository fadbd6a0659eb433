import { MareyError } from "../error.js";
import type { Motion, UpAxis } from "../motion/motion.js";
import type { Skeleton } from "../skeleton/skeleton.js";
import { readBvh } from "./bvh.js";
import { type BvhOptions, bvhPieces, bvhToMotion } from "./bvhMotion.js";
import { readC3d } from "./c3d.js";
import { c3dPieces, c3dToMarkers } from "./c3dWriter.js";
import { readCsv, writeCsv } from "./csv.js";
import { glbPieces } from "./glb.js";
import { readGlb } from "./gltf.js";
import { gltfToMotion } from "./gltfMotion.js";
import { readMareyJson } from "./mareyJson.js";
import { type MarkerOptions, type Markers, markersInRows, markersToMotion } from "./markers.js";
import { writeMotionJson } from "./motionJson.js";
import { motionNpzPieces, readMotionNpz } from "./motionNpz.js";
import { readTrc, writeTrcRows } from "./trc.js";

/** What a file is made of: bytes, or pieces of text or bytes to be written one after the other. */
export type Content = Uint8Array | Iterable<string | Uint8Array>;

export interface MotionReadOptions {
  /** Joint layout for marker files; recognised from the names when absent. */
  skeleton?: Skeleton;
  /** Which axis points up in a file that doesn't say (CSV). */
  up?: UpAxis;
  /** Metres per unit in a file that doesn't say (BVH); recognised from the size of the figure when absent. */
  metresPerUnit?: number;
}

export interface MotionWriteOptions extends BvhOptions, MarkerOptions {}

/** A file format for motion. */
export interface MotionFormat {
  name: string;
  /** With its dot. */
  extension: string;
  /** One line for people. */
  summary: string;
  /** A file holds one person. */
  onePerson: boolean;
  /** Needs joint rotations: fit a skeleton first. */
  fitted: boolean;
  /** @param file The name that the file will have, for formats that repeat it. */
  write(motion: Motion, file: string, options: MotionWriteOptions): Content | Promise<Content>;
  read(bytes: Uint8Array, name: string, options: MotionReadOptions): Motion;
}

/** Reads a marker file as a motion of one person. */
const fromMarkers =
  (read: (bytes: Uint8Array, name: string) => Markers): MotionFormat["read"] =>
  (bytes, name, { skeleton }) =>
    markersToMotion(read(bytes, name), skeleton, name);

/** Every motion format: a new one is a file and a line here. */
export const motionFormats: readonly MotionFormat[] = [
  {
    name: "trc",
    extension: ".trc",
    summary: "markers for OpenSim, as Pose2Sim writes them: Y up, metres",
    onePerson: true,
    fitted: false,
    write: (motion, file, options) => writeTrcRows(markersInRows(only(motion, file), motion, options), file),
    read: fromMarkers(readTrc),
  },
  {
    name: "bvh",
    extension: ".bvh",
    summary: "skeleton animation for Blender, MotionBuilder, Unity: Y up, centimetres",
    onePerson: true,
    fitted: true,
    write: (motion, file, options) => bvhPieces(only(motion, file), motion, options),
    read: (bytes, name, options) => bvhToMotion(readBvh(bytes, name), options, name),
  },
  {
    name: "glb",
    extension: ".glb",
    summary: "animated stick figures that any 3D viewer shows (binary glTF): Y up, metres",
    onePerson: false,
    fitted: true,
    write: (motion, file) => glbPieces(motion, file),
    read: (bytes, name) => gltfToMotion(readGlb(bytes, name), name),
  },
  {
    name: "c3d",
    extension: ".c3d",
    summary: "markers for biomechanics software: Y up, millimetres",
    onePerson: true,
    fitted: false,
    write: (motion, file, options) => c3dPieces(markersInRows(only(motion, file), motion, options)),
    // All points are there, or readC3d says so; an unfilled last block is no reason to refuse a person's file.
    read: fromMarkers((bytes, name) => c3dToMarkers(readC3d(bytes, name, { unpadded: true }), name)),
  },
  {
    name: "csv",
    extension: ".csv",
    summary: "a row per frame, person and joint: metres, state, sigma",
    onePerson: false,
    fitted: false,
    write: (motion) => writeCsv(motion),
    read: readCsv,
  },
  {
    name: "npz",
    extension: ".npz",
    summary: "arrays for NumPy, everything that is known, exactly",
    onePerson: false,
    fitted: false,
    write: (motion) => motionNpzPieces(motion),
    read: (bytes, name) => readMotionNpz(bytes, name),
  },
  {
    name: "json",
    extension: ".json",
    summary: "Marey's own: everything that is known, readable, rounded to 0.01 mm",
    onePerson: false,
    fitted: false,
    write: (motion) => writeMotionJson(motion),
    read: readJsonMotion,
  },
];

function only(motion: Motion, file: string) {
  const [person, second] = motion.people;
  if (person && !second) return person;
  throw new MareyError(
    person ? "MOTION_PEOPLE" : "MOTION_EMPTY",
    file,
    `this format holds one person, the motion has ${motion.people.length}`,
    person ? "Write one file per person, or choose one" : "Check the capture: nobody was found",
  );
}

function readJsonMotion(bytes: Uint8Array, name: string): Motion {
  const file = readMareyJson(bytes, name);
  if (file.kind === "motion") return file.motion;
  throw new MareyError(
    "MOTION_KIND",
    name,
    `it holds 2D ${file.kind}, not a motion`,
    "Make 3D motion from all cameras first: marey capture",
  );
}

/**
 * The format of a file by its name's ending.
 *
 * @throws MareyError `FORMAT_UNKNOWN` listing the formats.
 */
export function motionFormatOf(path: string): MotionFormat {
  const lower = path.toLowerCase();
  const found = motionFormats.find(({ extension }) => lower.endsWith(extension));
  if (found) return found;
  const known = motionFormats.map(({ extension }) => extension).join(", ");
  throw new MareyError("FORMAT_UNKNOWN", path, "its ending names no motion format", `Use one of ${known}`);
}
