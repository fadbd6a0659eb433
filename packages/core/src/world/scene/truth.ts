import { bodyKeypoints } from "../../body/keypoints.js";
import { bodySkinner } from "../../body/skinning.js";
import { MareyError } from "../../error.js";
import type { Motion } from "../../motion/motion.js";
import { JointState } from "../../motion/state.js";
import type { Skeleton } from "../../skeleton/skeleton.js";
import { poseActor } from "./acting.js";
import type { StudioBody } from "./actor.js";
import type { Scene } from "./scene.js";

/** What layouts of pictures mean by names that the body's own joints have too, or that it lacks. */
const MEANT: Readonly<Record<string, string>> = {
  neck: "neck_base",
  thorax: "neck_base",
  pelvis: "mid_hip",
  spine: "spine2",
  upper_neck: "head",
};

/**
 * Names of a layout's joints on the body: those of its keypoint sets by place; of a layout made of the body's own joints,
 * these; of others by name, a neck half-way between the shoulders and a pelvis between the hips, as those who annotate
 * pictures have them.
 *
 * @throws MareyError `BODY_KEYPOINT` for a layout with joints that the body lacks.
 */
export function pointsOf({ model }: StudioBody, skeleton: Skeleton): readonly string[] {
  const set = Object.entries(model.keypointSets).find(([name]) => name === skeleton.name)?.[1];
  if (set) return set;
  if (skeleton.joints.every((name) => model.joints.includes(name))) return skeleton.joints;
  const known = new Set([...Object.keys(model.keypoints), ...model.joints]);
  const meant = skeleton.joints.map((name) => {
    const other = MEANT[name];
    return other !== undefined && known.has(other) ? other : name;
  });
  const lacking = meant.filter((name) => !known.has(name));
  if (lacking.length > 0)
    throw new MareyError(
      "BODY_KEYPOINT",
      `skeleton ${skeleton.name}`,
      `the body ${model.name} has no ${lacking.join(", ")}`,
      `Take one of ${Object.keys(model.keypointSets).join(", ")}, or names of its points`,
    );
  return meant;
}

/** Where everybody's joints really are, in all frames; shapes are the people's. */
export function sceneTruth(body: StudioBody, scene: Scene, skeleton: Skeleton): Motion {
  const { frameRate, frameCount, actors, rig } = scene;
  const names = pointsOf(body, skeleton);
  const locate = bodyKeypoints(body.model, names);
  const room = {
    vertices: new Float32Array(3 * body.model.vertices),
    joints: new Float64Array(3 * body.model.joints.length),
    pose: new Float32Array(3 * body.model.joints.length),
    translation: new Float64Array(3),
  };
  const points = new Float32Array(3 * names.length);
  const skinner = bodySkinner(body.model);
  const people = actors.map((actor) => {
    skinner.shape(actor.betas);
    const positions = new Float32Array(frameCount * points.length);
    for (let frame = 0; frame < frameCount; frame++) {
      poseActor(skinner, actor, frame, room);
      locate(room.vertices, room.joints, points);
      positions.set(points, frame * points.length);
    }
    const state = new Uint8Array(frameCount * names.length).fill(JointState.visible);
    return { id: actor.id, positions, state, shape: Float32Array.from(actor.betas) };
  });
  return { skeleton, frameRate, up: rig.up, firstFrame: 0, frameCount, people };
}
