import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bodyKeypoints } from "../../body/keypoints.js";
import { openBody } from "../../body/openBody.js";
import { openBodyShapes } from "../../body/openBodyShapes.js";
import { coco17, coco18, h36m17, mpii16 } from "../../skeleton/layouts.js";
import { drawScene } from "./scene.js";
import { openStage } from "./stage.js";
import { pointsOf, sceneTruth } from "./truth.js";

const bytes = new Uint8Array(readFileSync(new URL("../../../data/open-body.npz", import.meta.url)));
const body = { model: openBody(bytes, { mesh: "lite" }), shapes: openBodyShapes(bytes) };
const options = { people: 2, cameras: 2, seconds: 2, width: 160, height: 120 };
const scene = drawScene(body, { seed: 11, ...options });
const stage = openStage(body, scene);

const areSame = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  a.length === b.length && Array.from(a).every((value, i) => value === b[i]);

describe("scenes", () => {
  test("are decided by their seed", () => {
    const again = drawScene(body, { seed: 11, ...options });
    const { setting, actors, ...rest } = scene;
    expect(again).toMatchObject(rest);
    expect(again.actors.map(({ look, betas }) => ({ look, betas }))).toEqual(
      actors.map(({ look, betas }) => ({ look, betas })),
    );
    again.actors.forEach(({ motion }, p) => {
      expect(areSame(motion.pose, actors[p].motion.pose)).toBe(true);
      expect(areSame(motion.translation, actors[p].motion.translation)).toBe(true);
    });
    expect(again.setting.surfaces).toHaveLength(setting.surfaces.length);
    again.setting.surfaces.forEach(({ positions, material: { texture } }, s) => {
      const first = setting.surfaces[s];
      expect(areSame(positions, first.positions)).toBe(true);
      expect(areSame(texture?.data ?? [], first.material.texture?.data ?? [])).toBe(true);
    });
    const other = drawScene(body, { seed: 12, ...options });
    expect(areSame(other.actors[0].motion.pose, actors[0].motion.pose)).toBe(false);
    expect(other.rig.cameras[0].translation).not.toEqual(scene.rig.cameras[0].translation);
  });

  test("have cameras that see everybody's middle in every frame", () => {
    const truth = sceneTruth(body, scene, h36m17);
    for (const { width, height, fx, fy, cx, cy, rotation: R, translation: t } of scene.rig.cameras)
      for (const { positions } of truth.people)
        for (let i = 0; i < positions.length; i += 3 * h36m17.joints.length) {
          const at = [0, 3, 6].map(
            (r) => R[r] * positions[i] + R[r + 1] * positions[i + 1] + R[r + 2] * positions[i + 2] + t[r / 3],
          );
          const [x, y] = [(fx * at[0]) / at[2] + cx, (fy * at[1]) / at[2] + cy];
          expect(at[2]).toBeGreaterThan(0.5);
          expect(x > 0 && x < width && y > 0 && y < height).toBe(true);
        }
  });
});

describe("the stage", () => {
  test("poses any frame in any order, and everybody stands on the floor", () => {
    const surfaces = () => stage.shot(0).surfaces.filter(({ person }) => person > 0);
    const lowestOf = (id: number) => {
      let lowest = Infinity;
      for (const { person, positions, triangles } of surfaces()) {
        if (person !== id) continue;
        for (const v of triangles) lowest = Math.min(lowest, positions[3 * v + 1]);
      }
      return lowest;
    };
    stage.pose(30);
    const before = surfaces().map(({ positions }) => positions.slice());
    for (const frame of [0, 12, 25, 49]) {
      stage.pose(frame);
      for (const { id } of stage.people) {
        // Soles may sink by a few centimetres in a step, or leave the floor in a leap, but not by much.
        expect(lowestOf(id)).toBeGreaterThan(-0.05);
        expect(lowestOf(id)).toBeLessThan(0.12);
      }
    }
    stage.pose(30);
    expect(surfaces().map(({ positions }) => positions)).toEqual(before);
  });

  test("has its people where the truth says", () => {
    const truth = sceneTruth(body, scene, coco17);
    const locate = bodyKeypoints(body.model, pointsOf(body, coco17));
    const points = new Float32Array(3 * 17);
    for (const frame of [0, 21, 49]) {
      stage.pose(frame);
      stage.people.forEach(({ id, vertices, joints }, p) => {
        locate(vertices, joints, points);
        expect(truth.people[p].id).toBe(id);
        expect(truth.people[p].positions.slice(51 * frame, 51 * (frame + 1))).toEqual(points);
      });
    }
  });

  test("gives one moment's shots the same mark, and another's another", () => {
    stage.pose(3);
    const first = stage.shot(0).moment;
    expect(stage.shot(1).moment).toBe(first);
    stage.pose(4);
    expect(stage.shot(0).moment).not.toBe(first);
  });
});

test("necks of pictures lie between the shoulders; those of the body's own layout where it has them", () => {
  expect(pointsOf(body, coco18)[1]).toBe("neck_base");
  const { joints } = mpii16;
  expect(pointsOf(body, mpii16)[joints.indexOf("upper_neck")]).toBe("head");
  expect(pointsOf(body, { ...coco18, name: "own", joints: ["pelvis", "neck"] })).toEqual(["pelvis", "neck"]);
});

test("a layout that the body lacks points of is refused with their names", () => {
  expect(() => pointsOf(body, { ...mpii16, name: "own", joints: ["nose", "tail"] })).toThrow(/has no tail/);
});
