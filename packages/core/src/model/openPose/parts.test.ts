import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ARCHITECTURES } from "./network.js";
import { BODY_25, BODY_25B, COCO_18, limbsByChannel, MPI_15, PART_MODELS } from "./parts.js";

describe.each(Object.values(PART_MODELS))("$name", ({ edges, skeleton }) => {
  test("each edge has a field of its own, without gaps, between parts that there are", () => {
    const channels = edges.map(({ channel }) => channel).sort((a, b) => a - b);
    expect(channels).toEqual(edges.map((_, i) => 2 * i));
    for (const { joints } of edges) for (const joint of joints) expect(skeleton.joints[joint]).toBeDefined();
  });

  test("without the redundant edges it is a tree or, for vehicles, more", () => {
    const tree = edges.filter(({ redundant }) => !redundant);
    const reached = new Set(tree.flatMap(({ joints }) => [...joints]));
    expect(tree.length).toBeGreaterThanOrEqual(reached.size - 1);
    if (skeleton.name.startsWith("body25") || skeleton.name === "coco18")
      expect(tree.length).toBe(skeleton.joints.length - 1);
  });
});

test("the published networks have as many parts and limbs", () => {
  const sizes = (name: "body25" | "coco18" | "mpi15" | "body25b") => {
    const { parts, limbs } = ARCHITECTURES[name];
    return [parts, limbs];
  };
  const model = ({ skeleton, edges }: typeof BODY_25) => [skeleton.joints.length, edges.length];
  expect(model(BODY_25)).toEqual(sizes("body25"));
  expect(model(COCO_18)).toEqual(sizes("coco18"));
  expect(model(MPI_15)).toEqual(sizes("mpi15"));
  expect(model(BODY_25B)).toEqual(sizes("body25b"));
});

test("edges join the joints that their names say", () => {
  const named = ({ skeleton, edges }: typeof BODY_25, channel: number) =>
    edges.find((edge) => edge.channel === channel)?.joints.map((joint) => skeleton.joints[joint]);
  expect(named(BODY_25, 0)).toEqual(["neck", "pelvis"]);
  expect(named(BODY_25, 28)).toEqual(["left_shoulder", "left_ear"]);
  expect(named(BODY_25, 50)).toEqual(["right_ankle", "right_heel"]);
  expect(named(COCO_18, 18)).toEqual(["right_shoulder", "right_ear"]);
  expect(named(BODY_25B, 46)).toEqual(["left_shoulder", "head_top"]);
  expect(named(BODY_25B, 70)).toEqual(["left_ankle", "right_ankle"]);
});

const golden = join(import.meta.dirname, "../../../../../../shared/golden/openpose/index.json");
test.skipIf(!existsSync(golden))("COCO_18's channels are those of the reference decoders", () => {
  const { cases } = JSON.parse(readFileSync(golden, "utf8"));
  const limbs = cases.find(({ attributes }: { attributes: { limbs?: unknown } }) => attributes.limbs)
    .attributes.limbs;
  expect(limbsByChannel(COCO_18)).toEqual(limbs);
});
