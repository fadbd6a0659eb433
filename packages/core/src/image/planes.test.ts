import fc from "fast-check";
import { expect, test } from "vitest";
import { coco17 } from "../skeleton/index.js";
import { drawBox, drawLine } from "./draw.js";
import { drawPeople } from "./person.js";
import { blankPlanes, type ColourMatrix, planeColour, planesToImage } from "./planes.js";
import { blank } from "./resize.js";

const matrices: ColourMatrix[] = ["bt601", "bt709", "bt2020"];
const level = fc.integer({ min: 0, max: 255 });

test("known colours: white, black and BT.709's primaries", () => {
  const rounded = ({ luma, chroma }: ReturnType<typeof planeColour>) => [...luma, ...chroma].map(Math.round);
  for (const matrix of matrices) {
    expect(rounded(planeColour([255, 255, 255], matrix))).toEqual([235, 128, 128]);
    expect(rounded(planeColour([0, 0, 0], matrix))).toEqual([16, 128, 128]);
  }
  expect(rounded(planeColour([255, 0, 0], "bt709"))).toEqual([63, 102, 240]);
  expect(rounded(planeColour([0, 0, 255], "bt709"))).toEqual([32, 240, 118]);
  expect(rounded(planeColour([0, 255, 0], "bt601"))).toEqual([145, 54, 34]);
});

test("a filled picture has its colour when it is made RGB again, at odd sizes too", () =>
  fc.assert(
    fc.property(level, level, level, fc.constantFrom(...matrices), (red, green, blue, matrix) => {
      const planes = blankPlanes({ width: 5, height: 3 }, matrix);
      drawBox(planes, [-9, -9, 20, 20], { colour: [red, green, blue] });
      const { data } = planesToImage(planes);
      for (let i = 0; i < data.length; i++)
        expect(Math.abs(data[i] - [red, green, blue][i % 3])).toBeLessThanOrEqual(3);
    }),
  ));

test("a line covers as much chroma as it does of a picture", () => {
  const planes = blankPlanes({ width: 40, height: 40 }, "bt601");
  const colour = [0, 0, 255] as const;
  drawLine(planes, [7.3, 9.1], [31.2, 26.4], 4.5, { colour });
  const cover = (data: Uint8Array, ground: number, full: number, step: number) => {
    let sum = 0;
    for (let i = 0; i < data.length; i += step) sum += (data[i] - ground) / (full - ground);
    return sum;
  };
  const own = planeColour(colour, "bt601");
  const luma = cover(planes.luma.data, 16, own.luma[0], 1);
  expect(luma).toBeCloseTo(4 * cover(planes.chroma.data, 128, own.chroma[0], 2), -1);
});

test("people on planes look like people on RGB", () => {
  const planes = blankPlanes({ width: 160, height: 120 }, "bt709");
  const image = blank(160, 120, 3);
  const joints = Float32Array.from({ length: 51 }, (_, i) =>
    i % 3 === 2 ? 1 : i % 3 === 0 ? 40 + ((i * 37) % 80) : 30 + ((i * 23) % 70),
  );
  const people = [{ joints, label: "3" }];
  drawPeople(planes, people, coco17);
  drawPeople(image, people, coco17);
  const drawn = planesToImage(planes);
  const brightness = (data: Uint8Array, i: number) =>
    0.2126 * data[i] + 0.7152 * data[i + 1] + 0.0722 * data[i + 2];
  let [far, colours] = [0, 0];
  for (let i = 0; i < image.data.length; i += 3) {
    // Brightness agrees pixel by pixel, except where red, green or blue is cut off at its end.
    far += Math.abs(brightness(drawn.data, i) - brightness(image.data, i));
    for (let c = 0; c < 3; c++) colours += Math.abs(drawn.data[i + c] - image.data[i + c]);
  }
  expect(far / (160 * 120)).toBeLessThan(2);
  expect(colours / image.data.length).toBeLessThan(5);
});
