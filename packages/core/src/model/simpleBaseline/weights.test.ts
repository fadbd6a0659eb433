import { describe, expect, test } from "vitest";
import { random } from "../../array/random.js";
import type { StoredTensor } from "../../format/storedTensor.js";
import { count, leaves, mapLeaves, type Tree } from "../../nn/tree.js";
import * as network from "./network.js";
import { loadWeights, startFrom } from "./weights.js";

/** Makes no numbers: these networks have millions. */
const still = { uniform: () => 0, normal: () => 0, integer: () => 0 };
const small = { joints: 4, width: 4, deconvolutions: [6, 5], kernel: 3 } as const;

const stored = (params: Tree, front = "") =>
  new Map(
    [...leaves(params)].map(([path, { shape, data }]): [string, StoredTensor] => [
      front + path,
      { dtype: "F32", shape: [...shape], data },
    ]),
  );

test("the published networks have the published numbers of parameters", () => {
  expect(count(network.init(still, { joints: 17 }))).toBe(33_999_697);
  expect(count(network.init(still, { joints: 17, depth: 101 }))).toBe(52_991_825);
  expect(count(network.init(still, { joints: 17, depth: 152 }))).toBe(68_635_473);
});

test("names are those of the authors' state_dict", () => {
  const names = [
    ...leaves(network.init(random(1), { joints: 17, depth: 18, width: 2, deconvolutions: [2, 2, 2] })).keys(),
  ];
  for (const name of [
    "conv1.weight",
    "layer4.1.bn2.running_var",
    "deconv_layers.0.weight",
    "deconv_layers.1.running_mean",
    "deconv_layers.7.bias",
    "final_layer.bias",
  ])
    expect(names).toContain(name);
  expect(names.some((name) => /^(fc|deconv_layers\.(2|5|8)|.*num_batches)/.test(name))).toBe(false);
});

describe("weights of a file", () => {
  test.each([18, 34, 50, 101] as const)("of %i layers come with their sizes", (depth) => {
    const options = { ...small, depth };
    const params = network.init(random(2), options);
    const loaded = loadWeights(stored(params));
    expect(loaded.options).toEqual(options);
    expect(loaded.params).toEqual(params);
  });

  test("come under the names of parallel training and of MMPose", () => {
    const params = network.init(random(2), { ...small, depth: 18 });
    expect(loadWeights(stored(params, "module.")).params).toEqual(params);
    const isHead = (name: string) => /^(deconv|final)/.test(name);
    for (const head of ["keypoint_head.", "head."]) {
      const mmpose = new Map(
        [...stored(params)].map(([name, tensor]) => [(isHead(name) ? head : "backbone.") + name, tensor]),
      );
      expect(loadWeights(mmpose).params).toEqual(params);
    }
  });

  test("that lack something, or are of another network, are refused by name", () => {
    const whole = stored(network.init(random(2), { ...small, depth: 18 }));
    const without = (name: string) => new Map([...whole].filter(([key]) => key !== name));
    expect(() => loadWeights(without("layer3.1.bn1.weight"), "a.pth")).toThrow(
      /a\.pth.*layer3\.1\.bn1\.weight/,
    );
    expect(() => loadWeights(without("final_layer.weight"))).toThrow(/final_layer\.weight.*missing/);
    expect(() => loadWeights(without("layer2.1.conv1.weight"))).toThrow(/1 and 2 blocks/);
    expect(() => loadWeights(new Map())).toThrow(/deconv_layers\.0\.weight.*missing/);
  });
});

test("a training starts from a backbone with another head", () => {
  const options = { ...small, depth: 18 } as const;
  const given = mapLeaves(network.init(random(2), options), (leaf) => ({
    ...leaf,
    data: leaf.data.map(() => 7),
  }));
  const { params, taken } = startFrom(network.init(random(1), { ...options, joints: 9 }), stored(given));
  expect(taken).not.toContain("final_layer.weight");
  expect(taken.length).toBe(leaves(params).size - 2);
  const values = leaves(params);
  expect(values.get("conv1.weight")?.data[0]).toBe(7);
  expect(values.get("final_layer.weight")?.data[0]).not.toBe(7);
  expect(() => startFrom(params, new Map(), "b.pth")).toThrow(/b\.pth.*conv1\.weight/);
});
