/**
 * Crowds made on the fly: people in poses of the CMU database, drawn as capsules with shaded, striped and noisy clothes
 * before clutter, so near to each other that they overlap; whoever is nearer hides the others. Right limbs are half as
 * bright as left ones, which stands for the face that these people lack.
 */
import type { Random } from "@marey/core/array";
import type { MotionClip } from "@marey/core/model/videoPose3d";
import { figure, fromMotion17, tree } from "./figure.js";

const joints = figure.joints.length;

/** A picture with what it shows. */
export interface Scene {
  /** 3×size×size, −0.5..0.5. */
  readonly picture: Float32Array;
  /** P×J×3: x, y in pixels; 1 where some of the person is to be seen within two pixels, else 0. */
  readonly people: Float32Array;
  /** P: height of a standing person at this distance, pixels. */
  readonly heights: readonly number[];
  /** size×size: who is seen in a pixel, −1 where nobody. */
  readonly owners: Int8Array;
}

export interface SceneOptions {
  /** Width and height, pixels. */
  readonly size: number;
  /** How many people, from the least to the most. */
  readonly people: readonly [number, number];
  /** Heights of the people, pixels. */
  readonly height: readonly [number, number];
}

export const SCENE: SceneOptions = { size: 96, people: [2, 8], height: [48, 76] };

/** How thick a limb is at its two ends, as a share of the height; limbs without an entry aren't drawn. */
const thickness = new Map<string, readonly [number, number]>([
  ["1,2", [0.04, 0.045]],
  ["1,5", [0.04, 0.045]],
  ["2,3", [0.036, 0.03]],
  ["5,6", [0.036, 0.03]],
  ["3,4", [0.028, 0.022]],
  ["6,7", [0.028, 0.022]],
  ["8,9", [0.05, 0.04]],
  ["11,12", [0.05, 0.04]],
  ["9,10", [0.038, 0.028]],
  ["12,13", [0.038, 0.028]],
  ["1,8", [0.06, 0.06]],
  ["1,11", [0.06, 0.06]],
  ["1,0", [0.03, 0.055]],
]);

type Colour = readonly [number, number, number];
const colour = (random: Random): Colour => [random.uniform(), random.uniform(), random.uniform()];
const dark = ([r, g, b]: Colour): Colour => [0.5 * r, 0.5 * g, 0.5 * b];

/** A crowd. The same random numbers give the same one. */
export function drawScene(clips: readonly MotionClip[], random: Random, options = SCENE): Scene {
  const { size, people: range } = options;
  const picture = background(size, random);
  const owners = new Int8Array(size * size).fill(-1);
  const count = range[0] + random.integer(range[1] - range[0] + 1);
  // The farthest first; who is nearer is taller and hides the others.
  const heights = Array.from({ length: count }, () => random.uniform(...options.height)).sort(
    (a, b) => a - b,
  );
  const people = new Float32Array(count * joints * 3);
  const middle = random.uniform(0.35, 0.65) * size;
  heights.forEach((height, p) => {
    const pose = projectedPose(clips, random);
    const x = Math.max(0.12 * size, Math.min(0.88 * size, middle + random.normal(0, 0.24 * size)));
    const y = size * random.uniform(0.44, 0.56);
    for (let j = 0; j < joints; j++) {
      const at = (p * joints + j) * 3;
      people[at] = x + height * pose[j * 3]!;
      people[at + 1] = y + height * pose[j * 3 + 1]!;
    }
    dress(picture, owners, people, pose, p, height, size, random);
  });
  for (let i = 0; i < picture.length; i++) picture[i] = picture[i]! - 0.5 + 0.14 * (random.uniform() - 0.5);
  for (let i = 0; i < count * joints; i++)
    people[i * 3 + 2] = isSeen(owners, people[i * 3]!, people[i * 3 + 1]!, Math.floor(i / joints), size)
      ? 1
      : 0;
  return { picture, people, heights, owners };
}

/** J×3: a pose of a clip from a random side, orthographic, 1 = the height of the person; depth grows away. */
function projectedPose(clips: readonly MotionClip[], random: Random): Float32Array {
  const { positions } = clips[random.integer(clips.length)]!;
  const from = random.integer(positions.length / 51) * 51;
  const yaw = random.uniform(0, 2 * Math.PI);
  const roll = random.normal(0, 0.08);
  const pose = new Float32Array(joints * 3);
  const [px, py, pz] = [positions[from]!, positions[from + 1]!, positions[from + 2]!];
  fromMotion17.forEach((source, j) => {
    const x = positions[from + source * 3]! - px;
    const y = positions[from + source * 3 + 1]! - py;
    const z = positions[from + source * 3 + 2]! - pz;
    const across = Math.cos(yaw) * x + Math.sin(yaw) * z;
    // People of the database are about 1.7 m tall; up becomes down the picture.
    pose[j * 3] = (Math.cos(roll) * across + Math.sin(roll) * y) / 1.7;
    pose[j * 3 + 1] = (Math.sin(roll) * across - Math.cos(roll) * y) / 1.7;
    pose[j * 3 + 2] = (-Math.sin(yaw) * x + Math.cos(yaw) * z) / 1.7;
  });
  return pose;
}

/** Clutter: waves of colour and bars of the thickness of limbs. */
function background(size: number, random: Random): Float32Array {
  const picture = new Float32Array(3 * size * size).fill(0.5);
  for (let wave = 0; wave < 4; wave++) {
    const [u, v] = [random.normal(0, 6 / size), random.normal(0, 6 / size)];
    const phase = random.uniform(0, 6.3);
    const tint = colour(random);
    for (let i = 0; i < size * size; i++) {
      const light = Math.sin(u * (i % size) + v * Math.floor(i / size) + phase);
      for (let c = 0; c < 3; c++) picture[c * size * size + i]! += 0.2 * (tint[c]! - 0.3) * light;
    }
  }
  for (let bar = 0; bar < 6; bar++) {
    const [x, y] = [random.uniform(0, size), random.uniform(0, size)];
    const turn = random.uniform(0, 2 * Math.PI);
    const length = random.uniform(8, 50);
    const radius = random.uniform(1.5, 4);
    const end = [x + length * Math.cos(turn), y + length * Math.sin(turn)] as const;
    capsule(picture, undefined, -1, [x, y], end, [radius, radius], colour(random), 0, size);
  }
  return picture;
}

/** Draws a person, the farther limbs first. */
function dress(
  picture: Float32Array,
  owners: Int8Array,
  people: Float32Array,
  pose: Float32Array,
  person: number,
  height: number,
  size: number,
  random: Random,
): void {
  const [shirt, trousers, skin] = [colour(random), colour(random), colour(random)];
  const stripes = random.uniform(0, 0.25);
  const place = (j: number) =>
    [people[(person * joints + j) * 3]!, people[(person * joints + j) * 3 + 1]!] as const;
  const nearest = [...tree].sort(([a, b], [c, d]) => depthOf(pose, c, d) - depthOf(pose, a, b));
  for (const [a, b] of nearest) {
    const [thin, thick] = thickness.get(`${a},${b}`) ?? [0, 0];
    const tone = b === 0 ? skin : b === 4 || b === 7 ? skin : b >= 9 && b !== 11 ? trousers : shirt;
    const isRight = (b >= 2 && b <= 4) || b === 9 || b === 10;
    const radii = [Math.max(1.2, thin * height), Math.max(1.2, thick * height)] as const;
    capsule(picture, owners, person, place(a), place(b), radii, isRight ? dark(tone) : tone, stripes, size);
  }
}

const depthOf = (pose: Float32Array, a: number, b: number) => pose[a * 3 + 2]! + pose[b * 3 + 2]!;

/** Draws a limb, lighter along its middle, with stripes across. */
function capsule(
  picture: Float32Array,
  owners: Int8Array | undefined,
  owner: number,
  [ax, ay]: readonly [number, number],
  [bx, by]: readonly [number, number],
  [first, last]: readonly [number, number],
  tone: Colour,
  stripes: number,
  size: number,
): void {
  const most = Math.max(first, last);
  const [dx, dy] = [bx - ax, by - ay];
  const square = Math.max(1e-6, dx * dx + dy * dy);
  for (
    let y = Math.max(0, Math.ceil(Math.min(ay, by) - most));
    y <= Math.min(size - 1, Math.max(ay, by) + most);
    y++
  )
    for (
      let x = Math.max(0, Math.ceil(Math.min(ax, bx) - most));
      x <= Math.min(size - 1, Math.max(ax, bx) + most);
      x++
    ) {
      const t = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / square));
      const radius = first + t * (last - first);
      const distance = Math.hypot(x - ax - t * dx, y - ay - t * dy) / radius;
      if (distance > 1) continue;
      const light = 1 - 0.4 * distance * distance + stripes * Math.sin(t * Math.sqrt(square));
      const at = y * size + x;
      for (let c = 0; c < 3; c++) picture[c * size * size + at] = Math.max(0, Math.min(1, tone[c]! * light));
      if (owners) owners[at] = owner;
    }
}

/** Whether a person is to be seen within two pixels of a joint. */
function isSeen(owners: Int8Array, x: number, y: number, person: number, size: number): boolean {
  for (let v = Math.round(y) - 2; v <= Math.round(y) + 2; v++)
    for (let u = Math.round(x) - 2; u <= Math.round(x) + 2; u++)
      if (u >= 0 && v >= 0 && u < size && v < size && owners[v * size + u] === person) return true;
  return false;
}
