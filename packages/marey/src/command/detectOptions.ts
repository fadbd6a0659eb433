import type { HeatmapOptions, KeypointScale, OverlayPaint } from "../output/index.js";

/** What `marey detect` writes beside or into a folder, by name. */
export const detectFormats = ["json", "openpose", "coco", "csv", "npz"] as const;
export type DetectFormat = (typeof detectFormats)[number];

/** `marey detect` as a record. */
export interface DetectCommandOptions {
  /** A method's name, a network's, or the path of its card. */
  model?: string;
  /** The network that finds people for one that places the joints of a single person. */
  finder?: string;
  /** Multi-pose alone. */
  fast?: boolean;
  /** Place the joints of hands and faces as well. */
  hands?: boolean;
  face?: boolean;
  /** Look at the mirrored picture as well. */
  flip?: boolean;
  /** Look at the picture, or at the crop around a person, at these sizes relative to the usual one. */
  scales?: readonly number[];
  /** Do as OpenPose's program does, step by step, with a network of OpenPose's; the parser is that of one of its two programs. */
  official?: boolean;
  parser?: "cpu" | "gpu";
  /** Folder for the results; the folder of each input when absent. */
  out?: string;
  /** What to write: Marey's JSON when absent and nothing else is asked for. */
  format?: readonly DetectFormat[];
  /** Draw the people on the picture or video. */
  overlay?: boolean;
  /** Copy the sound of a video that is drawn on; true when absent. */
  audio?: boolean;
  /** First frame, frame to stop before, every n-th frame. */
  start?: number;
  end?: number;
  step?: number;
  /** The same by time, seconds from the first frame. */
  startTime?: number;
  endTime?: number;
  /** Seconds after which to stop. */
  duration?: number;
  /** At most so many people a frame. */
  people?: number;
  /** Smoothing of joints in videos; One-Euro when absent, none for what OpenPose would give. */
  smooth?: "none" | "one-euro";
  /** COCO annotations that number the pictures by their files' names. */
  annotations?: string;
  force?: boolean;
  /** What OpenPose's flags ask for beyond that. */
  openPose?: OpenPoseSettings;
}

/** What only OpenPose's flags say. */
export interface OpenPoseSettings {
  /** Folder for a file of keypoints a frame. */
  writeJson?: string;
  /** Folder for a drawn picture a frame, and their format. */
  writeImages?: string;
  imagesFormat?: string;
  /** A drawn video, its frames one after the other at a rate of its own. */
  writeVideo?: string;
  videoFrameRate?: number;
  writeCocoJson?: string;
  writeHeatmaps?: string;
  heatmaps?: Partial<HeatmapOptions>;
  /** Name of the layout of bodies in `writeJson`, and of the stored network that gives it. */
  body?: string;
  network?: string;
  candidates?: boolean;
  keypointScale?: KeypointScale["mode"];
  networkSize?: readonly [number, number];
  /** How far a free side of that may go beyond the other, 0 for no limit. */
  networkDynamic?: number;
  /** How many sizes, and by what share of the first each next one is smaller. */
  scaleNumber?: number;
  scaleGap?: number;
  maximizePositives?: boolean;
  /** Sides of the inputs of OpenPose's networks of hands and faces. */
  handSide?: number;
  faceSide?: number;
  /** Steady the boxes of hands by the picture before. */
  followHands?: boolean;
  handScaleNumber?: number;
  handScaleRange?: number;
  /** Sum of the parts of people that go to COCO files of their own. */
  cocoVariants?: number;
  outputSize?: readonly [number, number];
  paint?: OverlayPaint;
  flip?: boolean;
  rotate?: 0 | 90 | 180 | 270;
  cameraSize?: readonly [number, number];
}

/** Whether OpenPose's flags ask for a file of their own. */
export const writesLikeOpenPose = ({ openPose = {} }: DetectCommandOptions): boolean =>
  [
    openPose.writeJson,
    openPose.writeImages,
    openPose.writeVideo,
    openPose.writeCocoJson,
    openPose.writeHeatmaps,
  ].some((path) => path !== undefined);
