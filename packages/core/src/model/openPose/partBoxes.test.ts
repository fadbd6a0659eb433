import { describe, expect, test } from "vitest";
import { followHand, partBoxes } from "./partBoxes.js";
import { BODY_25, COCO_18, MPI_15, type PartModel } from "./parts.js";

const body = ({ skeleton }: PartModel, points: Readonly<Record<string, readonly [number, number]>>) => {
  const joints = new Float32Array(3 * skeleton.joints.length);
  for (const [name, [x, y]] of Object.entries(points))
    joints.set([x, y, 1], 3 * skeleton.joints.indexOf(name));
  return joints;
};
const arm = { left_shoulder: [100, 100], left_elbow: [120, 180], left_wrist: [170, 220] } as const;
const head = {
  neck: [200, 200],
  nose: [200, 140],
  left_eye: [212, 130],
  right_eye: [188, 130],
  left_ear: [225, 135],
  right_ear: [175, 135],
} as const;

describe("boxes of hands and face", () => {
  test.each([BODY_25, COCO_18])("as worked out for $name", (model) => {
    const boxes = partBoxes(body(model, { ...arm, ...head }), model);
    expect(boxes.leftHand?.side).toBeCloseTo(111.3239, 3);
    expect(boxes.leftHand?.left).toBeCloseTo(130.8381, 3);
    expect(boxes.leftHand?.top).toBeCloseTo(177.5381, 3);
    expect(boxes.rightHand).toBeUndefined();
    expect(boxes.face?.side).toBeCloseTo(97.3333, 3);
    expect(boxes.face!.left + boxes.face!.side / 2).toBeCloseTo(200, 3);
    expect(boxes.face!.top + boxes.face!.side / 2).toBeCloseTo(145, 3);
  });

  test("a profile", () => {
    const { right_eye: _, right_ear: __, ...profile } = head;
    const { face } = partBoxes(body(BODY_25, profile), BODY_25);
    expect(face?.side).toBeCloseTo(85.9483, 3);
    expect(face!.left + face!.side / 2).toBeCloseTo(212.3333, 3);
    expect(face!.top + face!.side / 2).toBeCloseTo(135, 3);
  });

  test("a model without eyes takes the head; small faces are left out", () => {
    const joints = body(MPI_15, { head_top: [100, 100], neck: [100, 160], ...arm });
    const { face, leftHand } = partBoxes(joints, MPI_15);
    expect(face?.side).toBeCloseTo(1.33 * 60, 4);
    expect(face!.left + face!.side / 2).toBeCloseTo(100, 4);
    expect(leftHand?.side).toBeCloseTo(111.3239, 3);
    expect(partBoxes(body(MPI_15, { head_top: [100, 100], neck: [100, 130] }), MPI_15).face).toBeUndefined();
  });
});

test("a hand's box is steadied by the surest hand that it overlaps", () => {
  const box = { left: 100, top: 100, side: 100 };
  const joints = (x: number, y: number, confidence: number) => {
    const points = new Float32Array(63);
    for (let i = 0; i < 21; i++) points.set([x + 4 * i, y + 2 * i, confidence], 3 * i);
    return { joints: points };
  };
  // 80 × 40 pixels at (110, 130), whole inside.
  const near = joints(110, 130, 0.9);
  const followed = followHand(box, [joints(400, 400, 0.9), near]);
  expect(followed.side).toBeCloseTo((2 * 100 + 80) / 2);
  expect(followed.left + followed.side / 2).toBeCloseTo((150 + 150) / 2);
  expect(followed.top + followed.side / 2).toBeCloseTo((150 + 150) / 2);
  expect(followHand(box, [joints(110, 130, 0.5)])).toBe(box);
  expect(followHand(box, [])).toBe(box);
});
