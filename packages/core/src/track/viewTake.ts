import { type Detections, emptyTrack, type Keypoints, type KeypointTrack } from "../motion/keypoints.js";
import { JointState } from "../motion/state.js";
import type { ViewTrack } from "./viewTrack.js";
import { followTracks, type ViewTrackerOptions, viewTracker } from "./viewTracker.js";

/**
 * Follows the people of one view over a take. People get ids 0, 1 … in the order in which they appear; a joint that
 * wasn't found in a frame, or a person who wasn't, is missing there.
 */
export function trackView(detections: Detections, options: ViewTrackerOptions = {}): Keypoints {
  return tracksOf(identifyPeople(detections, options));
}

/** The tracks of the people whom detections name (`id`), in the order in which they appear; the others are left out. */
export function tracksOf({ frames, skeleton, ...source }: Detections): Keypoints {
  const count = skeleton.joints.length;
  const tracks = new Map<number, KeypointTrack>();
  frames.forEach((people, t) => {
    for (const { id, joints } of people) {
      if (id === undefined) continue;
      const track = tracks.get(id) ?? emptyTrack(id, frames.length, count);
      tracks.set(id, track);
      track.data.set(joints, t * count * 3);
      for (let j = 0; j < count; j++)
        track.state[t * count + j] = Number.isNaN(joints[3 * j]) ? JointState.missing : JointState.visible;
    }
  });
  return { skeleton, ...source, frameCount: frames.length, people: [...tracks.values()] };
}

/**
 * Follows the people of one view over a take and writes into each detection who it is (`id`: 0, 1 … in the order in which
 * they appear). All detections are kept; those of nobody, as `trackView` finds, have no id.
 */
export function identifyPeople(detections: Detections, options: ViewTrackerOptions = {}): Detections {
  const ids = whoIsWho(detections, options);
  const frames = detections.frames.map((frame, t) =>
    frame.map(({ id: _, ...person }, i) => (ids[t][i] < 0 ? person : { ...person, id: ids[t][i] })),
  );
  return { ...detections, frames };
}

/**
 * The id of each detection of each frame, −1 for nobody. The whole take is known: people have their ids from the first
 * sighting on, and who is seen too seldom has none.
 */
function whoIsWho({ skeleton, frameRate, frames, times }: Detections, options: ViewTrackerOptions) {
  const tracker = viewTracker(skeleton.sigmas, frameRate, options);
  const tracks = frames.map((frame, t) => followTracks(tracker, frame, times?.[t]));
  const least = Math.min(tracker.options.minFrames, frames.length);
  const ids = new Map<ViewTrack, number>();
  const idOf = (track: ViewTrack | undefined) => {
    if (!track || track.sightings < least) return -1;
    const id = ids.get(track) ?? ids.size;
    ids.set(track, id);
    return id;
  };
  return tracks.map((frame) => frame.map(idOf));
}
