import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { MareyError } from "@marey/core";
import { random } from "@marey/core/array";
import { readAmc, readAsf, readBvh } from "@marey/core/format";
import { type Captured, capturedAsf, capturedBvh } from "@marey/core/world";
import { readWhole } from "../files/index.js";

const MOTION = /\.(bvh|amc)(\.gz)?$/i;

/**
 * Reads captured motions: `.bvh`, and `.amc` with the `.asf` beside it that has its name or its subject's; either may be
 * packed by gzip. Of more files than are wanted, the seed decides.
 *
 * @param paths Files, or folders that are searched with what is in them.
 * @throws MareyError `WORLD_MOTION` where there is no motion file or an `.amc` lacks its skeleton, `FILE_READ`, and
 *   those of the formats.
 */
export async function readCaptured(
  paths: readonly string[],
  { most, seed }: { most: number; seed: number },
): Promise<Captured[]> {
  const files = (await Promise.all(paths.map(motionFilesOf))).flat();
  const chance = random(16 * seed + 7);
  const chosen: string[] = [];
  while (chosen.length < most && files.length > 0)
    chosen.push(...files.splice(chance.integer(files.length), 1));
  return Promise.all(chosen.map(readMotion));
}

async function motionFilesOf(path: string): Promise<string[]> {
  const info = await stat(path).catch(() => undefined);
  if (!info?.isDirectory()) {
    if (info && !MOTION.test(path)) throw noMotion(path, "its ending is neither .bvh nor .amc");
    return [path];
  }
  const names = await readdir(path, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    throw noMotion(path, `the folder can't be read (${cause.code})`);
  });
  const found = names.filter((name) => MOTION.test(name) && !basename(name).startsWith("."));
  if (found.length === 0) throw noMotion(path, "there is no .bvh or .amc file in it");
  return found.sort().map((name) => join(path, name));
}

async function readMotion(path: string): Promise<Captured> {
  const bytes = await unpacked(path);
  if (/\.bvh(\.gz)?$/i.test(path)) return capturedBvh(readBvh(bytes, path), path);
  const skeleton = await skeletonOf(path);
  const asf = readAsf(await unpacked(skeleton), skeleton);
  return capturedAsf(asf, readAmc(bytes, asf, path), 120, path);
}

/** CMU's subject 05 has 05.asf for 05_01.amc, 05_02.amc … */
async function skeletonOf(path: string): Promise<string> {
  const folder = dirname(path);
  const trial = basename(path).replace(MOTION, "");
  const subject = trial.replace(/_[^_]*$/, "");
  const skeletons = (await readdir(folder)).filter((name) => /\.asf(\.gz)?$/i.test(name));
  const named = (wanted: string) =>
    skeletons.find((name) => name.replace(/\.asf(\.gz)?$/i, "").toLowerCase() === wanted.toLowerCase());
  const found = named(trial) ?? named(subject) ?? (skeletons.length === 1 ? skeletons[0] : undefined);
  if (found === undefined) throw noMotion(path, `its skeleton ${subject}.asf isn't beside it`);
  return join(folder, found);
}

async function unpacked(path: string): Promise<Uint8Array> {
  const bytes = await readWhole(path);
  if (!/\.gz$/i.test(path)) return bytes;
  try {
    return new Uint8Array(gunzipSync(bytes));
  } catch (cause) {
    throw new MareyError("WORLD_MOTION", path, "gzip can't unpack it", "Copy it again", { cause });
  }
}

const noMotion = (path: string, what: string) =>
  new MareyError(
    "WORLD_MOTION",
    path,
    what,
    "Give BVH files, or AMC files with their ASF, or a folder of them",
  );
