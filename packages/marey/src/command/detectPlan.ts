import { readdir, stat } from "node:fs/promises";
import { basename, extname, join, parse } from "node:path";
import { MareyError } from "@marey/core";
import { type FileSet, requireAbsent } from "../files/index.js";
import { type CocoPartName, cocoPartNames, cocoParts, type FrameFiles, stemOf } from "../output/index.js";
import { sha256Of } from "../store/digest.js";
import { type Input, inputOf, withoutPassword } from "../video/address.js";
import { isMoving, isPicture } from "../video/still.js";
import { type DetectCommandOptions, type OpenPoseSettings, writesLikeOpenPose } from "./detectOptions.js";

/** One input and where its results go. */
export interface Plan {
  input: string;
  /** For names of files. */
  name: string;
  /** A picture, several that need not follow one another, or a video, camera or stream. */
  kind: "picture" | "pictures" | "moving";
  files: Partial<Record<"json" | "coco" | "csv" | "npz" | "overlay" | "video" | CocoPartName, string>>;
  /** Folders with a file a frame. */
  folders: { openpose?: string; overlay?: string; json?: string; images?: string; heatmaps?: string };
}

/** Files that appear together at the end, and folders, by path, whose files appear one by one. */
export interface OutputSet {
  files: FileSet;
  folders: ReadonlyMap<string, FrameFiles>;
}

/** Decides where the results of an input go; nothing is opened yet. */
export async function planOutputs(input: string, options: DetectCommandOptions): Promise<Plan> {
  const { out, overlay, openPose = {} } = options;
  const source = inputOf(input);
  const kind = await kindOf(input);
  const file = source.kind === "path" || source.kind === "list" ? source.path : undefined;
  const name = file === undefined ? nameOf(source, input) : basename(file, extname(file));
  const beside = file === undefined ? "." : join(file, "..");
  const place = (ending: string) => join(out ?? beside, `${name}${ending}`);
  const format = options.format ?? (writesLikeOpenPose(options) ? [] : ["json"]);
  const { writeJson, writeVideo, writeImages, writeHeatmaps } = openPose;
  return {
    input,
    name,
    kind,
    files: {
      ...(format.includes("json") && { json: place(".keypoints.json") }),
      ...(format.includes("csv") && { csv: place(".keypoints.csv") }),
      ...(format.includes("npz") && { npz: place(".keypoints.npz") }),
      ...(format.includes("coco") && { coco: place(".coco.json") }),
      ...cocoFiles(openPose),
      ...(overlay &&
        kind !== "pictures" && { overlay: place(kind === "picture" ? ".overlay.png" : ".overlay.mp4") }),
      ...(writeVideo !== undefined && { video: writeVideo }),
    },
    folders: {
      ...(format.includes("openpose") && { openpose: place("_json") }),
      // Pictures need not be of one size, as those of a video are.
      ...(overlay && kind === "pictures" && { overlay: place("_overlay") }),
      ...(writeJson !== undefined && { json: writeJson }),
      ...(writeImages !== undefined && { images: writeImages }),
      ...(writeHeatmaps !== undefined && { heatmaps: writeHeatmaps }),
    },
  };
}

/** Bodies where OpenPose's flag says, each other part beside them in a file whose name tells it; of 0, all. */
function cocoFiles({ writeCocoJson: path, cocoVariants: sum = 1 }: OpenPoseSettings): Plan["files"] {
  if (path === undefined) return {};
  const { dir, name, ext } = parse(path);
  const isAsked = (bit: number) => sum === 0 || (sum & bit) !== 0;
  const parts = cocoPartNames.filter((part) => isAsked(cocoParts[part].bit));
  return {
    ...(isAsked(1) && { coco: path }),
    ...Object.fromEntries(
      parts.map((part) => [part, join(dir, `${name}${cocoParts[part].suffix}${ext}`)] as const),
    ),
  };
}

async function kindOf(input: string): Promise<Plan["kind"]> {
  const source = inputOf(input);
  if (source.kind === "list") return "pictures";
  if (source.kind !== "path") return "moving";
  const found = await stat(source.path).catch(() => undefined);
  if (found?.isDirectory()) return "pictures";
  return isPicture(source.path) && !(await isMoving(source.path).catch(() => false)) ? "picture" : "moving";
}

/**
 * A camera's or address's name without what file names can't hold, and without a password; what follows a question mark
 * may be one, so that it is told from others by its digest.
 */
function nameOf({ kind }: Input, input: string): string {
  if (kind === "list") return "stdin";
  const [, address = input, query] = /^([^?]*:\/\/[^?]*)\?(.+)$/s.exec(input) ?? [];
  const told = query === undefined ? address : `${address}_${sha256Of(Buffer.from(query)).slice(0, 6)}`;
  const plain = told.replace(/^[a-z][a-z0-9+.-]*:\/\//i, "").replace(/^[^/]*@/, "");
  return plain.replace(/[^\w.-]+/g, "_").replace(/^[_.]+|_+$/g, "") || kind;
}

/** @throws MareyError `DETECT_NAMES` when two inputs would be written to one file. */
export function requireDistinct(plans: readonly Plan[]): void {
  const owner = new Map<string, string>();
  for (const { input, name, files, folders } of plans) {
    // A folder may take several inputs: the files in it carry their names.
    const shared = Object.entries(folders).map(([role, folder]) =>
      join(folder, `${name}_…${endings[role as Role]}`),
    );
    for (const path of [...Object.values(files), ...shared]) {
      const other = owner.get(path);
      if (other !== undefined)
        throw new MareyError(
          "DETECT_NAMES",
          path,
          `the results of ${withoutPassword(other)} and of ${withoutPassword(input)} would both be written here`,
          "Detect them one by one, with another --out each",
        );
      owner.set(path, input);
    }
  }
}

/**
 * @throws MareyError `FILE_EXISTS` when results are there already: a file, the folder that is made for one input, or
 *   files of this input's frames in a folder that was named.
 */
export async function requireFree(plan: Plan): Promise<void> {
  const { openpose, overlay, ...named } = plan.folders;
  for (const path of [...Object.values(plan.files), openpose, overlay])
    if (path !== undefined) await requireAbsent(path);
  for (const folder of Object.values(named)) {
    const isOurs = await ownFrames(plan, folder);
    for (const file of await readdir(folder).catch(() => []))
      if (isOurs(file)) await requireAbsent(join(folder, file));
  }
}

type Role = keyof Plan["folders"];

/** How the names of a frame's files end, before what tells their format. */
const endings: Record<Role, string> = {
  openpose: "_keypoints",
  overlay: ".overlay",
  json: "_keypoints",
  images: "_rendered",
  heatmaps: "_pose_heatmaps",
};

/**
 * Tells the files of an input's frames in a folder by their names: `{input}_{12 digits}_keypoints.json`, of a camera
 * without its name, or `{picture}_keypoints.json`; only of the kinds that are written there now.
 */
export async function ownFrames(
  { input, name, kind, folders }: Plan,
  folder: string,
): Promise<(file: string) => boolean> {
  const here = Object.entries(folders).flatMap(([role, path]) =>
    path === folder ? [endings[role as Role]] : [],
  );
  const isFrame = await frameNames(input, name, kind);
  return (file) => {
    const stem = stemOf(file);
    const ending = here.find((end) => stem.endsWith(end));
    return ending !== undefined && isFrame(stem.slice(0, -ending.length));
  };
}

async function frameNames(
  input: string,
  name: string,
  kind: Plan["kind"],
): Promise<(frame: string) => boolean> {
  const source = inputOf(input);
  if (kind === "moving") {
    const isFile = source.kind === "path";
    const number = (frame: string) =>
      frame.startsWith(`${name}_`) ? frame.slice(name.length + 1) : isFile ? "" : frame;
    return (frame) => /^\d{12}$/.test(number(frame));
  }
  const pictures =
    source.kind === "path" && kind === "pictures" ? await readdir(source.path).catch(() => []) : [input];
  const stems = new Set(pictures.map(stemOf));
  return (frame) => stems.has(frame);
}

/** The longest side of drawn videos and pictures, pixels: enough to judge by, and quick. */
const overlaySide = 1280;

/** The longest side of the pictures that people are drawn on; undefined for full size, none where nobody is drawn. */
export function drawnSide(
  { files, folders }: Plan,
  { openPose = {} }: DetectCommandOptions,
): number | "none" | undefined {
  if (!files.overlay && !folders.overlay && !files.video && !folders.images) return "none";
  if (!files.video && !folders.images) return overlaySide;
  const asked = openPose.outputSize?.filter((side) => side > 0) ?? [];
  return asked.length > 0 ? Math.max(...asked) : undefined;
}

/** Whether frames bring pictures to draw on of their own size, beside those for the eyes. */
export const hasCanvases = ({ input, kind }: Plan) => kind === "moving" && inputOf(input).kind === "path";
