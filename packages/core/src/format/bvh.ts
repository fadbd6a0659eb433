import { MareyError } from "../error.js";
import { rotateAbout } from "./euler.js";
import { multiply, placeChild } from "./kinematics.js";
import { readLines } from "./lines.js";

const CHANNELS = ["Xposition", "Yposition", "Zposition", "Xrotation", "Yrotation", "Zrotation"] as const;
export type BvhChannel = (typeof CHANNELS)[number];

/** A joint of a BVH hierarchy; lengths in the file's unit. */
export interface BvhJoint {
  name: string;
  /** Index of the parent, −1 for a root. */
  parent: number;
  offset: [number, number, number];
  channels: BvhChannel[];
  /** Where the joint's last bone ends, relative to the joint, if the file says so. */
  endSite?: [number, number, number];
}

/** A BVH file as it stands: hierarchy in file order (depth first) and motion rows. */
export interface Bvh {
  joints: BvhJoint[];
  /** Seconds. */
  frameTime: number;
  frameCount: number;
  /** T×C: the motion rows, lengths in the file's unit, angles in degrees. */
  channels: Float64Array;
}

const REMEDY = "Export the file again, or correct this place by hand";
const invalid = (where: string, what: string) => new MareyError("BVH_INVALID", where, what, REMEDY);

/**
 * Reads a BVH file.
 *
 * @throws MareyError `BVH_INVALID` naming the line.
 */
export function readBvh(bytes: Uint8Array, name = "bvh"): Bvh {
  const lines = readLines(bytes, name);
  const motion = lines.findIndex((line) => line.trim() === "MOTION");
  if (motion < 0) throw invalid(name, "there is no MOTION section");
  const joints = readHierarchy(lines.slice(0, motion), name);
  return { joints, ...readMotion(lines, motion + 1, joints, name) };
}

interface Open {
  /** Index of the joint whose braces are open; −1 inside an end site. */
  joint: number;
  endSiteOf: number;
}

function readHierarchy(lines: readonly string[], name: string): BvhJoint[] {
  const joints: BvhJoint[] = [];
  const open: Open[] = [];
  let pending: Open | undefined;
  let begun = false;
  lines.forEach((line, l) => {
    const at = `${name}, line ${l + 1}`;
    // Braces may stand on lines of their own or behind a name.
    for (const part of line.replace(/([{}])/g, "\n$1\n").split("\n")) {
      const words = part.trim().split(/\s+/);
      if (words[0] === "") continue;
      if (!begun) {
        if (words[0] !== "HIERARCHY") throw invalid(at, 'it does not begin with "HIERARCHY"');
        begun = true;
      } else if (words[0] === "{") {
        if (!pending) throw invalid(at, "a brace opens without a joint");
        open.push(pending);
        pending = undefined;
      } else if (pending) throw invalid(at, `a brace must open here, not "${words[0]}"`);
      else if (words[0] === "}") {
        if (!open.pop()) throw invalid(at, "a brace closes that was not opened");
      } else pending = readEntry(words, joints, open, at);
    }
  });
  if (!begun) throw invalid(name, "the file is empty, or no BVH file");
  if (open.length > 0 || pending) throw invalid(name, "a brace of the hierarchy is not closed");
  if (joints.length === 0) throw invalid(name, "the hierarchy has no joints");
  return joints;
}

/** One line of the hierarchy; returns what the next brace opens. */
function readEntry(words: string[], joints: BvhJoint[], open: Open[], at: string): Open | undefined {
  const current = open[open.length - 1];
  const [keyword, ...rest] = words;
  switch (keyword) {
    case "ROOT":
    case "JOINT": {
      if ((keyword === "ROOT") !== (current === undefined) || current?.joint === -1)
        throw invalid(at, `${keyword} can't stand here`);
      if (rest.length === 0) throw invalid(at, `a ${keyword} without a name`);
      joints.push({
        name: rest.join(" "),
        parent: current?.joint ?? -1,
        offset: [NaN, NaN, NaN],
        channels: [],
      });
      return { joint: joints.length - 1, endSiteOf: -1 };
    }
    case "End":
      if (!current || current.joint < 0) throw invalid(at, "an end site outside a joint");
      return { joint: -1, endSiteOf: current.joint };
    case "OFFSET": {
      const offset = rest.map(Number);
      if (!current || offset.length !== 3 || !offset.every(Number.isFinite))
        throw invalid(at, "an OFFSET must be three numbers inside a joint");
      const vector: [number, number, number] = [offset[0], offset[1], offset[2]];
      if (current.joint < 0) joints[current.endSiteOf].endSite = vector;
      else joints[current.joint].offset = vector;
      return undefined;
    }
    case "CHANNELS": {
      if (!current || current.joint < 0) throw invalid(at, "CHANNELS outside a joint");
      const channels = rest.slice(1);
      const unknown = channels.find((channel) => !CHANNELS.includes(channel as BvhChannel));
      if (unknown !== undefined) throw invalid(at, `the channel "${unknown}" is unknown`);
      if (Number(rest[0]) !== channels.length || new Set(channels).size !== channels.length)
        throw invalid(at, `CHANNELS ${rest[0]} is followed by ${channels.join(" ") || "none"}`);
      joints[current.joint].channels = channels as BvhChannel[];
      return undefined;
    }
    default:
      throw invalid(at, `"${keyword}" is not known in a hierarchy`);
  }
}

function readMotion(lines: readonly string[], start: number, joints: readonly BvhJoint[], name: string) {
  joints.forEach(({ name: joint, offset }) => {
    if (Number.isNaN(offset[0])) throw invalid(name, `joint "${joint}" has no OFFSET`);
  });
  const rows: number[] = [];
  for (let l = start; l < lines.length; l++) if (lines[l].trim() !== "") rows.push(l);
  const frames = /^\s*Frames\s*:\s*(\d+)\s*$/.exec(lines[rows[0]] ?? "")?.[1];
  const time = /^\s*Frame Time\s*:\s*(\S+)\s*$/.exec(lines[rows[1]] ?? "")?.[1];
  const frameTime = Number(time);
  if (frames === undefined)
    throw invalid(`${name}, line ${start + 1}`, 'MOTION is not followed by "Frames:"');
  if (!(frameTime > 0 && frameTime < Infinity))
    throw invalid(`${name}, line ${start + 2}`, '"Frame Time:" is missing or no positive number');
  const frameCount = rows.length - 2;
  if (Number(frames) !== frameCount)
    throw invalid(name, `Frames says ${frames}, ${frameCount} rows are there`);
  const width = joints.reduce((sum, { channels }) => sum + channels.length, 0);
  const channels = new Float64Array(frameCount * width);
  rows.slice(2).forEach((l, t) => {
    const cells = lines[l].trim().split(/\s+/);
    if (cells.length !== width)
      throw invalid(`${name}, line ${l + 1}`, `${cells.length} values, the channels are ${width}`);
    cells.forEach((cell, c) => {
      const value = Number(cell);
      if (!Number.isFinite(value)) throw invalid(`${name}, line ${l + 1}`, `"${cell}" is no number`);
      channels[t * width + c] = value;
    });
  });
  return { frameTime, frameCount, channels };
}

/**
 * Writes a BVH file; joints must stand depth first.
 *
 * @param decimals Of lengths and angles: 4 is a micrometre in a file in centimetres.
 * @returns Pieces of text, to be written one after the other.
 */
export function* writeBvh(bvh: Bvh, decimals = 4): Generator<string> {
  const { channels, frameCount } = bvh;
  const width = frameCount === 0 ? 0 : channels.length / frameCount;
  const rows = function* () {
    for (let t = 0; t < frameCount; t++) yield channels.subarray(t * width, (t + 1) * width);
  };
  yield* writeBvhRows(bvh, rows(), decimals);
}

/** `writeBvh` from motion rows that are made one after the other. */
export function* writeBvhRows(
  { joints, frameCount, frameTime }: Omit<Bvh, "channels">,
  rows: Iterable<Float64Array>,
  decimals = 4,
): Generator<string> {
  yield "HIERARCHY\n";
  yield* writeHierarchy(joints, decimals);
  yield `MOTION\nFrames: ${frameCount}\nFrame Time: ${Number(frameTime.toPrecision(12))}\n`;
  for (const values of rows) {
    let row = "";
    for (let c = 0; c < values.length; c++) row += (c === 0 ? "" : " ") + fixed(values[c], decimals);
    yield `${row}\n`;
  }
}

function* writeHierarchy(joints: readonly BvhJoint[], decimals: number): Generator<string> {
  const vector = (values: readonly number[]) => values.map((value) => fixed(value, decimals)).join(" ");
  const depth: number[] = [];
  let closing = 0;
  for (const [i, { name, parent, offset, channels, endSite }] of joints.entries()) {
    depth[i] = parent < 0 ? 0 : depth[parent] + 1;
    for (; closing > depth[i]; closing--) yield `${"\t".repeat(closing - 1)}}\n`;
    const tabs = "\t".repeat(depth[i]);
    yield `${tabs}${parent < 0 ? "ROOT" : "JOINT"} ${name}\n${tabs}{\n`;
    yield `${tabs}\tOFFSET ${vector(offset)}\n${tabs}\tCHANNELS ${[channels.length, ...channels].join(" ")}\n`;
    if (endSite) yield `${tabs}\tEnd Site\n${tabs}\t{\n${tabs}\t\tOFFSET ${vector(endSite)}\n${tabs}\t}\n`;
    closing = depth[i] + 1;
  }
  for (; closing > 0; closing--) yield `${"\t".repeat(closing - 1)}}\n`;
}

const fixed = (value: number, decimals: number) => {
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? (0).toFixed(decimals) : text;
};

export interface BvhPose {
  /** T×J×3 world positions in the file's unit. */
  positions: Float64Array;
  /** T×J×9 world rotation matrices, row-major. */
  rotations: Float64Array;
  /** T×E×3 ends of the end sites, in file order. */
  endSites: Float64Array;
}

/**
 * The poses of a BVH file: R = product of the rotation channels in their listed order; local translation = OFFSET plus
 * position channels.
 *
 * @param positionChannels Programs differ where a joint has both an OFFSET and position channels: `added` to it, as the
 *   original description says of the root (three.js too), or `replaced` by them (Blender).
 */
export function poseBvh(bvh: Bvh, positionChannels: "added" | "replaced" = "added"): BvhPose {
  const { joints, frameCount } = bvh;
  const ends = joints.flatMap(({ endSite }, joint) => (endSite ? [{ joint, endSite }] : []));
  const positions = new Float64Array(frameCount * joints.length * 3);
  const rotations = new Float64Array(frameCount * joints.length * 9);
  const endSites = new Float64Array(frameCount * ends.length * 3);
  const local = new Float64Array(9);
  const origin = new Float64Array(3);
  const identity = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
  let c = 0;
  const point = new Float64Array(3);
  for (let t = 0; t < frameCount; t++) {
    const first = t * joints.length;
    joints.forEach(({ parent, offset, channels }, j) => {
      local.set(identity);
      c = readLocal(bvh.channels, c, channels, offset, positionChannels === "replaced", local, origin);
      const W = parent < 0 ? identity : rotations;
      const w = parent < 0 ? 0 : (first + parent) * 9;
      for (let k = 0; k < 3; k++)
        point[k] = W[w + 3 * k] * origin[0] + W[w + 3 * k + 1] * origin[1] + W[w + 3 * k + 2] * origin[2];
      const o = (first + j) * 3;
      for (let k = 0; k < 3; k++)
        positions[o + k] = point[k] + (parent < 0 ? 0 : positions[(first + parent) * 3 + k]);
      multiply(W, w, local, rotations, (first + j) * 9);
    });
    ends.forEach(({ joint, endSite }, e) => {
      const o = (t * ends.length + e) * 3;
      endSites.set(positions.subarray((first + joint) * 3, (first + joint) * 3 + 3), o);
      placeChild(rotations, (first + joint) * 9, endSite, 0, endSites, o, o);
    });
  }
  return { positions, rotations, endSites };
}

/** A joint's channels from values[c…] on: its local rotation into `local`, translation into `origin`; returns the next c. */
function readLocal(
  values: Float64Array,
  c: number,
  channels: readonly BvhChannel[],
  offset: readonly number[],
  replace: boolean,
  local: Float64Array,
  origin: Float64Array,
): number {
  const moved = channels.some((channel) => channel.endsWith("position"));
  for (let k = 0; k < 3; k++) origin[k] = replace && moved ? 0 : offset[k];
  for (const channel of channels) {
    const axis = channel.charCodeAt(0) - 88;
    if (channel.endsWith("position")) origin[axis] += values[c];
    else rotateAbout(local, 0, axis, (values[c] * Math.PI) / 180);
    c++;
  }
  return c;
}
