import { readdir, readFile, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { MareyError } from "@marey/core";
import { writeCalibrationToml } from "@marey/core/format";
import type { Scene } from "@marey/core/world";
import sharp from "sharp";
import { type FileSet, fileSet } from "../files/index.js";
import { type Claimed, claimed } from "../output/claimed.js";
import type { Progress } from "../progress.js";
import { type VideoWriter, writeVideo } from "../video/index.js";
import { type FilmedFrame, filmWorld } from "./crew.js";
import { type DrawnWorld, drawWorld } from "./draw.js";
import type { LabelPicture } from "./labels.js";
import { sceneFileOf, type WorldSettings } from "./settings.js";
import { truthFiles } from "./truth.js";

export interface RenderOptions {
  /** Folder of the session. */
  out: string;
  /** Write into a folder that holds files; those of an earlier scene go. */
  force?: boolean;
  /** As many as the machine runs at once when absent. */
  threads?: number;
  /** First line of Config.toml. */
  sign?: string;
}

/** What rendering needs from where it runs. */
export interface RenderHost {
  progress: Progress;
  signal?: AbortSignal;
}

/** What was rendered. */
export interface RenderSummary {
  out: string;
  people: number;
  cameras: string[];
  frames: number;
  frameRate: number;
  /** Files of the session by their paths in it, labels left out. */
  files: string[];
  /** Pictures of labels. */
  labels: number;
  seconds: number;
}

const SIGN = "# Written by marey world render of scene.json.";

/**
 * Renders a scene as a session that `capture` takes as any other: `videos/`, `calibration/`, `Config.toml`; `truth/` has
 * what capture should find, `labels/` what else is true of each picture, and `scene.json` renders the same again.
 * Nothing appears before all is done.
 *
 * @throws MareyError `FOLDER_FILLED`, `FILE_WRITE`, and those of the files that the scene takes.
 */
export async function renderWorld(
  settings: WorldSettings,
  { out, force, threads = availableParallelism(), sign = SIGN }: RenderOptions,
  { progress, signal }: RenderHost,
): Promise<RenderSummary> {
  const begin = performance.now();
  const earlier = await requireRoom(out, force);
  const drawn = await drawWorld(settings);
  signal?.throwIfAborted();
  const files = fileSet({ force });
  try {
    const written = new Set<string>();
    const write = async (name: string, content: Uint8Array | string | Iterable<string | Uint8Array>) => {
      written.add(name);
      await files.write(join(out, name), content);
    };
    const { scene } = drawn.world;
    await write("scene.json", `${JSON.stringify(sceneFileOf(settings), undefined, 2)}\n`);
    await write("Config.toml", config(scene, sign));
    await write("calibration/Calib_scene.toml", writeCalibrationToml(scene.rig));
    for (const [name, content] of truthFiles(drawn.body, scene)) await write(`truth/${name}`, content);
    const videos = await openVideos(files, out, drawn);
    for (const { name } of videos) written.add(name);
    const named = written.size;
    await film(drawn, { threads, signal, progress }, videos, write).catch(async (error) => {
      for (const { video } of videos) await video.abort();
      throw error;
    });
    signal?.throwIfAborted();
    await files.publish();
    for (const name of earlier) if (!written.has(name)) await rm(join(out, name), { force: true });
    return {
      out,
      people: scene.actors.length,
      cameras: scene.rig.cameras.map(({ name }) => name),
      frames: scene.frameCount,
      frameRate: scene.frameRate,
      files: [...written].slice(0, named),
      labels: written.size - named,
      seconds: (performance.now() - begin) / 1000,
    };
  } finally {
    await files.discard();
  }
}

/** Folders whose files belong to a rendered scene. */
const OWN = ["videos", "calibration", "truth", "labels"];

/**
 * The files of an earlier scene in the folder.
 *
 * @throws MareyError `FOLDER_FILLED` when the folder holds files and `force` isn't given.
 */
async function requireRoom(out: string, force = false): Promise<string[]> {
  const there = await readdir(out).catch((cause: NodeJS.ErrnoException): string[] => {
    if (cause.code === "ENOENT") return [];
    const what = cause.code === "ENOTDIR" ? "it is a file, not a folder" : `it can't be read (${cause.code})`;
    throw new MareyError("FILE_WRITE", out, what, "Choose another folder with --out", { cause });
  });
  if (there.length > 0 && !force)
    throw new MareyError(
      "FOLDER_FILLED",
      out,
      "the folder holds files already",
      "Choose another folder with --out, or pass --force",
    );
  const config = await readFile(join(out, "Config.toml"), "utf8").catch(() => "");
  if (!there.includes("scene.json") || !config.startsWith("# Written by marey")) return [];
  const lists = OWN.map(async (folder) => {
    const entries = await readdir(join(out, folder), { recursive: true, withFileTypes: true }).catch(
      () => [],
    );
    return entries.flatMap((entry) =>
      entry.isFile() ? [relative(out, join(entry.parentPath, entry.name))] : [],
    );
  });
  return (await Promise.all(lists)).flat();
}

const config = ({ frameRate, actors }: Scene, sign: string) => `${sign}
[project]
multi_person = ${actors.length > 1}
frame_rate = ${frameRate}
`;

interface View {
  name: string;
  file: Claimed;
  video: VideoWriter;
}

/** A video for each camera, where colour is wanted. */
async function openVideos(files: FileSet, out: string, { world }: DrawnWorld): Promise<View[]> {
  const { scene, channels } = world;
  if (!channels.includes("colour")) return [];
  const views: View[] = [];
  for (const { name: camera, width, height } of scene.rig.cameras) {
    const name = `videos/${camera}.mp4`;
    const file = await claimed(files, join(out, name));
    const shape = { width, height, frameRate: scene.frameRate };
    views.push({ name, file, video: await file.written(writeVideo(file.temporary, shape)) });
  }
  return views;
}

/** Draws all frames and writes each where it belongs before the next is taken. */
async function film(
  { world, bytes }: DrawnWorld,
  { threads, signal, progress }: { threads: number; signal?: AbortSignal; progress: Progress },
  videos: readonly View[],
  write: (name: string, content: Uint8Array) => Promise<void>,
): Promise<void> {
  const { cameras } = world.scene.rig;
  const { frameCount } = world.scene;
  const task = progress.task("render");
  const begin = performance.now();
  const take = async ({ frame, views }: FilmedFrame) => {
    const jobs = views.flatMap(({ colour, labels }, v) => [
      colour && videos[v] ? [addPicture(videos[v], world.scene, v, colour)] : [],
      labels.map(async (label) => {
        const number = String(frame).padStart(6, "0");
        await write(`labels/${cameras[v]?.name}/${label.channel}/${number}.png`, await pngOf(label));
      }),
    ]);
    await allSettled(jobs.flat());
  };
  for await (const taken of filmWorld(bytes, world, { threads, signal })) {
    await take(taken);
    const rate = (1000 * (taken.frame + 1)) / (performance.now() - begin);
    task.update(taken.frame + 1, frameCount, `${rate.toFixed(1)} frames/s`);
  }
  for (const { file, video } of videos) await file.written(video.close());
  task.end();
}

/** Waits for all, also when one has failed: what still runs must not write into files that are given up. */
async function allSettled(jobs: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(jobs)).find(({ status }) => status === "rejected");
  if (failed) throw (failed as PromiseRejectedResult).reason;
}

async function addPicture({ file, video }: View, { rig }: Scene, v: number, data: Uint8Array): Promise<void> {
  const { width = 0, height = 0 } = rig.cameras[v] ?? {};
  await file.written(video.write({ width, height, channels: 3, data }));
}

/** A label as PNG of 8 or 16 bits, grey or RGB. */
async function pngOf({ width, height, channels, data }: LabelPicture): Promise<Uint8Array> {
  const grey = data instanceof Uint16Array ? "grey16" : "b-w";
  return sharp(data, { raw: { width, height, channels } })
    .toColourspace(channels === 1 ? grey : "rgb16")
    .png({ compressionLevel: 4 })
    .toBuffer();
}
