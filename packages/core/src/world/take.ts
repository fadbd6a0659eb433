import type { Rig } from "../camera/camera.js";
import type { Detection } from "../motion/keypoints.js";
import type { Motion } from "../motion/motion.js";
import { JointState } from "../motion/state.js";
import { body25b } from "../skeleton/layouts.js";
import type { Skeleton } from "../skeleton/skeleton.js";
import { CLEAR_SIGHT, type DetectorFlaws, detect, type Sighting } from "./detector.js";
import { mixed } from "./noise.js";
import { PATHS, type PathOptions, path } from "./path.js";
import { RING, type RingOptions, ringRig } from "./ring.js";
import { type Walker, walker } from "./walker.js";

export interface SyntheticTakeOptions {
  seed: number;
  skeleton: Skeleton;
  frameRate: number;
  frameCount: number;
  people: number;
  rig: Partial<RingOptions>;
  paths: Partial<Omit<PathOptions, "seed" | "people">>;
  flaws: Partial<DetectorFlaws>;
}

const DEFAULTS: SyntheticTakeOptions = {
  seed: 1,
  skeleton: body25b,
  frameRate: 60,
  frameCount: 600,
  people: 2,
  rig: RING,
  paths: PATHS,
  flaws: CLEAR_SIGHT,
};

/** A view of a synthetic take, made when it is read. */
export interface SyntheticView {
  name: string;
  skeleton: Skeleton;
  frameRate: number;
  width: number;
  height: number;
  firstFrame: number;
  frameCount: number;
  /** People of the frames `[start, end)`. */
  read(start: number, end: number): Promise<Detection[][]>;
}

/** People who walk among cameras, as a detector sees them and as they are. Any length; nothing is stored. */
export interface SyntheticTake {
  skeleton: Skeleton;
  frameRate: number;
  frameCount: number;
  rig: Rig;
  people: readonly Walker[];
  views: SyntheticView[];
  /** What a view finds in a frame, with who it is; the view's `read` gives the same detections. */
  sightings(view: number, frame: number): Sighting[];
  /** Where everybody is in the frames `[start, end)`. */
  truth(start?: number, end?: number): Motion;
}

/** A take that its options determine, frame by frame, to the last bit. */
export function syntheticTake(options: Partial<SyntheticTakeOptions> = {}): SyntheticTake {
  const { seed, skeleton, frameRate, frameCount, ...more } = { ...DEFAULTS, ...options };
  const rig = ringRig(more.rig);
  const flaws = { ...CLEAR_SIGHT, ...more.flaws };
  const paths = { ...PATHS, ...more.paths, seed, people: more.people };
  const joints = skeleton.joints.length;
  const people = Array.from({ length: more.people }, (_, person) =>
    walker(skeleton, path(person, paths), mixed(seed, person)),
  );
  const bodies = people.map(() => new Float64Array(3 * joints));
  const sightings = (view: number, frame: number) => {
    people.forEach((person, p) => {
      person.pose(frame / frameRate, bodies[p]);
    });
    const camera = rig.cameras[view];
    return detect(bodies, { skeleton, camera, view, frame, frameRate, seed }, flaws);
  };
  const views = rig.cameras.map(({ name, width, height }, view): SyntheticView => {
    const read = async (start: number, end: number) =>
      Array.from({ length: Math.max(0, Math.min(end, frameCount) - start) }, (_, t) =>
        sightings(view, start + t).map(({ detection }) => detection),
      );
    return { name, skeleton, frameRate, width, height, firstFrame: 0, frameCount, read };
  });
  const truth = (start = 0, end = frameCount): Motion => ({
    skeleton,
    frameRate,
    up: rig.up,
    firstFrame: start,
    frameCount: end - start,
    people: people.map((person, id) => {
      const positions = new Float32Array((end - start) * joints * 3);
      for (let t = start; t < end; t++) person.pose(t / frameRate, positions, (t - start) * joints * 3);
      return { id, positions, state: new Uint8Array(positions.length / 3).fill(JointState.visible) };
    }),
  });
  return { skeleton, frameRate, frameCount, rig, people, views, sightings, truth };
}
