import { embeddedCard, google, humanModel, signedInput } from "./cardSource.js";

/** Limbs of OpenPose's COCO network in the order of its field channels. */
const limbs = [
  ["neck", "right_hip"],
  ["right_hip", "right_knee"],
  ["right_knee", "right_ankle"],
  ["neck", "left_hip"],
  ["left_hip", "left_knee"],
  ["left_knee", "left_ankle"],
  ["neck", "right_shoulder"],
  ["right_shoulder", "right_elbow"],
  ["right_elbow", "right_wrist"],
  ["right_shoulder", "right_ear"],
  ["neck", "left_shoulder"],
  ["left_shoulder", "left_elbow"],
  ["left_elbow", "left_wrist"],
  ["left_shoulder", "left_ear"],
  ["neck", "nose"],
  ["nose", "right_eye"],
  ["nose", "left_eye"],
  ["right_eye", "right_ear"],
  ["left_eye", "left_ear"],
] as const;

/** PoseNet's tree, in the order of its displacement channels. */
const tree = [
  ["nose", "left_eye"],
  ["left_eye", "left_ear"],
  ["nose", "right_eye"],
  ["right_eye", "right_ear"],
  ["nose", "left_shoulder"],
  ["left_shoulder", "left_elbow"],
  ["left_elbow", "left_wrist"],
  ["left_shoulder", "left_hip"],
  ["left_hip", "left_knee"],
  ["left_knee", "left_ankle"],
  ["nose", "right_shoulder"],
  ["right_shoulder", "right_elbow"],
  ["right_elbow", "right_wrist"],
  ["right_shoulder", "right_hip"],
  ["right_hip", "right_knee"],
  ["right_knee", "right_ankle"],
] as const;

/** Networks that find the joints of everybody first and people after. */
export const bottomUpCards = [
  embeddedCard({
    name: "tfpose-small",
    title: "OpenPose on MobileNetV2, small: everybody in the picture by part affinity fields, 2 MB",
    source: {
      url: "https://github.com/ildoonet/tf-pose-estimation/tree/9aaf347/models/graph/mobilenet_v2_small",
      sha256: { "graph_opt.pb": "428a9d6e7bfc0319e1ce4de8c0191a9111cd281bea6ae2b496fd42c92d574160" },
    },
    author: "Ildoo Kim",
    licence: "Apache-2.0",
    input: {
      name: "image",
      type: "float32",
      layout: "NHWC",
      colour: "BGR",
      height: null,
      width: null,
      multipleOf: 8,
      longerSide: 656,
      fit: "corner",
    },
    outputs: [
      {
        name: "output",
        shape: [1, null, null, 57],
        meaning: "18 confidence maps, background, 19 fields x, y; stride 8",
      },
    ],
    codec: {
      kind: "part-affinity",
      maps: "output",
      layout: "NHWC",
      background: true,
      limbs: limbs.map(([a, b], l) => ({ joints: [a, b], channels: [19 + 2 * l, 20 + 2 * l] })),
      // Its maps are faint, and its fields stand where its maps do.
      thresholds: { minPeak: 0.05, fieldShift: 0, minScore: 0.1, minJoints: 3 },
    },
    skeleton: "coco18",
    works: "Any number of people; the time hardly grows with them",
    limits: "Small and old: misses far people and loses limbs; one picture at a time",
  }),
  embeddedCard({
    name: "posenet",
    title: "PoseNet on MobileNetV1: everybody in the picture by offsets and displacements",
    source: humanModel(
      "posenet",
      "a0070d53d9e2b085a9df22be217658f9416df055770a020ee0bef9bfa44ff0d4",
      "15e9a22e499fe09307b077ee9bd37939987a5e20acb1a17506ccdf1cb72cd433",
    ),
    ...google,
    input: { name: "image", ...signedInput, height: 385, width: 385 },
    outputs: [
      { name: "MobilenetV1/heatmap_2/BiasAdd", shape: [1, 25, 25, 17], meaning: "logits of the joints" },
      { name: "MobilenetV1/offset_2/BiasAdd", shape: [1, 25, 25, 34], meaning: "17 y, then 17 x, pixels" },
      {
        name: "MobilenetV1/displacement_fwd_2/BiasAdd",
        shape: [1, 25, 25, 32],
        meaning: "from parent to child along 16 edges: y, then x, pixels",
      },
      {
        name: "MobilenetV1/displacement_bwd_2/BiasAdd",
        shape: [1, 25, 25, 32],
        meaning: "from child to parent",
      },
    ],
    codec: {
      kind: "offsets",
      maps: "MobilenetV1/heatmap_2/BiasAdd",
      offsets: "MobilenetV1/offset_2/BiasAdd",
      layout: "NHWC",
      stride: 16,
      displacements: {
        forward: "MobilenetV1/displacement_fwd_2/BiasAdd",
        backward: "MobilenetV1/displacement_bwd_2/BiasAdd",
        edges: tree.map(([a, b]) => [a, b]),
      },
    },
    skeleton: "coco17",
    works: "Several near people",
    limits: "The oldest of these networks: coarse, misses small people",
  }),
];
