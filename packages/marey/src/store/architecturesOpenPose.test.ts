import type { StoredTensor } from "@marey/core/format";
import { network } from "@marey/core/model/openPose";
import { leaves } from "@marey/core/nn";
import { describe, expect, test } from "vitest";
import { openPoseArchitectures } from "./architecturesOpenPose.js";
import { cardSkeleton } from "./card.js";

/** Tensors of a published network under the names of a PyTorch conversion; their values don't matter. */
const tensorsOf = (name: keyof typeof network.ARCHITECTURES) =>
  new Map(
    [...leaves(network.shapes(network.ARCHITECTURES[name]))].map(
      ([path, { shape }]): [string, StoredTensor] => [
        `model.${path}`,
        { dtype: "F32", shape: [...shape], data: new Float32Array(shape.reduce((a, b) => a * b)) },
      ],
    ),
  );
const facts = { name: "mine", source: { sha256: {} }, file: "mine.pth", author: "somebody" };

describe("OpenPose's networks in the store", () => {
  test("BODY_25 becomes an eye with a card that names every field", () => {
    const built = openPoseArchitectures["openpose-body25"]!.build(tensorsOf("body25"), facts);
    if (built.kind !== "network") throw new Error("it is no network");
    const { card, onnx } = built;
    expect(onnx.length).toBeGreaterThan(4 * 26_166_084);
    expect(card).toMatchObject({
      name: "mine",
      file: "mine.onnx",
      author: "somebody",
      skeleton: "body25",
      input: { name: "image", colour: "BGR", layout: "NCHW", multipleOf: 16, fit: "corner", scale: 1 / 256 },
      outputs: [{ name: "net_output", shape: [1, 78, null, null] }],
    });
    expect(cardSkeleton(card)?.joints.length).toBe(25);
    if (card.codec.kind !== "part-affinity") throw new Error("no fields");
    expect(card.codec.limbs.length).toBe(26);
    expect(card.codec.limbs[0]).toEqual({ joints: ["neck", "pelvis"], channels: [26, 27] });
    expect(card.codec.limbs.at(-1)?.channels).toEqual([76, 77]);
  });

  test("weights of another network are refused by name", () => {
    const { build } = openPoseArchitectures["openpose-coco"]!;
    expect(() => build(tensorsOf("hand21"), facts)).toThrow(
      /mine\.pth.*weights of the network "openpose-hand"/,
    );
  });
});
