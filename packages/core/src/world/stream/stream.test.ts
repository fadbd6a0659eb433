import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { random } from "../../array/random.js";
import { bodyKeypoints } from "../../body/keypoints.js";
import { openBody } from "../../body/openBody.js";
import { openBodyShapes } from "../../body/openBodyShapes.js";
import { bodySkinner } from "../../body/skinning.js";
import { project } from "../../camera/projection.js";
import { coco17 } from "../../skeleton/layouts.js";
import { pointsOf } from "../scene/truth.js";
import { cutSample, drawNearer } from "./cut.js";
import { mirrorSample, partnersOf } from "./mirror.js";
import { sampleOrder } from "./order.js";
import { putPatch } from "./patch.js";
import type { Sample, SamplePerson } from "./sample.js";
import { openStudio } from "./studio.js";

const bytes = new Uint8Array(readFileSync(new URL("../../../data/open-body.npz", import.meta.url)));
const body = { model: openBody(bytes, { mesh: "lite" }), shapes: openBodyShapes(bytes) };
const [width, height] = [96, 128];
const plain = { flip: 0, sensor: 0, jpeg: 0, occluded: 0 };
const studio = openStudio(body, {
  ...{ skeleton: coco17, samples: 8, views: 2, variants: 2, people: [2, 2] as const },
  crop: { width, height, distorted: 0.5, closeUps: 0.2 },
  augmentation: plain,
});
let samples: Sample[] = [];
beforeAll(() => {
  samples = [...studio.scene(3)];
});

const locate = bodyKeypoints(body.model, pointsOf(body, coco17));
const skinner = bodySkinner(body.model);

/** Joints that the body of a label gives, J×3, m. */
function jointsOfBody({ body: own }: SamplePerson): Float64Array {
  const vertices = new Float32Array(3 * body.model.vertices);
  const joints = new Float64Array(3 * body.model.joints.length);
  const points = new Float64Array(3 * 17);
  if (!own) throw new Error("no body");
  skinner.shape(own.betas);
  skinner.pose(own.pose, own.translation, vertices, joints);
  locate(vertices, joints, points);
  return points;
}

const inOwnFrame = (sample: Sample) => {
  if (!sample.camera) throw new Error("no camera");
  return {
    ...sample.camera,
    rotation: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
    translation: new Float64Array(3),
  };
};

/** The largest difference. */
const farthest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);

/** Whether pixels, joints in space and the body all say the same. */
function expectConsistent(sample: Sample): void {
  for (const person of sample.people) {
    const { keypoints, joints3d } = person;
    if (!joints3d) throw new Error("no joints");
    const pixels = project(joints3d, inOwnFrame(sample));
    const given = Array.from({ length: 17 }, (_, j) => [keypoints[3 * j], keypoints[3 * j + 1]]).flat();
    expect(farthest(pixels, given)).toBeLessThan(0.02);
    expect(farthest(jointsOfBody(person), joints3d)).toBeLessThan(1e-4);
  }
}

describe("samples of the studio", () => {
  test("are the same for the same seed, whatever was made before", () => {
    const again = openStudio(body, {
      ...{ skeleton: coco17, samples: 8, views: 2, variants: 2, people: [2, 2] },
      crop: { width, height, distorted: 0.5, closeUps: 0.2 },
      augmentation: plain,
    });
    again.scene(4).next();
    const made = [...again.scene(3)];
    const withoutPictures = (list: readonly Sample[]) => list.map(({ image, ...labels }) => labels);
    expect(withoutPictures(made)).toEqual(withoutPictures(samples));
    made.forEach(({ image: { data } }, i) => {
      expect(data.every((value, p) => value === samples[i].image.data[p])).toBe(true);
    });
  });

  test("have joints in pixels, joints in space and a body that agree, lenses, rolls and zooms included", () => {
    expect(samples).toHaveLength(8);
    expect(samples.some(({ camera }) => camera?.distortion.some((k) => k !== 0))).toBe(true);
    for (const sample of samples) expectConsistent(sample);
  });

  test("show their subject", () => {
    for (const { people, image } of samples) {
      const { keypoints, box, area } = people[0];
      expect(image.data).toHaveLength(3 * width * height);
      const seen = Array.from({ length: 17 }, (_, j) => keypoints[3 * j + 2]).filter((v) => v > 0);
      expect(seen.length).toBeGreaterThan(2);
      expect(area).toBeGreaterThan(100);
      expect(area).toBeLessThan(width * height + 1);
      expect(box[0] <= box[2] && box[1] <= box[3] && box[2] < width && box[3] < height).toBe(true);
    }
  });

  test("label joints outside the picture as such", () => {
    for (const { people } of samples)
      for (const { keypoints } of people)
        for (let i = 0; i < keypoints.length; i += 3) {
          const isInside =
            keypoints[i] >= -0.5 &&
            keypoints[i + 1] >= -0.5 &&
            keypoints[i] < width - 0.5 &&
            keypoints[i + 1] < height - 0.5;
          expect(keypoints[i + 2] > 0).toBe(isInside);
        }
  });
});

describe("the mirror", () => {
  test("keeps pixels, space and body in agreement, with left and right exchanged", () => {
    const partners = { joints: coco17.mirror, body: partnersOf(body.model.joints) };
    const { image, ...labels } = samples[0];
    const copy = { ...labels, image: { ...image, data: image.data.slice() } };
    const mirrored = mirrorSample(copy, partners);
    for (const { keypoints, joints3d } of mirrored.people) {
      if (!joints3d || !mirrored.camera) throw new Error("nothing in space");
      const pixels = project(joints3d, inOwnFrame(mirrored));
      for (let j = 0; j < 17; j++)
        expect(
          Math.hypot(pixels[2 * j] - keypoints[3 * j], pixels[2 * j + 1] - keypoints[3 * j + 1]),
        ).toBeLessThan(0.02);
    }
    // The body is symmetric to within a centimetre or two.
    const [person] = mirrored.people;
    expect(farthest(jointsOfBody(person), person.joints3d ?? [])).toBeLessThan(0.02);
    const back = mirrorSample(mirrored, partners);
    expect(back.image.data.every((value, i) => value === image.data[i])).toBe(true);
    expect(farthest(back.people[0].keypoints, samples[0].people[0].keypoints)).toBeLessThan(1e-4);
  });
});

test("crops nearer by show what they say", () => {
  const image = { width, height, channels: 3, data: new Uint8Array(3 * width * height) };
  const [x, y] = [40, 60];
  for (let c = 0; c < 3; c++) image.data[3 * (y * width + x) + c] = 255;
  const person = { keypoints: Float32Array.of(x, y, 2), box: [x, y, x, y] as const, area: 1 };
  const sample = { image, people: [person], known: [true], source: "a dot" };
  for (let seed = 0; seed < 20; seed++) {
    const cut = cutSample(sample, drawNearer(random(seed), width, height), width, height);
    const [u, v, seen] = cut.people[0].keypoints;
    if (seen === 0) continue;
    const brightest = cut.image.data.indexOf(Math.max(...cut.image.data)) / 3;
    expect(Math.hypot(u - (brightest % width), v - Math.floor(brightest / width))).toBeLessThan(1.5);
  }
});

test("patches hide the joints behind them", () => {
  const data = new Uint8Array(3 * width * height);
  const person = {
    keypoints: Float32Array.of(20, 20, 2, 60, 60, 2, 20, 22, 0),
    box: [0, 0, 90, 90] as const,
    area: 9,
  };
  const sample = { image: { width, height, channels: 3, data }, people: [person], known: [true], source: "" };
  const fill = { colour: [9, 8, 7] as const };
  putPatch(sample, { shape: "rectangle", x: 20, y: 20, width: 10, height: 6, angle: 0, fill });
  expect([...person.keypoints]).toEqual([20, 20, 1, 60, 60, 2, 20, 22, 0]);
  expect([...data.subarray(3 * (20 * width + 24), 3 * (20 * width + 27))]).toEqual(
    [9, 8, 7, 9, 8, 7, 0, 0, 0].slice(0, 9),
  );
});

test("the order shows every sample of a group of scenes once, at any place", () => {
  const order = sampleOrder(5, 6, 4);
  const shown = Array.from({ length: order.group }, (_, i) => order.at(order.group + i));
  expect(new Set(shown.map(({ scene, sample }) => 6 * scene + sample)).size).toBe(24);
  expect(shown.every(({ scene }) => scene >= 4 && scene < 8)).toBe(true);
  expect(sampleOrder(5, 6, 4).at(31)).toEqual(shown[7]);
  expect(sampleOrder(6, 6, 4).at(31)).not.toEqual(shown[7]);
});
