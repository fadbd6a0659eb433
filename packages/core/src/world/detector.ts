import { type Random, random } from "../array/random.js";
import type { Camera } from "../camera/camera.js";
import { project } from "../camera/projection.js";
import type { Detection } from "../motion/keypoints.js";
import type { Skeleton } from "../skeleton/skeleton.js";
import { chance, driftPair, mixed, normalPair } from "./noise.js";

/** What a simulated detector gets wrong. */
export interface DetectorFlaws {
  /** Standard deviation of a joint's x and y, pixels, without bias and outliers. */
  noise: number;
  /** Share of the noise's variance that changes slowly, within about `driftSeconds`. */
  drift: number;
  driftSeconds: number;
  /** Standard deviation of a shift that a joint keeps in a view for the whole take, pixels. */
  bias: number;
  /** Shares of joints that are missed, or placed wrongly by some `outlierSpread` pixels. */
  missedJoints: number;
  outliers: number;
  outlierSpread: number;
  /** Share of the sightings with left and right of the legs exchanged. */
  swaps: number;
  /** Share of the time, in runs of `missedSeconds`, in which a view doesn't find a person. */
  missedPeople: number;
  missedSeconds: number;
  /** The same for all views at once. */
  blackouts: number;
  /** False people per view and frame, and share of the people who are found twice. */
  falsePeople: number;
  duplicates: number;
  /** Whether people hide those behind them; a hidden joint is missed or laid onto the person in front. */
  occlusion: boolean;
}

/** Two pixels of noise, a third of it slow; nothing else. */
export const CLEAR_SIGHT: DetectorFlaws = {
  noise: 2,
  drift: 0.35,
  driftSeconds: 0.15,
  bias: 0,
  missedJoints: 0,
  outliers: 0,
  outlierSpread: 80,
  swaps: 0,
  missedPeople: 0,
  missedSeconds: 0.1,
  blackouts: 0,
  falsePeople: 0,
  duplicates: 0,
  occlusion: false,
};

/** What a view finds in a frame, with who it is. */
export interface Sighting {
  detection: Detection;
  /** Index of the true person; −1 for a false one. */
  person: number;
}

/** Where and when a simulated detector looks. */
export interface Glance {
  skeleton: Skeleton;
  camera: Camera;
  /** Index of the camera. */
  view: number;
  frame: number;
  frameRate: number;
  seed: number;
}

/** How near in front of a joint a joint of someone else hides it, metres. */
const HIDES = 0.12;
/** Mean confidence of a joint that is right. */
const SURE = 0.85;

/**
 * What a detector finds in one frame of one view, in random order. The same arguments give the same result, whatever
 * was asked before; noise that lasts is a function of time.
 *
 * @param bodies each person's joints, J×3, metres.
 */
export function detect(bodies: readonly Float64Array[], glance: Glance, flaws: DetectorFlaws): Sighting[] {
  const { camera, view, frame, frameRate, seed } = glance;
  const source = random(mixed(seed, view, frame, 1));
  const seconds = frame / frameRate;
  const images = bodies.map((body) => lookAt(body, camera));
  const found: Sighting[] = [];
  images.forEach((image, person) => {
    const run = Math.floor(seconds / flaws.missedSeconds + chance(seed, view, person, 2));
    const dark = Math.floor(2 * seconds + chance(seed, person, 3));
    if (flaws.missedPeople > 0 && chance(seed, view, person, run) < flaws.missedPeople) return;
    if (flaws.blackouts > 0 && chance(seed, -1, person, dark) < flaws.blackouts) return;
    const others = flaws.occlusion ? images.filter((other) => other !== image) : [];
    const times = source.uniform() < flaws.duplicates ? 2 : 1;
    for (let n = 0; n < times; n++)
      found.push({ person, detection: sight(image, others, person, glance, flaws, source) });
  });
  if (images.length > 0 && source.uniform() < flaws.falsePeople) {
    // A reflection, a poster: somebody's shape at another place, smaller or larger.
    const image = images[source.integer(images.length)].slice();
    const scale = source.uniform(0.6, 1.3);
    const [right, down] = [source.uniform(-600, 600), source.uniform(-150, 150)];
    for (let i = 0; i < image.length; i += 3) {
      image[i] = scale * (image[i] - camera.cx) + camera.cx + right;
      image[i + 1] = scale * (image[i + 1] - camera.cy) + camera.cy + down;
    }
    found.push({ person: -1, detection: sight(image, [], -1, glance, flaws, source) });
  }
  for (let i = found.length - 1; i > 0; i--) {
    const j = source.integer(i + 1);
    [found[i], found[j]] = [found[j], found[i]];
  }
  return found;
}

/** J×3: x, y in pixels, depth in metres. */
function lookAt(body: Float64Array, camera: Camera): Float64Array {
  const { rotation: R, translation: t } = camera;
  const pixels = project(body, camera);
  const image = new Float64Array(body.length);
  for (let i = 0, p = 0; i < body.length; i += 3, p += 2) {
    image[i] = pixels[p];
    image[i + 1] = pixels[p + 1];
    image[i + 2] = R[6] * body[i] + R[7] * body[i + 1] + R[8] * body[i + 2] + t[2];
  }
  return image;
}

const drawn = new Float64Array(6);

function sight(
  image: Float64Array,
  others: readonly Float64Array[],
  person: number,
  { skeleton, camera, view, frame, frameRate, seed }: Glance,
  flaws: DetectorFlaws,
  source: Random,
): Detection {
  const count = skeleton.joints.length;
  const joints = new Float32Array(3 * count);
  const swapped = source.uniform() < flaws.swaps;
  const slow = flaws.noise * Math.sqrt(flaws.drift);
  const fast = flaws.noise * Math.sqrt(1 - flaws.drift);
  const time = frame / frameRate / flaws.driftSeconds;
  let sum = 0;
  for (let j = 0; j < count; j++) {
    let shown = image;
    const from = 3 * (swapped && isLeg(skeleton, j) ? skeleton.mirror[j] : j);
    const hider = others.find((other) => hides(other, image, from, camera.fx));
    if (hider && source.uniform() < 0.5) shown = hider;
    const outlier = source.uniform() < flaws.outliers;
    const missed = source.uniform() < flaws.missedJoints || (hider !== undefined && shown === image);
    const key = mixed(seed, view, person, j);
    drawn.fill(0);
    if (slow > 0) driftPair(drawn, 0, time, key, 1, 0);
    if (flaws.bias > 0) normalPair(drawn, 2, key, 2, 0, 0);
    const spread = outlier ? flaws.outlierSpread : fast;
    const dx = slow * drawn[0] + source.normal(0, spread);
    const dy = slow * drawn[1] + source.normal(0, spread);
    const x = shown[from] + flaws.bias * drawn[2] + dx;
    const y = shown[from + 1] + flaws.bias * drawn[3] + dy;
    const doubtful = outlier || shown !== image;
    const confidence = confidenceOf(doubtful, Math.hypot(dx, dy) / (flaws.noise || 1), source);
    const inside = x >= 0 && y >= 0 && x < camera.width && y < camera.height;
    joints.set(missed || !inside ? NOT_FOUND : [x, y, confidence], 3 * j);
    sum += joints[3 * j + 2];
  }
  return { score: sum / count, joints };
}

const NOT_FOUND = [NaN, NaN, 0];

/** High where a joint is right, lower where its error is large; mistakes are doubted, but not all of them. */
function confidenceOf(doubtful: boolean, error: number, source: Random): number {
  if (doubtful) return source.uniform(0.15, 0.7);
  return Math.min(1, Math.max(0.3, SURE + 0.1 - 0.08 * error + source.normal(0, 0.06)));
}

function isLeg({ joints }: Skeleton, joint: number): boolean {
  return /knee|ankle|heel|toe|hip/.test(joints[joint]);
}

/** Whether someone in front covers a joint. */
function hides(front: Float64Array, image: Float64Array, joint: number, focal: number): boolean {
  const [x, y, depth] = [image[joint], image[joint + 1], image[joint + 2]];
  for (let i = 0; i < front.length; i += 3)
    if (front[i + 2] < depth - 0.05) {
      const reach = (HIDES * focal) / front[i + 2];
      if (Math.abs(front[i] - x) < reach && Math.hypot(front[i] - x, front[i + 1] - y) < reach) return true;
    }
  return false;
}
