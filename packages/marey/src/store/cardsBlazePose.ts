import { embeddedCard, google, humanModel, signedInput, unitInput } from "./cardSource.js";

const landmarks = {
  input: { name: "input_1", ...unitInput, height: 256, width: 256 },
  outputs: [
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
  ],
  codec: {
    kind: "landmarks",
    points: "ld_3d",
    world: "world_3d",
    presence: "output_poseflag",
    maps: "activation_heatmap",
  },
  crop: { turned: true },
  skeleton: "blazepose33",
  works: "One person turned upright from the line of hips and shoulders",
  limits: "Confuses limbs of inclined people; its joints are defined otherwise than COCO's",
} satisfies Partial<Parameters<typeof embeddedCard>[0]>;

/** Google's BlazePose (MediaPipe Pose). */
export const blazePoseCards = [
  embeddedCard({
    name: "blazepose-detector",
    title: "BlazePose detector: faces with the body's centre and size",
    source: humanModel(
      "blazepose-detector",
      "f74537713344b8062087945585f1a6e9b2a3827b3c6f49c14e661c007b2c1dfa",
      "8c637d3a05ef6ffd9d70cda55081ad9103bf87b73b6c65d7e8faa54e2cfe327e",
    ),
    ...google,
    input: { name: "input", ...signedInput, height: 224, width: 224 },
    outputs: [
      {
        name: "person",
        shape: [1, 2254, 13],
        meaning: "per anchor: score logit, box of the face (centre, size), four points, in input pixels",
      },
    ],
    codec: {
      kind: "anchors",
      boxes: ["person"],
      strides: [8, 16, 32, 32, 32],
      perCell: 2,
      points: 4,
      region: { from: "circle", centre: 0, rim: 1 },
    },
    skeleton: null,
    works: "One near person whose face is seen",
    limits: "Needs a visible face; finds mostly one person",
  }),
  embeddedCard({
    name: "blazepose-lite",
    title: "BlazePose landmarks, lite: 33 joints and metric 3D of one upright crop, fast",
    source: humanModel(
      "blazepose-lite",
      "db4cbdb614e8064e8c7b01e163b5fea77eeb5d5b3ef7014c74d85bab89da1061",
      "168a3dfa28aba0b543377670e1af1fec65fad837d033d45472ad946b480e31a4",
    ),
    ...google,
    ...landmarks,
  }),
  embeddedCard({
    name: "blazepose-full",
    title: "BlazePose landmarks, full: 33 joints and metric 3D of one upright crop",
    source: humanModel(
      "blazepose-full",
      "543a8415032e47d9a57bbd7a17080cae62221acefbcd9007ad1b95e57f8c86eb",
      "5dd67d57f4886a2ddfdad4496217e7ce012fb8d2e8f87d475a8cc0220d89086c",
    ),
    ...google,
    ...landmarks,
  }),
];
