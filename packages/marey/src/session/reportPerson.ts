import { type JointState, type Motion, type MotionPerson, JointState as State } from "@marey/core/motion";

/** How a quantity spreads over the joints and frames of each bin; NaN where nothing is known. */
export interface Spread {
  /** Of ten values, one is lower. */
  low: Float32Array;
  mean: Float32Array;
  /** Of ten values, one is higher. */
  high: Float32Array;
}

/** One joint over time: the commonest state of each bin, and the share of frames in which it was measured. */
export interface JointRow {
  name: string;
  states: Uint8Array;
  measured: number;
}

/** What a report shows of a person over time: a few hundred bins, however long the take. */
export interface ReportPerson {
  number: number;
  frameCount: number;
  frameRate: number;
  firstFrame: number;
  framesPerBin: number;
  /** B: bins of `framesPerBin` frames; the last may be shorter. */
  bins: number;
  joints: JointRow[];
  /** Pixels; absent when the motion doesn't say. */
  reprojection?: Spread;
  /** Cameras that placed a joint. */
  views?: Spread;
  /** Metres: standard deviation of the joints' positions. */
  sigma?: Spread;
  /** Per camera up to the last that was used: B shares of the joints that it helped to place. */
  cameras: Float32Array[];
  /** Metres above the world's origin, of the pelvis. */
  height: Spread;
  /** Pelvis seen from above, at most 2,000 points in metres: right and up on the page; NaN where missing. */
  path: { right: Float32Array; up: Float32Array };
}

/** At a plot's width, about one and a half pixels each. */
const MOST_BINS = 480;
const MOST_PATH_POINTS = 2000;

/**
 * The series of one captured person for a report.
 *
 * @param motion with one person; without any, the series are empty.
 */
export function reportPerson(motion: Motion, number: number): ReportPerson {
  const { skeleton, frameRate, firstFrame } = motion;
  const person = motion.people[0];
  const frameCount = person ? motion.frameCount : 0;
  const framesPerBin = Math.max(1, Math.ceil(frameCount / MOST_BINS));
  const binning = { frameCount, framesPerBin, bins: Math.ceil(frameCount / framesPerBin) };
  const J = skeleton.joints.length;
  const { reprojection, sigma, views } = person ?? {};
  const pelvis = person ? pelvisOf(person, motion) : emptyPelvis;
  return {
    number,
    frameRate,
    firstFrame,
    ...binning,
    joints: skeleton.joints.map((name, j) =>
      jointRow(name, person?.state ?? new Uint8Array(), j, J, binning),
    ),
    reprojection: reprojection && spread(binning, J, (i) => reprojection[i]),
    sigma: sigma && spread(binning, J, (i) => sigma[i]),
    views: views && spread(binning, J, (i) => (views[i] ? bitCount(views[i]) : Number.NaN)),
    cameras: views ? cameraShares(views, J, binning) : [],
    height: spread(binning, 1, (t) => pelvis.height[t]),
    path: thinned(pelvis, frameCount),
  };
}

interface Binning {
  frameCount: number;
  framesPerBin: number;
  bins: number;
}

function jointRow(
  name: string,
  state: Uint8Array,
  joint: number,
  joints: number,
  { frameCount, framesPerBin, bins }: Binning,
): JointRow {
  const states = new Uint8Array(bins);
  let measured = 0;
  for (let b = 0; b < bins; b++) {
    const counts = [0, 0, 0, 0];
    const end = Math.min((b + 1) * framesPerBin, frameCount);
    for (let t = b * framesPerBin; t < end; t++) {
      const s = (state[t * joints + joint] ?? State.missing) as JointState;
      counts[s] = (counts[s] ?? 0) + 1;
    }
    states[b] = counts.indexOf(Math.max(...counts));
    measured += (counts[State.visible] ?? 0) + (counts[State.occluded] ?? 0);
  }
  return { name, states, measured: measured / frameCount };
}

/** Values that are enough to know a bin's deciles; more would only take time to sort. */
const SAMPLE = 1000;

/** Mean and outer deciles, per bin, of what `value` says of each joint and frame; deciles from a sample of frames. */
function spread(
  { frameCount, framesPerBin, bins }: Binning,
  joints: number,
  value: (index: number) => number | undefined,
): Spread {
  const [low, mean, high] = [new Float32Array(bins), new Float32Array(bins), new Float32Array(bins)];
  const every = Math.ceil((framesPerBin * joints) / SAMPLE);
  const sample = new Float32Array(Math.ceil(framesPerBin / every) * joints);
  for (let b = 0; b < bins; b++) {
    const start = b * framesPerBin;
    const end = Math.min(start + framesPerBin, frameCount);
    let [count, sum, sampled] = [0, 0, 0];
    for (let t = start; t < end; t++)
      for (let i = t * joints; i < (t + 1) * joints; i++) {
        const v = value(i) ?? Number.NaN;
        if (!Number.isFinite(v)) continue;
        count++;
        sum += v;
        if ((t - start) % every === 0) sample[sampled++] = v;
      }
    const sorted = sample.subarray(0, sampled).sort();
    const at = (share: number) => sorted[Math.round(share * (sampled - 1))] ?? Number.NaN;
    low[b] = at(0.1);
    mean[b] = sum / count;
    high[b] = at(0.9);
  }
  return { low, mean, high };
}

function cameraShares(
  views: Uint32Array,
  joints: number,
  { frameCount, framesPerBin, bins }: Binning,
): Float32Array[] {
  const used = views.reduce((all, bits) => all | bits, 0);
  const cameras = Array.from({ length: 32 - Math.clz32(used) }, () => new Float32Array(bins));
  for (let b = 0; b < bins; b++) {
    const start = b * framesPerBin * joints;
    const end = Math.min((b + 1) * framesPerBin, frameCount) * joints;
    const step = 1 / (end - start);
    for (let i = start; i < end; i++)
      for (let bits = views[i] ?? 0; bits !== 0; bits &= bits - 1) {
        const share = cameras[31 - Math.clz32(bits & -bits)];
        if (share) share[b] = (share[b] ?? 0) + step;
      }
  }
  return cameras;
}

function bitCount(bits: number): number {
  let n = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) n++;
  return n;
}

interface Pelvis {
  right: Float32Array;
  up: Float32Array;
  height: Float32Array;
}
const emptyPelvis: Pelvis = { right: new Float32Array(), up: new Float32Array(), height: new Float32Array() };

/** The pelvis, or the hips that are ever seen, or, where the skeleton has neither, the middle of all joints; T each. */
function pelvisOf({ positions }: MotionPerson, { skeleton, frameCount, up: upAxis }: Motion): Pelvis {
  const J = skeleton.joints.length;
  const seen = (j: number) => {
    for (let i = 3 * j; i < positions.length; i += 3 * J) if (Number.isFinite(positions[i])) return true;
    return false;
  };
  const joints = pelvisJoints(skeleton.joints).filter(seen);
  const mean = (t: number, axis: number) =>
    joints.reduce((sum, j) => sum + (positions[3 * (t * J + j) + axis] ?? Number.NaN), 0) / joints.length;
  const series = (axis: number, sign: number) =>
    Float32Array.from({ length: frameCount }, (_, t) => sign * mean(t, axis));
  // From above, a world with Y up shows its Z towards the reader.
  return upAxis === "z"
    ? { right: series(0, 1), up: series(1, 1), height: series(2, 1) }
    : { right: series(0, 1), up: series(2, -1), height: series(1, 1) };
}

function pelvisJoints(names: readonly string[]): number[] {
  const pelvis = names.indexOf("pelvis");
  if (pelvis >= 0) return [pelvis];
  const hips = [names.indexOf("left_hip"), names.indexOf("right_hip")];
  return hips.every((j) => j >= 0) ? hips : names.map((_, j) => j);
}

function thinned({ right, up }: Pelvis, frameCount: number): ReportPerson["path"] {
  const stride = Math.max(1, Math.ceil(frameCount / MOST_PATH_POINTS));
  const thin = (series: Float32Array) => series.filter((_, t) => t % stride === 0);
  return { right: thin(right), up: thin(up) };
}
