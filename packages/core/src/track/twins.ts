import { bodyDistance, copyBody } from "./bodyFilter.js";
import { DOUBLE, type Follower, minJoints, type PeopleTracker } from "./follower.js";

/** Seconds after which two in the same place are one. */
const TWINS = 0.2;

/**
 * Parts those who have been in one place for too long: one of them has slipped onto the other, or was a double from
 * the start. The one seen in fewer views gives its detections of that time to the other, and is gone if it hadn't been
 * followed before, or else missing since then, with the body of that time.
 */
export function partTwins(tracker: PeopleTracker): void {
  const { joints, frameRate, rig } = tracker;
  const views = rig.cameras.length;
  for (const younger of [...tracker.followers]) {
    const elder = tracker.followers.find(
      (other) =>
        other.id < younger.id &&
        other.unseen === 0 &&
        younger.unseen === 0 &&
        bodyDistance(other.body, younger.body, minJoints(joints)) < DOUBLE,
    );
    if (!elder) {
      younger.doubled = 0;
      continue;
    }
    if (younger.doubled++ === 0) for (const one of [younger, elder]) one.before = copyBody(one.body);
    if (younger.doubled <= TWINS * frameRate) continue;
    const count = younger.doubled * views;
    const strength = ({ detections }: Follower) => detections.slice(-count).filter((i) => i >= 0).length;
    const fresh = younger.detections.length <= 2 * count;
    const [weak, strong] =
      fresh || strength(younger) <= strength(elder) ? [younger, elder] : [elder, younger];
    handOver(weak, strong, count);
    weak.unseen = Math.max(younger.doubled / frameRate, tracker.options.coast + 1 / frameRate);
    weak.body = weak.before ?? weak.body;
    weak.body.velocities.fill(0);
    weak.seenFrames -= younger.doubled;
    if (fresh) tracker.followers = tracker.followers.filter((one) => one !== weak);
    younger.doubled = 0;
  }
}

/** Moves the last `count` entries of detections to another person, where that one has none. */
function handOver(from: Follower, to: Follower, count: number): void {
  for (let back = 1; back <= Math.min(count, from.detections.length, to.detections.length); back++) {
    const a = from.detections.length - back;
    const b = to.detections.length - back;
    if (to.detections[b] < 0) to.detections[b] = from.detections[a];
    from.detections[a] = -1;
  }
}
