import { describe, expect, test } from "vitest";
import { body25, coco18 } from "../../skeleton/layouts.js";
import { BODY_25, COCO_18, limbsByChannel } from "./parts.js";
import { channelsOf, targetEncoder } from "./targets.js";

const grid = { columns: 23, rows: 23, stride: 8 };
const cells = 23 * 23;
const coco = { ...grid, skeleton: coco18, limbs: limbsByChannel(COCO_18) };
const everything = (joints: number) => Array<boolean>(joints).fill(true);

/** Somebody who stands in the middle, with some joints of COCO-18. */
function standing(
  joints: Readonly<Record<string, readonly [number, number]>>,
  skeleton = coco18,
): Float32Array {
  const people = new Float32Array(skeleton.joints.length * 3);
  for (const [name, place] of Object.entries(joints))
    people.set([...place, 1], skeleton.joints.indexOf(name) * 3);
  return people;
}

function encoded(options: typeof coco, people: Float32Array, known: boolean[], mask: Float32Array) {
  const target = new Float32Array(channelsOf(options) * cells).fill(7);
  const weight = new Float32Array(target.length).fill(7);
  targetEncoder(options)({ people, known, mask }, target, weight);
  const plane = (values: Float32Array, c: number) => values.subarray(c * cells, (c + 1) * cells);
  return { target: (c: number) => plane(target, c), weight: (c: number) => plane(weight, c) };
}

describe("weights", () => {
  const people = standing({ neck: [91.5, 59.5], right_shoulder: [67.5, 59.5] });
  const limb = limbsByChannel(COCO_18).findIndex(([a, b]) => a === 1 && b === 2);

  test("nothing counts where people are unlabelled, but a labelled joint or limb does", () => {
    const { target, weight } = encoded(coco, people, everything(18), new Float32Array(cells));
    for (const c of [1, 2, 19 + 2 * limb, 20 + 2 * limb]) {
      const labelled = target(c === 20 + 2 * limb ? c - 1 : c);
      expect([...weight(c)]).toEqual([...labelled].map((value) => (value === 0 ? 0 : 1)));
    }
    expect([...weight(1)].filter(Boolean).length).toBeGreaterThan(4);
    // The background is learned beside the joints only, another joint nowhere.
    expect([...weight(18)]).toEqual([...target(18)].map((value) => (value < 1 ? 1 : 0)));
    expect(weight(0).every((value) => value === 0)).toBe(true);
  });

  test("everything counts where everybody is labelled", () => {
    const { weight } = encoded(coco, people, everything(18), new Float32Array(cells).fill(1));
    for (let c = 0; c < channelsOf(coco); c++) expect(weight(c).every((value) => value === 1)).toBe(true);
  });

  test("channels that nobody labels count nowhere, limbs with such an end neither", () => {
    const known = coco18.joints.map((joint) => joint !== "right_shoulder");
    const { weight } = encoded(coco, people, known, new Float32Array(cells).fill(1));
    expect(weight(2).every((value) => value === 0)).toBe(true);
    coco.limbs.forEach(([a, b], l) => {
      const hidden = a === 2 || b === 2;
      expect(weight(19 + 2 * l).every((value) => value === (hidden ? 0 : 1))).toBe(true);
    });
  });

  test("the background isn't learned where unlabelled feet must be", () => {
    const options = { ...grid, skeleton: body25, limbs: limbsByChannel(BODY_25) };
    const body = standing({ left_knee: [91.5, 91.5], left_ankle: [91.5, 131.5] }, body25);
    const known = body25.joints.map((joint) => !/toe|heel/.test(joint));
    const { weight, target } = encoded(options, body, known, new Float32Array(cells).fill(1));
    const at = (x: number, y: number) => weight(25)[Math.floor(y / 8) * 23 + Math.floor(x / 8)];
    expect([at(91, 155), at(115, 131), at(70, 140)]).toEqual([0, 0, 0]);
    expect([at(91, 180), at(140, 131), at(91, 40)]).toEqual([1, 1, 1]);
    // The ankle itself is labelled.
    expect(at(91, 131)).toBe(1);
    expect(target(25)[16 * 23 + 11]).toBeLessThan(0.1);
    const all = encoded(options, body, everything(25), new Float32Array(cells).fill(1));
    expect(all.weight(25).every((value) => value === 1)).toBe(true);
  });
});
