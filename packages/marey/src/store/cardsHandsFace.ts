import { embeddedCard, google, humanModel, signedInput, unitInput } from "./cardSource.js";

/** Google's networks for hands and faces (MediaPipe). */
export const handAndFaceCards = [
  embeddedCard({
    name: "handdetect",
    title: "Palm detector: hands with seven points of the palm",
    source: humanModel(
      "handdetect",
      "1d57c77a8695a0748883aea76f49620ab68cb8a79d7b93700108b09b3c53e2dd",
      "e513404cfc52fcc2bb8e8c1a17d88b7bc1e7d531125a14f126b60500e8352438",
    ),
    ...google,
    input: { name: "input", ...signedInput, height: 256, width: 256 },
    outputs: [
      {
        name: "Identity",
        shape: [1, 2944, 19],
        meaning: "per anchor: score logit, box of the palm (centre, size), seven points, in input pixels",
      },
    ],
    codec: {
      kind: "anchors",
      boxes: ["Identity"],
      strides: [8, 16, 32, 32, 32],
      perCell: 2,
      points: 7,
      // From the wrist to the middle finger's base upwards; the palm stands in the lower half of a hand.
      region: { from: "box", scale: 2.6, shift: [0, -0.5], turn: { from: 0, to: 2, degrees: 90 } },
    },
    skeleton: null,
    works: "Hands that fill at least a twentieth of the picture",
    limits: "Misses the small hands of whole bodies: look for those near the wrists",
  }),
  embeddedCard({
    name: "handlandmark-full",
    title: "Hand landmarks, full: 21 joints and metric 3D of one upright crop",
    source: humanModel(
      "handlandmark-full",
      "127cac529c6cd506d0e61261961c35e19635f4f2defa424a53aec8fb3cd28943",
      "da938c486ad6b69ae46cfba38fdd9d34542a1cd4bd0e009e1f45fe711f276108",
    ),
    ...google,
    input: { name: "input_1", ...unitInput, height: 224, width: 224 },
    outputs: [
      { name: "Identity", shape: [1, 63], meaning: "21 × x, y, z in input pixels" },
      { name: "Identity_1", shape: [1, 1], meaning: "probability that a hand is there" },
      { name: "Identity_2", shape: [1, 1], meaning: "probability that it is a right hand" },
      { name: "Identity_3", shape: [1, 63], meaning: "21 × x, y, z in metres" },
    ],
    codec: {
      kind: "joints",
      points: "Identity",
      columns: ["x", "y", "skip"],
      presence: { output: "Identity_1" },
    },
    crop: { turned: true, finder: "handdetect" },
    skeleton: "hand21",
    works: "One hand with the fingers upwards",
    limits: "Gloves, low contrast and blur; joints that are hidden are guessed",
  }),
  embeddedCard({
    name: "blazeface",
    title: "BlazeFace, back camera: faces with six points",
    source: humanModel(
      "blazeface",
      "cd7bbfc078270572beb39f9e5ae67aadbd50b5e67cff37e6d4f6b3ea39312e5f",
      "dc9a97fdc50bc43216554bdd69aa3e7b9361a519ee7bdd996a2f69a98a6f9b72",
    ),
    ...google,
    input: { name: "input", ...signedInput, height: 256, width: 256 },
    outputs: [
      { name: "Identity", shape: [1, 512, 1], meaning: "score logits of the grid of stride 16" },
      { name: "Identity_1", shape: [1, 384, 1], meaning: "of the grid of stride 32" },
      {
        name: "Identity_2",
        shape: [1, 512, 16],
        meaning: "box of the face (centre, size), six points (eyes, nose, mouth, ears), in input pixels",
      },
      { name: "Identity_3", shape: [1, 384, 16], meaning: "the same of the grid of stride 32" },
    ],
    codec: {
      kind: "anchors",
      scores: ["Identity", "Identity_1"],
      boxes: ["Identity_2", "Identity_3"],
      strides: [16, 32, 32, 32],
      perCell: 2,
      points: 6,
      // From the right eye to the left one, which stands to its right in the picture.
      region: { from: "box", scale: 1.5, turn: { from: 0, to: 1, degrees: 0 } },
    },
    skeleton: null,
    works: "Faces within a few metres",
    limits: "Misses the small faces of whole bodies: look for those near the nose",
  }),
  embeddedCard({
    name: "facemesh",
    title: "Face mesh: 468 points of one upright face",
    source: humanModel(
      "facemesh",
      "b60ca26f404724f43bd2b1575761d8265180e1f053cc0731caa68462927309e7",
      "3826da640b0a3021161605369ee6af293f75d518040355b960ec71a3390c1c0b",
    ),
    ...google,
    input: { name: "input_1", ...unitInput, height: 192, width: 192 },
    outputs: [
      { name: "output_mesh", shape: [1, 1404], meaning: "468 × x, y, z in input pixels" },
      { name: "output_faceflag", shape: [1, 1], meaning: "probability that a face is there" },
      { name: "output_contours", shape: [1, 266], meaning: "133 × x, y of eyes and brows" },
    ],
    codec: {
      kind: "joints",
      points: "output_mesh",
      columns: ["x", "y", "skip"],
      presence: { output: "output_faceflag" },
    },
    crop: { turned: true, margin: 1.5, finder: "blazeface" },
    skeleton: {
      name: "face-mesh468",
      joints: Array.from({ length: 468 }, (_, i) => `mesh_${i}`),
      sigmas: new Array(468).fill(0.01),
      edges: [],
    },
    works: "One face that fills two thirds of the crop",
    limits: "Profiles and hidden faces are guessed",
  }),
  embeddedCard({
    name: "iris",
    title: "Iris: contour and pupil of one eye",
    source: humanModel(
      "iris",
      "49038ac9dcc09aa05474d91d98e9db5b47af4830929bcf102ed5a56bfbabb465",
      "d7f296d184274213d4642681ae186112cbbec77fd2ab066257d3c56a1940bc71",
    ),
    ...google,
    input: { name: "input_1", ...unitInput, height: 64, width: 64 },
    outputs: [
      {
        name: "Identity",
        shape: [1, 1, 1, 228],
        meaning: "76 × x, y, z in input pixels: 71 of the eye's contour, the pupil, four of the iris",
      },
    ],
    codec: { kind: "joints", points: "Identity", columns: ["x", "y", "skip"] },
    crop: { turned: true, margin: 2.3, finder: "facemesh" },
    skeleton: null,
    works: "One left eye, its corners level; right eyes are shown mirrored",
    limits: "Small eyes, glasses that reflect",
  }),
];
