import { expect, test } from "vitest";
import { cameraCentre, project } from "../camera/projection.js";
import { turnRig } from "../camera/rig.js";
import { handHeld } from "./handHeld.js";
import { ringRig } from "./ring.js";

const [camera] = turnRig(ringRig(), "y").cameras;

test("a held camera wanders by pixels, smoothly, and stays a camera", () => {
  const middle = Float64Array.of(0, 0.95, 0);
  const places = Array.from({ length: 300 }, (_, t) => {
    const held = handHeld(camera!, t / 30, 1, 5);
    const { rotation: R } = held;
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++) {
        const product = R[i]! * R[j]! + R[3 + i]! * R[3 + j]! + R[6 + i]! * R[6 + j]!;
        expect(product).toBeCloseTo(i === j ? 1 : 0, 12);
      }
    const apart = cameraCentre(held).map((v, c) => v - cameraCentre(camera!)[c]!);
    expect(Math.hypot(...apart)).toBeLessThan(0.08);
    return [...project(middle, held)];
  });
  const [x0 = 0, y0 = 0] = project(middle, camera!);
  const wander = places.map(([x = 0, y = 0]) => Math.hypot(x - x0, y - y0));
  const steps = places
    .slice(1)
    .map(([x = 0, y = 0], t) => Math.hypot(x - places[t]![0]!, y - places[t]![1]!));
  expect(Math.max(...wander)).toBeGreaterThan(5);
  expect(Math.max(...wander)).toBeLessThan(60);
  expect(Math.max(...steps)).toBeLessThan(4);
});

test("the same keys give the same place, no unrest gives the camera itself", () => {
  expect(handHeld(camera!, 1.37, 2, 8, 1)).toEqual(handHeld(camera!, 1.37, 2, 8, 1));
  expect(handHeld(camera!, 1.37, 2, 8, 1).rotation).not.toEqual(handHeld(camera!, 1.37, 2, 8, 2).rotation);
  expect(handHeld(camera!, 1, 0, 3)).toBe(camera);
});
