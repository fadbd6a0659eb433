import { basename } from "node:path";
import { MareyError } from "@marey/core";
import { lastNumber, readJson } from "@marey/core/format";
import { body25, type Skeleton } from "@marey/core/skeleton";
import type { SeenFrame } from "../detect/watch.js";
import { readWhole, skeletonNamed } from "../files/index.js";
import {
  cocoPartNames,
  cocoParts,
  cocoWriter,
  csvWriter,
  type FrameFiles,
  type FrameWriter,
  type HeatmapOptions,
  heatmapWriter,
  jsonWriter,
  npzWriter,
  openPoseFiles,
  overlayWriter,
  type PictureSink,
  pictureSink,
  picturesSink,
  requireCocoPart,
  requireHeatmaps,
  type Take,
  videoSink,
} from "../output/index.js";
import { withoutPassword } from "../video/address.js";
import type { DetectCommandOptions } from "./detectOptions.js";
import { drawnSide, type OutputSet, type Plan } from "./detectPlan.js";

/**
 * Opens a writer for everything that is asked for.
 */
export async function openWriters(
  plan: Plan,
  take: Take,
  set: OutputSet,
  options: DetectCommandOptions,
): Promise<FrameWriter[]> {
  const { json, csv, npz } = plan.files;
  const { openPose = {} } = options;
  const { files } = set;
  const writers: FrameWriter[] = [];
  const heatmaps = folderOf(set, plan.folders.heatmaps);
  if (heatmaps) writers.push(heatmapWriter(heatmaps, take, heatmapOptions(options)));
  if (plan.folders.heatmaps !== undefined || openPose.candidates) writers.unshift(mapsRequired(plan));
  if (json !== undefined) writers.push(await jsonWriter(files, json, take));
  if (csv !== undefined) writers.push(await csvWriter(files, csv, take));
  if (npz !== undefined) writers.push(await npzWriter(files, npz, take));
  writers.push(...(await cocoWriters(plan, take, files, options)));
  writers.push(...keypointFolders(plan, take, set, options));
  const sinks = await pictureSinks(plan, take, set, options);
  const side = drawnSide(plan, options);
  if (sinks.length > 0)
    writers.push(
      overlayWriter(sinks, take, {
        paint: openPose.paint,
        ...(typeof side === "number" && { longerSide: side }),
      }),
    );
  return writers;
}

const folderOf = ({ folders }: OutputSet, path: string | undefined): FrameFiles | undefined =>
  path === undefined ? undefined : folders.get(path);

/** People as COCO has them, and the parts of them that OpenPose writes to files of their own. */
async function cocoWriters(
  { files: planned }: Plan,
  take: Take,
  files: OutputSet["files"],
  { annotations, openPose: { writeCocoJson } = {} }: DetectCommandOptions,
): Promise<FrameWriter[]> {
  const { coco } = planned;
  const parts = cocoPartNames.flatMap((part) => {
    const path = planned[part];
    if (path !== undefined) requireCocoPart(part, take.skeleton);
    return path === undefined ? [] : [{ path, layout: cocoParts[part].layout }];
  });
  if (coco === undefined && parts.length === 0) return [];
  const pictureOf = annotations ? await listedPictures(annotations) : numberedPicture;
  const write = (path: string, layout?: Skeleton) =>
    cocoWriter(files, path, take, {
      pictureOf,
      ...(layout && { layout }),
      flags: layout !== undefined || path === writeCocoJson,
    });
  const writers: FrameWriter[] = [];
  if (coco !== undefined) writers.push(await write(coco));
  for (const { path, layout } of parts) writers.push(await write(path, layout));
  return writers;
}

function keypointFolders(
  plan: Plan,
  take: Take,
  set: OutputSet,
  { openPose = {}, official }: DetectCommandOptions,
): FrameWriter[] {
  const { candidates, keypointScale: mode = 0, networkSize: network, outputSize: output, body } = openPose;
  const keypointScale = { mode, ...(network && { network }), ...(output && { output }) };
  const own = folderOf(set, plan.folders.openpose);
  const named = folderOf(set, plan.folders.json);
  const asked: Skeleton | undefined = body === undefined ? undefined : skeletonNamed(body);
  const options = { ...(candidates && { candidates }), keypointScale };
  const layout = asked ?? (official ? undefined : body25);
  return [
    ...(own ? [openPoseFiles(own, take, { ...options, ...(asked && { body: asked }) })] : []),
    // Whoever passes OpenPose's flag reads OpenPose's default layout; OpenPose itself writes what its network gives.
    ...(named ? [openPoseFiles(named, take, { ...options, ...(layout && { body: layout }) })] : []),
  ];
}

async function pictureSinks(
  { files: { overlay, video }, folders, kind, input }: Plan,
  take: Take,
  set: OutputSet,
  { openPose = {}, audio = true }: DetectCommandOptions,
): Promise<PictureSink[]> {
  const images = folderOf(set, folders.images);
  const drawn = folderOf(set, folders.overlay);
  const sound = audio && kind === "moving" && !take.live ? { sound: input } : {};
  const { videoFrameRate: frameRate, imagesFormat = "png" } = openPose;
  // Frames at a rate of their own would run away from the sound.
  const pace = frameRate === undefined ? sound : { frameRate };
  return [
    ...(overlay?.endsWith(".png") ? [pictureSink(set.files, overlay)] : []),
    ...(overlay?.endsWith(".mp4") ? [videoSink(set.files, overlay, take, sound)] : []),
    ...(video !== undefined ? [videoSink(set.files, video, take, pace)] : []),
    ...(drawn ? [picturesSink(drawn, take, ".overlay.png")] : []),
    ...(images ? [picturesSink(images, take, `_rendered.${imagesFormat}`)] : []),
  ];
}

/** All maps, in a picture of 0 to 255, unless said otherwise. */
function heatmapOptions({ openPose = {} }: DetectCommandOptions): HeatmapOptions {
  const {
    parts = false,
    background = false,
    fields = false,
    scale = 2,
    format = "png",
  } = openPose.heatmaps ?? {};
  const options: HeatmapOptions = { parts, background, fields, scale, format };
  requireHeatmaps(options);
  return options;
}

/** Refuses frames in which people were seen without maps: the method has none. */
function mapsRequired({ input }: Plan): FrameWriter {
  return {
    async write({ people, maps }) {
      if (people.length > 0 && !maps)
        throw new MareyError(
          "DETECT_MAPS",
          withoutPassword(input),
          "the method has no heatmaps and candidates that could be written",
          "Choose a network that predicts part affinity fields with --model",
        );
    },
    close: async () => undefined,
    abort: async () => undefined,
  };
}

/** The last number in the picture's name, else the frame's. */
const numberedPicture = ({ name, index }: SeenFrame): number =>
  (name === undefined ? undefined : lastNumber(name)) ?? index;

/** Numbers of pictures as COCO annotations give them to the files' names. */
async function listedPictures(path: string): Promise<(frame: SeenFrame) => number> {
  const content = readJson(await readWhole(path), path) as { images?: unknown };
  const images: unknown[] = Array.isArray(content?.images) ? content.images : [];
  const numbers = new Map<string, number>();
  for (const image of images) {
    const { id, file_name } = (image ?? {}) as { id?: unknown; file_name?: unknown };
    if (typeof id === "number" && typeof file_name === "string") numbers.set(basename(file_name), id);
  }
  return ({ name, index }) => {
    const file = name === undefined ? undefined : basename(name);
    const number = file === undefined ? undefined : numbers.get(file);
    if (number !== undefined) return number;
    throw new MareyError(
      "DETECT_PICTURE",
      file ?? `frame ${index}`,
      `${path} lists no picture of this name`,
      "Give the annotations of these pictures, or leave out --annotations",
    );
  };
}
