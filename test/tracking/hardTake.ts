import { type Random, random } from "@marey/core/array";
import type { Camera, Rig } from "@marey/core/camera";
import type { Detection, Detections } from "@marey/core/motion";
import { coco17 } from "@marey/core/skeleton";
import type { TrueTake } from "./judge.js";

export interface HardTakeOptions {
  seed: number;
  people: number;
  frames: number;
  frameRate: number;
  cameras: number;
  /** Standard deviation, pixels. */
  noise: number;
  /** Shares of joints. */
  missedJoints: number;
  outliers: number;
  /** Share of the frames in which a view doesn't see a person, in runs of several frames. */
  missedPeople: number;
  /** False people per view and frame. */
  ghosts: number;
  /** Share of the people in a view who are detected twice. */
  duplicates: number;
  /** Times in a take, for each person, in which no view sees them for half a second. */
  blackouts: number;
  /** Whether people hide those behind them; a hidden joint is missed or laid onto the person in front. */
  occlusion: boolean;
  /** How near to one point all walk at half time, metres. */
  crossing: number;
}

const HARD_TAKE: HardTakeOptions = {
  seed: 1,
  people: 3,
  frames: 150,
  frameRate: 30,
  cameras: 4,
  noise: 3,
  missedJoints: 0.15,
  outliers: 0.05,
  missedPeople: 0.15,
  ghosts: 0.1,
  duplicates: 0.05,
  blackouts: 0,
  occlusion: true,
  crossing: 0.15,
};

/** A take of people who walk through each other, badly seen, with its truth. */
export function hardTake(options: Partial<HardTakeOptions> = {}) {
  const settings = { ...HARD_TAKE, ...options };
  const source = random(settings.seed);
  const rig = ring(settings.cameras);
  const walkers = Array.from({ length: settings.people }, (_, i) => walker(source, i, settings));
  const bodies = walkers.map((walk) => Array.from({ length: settings.frames }, (_, t) => walk(t)));
  const dark = walkers.map(() =>
    Array.from({ length: settings.blackouts }, () => source.integer(settings.frames)),
  );
  const unlit = (person: number, t: number) =>
    dark[person]!.some((start) => t >= start && t < start + settings.frameRate / 2);
  const identities: number[][][] = [];
  const views = rig.cameras.map((camera, v): Detections => {
    identities.push([]);
    const gone = walkers.map(() => 0);
    const frames = Array.from({ length: settings.frames }, (_, t) => {
      const seen = bodies.flatMap((body, person) => {
        if (gone[person]! > 0) gone[person]!--;
        else if (source.uniform() < settings.missedPeople / 5)
          gone[person] = 2 + Math.floor(source.uniform() * 6);
        if (gone[person]! > 0 || unlit(person, t)) return [];
        const others = settings.occlusion
          ? bodies.filter((_, other) => other !== person).map((b) => b[t]!)
          : [];
        const times = source.uniform() < settings.duplicates ? 2 : 1;
        return Array.from({ length: times }, () => ({
          person,
          detection: look(source, camera, body[t]!, others, settings),
        }));
      });
      if (source.uniform() < settings.ghosts) {
        const body = bodies[Math.floor(source.uniform() * bodies.length)]![t]!;
        const moved = body.map((x, i) => x + [2, -1.6, 0.4][i % 3]! * (1 + 0.1 * source.normal()));
        seen.push({ person: -1, detection: look(source, camera, moved, [], settings) });
      }
      const order = seen.map((one) => ({ one, key: source.uniform() })).sort((a, b) => a.key - b.key);
      identities[v]!.push(order.map(({ one }) => one.person));
      return order.map(({ one }) => one.detection);
    });
    return {
      skeleton: coco17,
      frameRate: settings.frameRate,
      width: 1920,
      height: 1080,
      firstFrame: 0,
      frames,
    };
  });
  const truth: TrueTake = {
    people: settings.people,
    at: (person, frame) =>
      coco17.joints.map((_, j) => {
        const body = bodies[person]![frame]!;
        return [j, body[3 * j]!, body[3 * j + 1]!, body[3 * j + 2]!] as const;
      }),
  };
  return { rig, views, identities, truth };
}

/** Cameras on a circle of 4.5 m, 1.8 m high, looking at the middle. */
function ring(count: number): Rig {
  const cameras = Array.from({ length: count }, (_, v): Camera => {
    const angle = (2 * Math.PI * v) / count + 0.3;
    const centre = [4.5 * Math.cos(angle), 4.5 * Math.sin(angle), 1.8];
    const length = Math.hypot(4.5, 0.8);
    const forward = [-centre[0]! / length, -centre[1]! / length, -0.8 / length];
    const right = [-Math.sin(angle), Math.cos(angle), 0];
    const down = [
      forward[1]! * right[2]! - forward[2]! * right[1]!,
      forward[2]! * right[0]! - forward[0]! * right[2]!,
      forward[0]! * right[1]! - forward[1]! * right[0]!,
    ];
    const rotation = Float64Array.of(...right, ...down, ...forward);
    const translation = Float64Array.from(
      [right, down, forward],
      (axis) => -axis.reduce((sum, value, c) => sum + value * centre[c]!, 0),
    );
    const intrinsics = { fx: 1100, fy: 1100, cx: 960, cy: 540, width: 1920, height: 1080, distortion: [] };
    return { name: `cam${v}`, ...intrinsics, rotation, translation };
  });
  return { cameras, up: "z" };
}

/** COCO-17 at rest: forward, left, up in metres from the floor below the pelvis. */
const rest = [
  [0.1, 0, 1.62],
  [0.08, 0.03, 1.66],
  [0.08, -0.03, 1.66],
  [0, 0.07, 1.64],
  [0, -0.07, 1.64],
  [0, 0.19, 1.42],
  [0, -0.19, 1.42],
  [0, 0.24, 1.12],
  [0, -0.24, 1.12],
  [0.05, 0.25, 0.87],
  [0.05, -0.25, 0.87],
  [0, 0.1, 0.92],
  [0, -0.1, 0.92],
  [0.02, 0.1, 0.5],
  [0.02, -0.1, 0.5],
  [-0.02, 0.1, 0.09],
  [-0.02, -0.1, 0.09],
] as const;
/** How far a joint swings forward with the step, metres; the two sides in opposite phase. */
const swing = [0, 0, 0, 0, 0, 0, 0, 0.08, 0.08, 0.22, 0.22, 0, 0, 0.12, 0.12, 0.3, 0.3];

/** Someone who walks straight through the middle, each in another direction, size and rhythm. */
function walker(source: Random, index: number, { people, frames, frameRate, crossing }: HardTakeOptions) {
  const heading = (2 * Math.PI * index) / people + 0.6 * source.uniform();
  const aside = crossing * (source.uniform() - 0.5) * 2;
  const speed = Math.min(1.1 + 0.3 * source.uniform(), 3.6 / (frames / frameRate));
  const size = 0.9 + 0.15 * source.uniform();
  const phase = 6 * source.uniform();
  const late = 0.12 * (source.uniform() - 0.5);
  const sway = 0.2 * source.uniform();
  return (frame: number): Float64Array => {
    const time = (frame - frames / 2) / frameRate + late;
    const along = speed * time;
    const across = aside + sway * Math.sin(0.9 * time + phase);
    const body = new Float64Array(51);
    rest.forEach(([forward, left, up], j) => {
      const side = j % 2 === 1 ? 1 : -1;
      const arm = j >= 5 && j <= 10 ? -1 : 1;
      const x = along + size * forward + swing[j]! * side * arm * Math.sin(5.5 * time + phase);
      const y = across + size * left;
      body[3 * j] = x * Math.cos(heading) - y * Math.sin(heading);
      body[3 * j + 1] = x * Math.sin(heading) + y * Math.cos(heading);
      body[3 * j + 2] = size * up + 0.02 * Math.sin(11 * time + phase);
    });
    return body;
  };
}

/** A detector's bad day: noise, misses, gross outliers, hidden joints, now and then the legs the wrong way round. */
function look(
  source: Random,
  camera: Camera,
  body: Float64Array,
  others: readonly Float64Array[],
  options: HardTakeOptions,
): Detection {
  const joints = new Float32Array(51);
  const swapped = source.uniform() < 0.02;
  const hiding = others.map((other) => projectAll(camera, other));
  const own = projectAll(camera, body);
  for (let j = 0; j < 17; j++) {
    const from = swapped && j >= 11 ? coco17.mirror[j]! : j;
    let [u = 0, w = 0, depth = 0] = own.subarray(3 * from, 3 * from + 3);
    const front = hiding.find((other) => hides(other, u, w, depth));
    const fooled = front !== undefined && source.uniform() < 0.5;
    if (fooled) [u = 0, w = 0, depth = 0] = front.subarray(3 * from, 3 * from + 3);
    const outlier = source.uniform() < options.outliers;
    const sigma = outlier ? 80 : options.noise;
    u += sigma * source.normal();
    w += sigma * source.normal();
    const confidence = outlier || fooled ? source.uniform(0.2, 0.7) : source.uniform(0.5, 1);
    const inside = u >= 0 && w >= 0 && u < camera.width && w < camera.height && depth > 0;
    const missed = source.uniform() < options.missedJoints || !inside || (front !== undefined && !fooled);
    joints.set(missed ? [NaN, NaN, 0] : [u, w, confidence], 3 * j);
  }
  return { score: 0.8, joints };
}

/** J×3: x, y in pixels, depth in metres. */
function projectAll(
  { rotation: R, translation: t, fx, fy, cx, cy }: Camera,
  body: Float64Array,
): Float64Array {
  const image = new Float64Array(body.length);
  for (let i = 0; i < body.length; i += 3) {
    const [x = 0, y = 0, z = 0] = body.subarray(i, i + 3);
    const depth = R[6]! * x + R[7]! * y + R[8]! * z + t[2]!;
    image[i] = (fx * (R[0]! * x + R[1]! * y + R[2]! * z + t[0]!)) / depth + cx;
    image[i + 1] = (fy * (R[3]! * x + R[4]! * y + R[5]! * z + t[1]!)) / depth + cy;
    image[i + 2] = depth;
  }
  return image;
}

/** Whether a body in front covers a pixel: within 0.12 m of one of its joints. */
function hides(image: Float64Array, u: number, w: number, depth: number): boolean {
  for (let i = 0; i < image.length; i += 3) {
    const reach = (0.12 * 1100) / image[i + 2]!;
    if (image[i + 2]! < depth - 0.05 && Math.hypot(image[i]! - u, image[i + 1]! - w) < reach) return true;
  }
  return false;
}
