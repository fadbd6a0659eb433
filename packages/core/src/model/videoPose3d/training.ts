import { type Random, random } from "../../array/random.js";
import type { Camera } from "../../camera/camera.js";
import { mixed } from "../../world/noise.js";
import {
  BONE_VARIETY,
  type BoneVariety,
  bodyHeight,
  drawBoneScales,
  resample,
  scaleBones,
} from "./augment.js";
import { cameraVector, projectLinear, worldToCamera } from "./camera.js";
import {
  addDetectorNoise,
  type DetectorNoise,
  drawDetectorNoise,
  EVALUATION_NOISE,
} from "./detectorNoise.js";
import { deriveAxialJoints, placeMiddleOfHead } from "./lifterInput.js";
import { LIFTED_JOINTS, type LiftSequence, type MotionClip } from "./sequence.js";
import { VIRTUAL_CAMERA_DEFAULTS, type VirtualCameraOptions, virtualCamera } from "./virtualCamera.js";

export interface TrainingViewOptions {
  /** Frames per second of what comes out. */
  frameRate: number;
  /** Cameras that see each piece of a clip in an epoch. */
  views: number;
  /** Longest stretch that one camera sees, seconds; longer clips are cut into equal pieces. */
  pieceSeconds: number;
  /** How much faster than recorded people move, lowest and highest; the logarithm is uniform. */
  speed: readonly [number, number];
  variety: BoneVariety;
  cameras: VirtualCameraOptions;
  /** Share of views whose keypoints have a detector's errors (see `drawDetectorNoise`); the others are exact. */
  noisy: number;
  /** Share of views with only what every detector gives; their axial joints are derived (see `lifterInput`). */
  derived: number;
}

export const TRAINING_VIEW_DEFAULTS: TrainingViewOptions = {
  frameRate: 60,
  views: 1,
  pieceSeconds: 6,
  speed: [0.7, 1.4],
  variety: BONE_VARIETY,
  cameras: VIRTUAL_CAMERA_DEFAULTS,
  noisy: 0.5,
  derived: 0.5,
};

/** Seeds of training are even, those of evaluation odd: no camera of one can be one of the other. */
const viewSeed = (use: "training" | "evaluation", a: number, b: number, c: number, d = 0) =>
  2 * mixed(a, b, c, d) + (use === "training" ? 0 : 1);

/**
 * What an epoch is trained on: every clip played at a random speed by somebody of random proportions, before random
 * cameras, which some random detector looks through. The same seed and epoch give the same views. Mirrored views are
 * left to the generator of batches (`chunkSource`).
 *
 * @param clips T×17×3 each, metres, world.
 */
export function trainingViews(
  clips: readonly MotionClip[],
  seed: number,
  epoch: number,
  given: Partial<TrainingViewOptions> = {},
): LiftSequence[] {
  const options = { ...TRAINING_VIEW_DEFAULTS, ...given };
  const views: LiftSequence[] = [];
  clips.forEach((clip, c) => {
    const pieces = piecesOf(clip, options.pieceSeconds);
    pieces.forEach((piece, p) => {
      for (let v = 0; v < options.views; v++) {
        const source = random(viewSeed("training", seed, epoch, c, p * options.views + v));
        const person = varied(piece, clip.frameRate, source, options);
        const camera = virtualCamera(person, clip.up, source, options.cameras);
        const noise = source.uniform() < options.noisy ? drawDetectorNoise(source) : undefined;
        const derived = source.uniform() < options.derived;
        const seen = { ...clip, positions: person, frameRate: options.frameRate };
        views.push(viewClip(seen, camera, { noise, derived, random: source }));
      }
    });
  });
  return views;
}

/** The positions of a clip in equal pieces, none longer than `seconds`. */
function piecesOf({ positions, frameRate }: MotionClip, seconds: number): Float32Array[] {
  const pose = LIFTED_JOINTS * 3;
  const frames = positions.length / pose;
  const count = Math.max(1, Math.ceil(frames / (seconds * frameRate)));
  const cut = (i: number) => Math.round((i * frames) / count) * pose;
  return Array.from({ length: count }, (_, i) => positions.subarray(cut(i), cut(i + 1)));
}

function varied(
  positions: Float32Array,
  frameRate: number,
  source: Random,
  { speed, variety, frameRate: wanted }: TrainingViewOptions,
): Float32Array {
  const factor = Math.exp(source.uniform(Math.log(speed[0]), Math.log(speed[1])));
  const scales = drawBoneScales(source, variety);
  const person = resample(positions, LIFTED_JOINTS * 3, (factor * frameRate) / wanted);
  return scaleBones(person, scales, person);
}

export interface ViewOptions {
  /** Errors of the detector; exact keypoints when absent. */
  noise?: DetectorNoise;
  /** Keypoints as from a detector that knows no spine, neck and crown (see `lifterInput`). */
  derived?: boolean;
  /** Needed with noise. */
  random?: Random;
}

/**
 * A clip as a camera sees it: positions in the camera's frame and keypoints on its screen, without distortion.
 *
 * @throws MareyError `LIFT_PICTURE_SIZE` when the camera has no picture size.
 */
export function viewClip(clip: MotionClip, camera: Camera, options: ViewOptions = {}): LiftSequence {
  const { positions: world } = clip;
  const frames = world.length / (LIFTED_JOINTS * 3);
  const vector = cameraVector(camera);
  const positions = worldToCamera(world, camera, new Float32Array(world.length));
  const keypoints = projectLinear(positions, vector, new Float32Array(frames * LIFTED_JOINTS * 2));
  const { noise, derived = false, random: source = random(0) } = options;
  if (derived) placeMiddleOfHead(keypoints);
  if (noise) {
    const heights = shownHeights(positions, vector[0]);
    addDetectorNoise(keypoints, heights, LIFTED_JOINTS, noise, source, keypoints);
  }
  if (derived) deriveAxialJoints(keypoints);
  const { name, action, frameRate } = clip;
  const sizes = { frames, joints: LIFTED_JOINTS, poseJoints: LIFTED_JOINTS };
  return { name, action, frameRate, ...sizes, keypoints, positions, camera: vector };
}

/** T: how tall the person would stand in the picture where the pelvis is, in the unit of the focal length. */
function shownHeights(positions: Float32Array, focal: number): Float32Array {
  const height = bodyHeight(positions);
  const heights = new Float32Array(positions.length / (LIFTED_JOINTS * 3));
  for (let t = 0; t < heights.length; t++)
    heights[t] = (focal * height) / positions[t * LIFTED_JOINTS * 3 + 2];
  return heights;
}

/** A clip before a held-out camera: once with exact keypoints, once as a real detector might give them. */
export interface EvaluationView {
  clip: string;
  camera: Camera;
  exact: LiftSequence;
  noisy: LiftSequence;
}

export interface EvaluationOptions {
  /** Cameras for each clip. */
  cameras: number;
  noise: DetectorNoise;
  /** Where the cameras may stand. */
  places: VirtualCameraOptions;
  /** Keypoints as from a detector that knows no spine, neck and crown. */
  derived: boolean;
}

export const EVALUATION_DEFAULTS: EvaluationOptions = {
  cameras: 4,
  noise: EVALUATION_NOISE,
  places: VIRTUAL_CAMERA_DEFAULTS,
  derived: false,
};

/**
 * The views on which a lifter is judged: whole clips, as recorded, before cameras that no training sees. The same seed
 * gives the same views.
 */
export function evaluationViews(
  clips: readonly MotionClip[],
  seed = 1,
  given: Partial<EvaluationOptions> = {},
): EvaluationView[] {
  const { cameras, noise, places, derived } = { ...EVALUATION_DEFAULTS, ...given };
  return clips.flatMap((clip, c) =>
    Array.from({ length: cameras }, (_, v) => {
      const source = random(viewSeed("evaluation", seed, c, v));
      const camera = virtualCamera(clip.positions, clip.up, source, places);
      const exact = viewClip(clip, camera, { derived });
      const noisy = viewClip(clip, camera, { noise, derived, random: source });
      return { clip: clip.name, camera, exact, noisy };
    }),
  );
}
