import { expect, test } from "vitest";
import { coco17, face70, skeleton, wholeBody133, withParts } from "../skeleton/index.js";
import { bodyDetections, bodyKeypoints } from "./body.js";

const record = { frameRate: 30, width: 640, height: 480, firstFrame: 0 };
const numbered = (joints: number) => Float32Array.from({ length: 3 * joints }, (_, i) => i);

test("face and hands are left out, the body is the layout that it was", () => {
  const layout = withParts(coco17, { face: face70, hands: true });
  const person = { score: 0.5, joints: numbered(layout.joints.length), id: 3 };
  const cut = bodyDetections({ ...record, skeleton: layout, frames: [[], [person]] });
  expect(cut.skeleton).toBe(coco17);
  expect(cut.frames[1]).toEqual([{ score: 0.5, id: 3, joints: numbered(17) }]);
  expect(person.joints).toHaveLength(3 * 129);
});

test("a layout without parts stays as it is, one that isn't known becomes one of its own", () => {
  const plain = { ...record, skeleton: coco17, frames: [[{ score: 1, joints: numbered(17) }]] };
  expect(bodyDetections(plain)).toBe(plain);
  const stick = skeleton("stick", [
    ["foot", null, 0.1],
    ["left_wrist", "foot", 0.1],
    ["right_wrist", "foot", 0.1],
  ]);
  const whole = { ...record, skeleton: withParts(stick, { hands: true }), frames: [] };
  const { name, joints, parents, edges, mirror } = bodyDetections(whole).skeleton;
  expect({ name, joints, parents, edges, mirror }).toEqual({
    ...{ name: "stick+hands body", joints: stick.joints, parents: [-1, 0, 0] },
    ...{ edges: stick.edges, mirror: [0, 2, 1] },
  });
});

test("people over time keep their frames", () => {
  const J = wholeBody133.joints.length;
  const data = numbered(2 * J);
  const state = Uint8Array.from({ length: 2 * J }, (_, i) => i % 4);
  const source = { ...record, skeleton: wholeBody133, frameCount: 2, people: [{ id: 1, data, state }] };
  const { skeleton: body, people } = bodyKeypoints(source);
  expect(body.joints).toHaveLength(23);
  expect([...people[0].data.subarray(3 * 23, 3 * 24)]).toEqual([...data.subarray(3 * J, 3 * J + 3)]);
  expect(people[0].state[23 + 1]).toBe((J + 1) % 4);
});
