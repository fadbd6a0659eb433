import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { random } from "@marey/core/array";
import { writeKeypointsJson } from "@marey/core/format";
import { network } from "@marey/core/model/videoPose3d";
import { emptyTrack, JointState, type Keypoints } from "@marey/core/motion";
import { coco17 } from "@marey/core/skeleton";
import { type LiftSettings, lift } from "../../packages/marey/src/lift/lift.js";
import { writeLifter } from "../../packages/marey/src/lift/lifter.js";

const filterWidths = [3, 3];
const channels = 16;
const about = { licence: "-", data: "-", training: "-", accuracy: "-", works: "-", limits: "-" };
const silent = { task: () => ({ update: () => {}, end: () => {} }), log: () => {}, stop: () => {} };

/** A folder of its own with a lifter of random weights: what it says is meaningless, how it is handled is not. */
export async function liftFolder() {
  const root = mkdtempSync(join(tmpdir(), "marey-lift-"));
  const lifter = join(root, "lifter");
  const sizes = { filterWidths, channels, jointsIn: 17, jointsOut: 17 };
  await writeLifter(lifter, network.init(random(1), sizes), {
    name: "tiny",
    title: "Random weights",
    filterWidths,
    channels,
    frameRate: 60,
    skeleton: "h36m17",
    input: "canonical",
    ...about,
  });
  let count = 0;
  return {
    root,
    lifter,
    remove: () => rmSync(root, { recursive: true, force: true }),
    /** Writes keypoints, lifts them and tells what was written. */
    async lift(keypoints: Keypoints | string, settings: Partial<LiftSettings> = {}, signal?: AbortSignal) {
      const out = join(root, `${count++}`);
      const input = typeof keypoints === "string" ? keypoints : keypointsFile(root, keypoints);
      const all = { out, formats: ["json"], model: "default", lifter, ...settings };
      const names = () => namesIn(settings.out ?? out);
      return lift(input, all, { progress: silent, signal }).then(
        (summary) => ({ summary, names: names() }),
        (error) => {
          throw Object.assign(error, { names: names() });
        },
      );
    },
  };
}

/** Names in a folder, hidden ones too; none when there is no folder. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

export function keypointsFile(folder: string, keypoints: Keypoints, name = "walk.keypoints.json"): string {
  const path = join(folder, name);
  writeFileSync(path, [...writeKeypointsJson(keypoints)].join(""));
  return path;
}

const standing: Record<string, readonly [x: number, y: number]> = {
  nose: [0, 60],
  eye: [4, 56],
  ear: [8, 60],
  shoulder: [25, 110],
  elbow: [32, 165],
  wrist: [36, 215],
  hip: [16, 220],
  knee: [17, 310],
  ankle: [18, 400],
};

/** COCO's joints of someone who walks across the picture, 640×480. */
export function walker(frameCount: number, id = 0, speed = 1) {
  const track = emptyTrack(id, frameCount, 17);
  for (let t = 0; t < frameCount; t++)
    coco17.joints.forEach((joint, j) => {
      const [side, part] = joint.includes("_") ? (joint.split("_") as [string, string]) : ["", joint];
      const [x, y] = standing[part] as readonly [number, number];
      const swing = /wrist|ankle|knee|elbow/.test(part)
        ? 12 * Math.sin(0.3 * t + (side === "left" ? 0 : 3))
        : 0;
      const across = side === "right" ? -x : x;
      track.data.set([150 + speed * t + across + swing, 30 + y, 0.9], 3 * (t * 17 + j));
      track.state[t * 17 + j] = JointState.visible;
    });
  return track;
}

/** Takes joints away from frame `from` to before `to`: all, or those whose names match. */
export function hide(track: ReturnType<typeof walker>, from: number, to: number, which = /./) {
  for (let t = from; t < to; t++)
    coco17.joints.forEach((joint, j) => {
      if (!which.test(joint)) return;
      track.data.set([Number.NaN, Number.NaN, 0], 3 * (t * 17 + j));
      track.state[t * 17 + j] = JointState.missing;
    });
  return track;
}

export function keypointsOf(people: Keypoints["people"], further: Partial<Keypoints> = {}): Keypoints {
  const frameCount = (people[0]?.state.length ?? 0) / 17;
  return {
    skeleton: coco17,
    frameRate: 30,
    width: 640,
    height: 480,
    firstFrame: 0,
    frameCount,
    people,
    ...further,
  };
}
