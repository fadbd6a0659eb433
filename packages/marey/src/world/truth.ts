import { type BodyModel, smplJoints, smplParents } from "@marey/core/body";
import { turnRig } from "@marey/core/camera";
import { motionNpzPieces, type NpyInput, npzPieces, turnUp } from "@marey/core/format";
import { body25, coco17, type Skeleton, skeleton } from "@marey/core/skeleton";
import { handHeld, type Scene, type StudioBody, sceneTruth } from "@marey/core/world";

/** SMPL's joints: the body's own, inside it. */
const smpl24: Skeleton = skeleton(
  "smpl24",
  smplJoints.map((name, j) => [name, smplJoints[smplParents[j] ?? -1] ?? null, 0.08]),
);

/** The files that say what is true of a scene, by name; the world's up is z, as in the calibration. */
export function* truthFiles(
  body: StudioBody,
  scene: Scene,
): Generator<readonly [name: string, content: Iterable<Uint8Array>]> {
  // Names that are joints as well as keypoints mean the joints here.
  const inside: BodyModel = { ...body.model, keypoints: {}, keypointSets: {} };
  for (const [layout, model] of [
    [coco17, body.model],
    [body25, body.model],
    [smpl24, inside],
  ] as const) {
    const motion = turnUp(sceneTruth({ ...body, model }, scene, layout), "z");
    yield [`${layout.name}.npz`, motionNpzPieces(motion)];
  }
  yield ["poses.npz", npzPieces(bodyPoses(scene))];
  if (scene.unrest > 0) yield ["cameras.npz", npzPieces(movingCameras(scene))];
}

/**
 * What the body model was posed by, of each person n: `poses_n` T×72 (axis-angle), `trans_n` T×3 (of the model's origin,
 * metres), `betas_n`; the world's up is y here, as the model's.
 */
function bodyPoses({ actors, frameCount, frameRate }: Scene): Record<string, NpyInput> {
  const arrays: Record<string, NpyInput> = {
    frame_rate: { shape: [], data: Float64Array.of(frameRate) },
    up: ["y"],
  };
  actors.forEach(({ motion, betas, look }, n) => {
    const poses = new Float32Array(72 * frameCount);
    const trans = new Float32Array(3 * frameCount);
    for (let t = 0; t < frameCount; t++) {
      const from = Math.min(t, motion.frames - 1);
      poses.set(motion.pose.subarray(72 * from, 72 * from + 72), 72 * t);
      trans.set(motion.translation.subarray(3 * from, 3 * from + 3), 3 * t);
      trans[3 * t + 1]! += look.outfit.shoes.height;
    }
    arrays[`poses_${n}`] = { shape: [frameCount, 72], data: poses };
    arrays[`trans_${n}`] = { shape: [frameCount, 3], data: trans };
    arrays[`betas_${n}`] = { shape: [betas.length], data: betas };
  });
  return arrays;
}

/** Where cameras in hands are: `rotation` C×T×3×3 and `translation` C×T×3, world to camera; up is z. */
function movingCameras({ rig, frameCount, frameRate, unrest, seed }: Scene): Record<string, NpyInput> {
  const count = rig.cameras.length;
  const rotation = new Float64Array(9 * count * frameCount);
  const translation = new Float64Array(3 * count * frameCount);
  for (let t = 0; t < frameCount; t++) {
    const cameras = rig.cameras.map((camera, v) => handHeld(camera, t / frameRate, unrest, seed, v));
    turnRig({ ...rig, cameras }, "z").cameras.forEach((camera, v) => {
      rotation.set(camera.rotation, 9 * (v * frameCount + t));
      translation.set(camera.translation, 3 * (v * frameCount + t));
    });
  }
  return {
    rotation: { shape: [count, frameCount, 3, 3], data: rotation },
    translation: { shape: [count, frameCount, 3], data: translation },
  };
}
