import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { MareyError } from "@marey/core";
import { lastNumber } from "@marey/core/format";
import { readConfig, type SessionConfig } from "./config.js";

/** One camera's source in a session. */
export interface ViewSource {
  /** The name of the video without extension, or of the folder without `_json`. */
  name: string;
  path: string;
}

/** A folder with what a capture needs, in Pose2Sim's layout or simply videos and a calibration. */
export interface Session {
  /** The folder's name. */
  name: string;
  folder: string;
  calibration: string;
  videos: ViewSource[];
  /** Folders of OpenPose files, one per camera. */
  detections: ViewSource[];
  config: SessionConfig;
}

const VIDEO = new Set([
  ".mp4",
  ".mov",
  ".mkv",
  ".avi",
  ".webm",
  ".m4v",
  ".mpg",
  ".mpeg",
  ".mts",
  ".ts",
  ".wmv",
]);

/**
 * Finds the parts of a session: videos in `videos/` or the folder itself; detections in `pose-sync/` or `pose/`; the
 * calibration in a folder whose name contains "calib", in the session or up to two levels above.
 *
 * @param calibration A file to use instead of looking for one.
 * @throws MareyError `SESSION_MISSING`, `SESSION_READ`, `SESSION_EMPTY`, `CALIBRATION_MISSING`, `CONFIG_TOML`.
 */
export async function openSession(folder: string, calibration?: string): Promise<Session> {
  const info = await stat(folder).catch(() => undefined);
  if (!info?.isDirectory())
    throw new MareyError(
      "SESSION_MISSING",
      folder,
      info ? "this is a file, a session is a folder" : "there is no such folder",
      "Give the folder that holds videos/ or pose/ and the calibration",
    );
  await requireReadable(folder);
  const config = await readConfig(folder);
  const videos = [...(await findVideos(join(folder, "videos")))];
  if (videos.length === 0) videos.push(...(await findVideos(folder)));
  const detections = [...(await findDetections(join(folder, "pose-sync")))];
  if (detections.length === 0) detections.push(...(await findDetections(join(folder, "pose"))));
  if (videos.length === 0 && detections.length === 0)
    throw new MareyError(
      "SESSION_EMPTY",
      folder,
      "there are neither videos (videos/*.mp4) nor detections (pose/*_json/)",
      "Put one video per camera into its folder videos/",
    );
  return {
    name: basename(await realpath(folder)),
    folder,
    calibration: calibration ?? (await findCalibration(folder)),
    videos,
    detections,
    config,
  };
}

async function requireReadable(folder: string): Promise<void> {
  await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    const what = `the folder can't be read (${cause.code})`;
    throw new MareyError("SESSION_READ", folder, what, "Change its permissions", { cause });
  });
}

interface Entry {
  name: string;
  isFolder: boolean;
}

/** What is in a folder, links followed and hidden files (such as macOS's `._` companions) left out; nothing where it can't be read. */
async function entries(folder: string): Promise<Entry[]> {
  const found = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return Promise.all(
    found
      .filter(({ name }) => !name.startsWith("."))
      .map(async (entry) => ({ name: entry.name, isFolder: await isFolder(folder, entry) })),
  );
}

async function isFolder(folder: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return stat(join(folder, entry.name)).then(
    (info) => info.isDirectory(),
    () => false,
  );
}

async function findVideos(folder: string): Promise<ViewSource[]> {
  const files = (await entries(folder)).filter(
    (entry) => !entry.isFolder && VIDEO.has(extname(entry.name).toLowerCase()),
  );
  return byLastNumber(
    files.map(({ name }) => ({ name: basename(name, extname(name)), path: join(folder, name) })),
  );
}

async function findDetections(folder: string): Promise<ViewSource[]> {
  const folders = (await entries(folder)).filter((entry) => entry.isFolder && /json/i.test(entry.name));
  return byLastNumber(
    folders.map(({ name }) => ({ name: name.replace(/_?json$/i, ""), path: join(folder, name) })),
  );
}

/** Pose2Sim's order of cameras: by the last number in the name, names without one at the end. */
function byLastNumber(views: ViewSource[]): ViewSource[] {
  const number = ({ name }: ViewSource) => lastNumber(`${name}.x`) ?? Number.POSITIVE_INFINITY;
  return views.sort((a, b) => {
    const [x, y] = [number(a), number(b)];
    return x === y ? a.name.localeCompare(b.name) : x - y;
  });
}

/** The newest TOML, else the Qualisys file, of the nearest calibration folder. */
async function findCalibration(folder: string): Promise<string> {
  let at = await realpath(folder);
  for (let level = 0; level < 3; level++) {
    const folders = (await entries(at)).filter((entry) => entry.isFolder && /calib/i.test(entry.name));
    for (const { name } of folders.sort((a, b) => a.name.localeCompare(b.name))) {
      const file = await calibrationIn(join(at, name));
      if (file) return file;
    }
    at = dirname(at);
  }
  const beside = await calibrationIn(folder);
  if (beside) return beside;
  throw new MareyError(
    "CALIBRATION_MISSING",
    folder,
    'no calibration (*.toml or *.qca.txt) in a folder named like "calibration", here or up to two levels above',
    "Put it there, or name the file with --calibration",
  );
}

async function calibrationIn(folder: string): Promise<string | undefined> {
  const files = (await entries(folder)).filter(({ isFolder }) => !isFolder);
  const names = files.map(({ name }) => name);
  const tomls = names.filter(
    (name) => /\.toml$/i.test(name) && (!/config/i.test(name) || /calib/i.test(name)),
  );
  const dated = await Promise.all(
    tomls.map(async (name) => ({ name, time: (await stat(join(folder, name))).mtimeMs })),
  );
  const newest = dated.sort((a, b) => b.time - a.time || a.name.localeCompare(b.name))[0]?.name;
  const qualisys = names.find((name) => /\.qca\.txt$/i.test(name));
  const found = newest ?? qualisys;
  return found && join(folder, found);
}
