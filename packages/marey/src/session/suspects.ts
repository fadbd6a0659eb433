import { type Camera, project, type Rig } from "@marey/core/camera";
import type { View } from "@marey/core/model/multiCamera";
import { type Detection, JointState, type Motion } from "@marey/core/motion";
import type { Skeleton } from "@marey/core/skeleton";

/** Where the placed people are in one frame. */
export interface Moment {
  frame: number;
  /** J×3 each, metres; NaN where a joint is missing. */
  bodies: Float32Array[];
}

/** What makes a view disagree with the motion that the others show. */
export type Cause =
  | { kind: "mirrored" | "upside down" }
  /** It shows everything so many frames later than the others; earlier when negative. */
  | { kind: "late"; frames: number }
  /** It shows what another camera should. */
  | { kind: "exchanged"; camera: string };

/** Moments of a take that are compared. */
const MOMENTS = 48;
/** Fewer comparisons than these say nothing. */
const ENOUGH = 8;
/** A cause must bring the disagreement below this share of what it was … */
const BETTER = 0.5;
/** … and below this share of the picture's longer side. */
const NEAR = 0.03;
/** Longest lag that is looked for, seconds and frames. */
const LONGEST_LAG = { seconds: 2, frames: 60 };

/** Up to 48 frames, spread evenly over a take. */
export function momentsOf(frameCount: number): Moment[] {
  const count = Math.min(MOMENTS, frameCount);
  return Array.from({ length: count }, (_, i) => ({
    frame: Math.floor(((i + 0.5) * frameCount) / count),
    bodies: [],
  }));
}

/** Adds where a person is to each moment. */
export function addToMoments(moments: readonly Moment[], { skeleton, people }: Motion): void {
  const joints = skeleton.joints.length;
  for (const { positions, state } of people)
    for (const { frame, bodies } of moments) {
      const body = positions.slice(3 * frame * joints, 3 * (frame + 1) * joints);
      for (let j = 0; j < joints; j++)
        if (state[frame * joints + j] === JointState.missing) body.fill(NaN, 3 * j, 3 * j + 3);
      if (!body.every(Number.isNaN)) bodies.push(body);
    }
}

/**
 * Why a view disagrees with the motion: the first assumption under which it would agree. Undefined when none helps.
 *
 * @param v index of the view and its camera; the motion must be known from the others, so there must be three.
 */
export async function causeOf(
  v: number,
  views: readonly View[],
  { cameras }: Rig,
  moments: readonly Moment[],
): Promise<Cause | undefined> {
  const view = views[v] as View;
  const camera = cameras[v] as Camera;
  const [width, height] = [camera.width || 2 * camera.cx, camera.height || 2 * camera.cy];
  const lag = Math.min(LONGEST_LAG.frames, Math.round(LONGEST_LAG.seconds * view.frameRate));
  const seen = await Promise.all(moments.map(({ frame }) => aroundFrame(view, frame, lag)));
  const shown = (through: Camera) =>
    moments.map(({ bodies }) => bodies.map((body) => project(body, through)));
  const own = shown(camera);
  const distance = (images: Float64Array[][], frames = 0) =>
    disagreement(
      images,
      seen.map((near) => near[lag + frames] ?? []),
    );
  const flip = (x: number, y: number) => own.map((all) => all.map((image) => turned(image, x, y)));
  const mirrored = flip(width - 1, 0);
  const assumptions: [cause: Cause, distance: number][] = [
    [{ kind: "mirrored" }, distance(mirrored)],
    [{ kind: "mirrored" }, distance(exchangeSides(mirrored, view.skeleton))],
    [{ kind: "upside down" }, distance(flip(width - 1, height - 1))],
    ...cameras
      .filter((other) => other !== camera)
      .map((other): [Cause, number] => [{ kind: "exchanged", camera: other.name }, distance(shown(other))]),
  ];
  for (let frames = -lag; frames <= lag; frames++)
    if (frames !== 0) assumptions.push([{ kind: "late", frames }, distance(own, frames)]);
  const limit = Math.min(BETTER * distance(own), NEAR * Math.max(width, height));
  const likely = assumptions.filter(([, reached]) => reached < limit).sort((a, b) => a[1] - b[1]);
  return likely[0]?.[0];
}

/** What a view sees in the frames up to `lag` before and after one. */
async function aroundFrame(view: View, frame: number, lag: number): Promise<(Detection[] | undefined)[]> {
  const start = Math.max(0, frame - lag);
  const frames = await view.read(start, Math.min(view.frameCount, frame + lag + 1));
  return [...Array.from({ length: start - (frame - lag) }, () => undefined), ...frames];
}

/**
 * How far those who were seen are from where people should be seen: the median over moments and people of the mean
 * distance to the nearest detection, pixels. Infinite when there is too little to compare.
 *
 * @param images per moment and person, J×2.
 */
function disagreement(images: readonly Float64Array[][], seen: readonly (readonly Detection[])[]): number {
  const distances = images.flatMap((people, m) =>
    people.map((image) => Math.min(...(seen[m] ?? []).map(({ joints }) => meanDistance(image, joints)))),
  );
  const found = distances.filter(Number.isFinite).sort((a, b) => a - b);
  if (found.length < ENOUGH) return Number.POSITIVE_INFINITY;
  return found[found.length >> 1] as number;
}

/** Of the joints that both have; infinite when these are fewer than four. */
function meanDistance(image: Float64Array, joints: Float32Array): number {
  let sum = 0;
  let count = 0;
  for (let j = 0; 2 * j < image.length; j++) {
    const x = (image[2 * j] as number) - (joints[3 * j] as number);
    const y = (image[2 * j + 1] as number) - (joints[3 * j + 1] as number);
    if (Number.isNaN(x + y)) continue;
    sum += Math.hypot(x, y);
    count++;
  }
  return count < 4 ? Number.POSITIVE_INFINITY : sum / count;
}

/** J×2 with x and y counted from the far edge where that edge isn't 0. */
function turned(image: Float64Array, right: number, bottom: number): Float64Array {
  return image.map((value, i) => {
    const edge = i % 2 === 0 ? right : bottom;
    return edge > 0 ? edge - value : value;
  });
}

/** A detector that sees a mirrored picture calls a left hand a right one. */
function exchangeSides(images: readonly Float64Array[][], { mirror }: Skeleton): Float64Array[][] {
  return images.map((people) =>
    people.map((image) => image.map((_, i) => image[2 * (mirror[i >> 1] as number) + (i % 2)] as number)),
  );
}

/** The cause as a sentence that says what to do. */
export function describeCause(name: string, cause: Cause, frameRate: number): string {
  switch (cause.kind) {
    case "mirrored":
      return `${name} is mirrored: flip its picture left to right, and switch mirroring off when recording.`;
    case "upside down":
      return `${name} is upside down: turn its picture by 180°, or calibrate it as it is.`;
    case "exchanged":
      return `${name} shows what ${cause.camera} should: exchange the names of the two in the session or in the calibration.`;
    case "late": {
      const by = Math.abs(cause.frames);
      const lag = `${by} frame${by === 1 ? "" : "s"} (${(by / frameRate).toFixed(2)} s)`;
      return cause.frames > 0
        ? `${name} is out of sync, ${lag} behind the others: cut so many frames from its beginning.`
        : `${name} is out of sync, ${lag} ahead of the others: cut so many frames from the beginning of the others.`;
    }
  }
}
