import fc from "fast-check";
import { expect, test } from "vitest";
import { skeleton } from "../skeleton/skeleton.js";
import { drawBox, drawDisc, drawLine } from "./draw.js";
import type { Image } from "./image.js";
import { drawPeople, drawPerson, personColour } from "./person.js";
import { drawLabel, drawText, textWidth } from "./text.js";

const black = (width = 60, height = 40): Image => ({
  width,
  height,
  channels: 3,
  data: new Uint8Array(width * height * 3),
});
const white = { colour: [255, 255, 255] as const };
/** Area covered, in pixels. */
const ink = ({ data }: Image) => data.reduce((sum, v) => sum + v, 0) / 255 / 3;
const at = ({ data, width }: Image, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];

test("lines, discs and boxes cover their area: anti-aliasing loses and adds nothing", () =>
  fc.assert(
    fc.property(
      fc.double({ min: 15, max: 45, noNaN: true }),
      fc.double({ min: 12, max: 28, noNaN: true }),
      fc.double({ min: 0, max: Math.PI, noNaN: true }),
      fc.double({ min: 1.5, max: 6, noNaN: true }),
      (x, y, angle, width) => {
        const line = black();
        const [dx, dy] = [6 * Math.cos(angle), 6 * Math.sin(angle)];
        drawLine(line, [x - dx, y - dy], [x + dx, y + dy], width, white);
        const area = 12 * width + (Math.PI * width * width) / 4;
        expect(Math.abs(ink(line) - area)).toBeLessThan(0.05 * area + 0.5);
        const disc = black();
        drawDisc(disc, [x, y], width + 1, white);
        expect(Math.abs(ink(disc) - Math.PI * (width + 1) ** 2)).toBeLessThan(
          0.04 * Math.PI * (width + 1) ** 2 + 0.3,
        );
        const box = black();
        drawBox(box, [x - 10, y - 8, x + 10, y + 8], { ...white, width: 2 });
        expect(Math.abs(ink(box) - 2 * 72)).toBeLessThan(6);
      },
    ),
  ));

test("what lies outside is cut off, and coordinates that are none draw nothing", () => {
  const image = black();
  drawLine(image, [-500, 20], [500, 20], 1, white);
  expect(ink(image)).toBeCloseTo(60, 0);
  const untouched = black();
  drawLine(untouched, [Number.NaN, 1], [5, 5], 3, white);
  drawLine(untouched, [-50, -50], [-20, -10], 3, white);
  drawBox(untouched, [200, 200, 300, 300], white);
  drawText(untouched, "outside", [300, 100], 12, white);
  expect(ink(untouched)).toBe(0);
});

test("opacity mixes with what is there", () => {
  const image = black();
  image.data.fill(100);
  drawBox(image, [10, 10, 30, 30], { colour: [200, 0, 100], opacity: 0.5 });
  expect(at(image, 20, 20)).toEqual([150, 50, 100]);
  expect(at(image, 50, 20)).toEqual([100, 100, 100]);
});

test("every printable sign has a look of its own; text takes the width it says", () => {
  const looks = new Set<string>();
  for (let code = 33; code < 127; code++) {
    const image = black(40, 40);
    drawText(image, String.fromCharCode(code), [8, 25], 18, white);
    expect(ink(image), String.fromCharCode(code)).toBeGreaterThan(2);
    looks.add(image.data.join());
  }
  expect(looks.size).toBe(94);
  const line = black(400, 40);
  drawText(line, "Camera 12", [10, 30], 18, white);
  const columns = Array.from({ length: 400 }, (_, x) => x).filter((x) =>
    Array.from({ length: 40 }, (_, y) => at(line, x, y)[0]).some((v) => v > 60),
  );
  expect(Math.abs(columns[0] - 10)).toBeLessThanOrEqual(2);
  expect(Math.abs(columns.at(-1)! - 10 - textWidth("Camera 12", 18))).toBeLessThanOrEqual(2);
});

test("a label moves inside the picture", () => {
  const image = black();
  drawLabel(image, "7", [-100, -100], 9, { colour: [255, 200, 0] });
  expect(ink(image)).toBeGreaterThan(50);
});

const body = skeleton("arms", [
  ["neck", null, 0.1],
  ["left_wrist", "neck", 0.1],
  ["right_wrist", "neck", 0.1],
]);

test("a person: sides have their hues, uncertain joints are fainter, missing ones are left out", () => {
  const draw = (confidence: number, state?: number[]) => {
    const image = black(200, 100);
    drawPerson(image, [100, 50, 0.9, 180, 50, confidence, 20, 50, 0.9], body, { state });
    return image;
  };
  const sure = draw(0.9);
  const [r, , b] = at(sure, 140, 50);
  expect(r).toBeGreaterThan(b + 100); // left is orange
  const [rr, , bb] = at(sure, 60, 50);
  expect(bb).toBeGreaterThan(rr + 100); // right is blue
  const faint = at(draw(0.2), 140, 50)[0];
  expect(faint).toBeGreaterThan(20);
  expect(faint).toBeLessThan(r * 0.6);
  expect(at(draw(0.9, [1, 2, 1]), 140, 50)[0]).toBe(faint);
  expect(at(draw(0.01), 140, 50)).toEqual([0, 0, 0]);
  expect(at(draw(Number.NaN), 140, 50)).toEqual([0, 0, 0]);
  const nobody = black();
  drawPerson(nobody, new Float32Array(9).fill(Number.NaN), body, { label: "nobody" });
  expect(ink(nobody)).toBe(0);
});

test("the trunk has the person's colour, and labels lie over other people", () => {
  const trunk = skeleton("trunk", [
    ["neck", null, 0.1],
    ["pelvis", "neck", 0.1],
  ]);
  const image = black(200, 100);
  const colour = [0, 255, 0] as const;
  drawPerson(image, [100, 20, 1, 100, 80, 1], trunk, { colour });
  expect(at(image, 100, 50)).toEqual([0, 255, 0]);
  const two = black(200, 100);
  const crossing = [100, 2, 1, 100, 90, 1];
  drawPeople(
    two,
    [
      { joints: [100, 40, 1, 100, 80, 1], label: "1", colour },
      { joints: crossing, colour: [255, 0, 0] },
    ],
    trunk,
  );
  const row = Array.from({ length: 16 }, (_, i) => at(two, 92 + i, 29));
  expect(row.some(([r, g]) => g > 200 && r < 60)).toBe(true);
  expect(row.some(([r, g]) => r > 200 && g < 60)).toBe(false);
});

test("neighbouring ids get colours apart", () => {
  for (let id = 0; id < 20; id++)
    for (let other = 1; other < 4; other++) {
      const [a, b] = [personColour(id), personColour(id + other)];
      expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])).toBeGreaterThan(60);
    }
});

test("fingers and a face are finer than limbs, and keep to their own thresholds", () => {
  const whole = skeleton("whole", [
    ["left_elbow", null, 0.1],
    ["left_wrist", "left_elbow", 0.1],
    ["left_thumb1", null, 0.1],
    ["left_thumb2", "left_thumb1", 0.1],
    ["face_0", null, 0.1],
    ["face_1", "face_0", 0.1],
  ]);
  const image = black(900, 900);
  const joints = [100, 100, 1, 800, 100, 1, 100, 300, 0.25, 800, 300, 0.25, 100, 500, 1, 800, 500, 1];
  drawPerson(image, joints, whole);
  const width = (y: number) => {
    const rows = Array.from({ length: 41 }, (_, i) => at(image, 450, y - 20 + i));
    return rows.filter((rgb) => Math.max(...rgb) > 60).length;
  };
  expect(width(100)).toBeGreaterThan(2 * width(300));
  expect(width(300)).toBeGreaterThanOrEqual(width(500));
  expect(width(500)).toBeGreaterThan(0);
  const [r, g, b] = at(image, 450, 300);
  expect(r).toBeGreaterThan(2 * Math.max(g, b)); // sure enough for a hand, and a thumb's red
});
