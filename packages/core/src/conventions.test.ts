/** Pins the conventions that CONVENTIONS.md states: whoever changes one breaks a test that names it. */
import { describe, expect, test } from "vitest";
import { matrixToQuaternion, quaternionRotate, random, rotationVectorToMatrix } from "./array/index.js";
import { type Camera, cameraCentre, project, turnRig, undistort } from "./camera/index.js";
import {
  bvhToMotion,
  c3dToMarkers,
  type Markers,
  markersToMotion,
  motionToMarkers,
  readBvh,
  readC3d,
  readCalibrationToml,
  readCsv,
  readMareyJson,
  readMotionNpz,
  readOpenPoseFrame,
  readTrc,
  turnUp,
  writeC3d,
  writeCalibrationToml,
  writeCsv,
  writeMotionJson,
  writeMotionNpz,
  writeOpenPoseFrame,
  writeTrc,
} from "./format/index.js";
import { input } from "./graph/index.js";
import { cropMatrix, type Image, letterbox, resize, warpAffine } from "./image/index.js";
import { network } from "./model/videoPose3d/index.js";
import { emptyTrack, JointState, jointStateNames, type Motion, type UpAxis } from "./motion/index.js";
import { adam, leaves, mseLoss, parameter, symbolic, trainingStep } from "./nn/index.js";
import { fillNoise } from "./nn/noise.js";
import { halpe26, skeleton } from "./skeleton/index.js";
import { syntheticTake } from "./world/index.js";

const bytesOf = (pieces: Iterable<string>) => new TextEncoder().encode([...pieces].join(""));
const round = (values: Iterable<number>) => Array.from(values, (value) => Math.round(value * 1e6) / 1e6 + 0);

/** One row of grey pixels. */
const row = (...data: number[]): Image => ({
  width: data.length,
  height: 1,
  channels: 1,
  data: Uint8Array.from(data),
});

/** A camera at the world's origin that looks along its z axis. */
const plain: Camera = {
  name: "cam01",
  width: 640,
  height: 480,
  fx: 100,
  fy: 200,
  cx: 0,
  cy: 0,
  distortion: [],
  rotation: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
  translation: new Float64Array(3),
};

/** Two joints over two frames, one of each state; the missing one is NaN. */
function motionOfAllStates(up: UpAxis = "z"): Motion {
  const pair = skeleton("pair", [
    ["pelvis", null, 0.1],
    ["head", "pelvis", 0.1],
  ]);
  const { missing, visible, occluded, inferred } = JointState;
  return {
    skeleton: pair,
    frameRate: 50,
    up,
    firstFrame: 7,
    frameCount: 2,
    people: [
      {
        id: 3,
        positions: Float32Array.of(1, 2, 3, NaN, NaN, NaN, -1, 0.5, 0, 0.25, 4, 1.5),
        state: Uint8Array.of(visible, missing, occluded, inferred),
        sigma: Float32Array.of(0.01, NaN, 0.25, 0.5),
      },
    ],
  };
}

describe("pictures", () => {
  test("convention: pixel (0, 0) is the centre of the top-left pixel", () => {
    expect(round(project([0, 0, 3], plain))).toEqual([0, 0]);
    // A crop of the whole picture around its middle, which is (width − 1) / 2, moves nothing.
    expect(round(cropMatrix([1.5, 0], [4, 1], 0, [4, 1]))).toEqual([1, 0, 0, 0, 1, 0]);
    const picture = row(10, 60, 110, 250);
    expect(warpAffine(picture, [1, 0, 0, 0, 1, 0], 4, 1).data).toEqual(picture.data);
    expect([...warpAffine(picture, [1, 0, 0.5, 0, 1, 0], 3, 1).data]).toEqual([35, 85, 180]);
  });

  test("convention: resizing keeps half-pixel centres, x' = (x + 0.5)·s − 0.5", () => {
    const ramp = row(0, 40, 80, 120, 160, 200);
    const at = (x: number, s: number) => 40 * ((x + 0.5) / s - 0.5);
    const grown = resize(ramp, { width: 12, height: 1 });
    for (let x = 1; x < 11; x++) expect(grown.data[x]).toBe(at(x, 2));
    const shrunk = resize(ramp, { width: 3, height: 1 });
    for (let x = 0; x < 3; x++) expect(shrunk.data[x]).toBe(at(x, 0.5));
    const { scale, left, image } = letterbox(ramp, { width: 20, height: 2 });
    for (let x = 1; x < 11; x++) expect(image.data[x + left]).toBe(at(x, scale));
  });

  test("convention: pictures are row-major, RGB", () => {
    const image: Image = { width: 2, height: 1, channels: 3, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
    expect([...warpAffine(image, [1, 0, 1, 0, 1, 0], 1, 1).data]).toEqual([4, 5, 6]);
  });
});

describe("cameras", () => {
  test("convention: x_cam = R·X + t, x right, y down, z forward", () => {
    // A quarter turn about the camera's z axis: what lies along the world's x goes along the picture's y, downwards.
    const turned = { ...plain, rotation: rotationVectorToMatrix([0, 0, Math.PI / 2]) };
    expect(round(project([1, 0, 2], turned))).toEqual([0, 100]);
    expect(round(project([1, 0, 0], { ...turned, translation: Float64Array.of(0, 0, 4) }))).toEqual([0, 50]);
    expect(round(cameraCentre({ ...turned, translation: Float64Array.of(1, 2, 3) }))).toEqual([-2, 1, -3]);
    expect(project([0, 0, -1], plain)).toEqual(Float64Array.of(NaN, NaN));
  });

  test("convention: distortion is OpenCV's k1, k2, p1, p2, k3, k4, k5, k6", () => {
    const [x, y] = [0.2, -0.3];
    const r = x * x + y * y;
    const [k1, k2, p1, p2, k3, k4, k5, k6] = [0.1, -0.02, 0.003, -0.004, 0.005, 0.06, -0.007, 0.008];
    const camera = { ...plain, distortion: [k1, k2, p1, p2, k3, k4, k5, k6] };
    const radial = (1 + k1 * r + k2 * r ** 2 + k3 * r ** 3) / (1 + k4 * r + k5 * r ** 2 + k6 * r ** 3);
    const seen = project([x, y, 1], camera);
    expect(seen[0]).toBeCloseTo(100 * (x * radial + 2 * p1 * x * y + p2 * (r + 2 * x * x)), 9);
    expect(seen[1]).toBeCloseTo(200 * (y * radial + p1 * (r + 2 * y * y) + 2 * p2 * x * y), 9);
    const back = undistort(seen, camera);
    expect(back[0]).toBeCloseTo(100 * x, 9);
    expect(back[1]).toBeCloseTo(200 * y, 9);
  });

  test("convention: a calibration file holds R as a rotation vector, world to camera, and t in metres", () => {
    const rotation = [0.3, -0.2, 0.1];
    const camera = {
      ...plain,
      rotation: rotationVectorToMatrix(rotation),
      translation: Float64Array.of(1, 2, 3),
    };
    const file = writeCalibrationToml({ cameras: [camera], up: "z" });
    const [read] = readCalibrationToml(file).cameras as [Camera];
    expect(round(read.rotation)).toEqual(round(camera.rotation));
    expect([...read.translation]).toEqual([1, 2, 3]);
    expect(new TextDecoder().decode(file)).toMatch(/rotation = \[ 0\.3/);
  });
});

describe("axes and units", () => {
  test("convention: (X, Y, Z) of a Z-up world is (Y, Z, X) of the Y-up one, in motions, rigs and TRC files", () => {
    const motion = motionOfAllStates("z");
    const turned = turnUp(motion, "y");
    expect([...turned.people[0].positions.slice(0, 3)]).toEqual([2, 3, 1]);
    expect([...turnUp(turned, "z").people[0].positions]).toEqual([...motion.people[0].positions]);
    const camera = { ...plain, rotation: rotationVectorToMatrix([0.1, 0.2, 0.3]) };
    const rig = turnRig({ cameras: [camera], up: "z" }, "y");
    expect(round(project([2, 3, 1], rig.cameras[0]))).toEqual(round(project([1, 2, 3], camera)));
    const markers = motionToMarkers(motion.people[0], motion, { names: "joints" });
    const text = new TextDecoder().decode(bytesOf(writeTrc(markers, "a.trc")));
    expect(text.split("\n")[5]).toMatch(/^7\t0\.14\t2\.0\t3\.0\t1\.0\t/);
  });

  test("convention: TRC holds metres, C3D millimetres, BVH centimetres; a motion metres", () => {
    const markers: Markers = {
      names: ["Hip"],
      frameRate: 60,
      units: "m",
      firstFrame: 0,
      times: Float64Array.of(0),
      points: Float64Array.of(0.1, 1.2, -0.3),
    };
    const trc = readTrc(bytesOf(writeTrc(markers, "a.trc")));
    expect([trc.units, ...trc.points]).toEqual(["m", 0.1, 1.2, -0.3]);
    const c3d = readC3d(writeC3d(markers), "a.c3d", { unpadded: true });
    expect([c3d.units, ...round(c3d.points)]).toEqual(["mm", 100, 1200, -300]);
    const motion = markersToMotion(c3dToMarkers(c3d), halpe26);
    const hip = 3 * halpe26.joints.indexOf("pelvis");
    expect([...motion.people[0].positions.slice(hip, hip + 3)]).toEqual([...Float32Array.of(0.1, 1.2, -0.3)]);
    const bvh = `HIERARCHY
ROOT hips
{
  OFFSET 0 0 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT chest
  {
    OFFSET 0 50 0
    CHANNELS 3 Zrotation Xrotation Yrotation
    End Site
    {
      OFFSET 0 10 0
    }
  }
}
MOTION
Frames: 1
Frame Time: 0.01
100 0 0 90 0 0 0 0 0
`;
    const fromBvh = bvhToMotion(readBvh(new TextEncoder().encode(bvh)));
    expect(round(fromBvh.people[0].positions)).toEqual([1, 0, 0, 0.5, 0, 0]);
  });

  test("convention: quaternions are x, y, z, w", () => {
    const half = Math.SQRT1_2;
    expect(round(quaternionRotate([0, 0, half, half], [1, 0, 0]))).toEqual([0, 1, 0]);
    expect(round(matrixToQuaternion(rotationVectorToMatrix([0, 0, Math.PI / 2])))).toEqual(
      round([0, 0, half, half]),
    );
  });
});

describe("what isn't known", () => {
  test("convention: a missing joint is NaN with confidence 0 and the state missing, and 0, 0, 0 only in OpenPose's files", () => {
    const { data, state } = emptyTrack(0, 1, 2);
    expect([...data]).toEqual([NaN, NaN, 0, NaN, NaN, 0]);
    expect([...state]).toEqual([JointState.missing, JointState.missing]);
    const text = writeOpenPoseFrame([{ score: 1, joints: Float32Array.of(NaN, NaN, 0, 5, 6, 0.5) }]);
    expect(JSON.parse(text).people[0].pose_keypoints_2d).toEqual([0, 0, 0, 5, 6, 0.5]);
    const [person] = readOpenPoseFrame(new TextEncoder().encode(text));
    expect([...(person?.keypoints ?? [])]).toEqual([NaN, NaN, 0, 5, 6, 0.5]);
  });

  test("convention: joint states are 0 missing, 1 visible, 2 occluded, 3 inferred", () => {
    expect(jointStateNames.map((name) => JointState[name])).toEqual([0, 1, 2, 3]);
    expect(jointStateNames).toEqual(["missing", "visible", "occluded", "inferred"]);
  });

  test.each([
    [
      "Marey JSON",
      (motion: Motion) => {
        const file = readMareyJson(bytesOf(writeMotionJson(motion)));
        return file.kind === "motion" ? file.motion : undefined;
      },
    ],
    ["NPZ", (motion: Motion) => readMotionNpz(writeMotionNpz(motion))],
    ["CSV", (motion: Motion) => readCsv(bytesOf(writeCsv(motion)), "csv", { up: motion.up })],
  ])("convention: %s keeps states, sigma, missing joints, ids and frame numbers", (_, pass) => {
    const motion = motionOfAllStates();
    const back = pass(motion);
    expect(back).toMatchObject({ up: "z", frameRate: 50, firstFrame: 7, frameCount: 2 });
    expect(back?.people).toEqual(motion.people);
  });

  test("convention: marker files tell missing joints from placed ones", () => {
    const motion = motionOfAllStates("y");
    const markers = motionToMarkers(motion.people[0], motion, { names: "joints" });
    const { missing, visible } = JointState;
    for (const back of [
      readTrc(bytesOf(writeTrc(markers, "a.trc"))),
      c3dToMarkers(readC3d(writeC3d(markers), "a.c3d", { unpadded: true })),
    ]) {
      const [person] = markersToMotion(back, motion.skeleton).people;
      expect([...person.state]).toEqual([visible, missing, visible, visible]);
      expect(round(person.positions)).toEqual(round(motion.people[0].positions));
    }
  });
});

describe("chance", () => {
  test("convention: the same seed gives the same numbers on every machine", () => {
    const draw = (seed: number) => {
      const { uniform, integer } = random(seed);
      return [uniform(), uniform(), integer(1000), integer(1000)];
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(7)).toEqual([0.049009592574554284, 0.9298532154569821, 397, 306]);
  });

  test("convention: the same seed gives the same take", async () => {
    const take = async (seed: number) => {
      const { views } = syntheticTake({ seed, frameCount: 5 });
      return JSON.stringify(await Promise.all(views.map((view) => view.read(0, 5))));
    };
    expect(await take(3)).toBe(await take(3));
    expect(await take(3)).not.toBe(await take(4));
  });
});

describe("networks", () => {
  const sizes = { filterWidths: [3, 3], channels: 8, jointsIn: 17, jointsOut: 16 };
  const params = network.init(random(1), sizes);

  test("convention: parameters have the names of the official state_dict", () => {
    const norm = ["weight", "bias", "running_mean", "running_var"];
    expect([...leaves(params).keys()].sort()).toEqual(
      [
        "expand_conv.weight",
        ...norm.map((name) => `expand_bn.${name}`),
        ...[0, 1].flatMap((i) => [
          `layers_conv.${i}.weight`,
          ...norm.map((name) => `layers_bn.${i}.${name}`),
        ]),
        "shrink.weight",
        "shrink.bias",
      ].sort(),
    );
    expect(leaves(params).get("expand_conv.weight")?.shape).toEqual([8, 34, 3]);
  });

  test("convention: poses are [batch, time, joint, value], and time shrinks by the receptive field − 1", () => {
    const poses = network.forward(symbolic(params), input("keypoints", [2, 11, 17, 2]), {
      variant: "dilated",
      filterWidths: sizes.filterWidths,
    });
    expect(poses.shape).toEqual([2, 3, 16, 3]);
  });
});

describe("trainings", () => {
  test("convention: what is random in a step follows from seed, steps done and the input's number alone", () => {
    const draw = (seed: number, step: number, index: number) => {
      const data = new Float32Array(2);
      fillNoise({ type: "float32", dims: [2], data }, "uniform", seed, step, index);
      return Array.from(data, (value) => value * 2 ** 24);
    };
    expect(draw(7, 3, 0)).toEqual([15077312, 4383810]);
    const others = [draw(8, 3, 0), draw(7, 4, 0), draw(7, 3, 1)];
    for (const other of others) expect(other).not.toEqual(draw(7, 3, 0));
  });

  test("convention: a training keeps weights by path and the optimiser's state as PyTorch's name and the path", () => {
    const { kept, graph } = trainingStep(
      {
        params: { out: { weight: parameter([2], Float32Array.of(1, 2)) } },
        optimiser: adam(),
        average: 0.9,
        loss: ({ out }, { y }) => mseLoss(out.weight, y),
      },
      { y: { shape: [2], type: "float32" } },
      [],
    );
    const names = ["weights", "exp_avg", "exp_avg_sq", "average"].map((name) => `${name}:out.weight`);
    expect(kept.map(({ name }) => name).sort()).toEqual([...names].sort());
    expect(graph.outputs.map(({ name }) => name)).toEqual(
      expect.arrayContaining(names.map((name) => `next:${name}`)),
    );
  });
});
