import { expect, test } from "vitest";
import { random } from "../../array/random.js";
import type { StoredTensor } from "../../format/storedTensor.js";
import { leaves } from "../../nn/tree.js";
import { ARCHITECTURES, init, type NetworkOptions } from "./network.js";
import { startFrom } from "./trainStart.js";

const options: NetworkOptions = {
  ...ARCHITECTURES.coco18,
  stages: 1,
  widths: { 64: 2, 128: 3, 256: 4, 512: 5 },
};
const params = init(random(1), options);
const tensor = (shape: number[]): StoredTensor => ({
  dtype: "F32",
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b)).fill(9),
});

test("VGG-19 as PyTorch names it fills the trunk, what doesn't fit stays new", () => {
  const vgg = new Map([
    ["features.0.weight", tensor([2, 3, 3, 3])],
    ["features.0.bias", tensor([2])],
    ["features.21.bias", tensor([5])],
    ["features.23.weight", tensor([5, 5, 3, 3])],
    ["features.5.weight", tensor([64, 2, 3, 3])],
    ["classifier.0.weight", tensor([4096, 25])],
  ]);
  const { params: started, taken } = startFrom(params, vgg);
  expect(taken).toEqual(["conv1_1.weight", "conv1_1.bias", "conv4_2.bias"]);
  expect(started.conv1_1.weight.data.every((value) => value === 9)).toBe(true);
  expect(started.conv2_1).toEqual(params.conv2_1);
});

test("a network of this family gives all that has its names and sizes", () => {
  const other = init(random(2), { ...options, limbs: 3 });
  const tensors = new Map<string, StoredTensor>();
  for (const [path, { shape, data }] of leaves(other))
    tensors.set(path, { dtype: "F32", shape: [...shape], data });
  const { params: started, taken } = startFrom(params, tensors);
  expect([...leaves(params).keys()].filter((path) => !taken.includes(path))).toEqual([
    "conv5_5_CPM_L1.weight",
    "conv5_5_CPM_L1.bias",
  ]);
  expect(started.conv3_4.weight.data).toEqual(other.conv3_4.weight.data);
});

test("weights of something else are refused", () => {
  expect(() => startFrom(params, new Map([["fc.weight", tensor([3, 3])]]), "fc.pth")).toThrow(
    /fc\.pth.*none of its tensors/,
  );
});
