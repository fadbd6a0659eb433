import { MareyError } from "../error.js";
import { rotateAbout } from "./euler.js";
import { multiply, parentsFirst, placeChild } from "./kinematics.js";
import { readLines } from "./lines.js";

/** A bone of an ASF skeleton; the first is the root, a bone without length. */
export interface AsfBone {
  name: string;
  /** Index of the parent, −1 for the root. */
  parent: number;
  /** Unit vector in the world of the rest pose. */
  direction: [number, number, number];
  /** In the file's unit. */
  length: number;
  /** C, 3×3 row-major: the axes about which the bone turns. */
  axis: Float64Array;
  /** Rotation channels in the motion's order, axis 0, 1 or 2. */
  channels: number[];
}

export interface Asf {
  bones: AsfBone[];
  /** The file's length unit: metres = value / lengthUnit · 0.0254 in CMU's files. */
  lengthUnit: number;
}

const invalid = (where: string, what: string) =>
  new MareyError("ASF_INVALID", where, what, "Download the file again, or use the BVH conversion");

interface Line {
  words: string[];
  where: string;
}

/**
 * Reads an Acclaim skeleton file.
 *
 * @throws MareyError `ASF_INVALID` naming the line.
 */
export function readAsf(bytes: Uint8Array, name = "asf"): Asf {
  const sections = new Map<string, Line[]>();
  let current: Line[] | undefined;
  for (const line of wordLines(bytes, name)) {
    if (line.words[0].startsWith(":")) {
      current = [];
      sections.set(line.words[0].toLowerCase(), current);
    } else current?.push(line);
  }
  const section = (key: string) => {
    const lines = sections.get(key);
    if (!lines) throw invalid(name, `there is no section ${key}: it is cut off, or no ASF file`);
    return lines;
  };
  const units = new Map((sections.get(":units") ?? []).map(({ words }) => [words[0], words[1]]));
  const degrees = units.get("angle") !== "rad";
  const bones = [readRoot(section(":root"), degrees), ...readBones(section(":bonedata"), degrees, name)];
  link(bones, section(":hierarchy"));
  for (const bone of bones.slice(1))
    if (bone.parent < 0) throw invalid(name, `bone "${bone.name}" has no parent in the hierarchy`);
  return { bones, lengthUnit: Number(units.get("length") ?? 1) };
}

function* wordLines(bytes: Uint8Array, name: string): Generator<Line> {
  for (const [l, line] of readLines(bytes, name).entries()) {
    const words = line.trim().split(/\s+/);
    if (words[0] !== "" && !words[0].startsWith("#")) yield { words, where: `${name}, line ${l + 1}` };
  }
}

function numbers(words: readonly string[], count: number, where: string): number[] {
  const values = words.slice(0, count).map(Number);
  if (values.length !== count || !values.every(Number.isFinite))
    throw invalid(where, `"${words.join(" ")}" is not ${count} numbers`);
  return values;
}

/** The rotation of angles about x, y, z in the order that `order` states, the first applied first. */
function axisMatrix(angles: readonly number[], order: string, degrees: boolean, where: string): Float64Array {
  const letters = Array.from(order.toUpperCase(), (letter) => "XYZ".indexOf(letter));
  if (letters.length !== 3 || new Set(letters).size !== 3 || letters.includes(-1))
    throw invalid(where, `the axis order "${order}" is unknown`);
  const C = identity();
  for (const axis of letters.reverse()) rotateAbout(C, 0, axis, angles[axis] * (degrees ? Math.PI / 180 : 1));
  return C;
}

const identity = () => Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);

function readRoot(lines: readonly Line[], degrees: boolean): AsfBone {
  const find = (key: string) => lines.find(({ words }) => words[0] === key);
  const orientation = find("orientation");
  const angles = orientation ? numbers(orientation.words.slice(1), 3, orientation.where) : [0, 0, 0];
  const axis = axisMatrix(angles, find("axis")?.words[1] ?? "XYZ", degrees, find("axis")?.where ?? "root");
  return { name: "root", parent: -1, direction: [0, 0, 0], length: 0, axis, channels: [0, 1, 2] };
}

function readBones(lines: readonly Line[], degrees: boolean, name: string): AsfBone[] {
  const bones: AsfBone[] = [];
  let open: Partial<AsfBone> | undefined;
  for (const { words, where } of lines) {
    const [key, ...rest] = words;
    if (key === "begin") open = { parent: -1, channels: [] };
    else if (!open) throw invalid(where, `"${key}" outside begin and end`);
    else if (key === "end") {
      bones.push(complete(open, where));
      open = undefined;
    } else if (key === "name") open.name = rest[0];
    else if (key === "direction") open.direction = numbers(rest, 3, where) as AsfBone["direction"];
    else if (key === "length") [open.length] = numbers(rest, 1, where);
    else if (key === "axis")
      open.axis = axisMatrix(numbers(rest, 3, where), rest[3] ?? "XYZ", degrees, where);
    else if (key === "dof")
      open.channels = rest.map((channel) => {
        const axis = ["rx", "ry", "rz"].indexOf(channel.toLowerCase());
        if (axis < 0) throw invalid(where, `the channel "${channel}" is not rx, ry or rz`);
        return axis;
      });
  }
  if (open) throw invalid(name, "its bone data are cut off");
  return bones;
}

function complete(bone: Partial<AsfBone>, where: string): AsfBone {
  if (bone.name === undefined || !bone.direction || bone.length === undefined || !bone.axis)
    throw invalid(where, "a bone lacks its name, direction, length or axis");
  return bone as AsfBone;
}

function link(bones: AsfBone[], lines: readonly Line[]): void {
  const index = new Map(bones.map(({ name }, i) => [name, i]));
  const find = (name: string, where: string) => {
    const i = index.get(name);
    if (i === undefined) throw invalid(where, `bone "${name}" is not in the bone data`);
    return i;
  };
  for (const { words, where } of lines) {
    if (words[0] === "begin" || words[0] === "end") continue;
    const parent = find(words[0], where);
    for (const child of words.slice(1)) {
      const bone = bones[find(child, where)];
      if (bone.parent >= 0 || bone === bones[0]) throw invalid(where, `bone "${child}" has two parents`);
      bone.parent = parent;
    }
  }
  if (parentsFirst(bones.map(({ parent }) => parent)).length !== bones.length)
    throw invalid(lines[0]?.where ?? "hierarchy", "its bones don't all hang on the root");
}

/** Motion of an ASF skeleton as its file gives it. */
export interface Amc {
  /** T×3: the root's translation, in the skeleton's unit. */
  root: Float64Array;
  /** T×B×3: angles about x, y, z, radians; 0 where a bone doesn't turn. */
  angles: Float64Array;
}

/**
 * Reads an Acclaim motion file.
 *
 * @throws MareyError `ASF_INVALID` naming the line.
 */
export function readAmc(bytes: Uint8Array, { bones }: Asf, name = "amc"): Amc {
  const index = new Map(bones.map(({ name: bone }, i) => [bone, i]));
  const frames: { where: string; values: Map<number, number[]> }[] = [];
  let scale = Math.PI / 180;
  for (const { words, where } of wordLines(bytes, name)) {
    if (words[0].toUpperCase() === ":RADIANS") scale = 1;
    if (words[0].startsWith(":")) continue;
    if (words.length === 1 && /^\d+$/.test(words[0])) {
      frames.push({ where, values: new Map() });
      continue;
    }
    const bone = index.get(words[0]);
    const frame = frames[frames.length - 1];
    if (bone === undefined) throw invalid(where, `bone "${words[0]}" is not in the skeleton`);
    if (!frame) throw invalid(where, "values before the first frame number");
    const count = bones[bone].channels.length + (bone === 0 ? 3 : 0);
    if (words.length - 1 !== count)
      throw invalid(where, `${words.length - 1} values for "${words[0]}", which has ${count} channels`);
    if (frame.values.has(bone)) throw invalid(where, `"${words[0]}" comes twice in a frame`);
    frame.values.set(bone, numbers(words.slice(1), count, where));
  }
  if (frames.length === 0) throw invalid(name, "it has no frames");
  return fill(frames, bones, scale);
}

function fill(
  frames: readonly { where: string; values: Map<number, number[]> }[],
  bones: readonly AsfBone[],
  scale: number,
): Amc {
  const root = new Float64Array(frames.length * 3);
  const angles = new Float64Array(frames.length * bones.length * 3);
  frames.forEach(({ where, values }, t) => {
    bones.forEach(({ name, channels }, b) => {
      const row = values.get(b) ?? [];
      if (row.length === 0 && channels.length > 0) throw invalid(where, `the frame lacks bone "${name}"`);
      const turns = b === 0 ? row.slice(3) : row;
      if (b === 0) root.set(row.slice(0, 3), t * 3);
      channels.forEach((axis, c) => {
        angles[(t * bones.length + b) * 3 + axis] = turns[c] * scale;
      });
    });
  });
  return { root, angles };
}

/**
 * The poses of a motion: R = R_parent·C·M·C⁻¹ with M = R_z·R_y·R_x of the angles; a bone ends at its parent's end plus
 * length · R · direction.
 *
 * @returns `positions` T×B×3, ends of bones (the root's own place first), in the file's unit; `rotations` T×B×9, world.
 */
export function poseAsf(
  { bones }: Asf,
  { root, angles }: Amc,
): { positions: Float64Array; rotations: Float64Array } {
  const count = bones.length;
  const frames = root.length / 3;
  const positions = new Float64Array(frames * count * 3);
  const rotations = new Float64Array(frames * count * 9);
  const order = parentsFirst(bones.map(({ parent }) => parent));
  const inverse = bones.map(({ axis: C }) =>
    Float64Array.from(C, (_, i) => C[3 * (i % 3) + Math.floor(i / 3)]),
  );
  const offsets = Float64Array.from(
    bones.flatMap(({ direction, length }) => direction.map((d) => d * length)),
  );
  const turn = new Float64Array(9);
  const local = new Float64Array(9);
  const unturned = identity();
  for (let t = 0; t < frames; t++)
    for (const b of order) {
      const at = t * count + b;
      turn.set(bones[b].axis);
      for (const axis of [2, 1, 0]) rotateAbout(turn, 0, axis, angles[at * 3 + axis]);
      multiply(turn, 0, inverse[b], local, 0);
      const parent = t * count + bones[b].parent;
      const isRoot = bones[b].parent < 0;
      multiply(isRoot ? unturned : rotations, isRoot ? 0 : parent * 9, local, rotations, at * 9);
      if (isRoot) positions.set(root.subarray(t * 3, t * 3 + 3), at * 3);
      else placeChild(rotations, at * 9, offsets, b * 3, positions, parent * 3, at * 3);
    }
  return { positions, rotations };
}
