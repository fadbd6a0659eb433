import { random } from "@marey/core/array";
import { readWeights } from "@marey/core/format";
import { declaredShape, input, readOnnx } from "@marey/core/graph";
import * as cpm from "@marey/core/model/convolutionalPoseMachine";
import {
  inferenceGraph,
  loadWeights,
  type NetworkOptions,
  network,
  strideOf,
} from "@marey/core/model/openPose";
import { baked, leaves } from "@marey/core/nn";
import { onnxRuntime } from "marey";
import { describe, expect, test } from "vitest";
import { compute, largestDifference } from "../graph/compute.js";
import { caffeModel, pyTorchFile } from "./openPoseFiles.js";

const { ARCHITECTURES } = network;
const widths = { 64: 3, 96: 4, 128: 5, 192: 3, 224: 3, 256: 6, 512: 7 };
const narrow = (options: NetworkOptions): NetworkOptions => ({ ...options, widths });
const names = Object.keys(ARCHITECTURES) as (keyof typeof ARCHITECTURES)[];

/** Parameters of which each matters: biases and slopes aren't alike, last layers not near 0. */
function paramsOf(options: NetworkOptions, seed = 3) {
  const draw = random(seed);
  const params = network.init(draw, options);
  for (const [path, { data }] of leaves(params))
    if (!path.endsWith("weight") || /Mconv7|conv5_5|conv6_2|prelu/.test(path))
      for (let i = 0; i < data.length; i++) data[i] = draw.normal(0, 0.2);
  return params;
}

const picture = (shape: readonly number[]) => {
  const draw = random(11);
  return {
    shape,
    values: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => draw.uniform(-0.5, 0.5)),
  };
};

async function runOnnx(model: Uint8Array, { shape, values }: ReturnType<typeof picture>) {
  const loaded = await onnxRuntime.load(model);
  const results = await loaded.run({ image: { type: "float32", dims: shape, data: values } });
  await loaded.close();
  return results.net_output!;
}

describe("the number of parameters is that of the published files", () => {
  const sum = (shapes: network.NetworkParams) =>
    [...leaves(shapes).values()].reduce((n, { shape }) => n + shape.reduce((a, b) => a * b), 0);
  test.each([
    ["coco18", 52_311_446],
    ["mpi15", 51_481_032],
    ["mpi15Fast", 34_240_880],
    ["body25", 26_166_084],
    ["body25bFast", 26_719_041],
    ["body25b", 69_355_937],
    ["body135", 63_578_247],
    ["hand21", 36_832_324],
    ["face70", 38_425_706],
  ] as const)("%s", (name, expected) => {
    expect(sum(network.shapes(ARCHITECTURES[name]))).toBe(expected);
  });
  test.each([
    ["original", 31_219_866],
    ["vgg", 29_852_058],
    ["flic", 21_323_816],
    ["person", 25_714_372],
  ] as const)("CPM %s", (name, expected) => {
    expect(sum(cpm.network.shapes(cpm.ARCHITECTURES[name]))).toBe(expected);
  });
});

test("the names of layers are the published ones", () => {
  const paths = (name: keyof typeof ARCHITECTURES) => [...leaves(network.shapes(ARCHITECTURES[name])).keys()];
  expect(paths("coco18")).toEqual(
    expect.arrayContaining([
      "conv4_4_CPM.bias",
      "conv5_5_CPM_L1.weight",
      "Mconv1_stage2_L1.weight",
      "Mconv7_stage6_L2.bias",
    ]),
  );
  expect(paths("body25")).toEqual(
    expect.arrayContaining([
      "prelu4_2.weight",
      "Mconv5_stage0_L2_2.weight",
      "Mprelu6_stage3_L2.weight",
      "Mconv7_stage1_L1.bias",
    ]),
  );
  expect(paths("body25b")).toContain("Mconv11_stage0_L2.weight");
});

describe.each(names)("%s", (name) => {
  const options = narrow(ARCHITECTURES[name]);
  const params = paramsOf(options);

  test("the file for any runtime gives what the graph gives, at any size", async () => {
    const model = inferenceGraph(params, options);
    const { graph } = readOnnx(model);
    expect(declaredShape(graph!, "image")).toEqual(["batch", 3, "height", "width"]);
    const x = picture([2, 3, 32, 16]);
    const { y } = await compute((node) => ({ y: network.forward(baked(params), node, options).output }), x);
    const loaded = await onnxRuntime.load(model);
    const run = async ({ shape, values }: typeof x) => {
      const feeds = { image: { type: "float32", dims: shape, data: values } } as const;
      return (await loaded.run(feeds)).net_output!;
    };
    const [got, other] = [await run(x), await run(picture([1, 3, 16, 48]))];
    const channels = declaredShape(graph!, "net_output")![1];
    expect([got.dims, other.dims]).toEqual([
      [2, channels, 4, 2],
      [1, channels, 2, 6],
    ]);
    expect(largestDifference(got.data as Float32Array, y)).toBeLessThan(1e-5);
    expect(Math.max(...y)).toBeGreaterThan(1e-3);
    await loaded.close();
  });
});

describe("weights from files", () => {
  const options = narrow(ARCHITECTURES.body25);
  const params = paramsOf(options);
  const same = (file: Uint8Array) => {
    const loaded = loadWeights(options, readWeights(file).tensors, "made");
    for (const [path, { shape, data }] of leaves(loaded)) {
      const wanted = leaves(params).get(path)!;
      expect([path, ...shape]).toEqual([path, ...wanted.shape]);
      expect(largestDifference(data, wanted.data)).toBe(0);
    }
    return loaded;
  };

  test.each([false, true])("of a caffemodel (old layers: %s), outputs included", async (old) => {
    const loaded = same(caffeModel(params, old));
    const x = picture([1, 3, 16, 32]);
    const got = await runOnnx(inferenceGraph(loaded, options), x);
    const { y } = await compute((node) => ({ y: network.forward(baked(params), node, options).output }), x);
    expect(largestDifference(got.data as Float32Array, y)).toBeLessThan(1e-5);
  });

  test("of PyTorch conversions: bare names, wrappers in front", () => {
    same(pyTorchFile(params, (path) => path));
    same(pyTorchFile(params, (path) => `model${path.includes("stage") ? "1_1" : "0"}.${path}`));
  });

  test("what is missing or has another shape is named, with both shapes", () => {
    const tensors = readWeights(caffeModel(params)).tensors;
    tensors.delete("Mconv7_stage1_L1.1");
    tensors.set("conv1_1.0", { dtype: "F32", shape: [4, 3, 3, 3], data: new Float32Array(108) });
    expect(() => loadWeights(options, tensors, "pose.caffemodel")).toThrow(
      /pose\.caffemodel.*"conv1_1\.weight" is \[4,3,3,3\], expected \[3,3,3,3\].*"Mconv7_stage1_L1\.bias" is missing/,
    );
    expect(() =>
      loadWeights(
        options,
        new Map([
          ["body.conv1_1.weight", tensors.get("conv1_1.0")!],
          ["hand.conv1_1.weight", tensors.get("conv1_1.0")!],
        ]),
      ),
    ).toThrow(/two tensors are "conv1_1\.weight"/);
  });

  test("another published network is recognised", () => {
    const stored = (shapes: network.NetworkParams) =>
      new Map(
        [...leaves(shapes)].map(([path, { shape }]) => [
          path,
          { dtype: "F32", shape: [...shape], data: new Float32Array(0) },
        ]),
      );
    expect(() => loadWeights(ARCHITECTURES.coco18, stored(network.shapes(ARCHITECTURES.mpi15)))).toThrow(
      /weights of the network "mpi15"/,
    );
  });
});

describe.each(["original", "vgg", "flic", "person"] as const)("CPM %s", (name) => {
  const options = { ...cpm.ARCHITECTURES[name], widths: { ...widths, 32: 4 } };
  const draw = random(5);
  const params = cpm.network.init(draw, options);
  for (const { data } of leaves(params).values())
    for (let i = 0; i < data.length; i++) data[i] = data[i]! + draw.normal(0, 0.05);

  test("the file for any runtime gives what the graph gives; weights come back from a caffemodel", async () => {
    const loaded = cpm.loadWeights(options, readWeights(caffeModel(params, true)).tensors);
    const x = picture([1, 3, 40, 48]);
    const centre = { shape: [1, 1, 40, 48], values: cpm.centreMap(48, 40, 20, 24) };
    const { y } = await compute(
      (image, map) => ({ y: cpm.network.forward(baked(params), image, map, options).at(-1)! }),
      x,
      centre,
    );
    const network = await onnxRuntime.load(cpm.inferenceGraph(loaded, options));
    const { net_output } = await network.run({
      image: { type: "float32", dims: x.shape, data: x.values },
      ...(name !== "person" && { centre_map: { type: "float32", dims: centre.shape, data: centre.values } }),
    });
    await network.close();
    expect(net_output!.dims).toEqual([1, options.maps, 5, 6]);
    expect(largestDifference(net_output!.data as Float32Array, y)).toBeLessThan(1e-5);
  });
});

test("any skeleton, stages as they like, another stride", async () => {
  const trunk = [
    { name: "conv1_1", outputs: 8 },
    "pool",
    { name: "conv2_1", outputs: 8 },
    "pool",
    { name: "conv3_1", outputs: 12 },
  ] as const;
  const stage = { triples: 2, width: 4, wide: 8 };
  const shapes = ([fields, parts]: readonly [number, number]) => {
    const options: NetworkOptions = {
      kind: "dense",
      parts: 5,
      limbs: 4,
      trunk,
      fieldStages: new Array(fields).fill(stage),
      partStages: new Array(parts).fill(stage),
    };
    const params = network.init(random(1), options);
    const maps = network.forward(baked(params), input("x", [2, 3, 32, 24]), options);
    return [
      maps.fields.map(({ shape }) => shape),
      maps.heatmaps.map(({ shape }) => shape),
      maps.output.shape,
    ];
  };
  expect(strideOf(trunk)).toBe(4);
  for (const [fields, parts] of [
    [3, 1],
    [2, 2],
    [1, 3],
  ] as const)
    expect(shapes([fields, parts])).toEqual([
      new Array(fields).fill([2, 8, 8, 6]),
      new Array(parts).fill([2, 6, 8, 6]),
      [2, 14, 8, 6],
    ]);
});

test("pooling rounds up as in Caffe unless told otherwise", () => {
  const options = narrow(ARCHITECTURES.hand21);
  const params = baked(network.init(random(1), options));
  const rows = (ceilMode?: boolean) =>
    network.forward(params, input("x", [1, 3, 36, 36]), options, ceilMode === undefined ? {} : { ceilMode })
      .output.shape[2];
  expect([rows(), rows(false)]).toEqual([5, 4]);
});
