import { type Random, random } from "../../array/random.js";
import type { Rig } from "../../camera/camera.js";
import type { Image } from "../../image/image.js";
import type { Captured } from "../motion/captured.js";
import { drawSensor, type Sensor } from "../optics/sensor.js";
import { drawLook } from "../person/look.js";
import { chair, surfacesOf } from "../setting/furniture.js";
import { drawSetting, type Setting } from "../setting/setting.js";
import { type Act, type Actor, drawActors, type StudioBody } from "./actor.js";
import { drawCameras } from "./cameras.js";

/** All that a take is before it is filmed: who does what where, in which light, seen by which cameras. Y up, metres. */
export interface Scene {
  seed: number;
  frameRate: number;
  frameCount: number;
  actors: readonly Actor[];
  setting: Setting;
  rig: Rig;
  /** Of each camera. */
  sensors: readonly Sensor[];
  /** How restless the hands are that hold the cameras; 0 for tripods. */
  unrest: number;
  /** Share of a frame's time for which the shutter is open. */
  shutter: number;
}

export interface SceneOptions {
  /** Decides everything that isn't said here; the same seed gives the same bytes. */
  seed: number;
  /** Default 2. */
  people?: number;
  /** Default 4. */
  cameras?: number;
  /** Of the pictures, pixels; default 640 × 360. */
  width?: number;
  height?: number;
  /** Default 5 seconds at 25 frames a second. */
  seconds?: number;
  frameRate?: number;
  /** Metres from the middle that people keep to; default 1.6. */
  reach?: number;
  /** Things that stand about, at most; default 6. */
  things?: number;
  /** Default true. */
  distorted?: boolean;
  /** Hands that hold the cameras; default 0, tripods. */
  unrest?: number;
  /** A photograph of the pictures' size to stand before, instead of a place that is made. */
  photograph?: Image;
  captured?: readonly Captured[];
  /** Share of those who act alone whose motion is captured; default 0.5. At 1 everybody's is, and nobody meets. */
  capturedShare?: number;
  /** What the first people do; what is left out is drawn. */
  acts?: readonly Act[];
  /** What is the same in all scenes, whatever the seed: to learn what its variety is worth. */
  same?: readonly SameInAll[];
}

/** Skin, hair and clothes; the light; the place with its light. */
export type SameInAll = "looks" | "lights" | "place";

/** The seed of what is the same in all scenes. */
const SAME = 1;

const DEFAULTS = {
  people: 2,
  cameras: 4,
  width: 640,
  height: 360,
  seconds: 5,
  frameRate: 25,
  reach: 1.6,
  things: 6,
  distorted: true,
  unrest: 0,
} satisfies Partial<SceneOptions>;

/**
 * Draws a scene: people of all shapes in clothes, alone and in pairs; a room or a place outdoors; lights; cameras.
 *
 * @throws MareyError of `retarget` for captured motions without legs.
 */
export function drawScene(body: StudioBody, options: SceneOptions): Scene {
  const given = { ...DEFAULTS, ...options };
  const { seed, seconds, frameRate, unrest, same = [] } = given;
  // Each part draws from numbers of its own, so that a change of one leaves the others as they are.
  const part = (index: number) => random(16 * seed + index);
  const drawn = drawActors(body, part(1), given);
  const actors = same.includes("looks") ? drawn.map((actor) => ({ ...actor, look: drawLook(SAME) })) : drawn;
  const setting = placeOf(given, part(2), same);
  const furniture = part(3);
  for (const { seats } of actors)
    for (const { x, z, height, yaw } of seats)
      setting.surfaces.push(...surfacesOf(chair(furniture, height), x, z, yaw));
  const rig = drawCameras(part(4), given);
  const chance = part(5);
  return {
    ...{ seed, frameRate, frameCount: Math.round(seconds * frameRate), actors, setting, rig, unrest },
    sensors: rig.cameras.map(() => drawSensor(chance)),
    shutter: chance.uniform(0.1, 0.6),
  };
}

function placeOf(
  { reach, things, photograph }: { reach: number; things: number; photograph?: Image },
  chance: Random,
  same: readonly SameInAll[],
): Setting {
  const options = { clear: reach + 0.5, things, ...(photograph && { photograph }) };
  const known = () => drawSetting(random(SAME), options);
  if (same.includes("place")) return known();
  const setting = drawSetting(chance, options);
  return same.includes("lights") ? { ...setting, lights: known().lights } : setting;
}
