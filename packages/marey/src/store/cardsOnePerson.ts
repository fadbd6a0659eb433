import { embeddedCard, humanModel, signedInput } from "./cardSource.js";

/** EfficientPose's joints are MPII's in an order of its own. */
const skeleton = {
  name: "efficientpose16",
  joints: [
    "head_top",
    "upper_neck",
    "right_shoulder",
    "right_elbow",
    "right_wrist",
    "thorax",
    "left_shoulder",
    "left_elbow",
    "left_wrist",
    "pelvis",
    "right_hip",
    "right_knee",
    "right_ankle",
    "left_hip",
    "left_knee",
    "left_ankle",
  ],
  parents: [1, 5, 5, 2, 3, 9, 5, 6, 7, -1, 9, 10, 11, 9, 13, 14],
  sigmas: [
    0.079, 0.079, 0.079, 0.072, 0.062, 0.079, 0.079, 0.072, 0.062, 0.107, 0.107, 0.087, 0.089, 0.107, 0.087,
    0.089,
  ],
};

/** Networks of others that place the joints of one person in a crop. */
export const onePersonCards = [
  embeddedCard({
    name: "efficientpose",
    title: "EfficientPose RT-lite: one person in a square crop, 16 joints of MPII",
    source: humanModel(
      "efficientpose",
      "45c3248acaad1bc94291f6ef2d730e38c55bf724e4213e164751afb6cd128b76",
      "1b1f89f6ff2be09315576c25400dc416d8bdc565804bb9b593118ee30e92ca1a",
    ),
    author: "Norwegian University of Science and Technology",
    licence: "Apache-2.0",
    input: { name: "input_1_0", ...signedInput, height: 368, width: 368 },
    outputs: [{ name: "upscaled_confs/BiasAdd", shape: [1, 368, 368, 16], meaning: "a map per joint" }],
    codec: { kind: "heatmap", maps: "upscaled_confs/BiasAdd", layout: "NHWC", decode: "argmax" },
    crop: { margin: 1.25 },
    skeleton,
    works: "One person in a crop, with the crown, the neck and the pelvis",
    limits: "Slow for what it gives: its maps are as large as the picture",
  }),
];
