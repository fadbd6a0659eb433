import { random } from "../../array/random.js";
import type { Image } from "../../image/image.js";
import type { Skeleton } from "../../skeleton/skeleton.js";
import type { Captured } from "../motion/captured.js";
import type { StudioBody } from "../scene/actor.js";
import { drawScene, type SameInAll } from "../scene/scene.js";
import { openStage, type Stage } from "../scene/stage.js";
import {
  AUGMENTATION_DEFAULTS,
  type AugmentationOptions,
  augment,
  drawAugmentation,
} from "./augmentation.js";
import { drawBackdrop, drawPhotograph } from "./backdrop.js";
import { CROP_DEFAULTS, type CropOptions } from "./cropCamera.js";
import { cutSample, drawNearer } from "./cut.js";
import { darkroom, type LabelChannel } from "./darkroom.js";
import { labeller } from "./labels.js";
import { partnersOf } from "./mirror.js";
import type { Sample } from "./sample.js";
import { type Found, findView } from "./viewfinder.js";

/** How pictures of the studio are made. */
export interface StudioOptions {
  /** The layout of the labels. */
  skeleton: Skeleton;
  /** Samples of one scene: drawing and dressing its people costs as much as some dozens of them; default 144. */
  samples?: number;
  /**
   * Samples made of each rendered picture: itself, and parts of it with other augmentation. Rendering takes most of the
   * time. Default 3; 1 with channels.
   */
  variants?: number;
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
  /** What is the same in all scenes: to learn what its variety is worth. */
  same?: readonly SameInAll[];
}

export const STUDIO_DEFAULTS = {
  samples: 144,
  variants: 3,
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
  const variants = channels.length > 0 ? 1 : given.variants;
  if (channels.length > 0) varied.flip = 0;
  const label = labeller(body, skeleton);
  const room = darkroom(channels);
  const partners = { joints: skeleton.mirror, body: partnersOf(body.model.joints) };
  const known = skeleton.joints.map(() => true);
  /** Renders and labels what a camera sees, its subject first. */
  const take = (stage: Stage, { view, subject, seen }: Found, background: Image | undefined): Sample => {
    const shot = { ...stage.shot(0), ...(background && { background }), camera: view.pinhole };
    const { image, person, channels: shown } = room.develop(view, shot);
    const all = label.people(stage, view, seen, person);
    all.sort((a, b) => Number(b.id === subject) - Number(a.id === subject));
    return {
      ...{ image, known, camera: view.camera, source: `studio ${stage.scene.seed}` },
      people: all.map(({ labels }) => labels),
      ...(channels.length > 0 && { channels: shown }),
    };
  };
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
        ...(options.same && { same: options.same }),
      });
      const stage = openStage(body, scene);
      for (let i = 0; i < samples; ) {
        if (i % (views * variants) === 0) stage.pose(chance.integer(scene.frameCount));
        const found = findView(stage, chance, { label, room, crop });
        const backdrop = photograph && drawBackdrop(chance, photograph, found.view.pinhole);
        const taken = take(stage, found, backdrop);
        const nearer = Array.from({ length: Math.min(variants, samples - i) - 1 }, () =>
          cutSample(taken, drawNearer(chance, crop.width, crop.height), crop.width, crop.height),
        );
        for (const picture of [taken, ...nearer]) {
          const sample = { ...picture, source: `studio ${seed}/${i++}` };
          yield augment(sample, drawAugmentation(chance, sample.image, varied), partners);
        }
      }
    },
  };
}
