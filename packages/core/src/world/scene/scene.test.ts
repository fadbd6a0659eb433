import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openBody } from "../../body/openBody.js";
import { openBodyShapes } from "../../body/openBodyShapes.js";
import { drawScene, type SameInAll } from "./scene.js";

const bytes = new Uint8Array(readFileSync(new URL("../../../data/open-body.npz", import.meta.url)));
const body = { model: openBody(bytes, { mesh: "lite" }), shapes: openBodyShapes(bytes) };
const draw = (seed: number, ...same: SameInAll[]) =>
  drawScene(body, { seed, people: 1, cameras: 1, seconds: 0.4, same });

test("what is the same in all scenes is so, and the rest is as it was", () => {
  const [a, b] = [draw(4, "looks", "lights"), draw(5, "looks", "lights")];
  expect(a.actors[0].look).toEqual(b.actors[0].look);
  expect(a.setting.lights).toEqual(b.setting.lights);
  expect(a.actors[0].motion).toEqual(draw(4).actors[0].motion);
  expect(a.setting.surfaces.length).toBe(draw(4).setting.surfaces.length);
  expect(draw(4).setting.lights).not.toEqual(draw(5).setting.lights);
  expect(draw(4, "place").setting.lights).toEqual(draw(5, "place").setting.lights);
});
