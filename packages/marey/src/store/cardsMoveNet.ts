import { byteInput, embeddedCard, google, humanModel } from "./cardSource.js";

const name = "input";
const single = {
  outputs: [{ name: "Identity", shape: [1, 1, 17, 3], meaning: "17 × y, x (relative to the input), score" }],
  codec: { kind: "joints", points: "Identity", columns: ["y", "x", "score"], unit: "relative" },
  crop: { margin: 1.25 },
  skeleton: "coco17",
} satisfies Partial<Parameters<typeof embeddedCard>[0]>;

/** Google's MoveNet. */
export const moveNetCards = [
  embeddedCard({
    name: "movenet-multipose",
    title: "MoveNet multi-pose lightning: up to six people in a picture",
    source: humanModel(
      "movenet-multipose",
      "3c76e18669efc50148b28d0be97db491dc055cb2be292d248ec129031c5aa5de",
      "19828492d4a69c2e08915916c70f4d22c421c3b59152dfa5601834fc54f54118",
    ),
    ...google,
    input: { name, ...byteInput, height: null, width: null, multipleOf: 32, longerSide: 512, fit: "corner" },
    outputs: [
      {
        name: "output_0",
        shape: [1, 6, 56],
        meaning: "6 × (17 × y, x, score; then ymin, xmin, ymax, xmax, person score), relative to the input",
      },
    ],
    codec: {
      kind: "people",
      rows: "output_0",
      unit: "relative",
      box: { from: 51, form: "yxyx" },
      score: { column: 55 },
      joints: { columns: ["y", "x", "score"] },
      minScore: 0.2,
      suppress: "oks",
    },
    skeleton: "coco17",
    works: "Finds people and their boxes; longer side 256 to 320, more for small people",
    limits:
      "At most six people; drops limbs of inclined people; joints less exact than the single-pose networks'",
  }),
  embeddedCard({
    name: "movenet-lightning",
    title: "MoveNet single-pose lightning: one person in a square crop, fast",
    source: humanModel(
      "movenet-lightning",
      "df8cbde44d00f533ccc4916a7c6ebc17316532fb3fadad114ec667fef22872e9",
      "bf97bc10d9c8a11200b0190ed64ce039b6252f1aff7cb552aca99b3d191c2f34",
    ),
    ...google,
    input: { name, ...byteInput, height: 192, width: 192 },
    ...single,
    works: "One person that fills about 80 % of a square crop",
    limits: "May jump to another person in the crop; less exact than thunder",
  }),
  embeddedCard({
    name: "movenet-thunder",
    title: "MoveNet single-pose thunder: one person in a square crop, exact",
    source: humanModel(
      "movenet-thunder",
      "7ac4e2a8449fc279f71b8b0ba52f7c5daafc124ce9b6bf7549289ca432e342b6",
      "a2925747fccaf737c0f20eacdeff919efd5d514e90242397002a0de349dff18c",
    ),
    ...google,
    input: { name, ...byteInput, height: 256, width: 256 },
    ...single,
    works: "One person that fills about 80 % of a square crop; the default for joints",
    limits: "May jump to a bystander's face, or draw the front one of two overlapping people twice",
  }),
];
