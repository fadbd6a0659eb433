import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { h36m17 } from "../skeleton/layouts.js";
import { CYLINDER_NUMBERS, cylinderMan, cylinders } from "./cylinderMan.js";
import { bodyKeypoints } from "./keypoints.js";
import { openBody } from "./openBody.js";
import { bodySkinner } from "./skinning.js";

const body = openBody(readFileSync(join(import.meta.dirname, "../../data/open-body.npz")));

test("cylinders join the joints that their names say, in H36M-17's order", () => {
  const joint = (i: number) => h36m17.joints[i];
  for (const { name, from, to } of cylinders)
    for (const side of ["left", "right"])
      if (name.startsWith(side)) {
        expect(joint(from)).toMatch(new RegExp(`^${side}`));
        expect(joint(to)).toMatch(new RegExp(`^${side}`));
      }
  expect(cylinders).toHaveLength(10);
});

test("the open body's cylinders cover its limbs and trunk", () => {
  const skinner = bodySkinner(body);
  const points = new Float64Array(3 * 17);
  bodyKeypoints(body, body.keypointSets.h36m17)(skinner.rest, skinner.restJoints, points);
  const man = cylinderMan(points);
  const row = (name: string) => {
    const c = CYLINDER_NUMBERS * cylinders.findIndex((cylinder) => cylinder.name === name);
    return man.subarray(c, c + CYLINDER_NUMBERS);
  };
  expect(row("trunk")[6]).toBeGreaterThan(0.12);
  expect(row("trunk")[6]).toBeLessThan(0.22);
  const length = (r: Float64Array) => Math.hypot(r[0] - r[3], r[1] - r[4], r[2] - r[5]);
  expect(length(row("left_thigh"))).toBeCloseTo(0.4, 1);
  // Nearly all of the skin of a forearm lies within its cylinder: between the ends and nearer than 6 cm.
  const part = body.joints.indexOf("left_elbow");
  const [ax, ay, az, bx, by, bz, radius] = row("left_forearm");
  let [inside, all] = [0, 0];
  body.part?.forEach((joint, v) => {
    if (joint !== part) return;
    const p = skinner.rest.subarray(3 * v, 3 * v + 3);
    const d = [bx - ax, by - ay, bz - az];
    const t =
      ((p[0] - ax) * d[0] + (p[1] - ay) * d[1] + (p[2] - az) * d[2]) / (d[0] ** 2 + d[1] ** 2 + d[2] ** 2);
    all++;
    if (Math.hypot(p[0] - ax - t * d[0], p[1] - ay - t * d[1], p[2] - az - t * d[2]) < radius + 0.01)
      inside++;
  });
  expect(inside / all).toBeGreaterThan(0.95);
});

test("an unknown joint makes its cylinders unknown, and no others", () => {
  const joints = new Float64Array(51).map((_, i) => i);
  joints.fill(NaN, 3 * 15, 3 * 16); // right elbow
  const man = cylinderMan(joints);
  const unknown = cylinders.filter((_, c) =>
    man.subarray(CYLINDER_NUMBERS * c, CYLINDER_NUMBERS * (c + 1)).some(Number.isNaN),
  );
  expect(unknown.map(({ name }) => name)).toEqual(["right_upper_arm", "right_forearm"]);
});
