import { random } from "../../array/random.js";
import type { Image } from "../../image/image.js";
import type { Skeleton } from "../../skeleton/skeleton.js";
import type { Captured } from "../motion/captured.js";
import type { StudioBody } from "../scene/actor.js";
import { drawScene } from "../scene/scene.js";
import { openStage } from "../scene/stage.js";
import {
  AUGMENTATION_DEFAULTS,
  type AugmentationOptions,
  augment,
  drawAugmentation,
} from "./augmentation.js";
import { drawBackdrop, drawPhotograph } from "./backdrop.js";
import { CROP_DEFAULTS, type CropOptions } from "./cropCamera.js";
import { darkroom, type LabelChannel } from "./darkroom.js";
import { labeller } from "./labels.js";
import { partnersOf } from "./mirror.js";
import type { Sample } from "./sample.js";
import { findView } from "./viewfinder.js";

/** How pictures of the studio are made. */
export interface StudioOptions {
  /** The layout of the labels. */
  skeleton: Skeleton;
  /** Pictures of one scene: drawing and dressing its people costs as much as some ten of them; default 64. */
  samples?: number;
  /** Pictures of one moment, which share its shadows; default 4. */
  views?: number;
  /** How many people there are, evenly; default 1 to 4. */
  people?: readonly [least: number, most: number];
  crop?: Partial<CropOptions>;
  augmentation?: Partial<AugmentationOptions>;
  /** Labels of each pixel to keep; such pictures aren't mirrored. Default none. */
  channels?: readonly LabelChannel[];
  /** Photographs without people to stand before, RGB, and in what share of scenes; default none, and half. */
  photographs?: readonly Image[];
  photographed?: number;
  captured?: readonly Captured[];
}

export const STUDIO_DEFAULTS = {
  samples: 64,
  views: 4,
  people: [1, 4],
  channels: [],
  photographs: [],
  photographed: 0.5,
} as const satisfies Partial<StudioOptions>;

/** Makes labelled pictures, a scene at a time. */
export interface Studio {
  /** Samples of each scene. */
  readonly samples: number;
  /**
   * The labelled pictures of the scene of this seed: the same ones whatever was asked for before, here or elsewhere. A
   * generator, so that the next isn't made before it is wanted.
   *
   * @throws MareyError `STUDIO_SCENE` when nobody is to be seen from anywhere; those of `drawScene`.
   */
  scene(seed: number): Generator<Sample>;
}

/** Length of a scene's motions, seconds, and how many frames of a second are to be had. */
const SECONDS = 5;
const FRAME_RATE = 25;

/**
 * A studio whose pictures are crops around people, rendered as such: the camera's picture is the crop.
 *
 * @throws MareyError `BODY_KEYPOINT` for a layout with joints that the body lacks.
 */
export function openStudio(body: StudioBody, options: StudioOptions): Studio {
  const given = { ...STUDIO_DEFAULTS, ...options };
  const { skeleton, samples, views, people, channels } = given;
  const crop = { ...CROP_DEFAULTS, ...options.crop };
  const varied = { ...AUGMENTATION_DEFAULTS, ...options.augmentation };
  if (channels.length > 0) varied.flip = 0;
  const label = labeller(body, skeleton);
  const room = darkroom(channels);
  const partners = { joints: skeleton.mirror, body: partnersOf(body.model.joints) };
  const known = skeleton.joints.map(() => true);
  return {
    samples,
    *scene(seed) {
      const chance = random(16 * seed + 9);
      const photograph = drawPhotograph(chance, given.photographs, given.photographed);
      const scene = drawScene(body, {
        ...{ seed, cameras: 1, seconds: SECONDS, frameRate: FRAME_RATE },
        people: people[0] + chance.integer(people[1] - people[0] + 1),
        ...(photograph && { photograph }),
        ...(options.captured && { captured: options.captured }),
      });
      const stage = openStage(body, scene);
      for (let i = 0; i < samples; i++) {
        if (i % views === 0) stage.pose(chance.integer(scene.frameCount));
        const { view, subject, seen } = findView(stage, chance, { label, room, crop });
        const backdrop = photograph && drawBackdrop(chance, photograph, view.pinhole);
        const picture = room.develop(view, {
          ...stage.shot(0),
          ...(backdrop && { background: backdrop }),
          camera: view.pinhole,
        });
        const all = label.people(stage, view, seen, picture.person);
        all.sort((a, b) => Number(b.id === subject) - Number(a.id === subject));
        const sample: Sample = {
          ...{ image: picture.image, known, camera: view.camera, source: `studio ${seed}/${i}` },
          people: all.map(({ labels }) => labels),
          ...(channels.length > 0 && { channels: picture.channels }),
        };
        yield augment(sample, drawAugmentation(chance, sample.image, varied), partners);
      }
    },
  };
}
