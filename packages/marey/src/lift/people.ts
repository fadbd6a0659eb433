import { MareyError } from "@marey/core";
import type { Camera } from "@marey/core/camera";
import { type LiftedPerson, liftTrack, type Stretch, seenStretches } from "@marey/core/model/videoPose3d";
import type { Keypoints, KeypointTrack } from "@marey/core/motion";
import type { Progress, TaskProgress } from "../progress.js";
import type { OpenedLifter } from "./lifter.js";

/** Seconds that someone must be seen at a time to be lifted, and share of these frames in which they must be. */
const SHORTEST = 0.3;
const MOSTLY = 1 / 3;

/** Someone of a view, and when enough of them was seen. */
export interface SeenPerson {
  track: KeypointTrack;
  stretches: Stretch[];
}

/** Someone who could not be lifted: from when to when they were in view, and why not. */
export interface Skipped {
  firstFrame: number;
  lastFrame: number;
  reason: string;
}

/** The people of a view by how long they were seen, without those of whom too little was seen. */
export function peopleInView({ people: tracks, skeleton, frameRate, frameCount, firstFrame }: Keypoints): {
  people: SeenPerson[];
  skipped: Skipped[];
} {
  const joints = skeleton.joints.length;
  const least = Math.min(frameCount, Math.max(2, SHORTEST * frameRate));
  const skipped: Skipped[] = [];
  const people: SeenPerson[] = [];
  for (const track of tracks) {
    const [first, last] = framesInView(track, joints);
    if (last - first + 1 < least) continue;
    const stretches = seenStretches(track.data, skeleton, { frameRate }).filter(
      ({ start, end, seen }) => end - start >= least && seen >= MOSTLY * (end - start),
    );
    if (stretches.length > 0) people.push({ track, stretches });
    else
      skipped.push({
        firstFrame: firstFrame + first,
        lastFrame: firstFrame + last,
        reason: `at no time were a hip, a shoulder and half of the limbs seen for ${SHORTEST} s`,
      });
  }
  const duration = ({ stretches }: SeenPerson) =>
    stretches.reduce((sum, { start, end }) => sum + end - start, 0);
  return { people: people.sort((a, b) => duration(b) - duration(a)), skipped };
}

/** First and last frame with a joint; −1 without any. */
function framesInView({ data }: KeypointTrack, joints: number): [first: number, last: number] {
  const isSeen = (x: number, i: number) => i % 3 === 0 && !Number.isNaN(x);
  const frameOf = (i: number) => Math.floor(i / (3 * joints));
  return [frameOf(data.findIndex(isSeen)), frameOf(data.findLastIndex(isSeen))];
}

/** What lifting needs besides the people. */
export interface LiftHost {
  progress: Progress;
  signal?: AbortSignal;
}

/**
 * Lifts people stretch by stretch; who turns out to lack a joint in all of their stretches is skipped.
 *
 * @param most At most so many people are lifted.
 */
export async function liftPeople(
  opened: OpenedLifter,
  inView: readonly SeenPerson[],
  keypoints: Keypoints,
  camera: Camera,
  host: LiftHost,
  most = Infinity,
): Promise<{ lifted: LiftedPerson[]; skipped: Skipped[] }> {
  const skipped: Skipped[] = [];
  const people: LiftedPerson[][] = [];
  for (const person of inView) {
    if (people.length === most) break;
    const task = host.progress.task(`lifting person ${people.length + 1}`);
    const { lifted, reason = "" } = await liftPerson(opened, person, keypoints, camera, host, task);
    task.end();
    if (lifted.length > 0) people.push(lifted);
    else
      skipped.push({
        firstFrame: keypoints.firstFrame + Math.min(...person.stretches.map(({ start }) => start)),
        lastFrame: keypoints.firstFrame + Math.max(...person.stretches.map(({ end }) => end)) - 1,
        reason,
      });
  }
  return { lifted: people.flat(), skipped };
}

/** The stretches that could be lifted, and why the last of the others could not. */
async function liftPerson(
  { card, lifter }: OpenedLifter,
  { track, stretches }: SeenPerson,
  { skeleton, frameRate }: Keypoints,
  camera: Camera,
  { signal }: LiftHost,
  task: TaskProgress,
): Promise<{ lifted: LiftedPerson[]; reason?: string }> {
  const width = skeleton.joints.length * 3;
  const total = stretches.reduce((sum, { start, end }) => sum + end - start, 0);
  const lifted: LiftedPerson[] = [];
  let reason: string | undefined;
  let begun = 0;
  for (const { start, end } of stretches) {
    const progress = (done: number, of: number) => {
      signal?.throwIfAborted();
      task.update(begun + Math.round(((end - start) * done) / of), total);
    };
    const part = { id: track.id, data: track.data.subarray(start * width, end * width) };
    const options = { frameRate, lifterRate: card.frameRate, input: card.input, progress };
    try {
      lifted.push({ ...(await liftTrack(lifter, part, skeleton, camera, options)), start });
    } catch (error) {
      if (!(error instanceof MareyError && error.code === "LIFT_UNSEEN")) throw error;
      reason = `the ${error.where.replace("joint ", "").replaceAll("_", " ")} was never seen`;
    }
    begun += end - start;
  }
  return { lifted, reason };
}
