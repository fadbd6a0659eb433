import type { Camera } from "../../camera/camera.js";
import { medianOf } from "../../filter/median.js";
import { footContacts } from "../../fit/contact.js";
import type { Motion, MotionPerson, UpAxis } from "../../motion/motion.js";
import { JointState } from "../../motion/state.js";
import { h36m17 } from "../../skeleton/layouts.js";
import { cameraToWorld } from "./camera.js";
import { ANKLE_HEIGHT, floorUnder, levelled } from "./floor.js";
import { type PlacementOptions, placeRoot } from "./placement.js";
import { LIFTED_JOINTS } from "./sequence.js";
import { LONGEST_GAP } from "./stretches.js";

/** One person lifted from one camera, over one stretch in which they were seen. */
export interface LiftedPerson {
  id: number;
  /** Number of the stretch's first frame in the take, 0 when absent. */
  start?: number;
  /** T×17×3, metres from the root, camera axes (x right, y down, z forward). */
  poses: Float32Array;
  /** T×17×2, screen units. */
  keypoints: Float32Array;
  /** T×17: 1 where the keypoint was seen, 0 where it was interpolated. */
  measured: Uint8Array;
}

export interface WorldOptions {
  frameRate: number;
  /** Number of the first frame in its source. */
  firstFrame?: number;
  /** Frames of the take; as long as the first person's when absent. */
  frameCount?: number;
  /** fx, fy, cx, cy in screen units. */
  camera: ArrayLike<number>;
  /** Of the pictures, pixels: then the motion says how far it projects from the keypoints. */
  width?: number;
  /** Stand people on a floor at height 0: feet that stand neither slide nor sink. */
  floor?: boolean;
  /** Where the camera is, if that is known: then the motion stands in that world. */
  place?: Pick<Camera, "rotation" | "translation"> & { up: UpAxis };
}

/** Camera axes to a world with y up, before the floor is known: x stays, y and z turn round. */
const TURN = [1, -1, -1] as const;

/**
 * Lifted people in a world; stretches of the same `id` become one person, missing in between. Without a floor it hangs on the camera: the camera at the origin, looking along −z,
 * its up being up, unless the camera's `place` is known. With one, the floor that people's standing feet show is level and
 * at height 0.
 */
export function liftedMotion(people: readonly LiftedPerson[], options: WorldOptions): Motion {
  const { frameRate, firstFrame = 0, camera } = options;
  const frameCount = options.frameCount ?? (people[0]?.poses.length ?? 0) / (LIFTED_JOINTS * 3);
  const motion: Motion = { skeleton: h36m17, frameRate, up: "y", firstFrame, frameCount, people: [] };
  const path = ({ poses, keypoints, measured }: LiftedPerson, further: Partial<PlacementOptions> = {}) =>
    placeRoot(poses, keypoints, measured, camera, { frameRate, ...further });
  const placed = (further: (person: number, stretch: LiftedPerson) => Partial<PlacementOptions>): Motion => ({
    ...motion,
    people: stretchesById(people).map((stretches, p) => {
      const person = emptyPerson(stretches[0].id, frameCount, options.width !== undefined);
      for (const stretch of stretches)
        putStretch(person, stretch, path(stretch, further(p, stretch)), options);
      return person;
    }),
  });
  const free = placed(() => ({}));
  if (!options.floor) return options.place ? inWorld(free, options.place) : free;
  const { normal } = floorUnder(free, options.place && upSeen(options.place));
  // A floor of their own for each: whoever is smaller or larger than the lifter thinks is placed too far or near, where
  // everybody's floor would be too high or low.
  const heights = free.people.map((person) => floorUnder({ ...free, people: [person] }, normal).height);
  const level = levelled(free, normal, heights);
  const seen = levelled(onSightLines(free, people, camera), normal, heights);
  const contacts = seen.people.map((_, p) => {
    const lifted = footContacts(level, p);
    return footContacts(seen, p, { height: SIGHT_HEIGHT }).map(({ joint, standing }, f) => ({
      joint,
      standing: standing.map((stands, t) => stands || lifted[f].standing[t]),
    }));
  });
  const inCamera = normal.map((n, k) => n * TURN[k]);
  const standing = placed((p, { start = 0, measured }) => ({
    floor: { normal: inCamera, height: heights[p] },
    contacts: contacts[p].map(({ joint, standing: stands }) => ({
      joint: h36m17.joints.indexOf(joint),
      standing: stands.subarray(start, start + measured.length / LIFTED_JOINTS),
    })),
  }));
  return options.place ? inWorld(standing, options.place, heights) : levelled(standing, normal, heights);
}

/** Ankles on sight lines are too high or low by what the foot is nearer or further than the pelvis. */
const SIGHT_HEIGHT = 0.2;
/** Seconds on both sides over which a detector's jitter is averaged. */
const JITTER = 0.05;

const ANKLES = ["left_ankle", "right_ankle"].map((joint) => h36m17.joints.indexOf(joint));

/**
 * The motion with ankles where the camera saw them, as far away as the pelvis. What stands rests in the picture, which is
 * certain; the lifted ankle also has what the lifter's guess of its depth moves.
 */
function onSightLines(motion: Motion, people: readonly LiftedPerson[], camera: ArrayLike<number>): Motion {
  const [fx, fy, cx, cy] = [camera[0], camera[1], camera[2], camera[3]];
  const reach = Math.round(JITTER * motion.frameRate);
  const people3d = motion.people.map((person) => ({ ...person, positions: person.positions.slice() }));
  for (const { id, start = 0, keypoints, measured } of people) {
    const { positions } = people3d.find((person) => person.id === id) as MotionPerson;
    const frames = measured.length / LIFTED_JOINTS;
    for (const j of ANKLES)
      for (let t = 0; t < frames; t++) {
        const at = (start + t) * LIFTED_JOINTS * 3;
        const depth = -positions[at + 2];
        const [from, to] = [Math.max(0, t - reach), Math.min(frames - 1, t + reach)];
        const around = (k: number) =>
          medianOf(
            Array.from(
              { length: to - from + 1 },
              (_, u) => keypoints[2 * ((from + u) * LIFTED_JOINTS + j) + k],
            ),
          );
        positions[at + 3 * j] = ((around(0) - cx) / fx) * depth;
        positions[at + 3 * j + 1] = (-(around(1) - cy) / fy) * depth;
        positions[at + 3 * j + 2] = -depth;
      }
  }
  return { ...motion, people: people3d };
}

type Place = NonNullable<WorldOptions["place"]>;

/** Where up is, seen by the camera, with y and z turned round. */
const upSeen = ({ rotation, up }: Place) =>
  TURN.map((sign, k) => sign * rotation[3 * k + (up === "y" ? 1 : 2)]);

/** From the world that hangs on the camera to the given one; with heights of floors there, each person moved to 0. */
function inWorld(motion: Motion, place: Place, heights?: readonly number[]): Motion {
  const axis = place.up === "y" ? 1 : 2;
  const { rotation, translation } = place;
  // The camera stands at −Rᵀt, from which heights count.
  const above =
    rotation[axis] * translation[0] +
    rotation[3 + axis] * translation[1] +
    rotation[6 + axis] * translation[2];
  const people = motion.people.map((person, p) => {
    const rise = heights ? ANKLE_HEIGHT - heights[p] + above : 0;
    const seen = person.positions.map((x, i) => TURN[i % 3] * x);
    const positions = cameraToWorld(seen, place, seen);
    for (let i = axis; i < positions.length; i += 3) positions[i] += rise;
    return { ...person, positions };
  });
  return { ...motion, up: place.up, people };
}

function stretchesById(people: readonly LiftedPerson[]): LiftedPerson[][] {
  const byId = new Map<number, LiftedPerson[]>();
  for (const person of people) byId.set(person.id, [...(byId.get(person.id) ?? []), person]);
  return [...byId.values()];
}

function emptyPerson(id: number, frameCount: number, reprojected: boolean): MotionPerson {
  const joints = frameCount * LIFTED_JOINTS;
  return {
    id,
    positions: new Float32Array(joints * 3).fill(NaN),
    state: new Uint8Array(joints).fill(JointState.missing),
    ...(reprojected && { reprojection: new Float32Array(joints).fill(NaN) }),
  };
}

function putStretch(
  { positions, state, reprojection }: MotionPerson,
  stretch: LiftedPerson,
  path: Float32Array,
  { frameRate, camera, width = 0 }: WorldOptions,
): void {
  const { start = 0, poses, measured } = stretch;
  const pose = LIFTED_JOINTS * 3;
  for (let i = 0; i < poses.length; i++) {
    const k = i % 3;
    positions[start * pose + i] = TURN[k] * (poses[i] + path[Math.floor(i / pose) * 3 + k]);
  }
  for (let i = 0; i < measured.length; i++)
    state[start * LIFTED_JOINTS + i] = measured[i] ? JointState.visible : JointState.inferred;
  if (reprojection) reprojection.set(reprojectionOf(stretch, path, camera, width), start * LIFTED_JOINTS);
  for (const j of ENDS) forgetLongGaps(positions, state, stretch, j, LONGEST_GAP * frameRate);
}

/** Limbs beyond shoulders and hips, and the head: nothing hangs on them, so they may be missing. */
const ENDS = h36m17.joints.flatMap((name, j) =>
  /_(elbow|wrist|knee|ankle)$|^head_top$/.test(name) ? [j] : [],
);

/** A joint that was not seen for longer than `most` frames is missing there: what it did can't be told. */
function forgetLongGaps(
  positions: Float32Array,
  state: Uint8Array,
  { start = 0, measured }: LiftedPerson,
  joint: number,
  most: number,
): void {
  const frames = measured.length / LIFTED_JOINTS;
  for (let from = 0, to = 0; from < frames; from = to + 1) {
    to = from;
    while (to < frames && !measured[to * LIFTED_JOINTS + joint]) to++;
    if (to - from <= most) continue;
    for (let t = start + from; t < start + to; t++) {
      state[t * LIFTED_JOINTS + joint] = JointState.missing;
      positions.fill(NaN, (t * LIFTED_JOINTS + joint) * 3, (t * LIFTED_JOINTS + joint) * 3 + 3);
    }
  }
}

/** T×17, pixels: how far each joint of a stretch projects from the keypoint that was seen; NaN where none was. */
function reprojectionOf(
  { poses, keypoints, measured }: LiftedPerson,
  path: Float32Array,
  camera: ArrayLike<number>,
  width: number,
): Float32Array {
  const [fx, fy, cx, cy] = [camera[0], camera[1], camera[2], camera[3]];
  const distances = new Float32Array(measured.length).fill(NaN);
  for (let i = 0; i < measured.length; i++) {
    if (!measured[i]) continue;
    const root = Math.floor(i / LIFTED_JOINTS) * 3;
    const depth = poses[3 * i + 2] + path[root + 2];
    const dx = (fx * (poses[3 * i] + path[root])) / depth + cx - keypoints[2 * i];
    const dy = (fy * (poses[3 * i + 1] + path[root + 1])) / depth + cy - keypoints[2 * i + 1];
    distances[i] = (Math.hypot(dx, dy) * width) / 2;
  }
  return distances;
}
