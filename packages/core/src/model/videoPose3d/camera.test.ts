import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { random } from "../../array/random.js";
import { rotationVectorToMatrix } from "../../array/rotation.js";
import type { Camera } from "../../camera/camera.js";
import { project } from "../../camera/projection.js";
import { h36m17 } from "../../skeleton/layouts.js";
import {
  cameraToWorld,
  cameraVector,
  denormaliseScreen,
  normaliseScreen,
  projectHuman36m,
  projectLinear,
  worldToCamera,
} from "./camera.js";
import { flipCamera, flipPoses } from "./flip.js";
import { human36mCameras, readHuman36mCameras } from "./human36m.js";

const coordinate = fc.double({ min: -1e4, max: 1e4, noNaN: true });
const size = fc.integer({ min: 1, max: 8000 });

const someCamera = (seed: number, distortion: number[] = []): Camera => {
  const source = random(seed);
  return {
    name: "some",
    width: 1200,
    height: 900,
    fx: 1100,
    fy: 1090,
    cx: 610,
    cy: 440,
    distortion,
    rotation: rotationVectorToMatrix([source.normal(), source.normal(), source.normal()]),
    translation: Float64Array.of(0, 0, 5),
  };
};

describe("screen", () => {
  test("pixels come back from screen units, whatever the picture", () =>
    fc.assert(
      fc.property(coordinate, coordinate, size, size, (x, y, w, h) => {
        const there = normaliseScreen([x, y], w, h, new Float64Array(2));
        const back = denormaliseScreen(there, w, h, new Float64Array(2));
        expect(back[0]).toBeCloseTo(x, 6);
        expect(back[1]).toBeCloseTo(y, 6);
      }),
    ));

  test("both axes are divided by the width; borders are at ±1 and ±h/w", () => {
    const corners = normaliseScreen([0, 0, 1000, 500, 500, 250], 1000, 500, new Float64Array(6));
    expect([...corners]).toEqual([-1, -0.5, 1, 0.5, 0, 0]);
    expect(() => normaliseScreen([0, 0], 0, 500, new Float64Array(2))).toThrow("0×500");
  });
});

describe("camera", () => {
  test("world points come back from the camera's frame", () =>
    fc.assert(
      fc.property(fc.integer(), coordinate, coordinate, coordinate, (seed, x, y, z) => {
        const camera = someCamera(seed);
        const there = worldToCamera([x, y, z], camera, new Float64Array(3));
        const back = cameraToWorld(there, camera, there);
        [x, y, z].forEach((value, k) => {
          expect(back[k]).toBeCloseTo(value, 6);
        });
      }),
    ));

  test("without tangential distortion it projects as the pinhole camera does", () => {
    const camera = someCamera(3, [-0.2, 0.25, 0, 0, 0.01]);
    const points = Float64Array.from({ length: 60 }, random(4).normal.bind(null, 0, 0.5));
    const inCamera = worldToCamera(points, camera, new Float64Array(60));
    const screen = projectHuman36m(inCamera, cameraVector(camera), new Float64Array(40));
    const pixels = denormaliseScreen(screen, camera.width, camera.height, new Float64Array(40));
    project(points, camera).forEach((value, i) => {
      expect(pixels[i]).toBeCloseTo(value, 3);
    });
    const bare = { ...camera, distortion: [] };
    const linear = projectLinear(inCamera, cameraVector(bare), new Float64Array(40));
    expect(linear).toEqual(projectHuman36m(inCamera, cameraVector(bare), new Float64Array(40)));
  });

  test("the vector holds intrinsics by the width and tangential coefficients exchanged", () => {
    const camera = someCamera(1, [1, 2, 3, 4, 5]);
    const expected = [2200 / 1200, 2180 / 1200, 1220 / 1200 - 1, 880 / 1200 - 0.75, 1, 2, 5, 4, 3];
    expect([...cameraVector(camera)]).toEqual(expected.map(Math.fround));
    const rational = { ...camera, distortion: [0, 0, 0, 0, 0, 0.1] };
    expect(() => cameraVector(rational)).toThrow(expect.objectContaining({ code: "LIFT_DISTORTION" }));
  });

  test("a point far off the axis is held at 45°, one behind the camera gives numbers", () => {
    const vector = cameraVector(someCamera(1));
    const [x] = projectLinear([100, 0, 1, 0.2, 0, -1], vector, new Float64Array(4));
    expect(x).toBeCloseTo(vector[0] + vector[2], 6);
    expect(projectHuman36m([1, 1, -3], vector, new Float64Array(2)).every(Number.isFinite)).toBe(true);
  });
});

describe("flip", () => {
  const pose = fc.array(coordinate, { minLength: 51, maxLength: 51 });
  test("twice is nothing, in two and three dimensions and for cameras", () =>
    fc.assert(
      fc.property(pose, (values) => {
        const flip = (poses: Float64Array, width: number) =>
          flipPoses(poses, h36m17.mirror, width, new Float64Array(poses.length));
        const three = Float64Array.from(values);
        expect(flip(flip(three, 3), 3)).toEqual(three);
        const two = three.subarray(0, 34);
        expect(flip(flip(two, 2), 2)).toEqual(two);
        const camera = three.subarray(0, 9);
        const mirrored = flipCamera(camera, new Float64Array(9));
        expect(mirrored[2]).toBe(-camera[2]);
        expect(flipCamera(mirrored, new Float64Array(9))).toEqual(camera);
      }),
    ));

  test("the mirrored pose before the mirrored camera gives the mirrored picture, distorted or not", () => {
    const source = random(5);
    const points = Float64Array.from({ length: 51 }, (_, i) => source.normal(i % 3 === 2 ? 5 : 0, 0.5));
    // Element 8 (p2) would need another sign for its x term: VideoPose3D leaves it, so it is 0 here.
    const vector = Float64Array.of(2.2, 2.2, 0.03, -0.01, -0.2, 0.24, 0, 0.001, 0);
    const picture = projectHuman36m(points, vector, new Float64Array(34));
    const mirrored = projectHuman36m(
      flipPoses(points, h36m17.mirror, 3, new Float64Array(51)),
      flipCamera(vector, new Float64Array(9)),
      new Float64Array(34),
    );
    flipPoses(picture, h36m17.mirror, 2, new Float64Array(34)).forEach((value, i) => {
      expect(mirrored[i]).toBeCloseTo(value, 12);
    });
  });
});

const samples = join(import.meta.dirname, "../../../../../../shared/data/samples/h36m");
describe.skipIf(!existsSync(samples))("Human3.6M's samples", () => {
  const file = (name: string) => new Uint8Array(readFileSync(join(samples, name)));
  const cameras = readHuman36mCameras(file("camera-parameters.json"));

  test("the table of S1 equals the file to its last printed digit", () => {
    human36mCameras().forEach((camera, v) => {
      const other = cameras.get("S1")?.[v] as Camera;
      expect(other.name).toBe(camera.name);
      camera.rotation.forEach((value, i) => {
        expect(value).toBeCloseTo(other.rotation[i], 6);
      });
      camera.translation.forEach((value, i) => {
        expect(value).toBeCloseTo(other.translation[i], 5);
      });
    });
  });

  test("positions of four photographs project onto their keypoints within 0.001 px", () => {
    const { images, annotations } = JSON.parse(readFileSync(join(samples, "h36m_coco.json"), "utf8"));
    expect(annotations).toHaveLength(4);
    for (const { image_id, keypoints, keypoints_3d } of annotations) {
      const { file_name } = images.find(({ id }: { id: number }) => id === image_id);
      const [, subject, id] = /^(S\d+)_.*\.(\d{8})_/.exec(file_name) as RegExpExecArray;
      const camera = cameras.get(subject)?.find(({ name }) => name === id) as Camera;
      const world = (keypoints_3d as number[]).filter((_, i) => i % 4 < 3);
      const inCamera = worldToCamera(world, camera, new Float64Array(51));
      const screen = projectHuman36m(inCamera, cameraVector(camera), new Float64Array(34));
      const pixels = denormaliseScreen(screen, camera.width, camera.height, screen);
      (keypoints as number[])
        .filter((_, i) => i % 3 < 2)
        .forEach((value, i) => {
          expect(Math.abs(pixels[i] - value)).toBeLessThan(1e-3);
        });
    }
  });

  test("a file without cameras, or with half a matrix, is refused where it fails", () => {
    const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
    expect(() => readHuman36mCameras(bytes({}))).toThrow(`it lacks "extrinsics"`);
    const half = { extrinsics: { S1: { "54138969": { R: [[1, 0]], t: [0, 0, 0] } } } };
    expect(() => readHuman36mCameras(bytes(half))).toThrow("S1, camera 54138969");
  });
});
