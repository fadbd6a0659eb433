import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { random } from "../../array/random.js";
import { openBody } from "../../body/openBody.js";
import { openBodyShapes } from "../../body/openBodyShapes.js";
import { bodySkinner } from "../../body/skinning.js";
import type { Captured } from "../motion/captured.js";
import { bodyFigure } from "../motion/figure.js";
import { type ActorOptions, drawActors } from "./actor.js";

const bytes = new Uint8Array(readFileSync(join(import.meta.dirname, "../../../data/open-body.npz")));
const body = { model: openBody(bytes, { mesh: "lite" }), shapes: openBodyShapes(bytes) };
const options: ActorOptions = { people: 3, seconds: 3, frameRate: 20, reach: 1.6 };
const place = ({ translation }: { translation: Float32Array }, t: number) => [
  translation[3 * t]!,
  translation[3 * t + 2]!,
];

test("who is told what to do does it, the others what they like, and everybody is on stage to the end", () => {
  const walk = {
    start: { x: -1, z: 0.5, yaw: Math.PI / 2 },
    actions: [{ do: "walk", to: [[1, 0.5]] }],
  } as const;
  const actors = drawActors(body, random(3), { ...options, acts: [walk] });
  expect(actors.map(({ id }) => id)).toEqual([1, 2, 3]);
  const [{ motion }] = actors as [(typeof actors)[0]];
  const [x, z] = place(motion, 0);
  expect(Math.hypot(x! + 1, z! - 0.5)).toBeLessThan(0.15);
  const [u, v] = place(motion, motion.frames - 1);
  expect(Math.hypot(u! - 1, v! - 0.5)).toBeLessThan(0.25);
  for (const { motion } of actors.slice(1)) expect(motion.frames).toBeGreaterThanOrEqual(60);
  // Shapes and looks are the same whoever is told what.
  const free = drawActors(body, random(3), options);
  expect(free.map(({ betas, look }) => ({ betas, look }))).toEqual(
    actors.map(({ betas, look }) => ({ betas, look })),
  );
});

test("where all are to move as somebody was captured moving, they do, apart from one another", () => {
  const stillness = standing(40, 20);
  const actors = drawActors(body, random(8), { ...options, captured: [stillness], capturedShare: 1 });
  const places = actors.map(({ motion }) => place(motion, 10));
  for (const { motion } of actors) {
    expect(motion.frames).toBe(40);
    expect(place(motion, 39)).toEqual(place(motion, 0));
  }
  for (let a = 0; a < 3; a++)
    for (let b = 0; b < a; b++)
      expect(Math.hypot(places[a]![0]! - places[b]![0]!, places[a]![1]! - places[b]![1]!)).toBeGreaterThan(
        0.25,
      );
});

/** Somebody who stands as the body's template does. */
function standing(frames: number, frameRate: number): Captured {
  const skinner = bodySkinner(body.model);
  skinner.shape(new Float64Array(10));
  const { rest } = bodyFigure(skinner);
  const points = new Float64Array(72 * frames);
  for (let t = 0; t < frames; t++) points.set(rest, 72 * t);
  return { frameRate, frames, points };
}
