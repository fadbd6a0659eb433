import { openBody, openBodyShapes } from "@marey/core/body";
import { drawScene, type StudioBody } from "@marey/core/world";
import { readBackgrounds } from "./backgrounds.js";
import { readCaptured } from "./captured.js";
import { lensesOf, type World } from "./film.js";
import { readOpenBody } from "./openBodyFile.js";
import type { WorldSettings } from "./settings.js";

/** A world with the body that its people have. */
export interface DrawnWorld {
  world: World;
  body: StudioBody;
  /** The body's file. */
  bytes: Uint8Array;
}

/** Each camera has a photograph of its own, which the film puts in place of the scene's. */
const PLACEHOLDER = { width: 1, height: 1, channels: 3, data: new Uint8Array(3) };

/** A calm hand. */
const UNREST = 1;

/** Draws a world; the same settings and files give the same one. @throws MareyError of the files that it takes. */
export async function drawWorld(settings: WorldSettings): Promise<DrawnWorld> {
  const { people, cameras, seconds, fps, width, height, seed, motion, backgrounds, channels, acts } =
    settings;
  const bytes = await readOpenBody();
  const body = { model: openBody(bytes), shapes: openBodyShapes(bytes) };
  const captured = await readCaptured(motion, { most: people, seed });
  const scene = drawScene(body, {
    ...{ seed, people, cameras, width, height, seconds, acts },
    frameRate: fps,
    unrest: settings.handHeld ? UNREST : 0,
    ...(captured.length > 0 && { captured, capturedShare: 1 }),
    ...(backgrounds !== undefined && { photograph: PLACEHOLDER }),
  });
  const pinholes = lensesOf(scene).map(({ pinhole }) => pinhole);
  const pictures = backgrounds === undefined ? undefined : await readBackgrounds(backgrounds, pinholes, seed);
  return { world: { scene, channels, ...(pictures && { backgrounds: pictures }) }, body, bytes };
}
