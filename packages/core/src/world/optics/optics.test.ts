import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { random } from "../../array/random.js";
import type { Camera } from "../../camera/camera.js";
import { project, undistort } from "../../camera/projection.js";
import type { Image } from "../../image/image.js";
import { compressBlocks } from "./compression.js";
import { bendColour, bendFlow, bendLabels, lensOf } from "./lens.js";
import { motionBlur } from "./motionBlur.js";
import { CLEAR_SENSOR, drawSensor, exposeSensor } from "./sensor.js";

const camera: Camera = {
  name: "wide",
  width: 131,
  height: 90,
  fx: 95,
  fy: 97,
  cx: 63.5,
  cy: 46,
  distortion: [-0.21, 0.06, 0.002, -0.001, -0.004],
  rotation: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
  translation: Float64Array.of(0, 0, 0),
};

describe("lens", () => {
  test("each pixel comes from where its ray meets the pinhole's picture", () => {
    const { pinhole, map } = lensOf(camera);
    const pixels = Float64Array.from({ length: 2 * 131 * 90 }, (_, i) =>
      i % 2 === 0 ? (i / 2) % 131 : Math.floor(i / 2 / 131),
    );
    const exact = undistort(pixels, camera);
    let most = 0;
    for (let i = 0; i < pixels.length; i++) {
      const own = i % 2 === 0 ? exact[i]! - camera.cx + pinhole.cx : exact[i]! - camera.cy + pinhole.cy;
      most = Math.max(most, Math.abs(own - map![i]!));
      const side = i % 2 === 0 ? pinhole.width : pinhole.height;
      expect(map![i]! >= 0 && map![i]! <= side - 1).toBe(true);
    }
    expect(most).toBeLessThan(0.05);
  });

  test("a point drawn into the pinhole's picture appears where the camera sees it", () => {
    const lens = lensOf(camera);
    const { pinhole } = lens;
    const point = Float64Array.of(0.45, 0.3, 1);
    const [u = 0, v = 0] = project(point, pinhole);
    const picture = new Uint8Array(pinhole.width * pinhole.height * 3);
    const labels = new Uint8Array(pinhole.width * pinhole.height);
    for (let y = 0; y < pinhole.height; y++)
      for (let x = 0; x < pinhole.width; x++) {
        const i = y * pinhole.width + x;
        picture.fill(255 * Math.exp(-((x - u) ** 2 + (y - v) ** 2) / 8), 3 * i, 3 * i + 3);
        labels[i] = (x - u) ** 2 + (y - v) ** 2 < 4 ? 7 : 0;
      }
    const bent = new Uint8Array(131 * 90 * 3);
    bendColour(lens, picture, bent);
    const [x = 0, y = 0] = centre(bent, 131, 3);
    const [seenX = 0, seenY = 0] = project(point, camera);
    expect(Math.hypot(x - seenX, y - seenY)).toBeLessThan(0.1);
    const ids = new Uint8Array(131 * 90);
    bendLabels(lens, labels, ids);
    expect(new Set(ids)).toEqual(new Set([0, 7]));
    expect(ids[Math.round(seenY) * 131 + Math.round(seenX)]).toBe(7);
  });

  test("flow ends where the moved point is seen", () => {
    const lens = lensOf(camera);
    const flow = new Float32Array(lens.pinhole.width * lens.pinhole.height * 2);
    for (let i = 0; i < flow.length; i += 2) flow.set([3.5, -2], i);
    const bent = new Float32Array(131 * 90 * 2);
    bendFlow(lens, flow, bent);
    const [x, y] = [100, 20];
    const i = 2 * (y * 131 + x);
    const ray = [
      (lens.map![i]! + 3.5 - lens.pinhole.cx) / camera.fx,
      (lens.map![i + 1]! - 2 - lens.pinhole.cy) / camera.fy,
      1,
    ];
    const [u = 0, v = 0] = project(Float64Array.from(ray), camera);
    expect([x + bent[i]!, y + bent[i + 1]!]).toEqual([expect.closeTo(u, 3), expect.closeTo(v, 3)]);
  });

  test("without distortion nothing is bent, with too much it is refused", () => {
    const plain = { ...camera, distortion: [0, 0] };
    expect(lensOf(plain)).toEqual({ camera: plain, pinhole: plain, map: null });
    const labels = Uint8Array.from({ length: 131 * 90 }, (_, i) => i);
    const out = new Uint8Array(labels.length);
    bendLabels(lensOf(plain), labels, out);
    expect(out).toEqual(labels);
    expect(() => lensOf({ ...camera, distortion: [-2] })).toThrow(/folds the picture back/);
  });
});

/** Centre of mass of a picture's brightness. */
function centre(data: Uint8Array, width: number, channels: number): number[] {
  let [x, y, sum] = [0, 0, 0];
  for (let i = 0; i < data.length; i += channels) {
    x += data[i]! * ((i / channels) % width);
    y += data[i]! * Math.floor(i / channels / width);
    sum += data[i]!;
  }
  return [x / sum, y / sum];
}

test("what moves by eight pixels while the shutter is open is smeared over eight, what rests stays", () => {
  const [width, height] = [40, 6];
  const data = new Uint8Array(width * height * 3);
  const flow = new Float32Array(width * height * 2);
  for (let y = 0; y < height; y++) {
    data.fill(200, 3 * (y * width + 20), 3 * (y * width + 40));
    if (y < 3) for (let x = 0; x < width; x++) flow[2 * (y * width + x)] = 16;
  }
  const out = new Uint8Array(data.length);
  motionBlur(data, width, height, flow, 0.5, out);
  const row = (y: number) => Array.from({ length: width }, (_, x) => out[3 * (y * width + x)]!);
  const ramp = row(1);
  expect(ramp.filter((v) => v > 0 && v < 200).length).toBeGreaterThanOrEqual(7);
  expect(ramp[19]! + ramp[20]!).toBeGreaterThan(190);
  expect(ramp[19]! + ramp[20]!).toBeLessThan(220);
  for (let x = 1; x < width; x++) expect(ramp[x]!).toBeGreaterThanOrEqual(ramp[x - 1]!);
  expect(row(5)).toEqual(Array.from({ length: width }, (_, x) => (x < 20 ? 0 : 200)));
});

const grey = (value: number, width = 200, height = 150): Image => ({
  width,
  height,
  channels: 3,
  data: new Uint8Array(width * height * 3).fill(value),
});

describe("sensor", () => {
  test("a faultless one changes nothing; the same seed makes the same noise", () => {
    const chance = random(3);
    const image = grey(0);
    for (let i = 0; i < image.data.length; i++) image.data[i] = chance.integer(256);
    const before = image.data.slice();
    exposeSensor(image, CLEAR_SENSOR, 1);
    expect(image.data).toEqual(before);
    const [a, b] = [grey(90), grey(90)];
    const sensor = drawSensor(random(5));
    exposeSensor(a, sensor, 9);
    exposeSensor(b, sensor, 9);
    expect(a.data).toEqual(b.data);
  });

  test.each([
    [40, Math.sqrt(9 + (36 * 40) / 255)],
    [160, Math.sqrt(9 + (36 * 160) / 255)],
  ])("noise of a surface of brightness %d has the deviation %d", (value, deviation) => {
    const image = grey(value);
    exposeSensor(image, { ...CLEAR_SENSOR, readNoise: 3, shotNoise: 6 }, 4);
    const mean = image.data.reduce((sum, v) => sum + v, 0) / image.data.length;
    const variance = image.data.reduce((sum, v) => sum + (v - mean) ** 2, 0) / image.data.length;
    expect(mean).toBeCloseTo(value, 0);
    expect(Math.sqrt(variance) / deviation).toBeGreaterThan(0.97);
    expect(Math.sqrt(variance) / deviation).toBeLessThan(1.03);
  });

  test("a soft lens widens an edge by its deviation and keeps the light", () => {
    const image = grey(0, 60, 9);
    for (let y = 0; y < 9; y++) image.data.fill(200, 3 * (60 * y + 30), 3 * (60 * y + 60));
    exposeSensor(image, { ...CLEAR_SENSOR, softness: 2 }, 1);
    const row = Array.from({ length: 60 }, (_, x) => image.data[3 * (4 * 60 + x)]!);
    // The derivative of the edge is the kernel.
    const slopes = row.slice(1).map((v, x) => v - row[x]!);
    const middle = slopes.reduce((sum, s, x) => sum + s * x, 0) / 200;
    const variance = slopes.reduce((sum, s, x) => sum + s * (x - middle) ** 2, 0) / 200;
    expect(middle).toBeCloseTo(29, 1);
    expect(Math.sqrt(variance)).toBeCloseTo(1.95, 1);
  });
});

test.each([20, 50, 85])("compression at quality %d leaves what libjpeg leaves", async (quality) => {
  const [width, height] = [93, 70];
  const image = grey(0, width, height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = 3 * (y * width + x);
      image.data[i] = 128 + 100 * Math.sin(x / 5 + y / 17);
      image.data[i + 1] = (x * 7 + (y > 30 ? 90 : 0)) % 256;
      image.data[i + 2] = 255 * Math.exp(-((x - 40) ** 2 + (y - 30) ** 2) / 200);
    }
  const raw = { raw: { width, height, channels: 3 as const } };
  const encoded = await sharp(image.data, raw).jpeg({ quality, chromaSubsampling: "4:2:0" }).toBuffer();
  const reference = new Uint8Array(await sharp(encoded).raw().toBuffer());
  const before = image.data.slice();
  compressBlocks(image, quality);
  const difference = (a: Uint8Array, b: Uint8Array) =>
    a.reduce((sum, v, i) => sum + Math.abs(v - b[i]!), 0) / a.length;
  const damage = difference(reference, before);
  expect(difference(image.data, reference)).toBeLessThan(0.35 * damage + 0.5);
  expect(difference(image.data, before) / damage).toBeGreaterThan(0.8);
  expect(difference(image.data, before) / damage).toBeLessThan(1.25);
});
