import { random } from "@marey/core/array";
import type { StoredTensor } from "@marey/core/format";
import { network } from "@marey/core/model/simpleBaseline";
import { leaves } from "@marey/core/nn";
import { describe, expect, test } from "vitest";
import { simpleBaselineArchitectures } from "./architecturesSimpleBaseline.js";

const facts = { name: "mine", source: { sha256: {} }, file: "mine.pth", author: "somebody" };

/** A network of few channels as its authors publish it, or with names changed. */
const tensorsOf = (joints: number, rename = (path: string) => path) =>
  new Map(
    [...leaves(network.init(random(1), { joints, depth: 18, width: 2, deconvolutions: [2, 2, 2] }))].map(
      ([path, { shape, data }]): [string, StoredTensor] => [
        rename(path),
        { dtype: "F32", shape: [...shape], data },
      ],
    ),
  );

const build = (name: string, tensors: Map<string, StoredTensor>) => {
  const built = simpleBaselineArchitectures[name]!.build(tensors, facts);
  if (built.kind !== "network") throw new Error("it is no network");
  return built.card;
};

describe("Simple Baselines in the store", () => {
  test("the authors' weights become a network that sees blue first, in crops of its size", () => {
    expect(build("simple-baseline-384", tensorsOf(17))).toMatchObject({
      name: "mine",
      title: "Simple Baselines, ResNet-18: 17 joints of one person",
      skeleton: "coco17",
      input: {
        colour: "BGR",
        width: 288,
        height: 384,
        mean: [123.675, expect.closeTo(116.28), expect.closeTo(103.53)],
      },
      outputs: [{ shape: [1, 17, 96, 72] }],
      codec: { kind: "heatmap", decode: "quarter" },
      crop: { margin: 1.25, unbiased: false },
    });
  });

  test("MMPose's see red first", () => {
    const named = tensorsOf(
      16,
      (path) => (/^(deconv|final)/.test(path) ? "keypoint_head." : "backbone.") + path,
    );
    expect(build("simple-baseline-mpii", named)).toMatchObject({
      skeleton: "mpii16",
      input: { colour: "RGB", width: 256 },
    });
  });

  test("other joints are refused", () => {
    expect(() => build("simple-baseline", tensorsOf(5))).toThrow(/mine\.pth.*5 joints/);
  });
});
