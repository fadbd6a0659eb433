import { describe, expect, test } from "vitest";
import { type Attributes, type Call, clean, integers, type Numbers, ramp, run, tensor } from "./handMade.js";

/** A 1×1 convolution that changes nothing, so that what follows meets the NCHW view. */
const identity = tensor([1, 1, 2, 2], [1, 0, 0, 1]);
const through: Call = ["c", "Conv2D", ["x", "identity"], { strides: [1, 1, 1, 1], padding: "SAME" }];

describe("imported arrangements keep TensorFlow's order of axes", () => {
  const x = ramp(1, 2, 3, 2);

  const cases: [string, Call[], Record<string, Numbers>, number[], number[]][] = [
    ["Reshape", [["y", "Reshape", ["c", "s"]]], { s: integers(2, -1) }, [2, 6], x.data],
    [
      "Shape",
      [
        ["y", "Shape", ["c"]],
        ["f", "Cast", ["y"], { DstT: "DT_FLOAT" }],
      ],
      {},
      [4],
      [1, 2, 3, 2],
    ],
    [
      "Pad of channels and rows",
      [["y", "Pad", ["c", "p"]]],
      { p: tensor([4, 2], [0, 0, 1, 0, 0, 0, 0, 1], "int32") },
      [1, 3, 3, 3],
      [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 3, 0, 4, 5, 0, 6, 7, 0, 8, 9, 0, 10, 11, 0],
    ],
    [
      "PadV2 fills with its value",
      [["y", "PadV2", ["c", "p", "v"]]],
      { p: tensor([4, 2], [0, 0, 0, 0, 0, 0, 1, 0], "int32"), v: tensor([], [9]) },
      [1, 2, 3, 3],
      [9, 0, 1, 9, 2, 3, 9, 4, 5, 9, 6, 7, 9, 8, 9, 9, 10, 11],
    ],
    [
      "ConcatV2 on the last axis, with a constant",
      [["y", "ConcatV2", ["c", "k", "a"]]],
      { k: tensor([1, 2, 3, 1], [-1, -2, -3, -4, -5, -6]), a: tensor([], [-1], "int32") },
      [1, 2, 3, 3],
      [0, 1, -1, 2, 3, -2, 4, 5, -3, 6, 7, -4, 8, 9, -5, 10, 11, -6],
    ],
    [
      "a [C] constant meets the channels",
      [["y", "Mul", ["c", "k"]]],
      { k: tensor([2], [1, 10]) },
      [1, 2, 3, 2],
      [0, 10, 2, 30, 4, 50, 6, 70, 8, 90, 10, 110],
    ],
    [
      "a [W, 1] constant meets the columns",
      [["y", "AddV2", ["c", "k"]]],
      { k: tensor([3, 1], [0, 100, 200]) },
      [1, 2, 3, 2],
      [0, 1, 102, 103, 204, 205, 6, 7, 108, 109, 210, 211],
    ],
    [
      "Mean over rows and columns",
      [["y", "Mean", ["c", "a"], { keep_dims: false }]],
      { a: integers(1, 2) },
      [1, 2],
      [5, 6],
    ],
    [
      "Max over channels",
      [["y", "Max", ["c", "a"], { keep_dims: true }]],
      { a: integers(3) },
      [1, 2, 3, 1],
      [1, 3, 5, 7, 9, 11],
    ],
    [
      "Transpose",
      [["y", "Transpose", ["c", "p"]]],
      { p: integers(0, 3, 1, 2) },
      [1, 2, 2, 3],
      [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11],
    ],
    [
      "Split with the axis first",
      [
        ["s", "Split", ["a", "c"], { num_split: 2 }],
        ["y", "Sub", ["s:1", "s"]],
      ],
      { a: tensor([], [3], "int32") },
      [1, 2, 3, 1],
      [1, 1, 1, 1, 1, 1],
    ],
    [
      "Unpack and Pack",
      [
        ["u", "Unpack", ["c"], { num: 3, axis: 2 }],
        ["y", "Pack", ["u:2", "u:1", "u"], { axis: 1, N: 3 }],
      ],
      {},
      [1, 3, 2, 2],
      [4, 5, 10, 11, 2, 3, 8, 9, 0, 1, 6, 7],
    ],
    [
      "the only slice, cut out and put back",
      [
        ["u", "Unpack", ["c"], { num: 1, axis: 0 }],
        ["e", "ExpandDims", ["u", "a"]],
        ["y", "Mul", ["e", "k"]],
      ],
      { a: tensor([], [0], "int32"), k: tensor([2], [1, 0]) },
      [1, 2, 3, 2],
      [0, 0, 2, 0, 4, 0, 6, 0, 8, 0, 10, 0],
    ],
  ];
  for (const [title, calls, constants, shape, data] of cases)
    test(title, async () => {
      expect(clean(await run(x, { identity, ...constants }, [through, ...calls]))).toEqual({ shape, data });
    });

  test("DepthToSpace", async () => {
    const calls: Call[] = [["y", "DepthToSpace", ["x"], { block_size: 2 }]];
    const { shape, data } = await run(ramp(1, 1, 2, 4), {}, calls);
    expect(shape).toEqual([1, 2, 4, 1]);
    expect(data).toEqual([0, 1, 4, 5, 2, 3, 6, 7]);
  });

  test("Pack of numbers of rank 0", async () => {
    const constants = { a: tensor([], [7]), b: tensor([], [8]) };
    const calls: Call[] = [
      ["p", "Pack", ["a", "b"], { axis: 0, N: 2 }],
      ["y", "Mul", ["x", "p"]],
    ];
    expect(await run(tensor([2], [1, 2]), constants, calls)).toEqual({ shape: [2], data: [7, 16] });
  });

  test("paddings that come as SparseToDense are folded", async () => {
    const constants = {
      at: tensor([2, 2], [0, 1, 1, 0], "int32"),
      size: integers(2, 2),
      given: integers(1, 2),
      zero: tensor([], [0], "int32"),
    };
    const calls: Call[] = [
      ["s", "SparseToDense", ["at", "size", "given", "zero"]],
      ["y", "Pad", ["x", "s"]],
    ];
    expect(await run(tensor([1, 1], [5]), constants, calls)).toEqual({
      shape: [2, 3],
      data: [0, 0, 5, 0, 0, 0],
    });
  });
});

describe("StridedSlice, as NumPy would", () => {
  const x = ramp(3, 4); // [[0 1 2 3] [4 5 6 7] [8 9 10 11]]
  const cases: [string, number[], number[], number[], Attributes, number[], number[]][] = [
    ["x[1:3, 0:2]", [1, 0], [3, 2], [1, 1], {}, [2, 2], [4, 5, 8, 9]],
    ["x[-1, :]", [-1, 0], [0, 0], [1, 1], { shrink_axis_mask: 1, begin_mask: 2, end_mask: 2 }, [4], [8, 9, 10, 11]],
    ["x[::-1, 3:0:-2]", [0, 3], [0, 0], [-1, -2], { begin_mask: 1, end_mask: 1 }, [3, 2], [11, 9, 7, 5, 3, 1]],
    ["x[:, newaxis, 2]", [0, 0, 2], [0, 0, 3], [1, 1, 1], { begin_mask: 1, end_mask: 1, new_axis_mask: 2, shrink_axis_mask: 4 }, [3, 1], [2, 6, 10]],
    ["x[newaxis, newaxis, 0:1]", [0, 0, 0], [0, 0, 1], [1, 1, 1], { new_axis_mask: 3 }, [1, 1, 1, 4], [0, 1, 2, 3]],
    ["x[1:1]", [1], [1], [1], {}, [0, 4], []],
    ["x[-2:, :-1]", [-2, 0], [0, -1], [1, 1], { end_mask: 1, begin_mask: 2 }, [2, 3], [4, 5, 6, 8, 9, 10]],
  ]; // biome-ignore format: a table
  for (const [title, begin, end, strides, attributes, shape, data] of cases)
    test(title, async () => {
      const constants = { begin: integers(...begin), end: integers(...end), strides: integers(...strides) };
      const calls: Call[] = [["y", "StridedSlice", ["x", "begin", "end", "strides"], attributes]];
      expect(await run(x, constants, calls)).toEqual({ shape, data });
    });
});

describe("ResizeBilinear has three conventions", () => {
  const cases: [string, Attributes, number[]][] = [
    ["half-pixel centres", { half_pixel_centers: true }, [0, 1, 3, 4]],
    ["aligned corners", { align_corners: true }, [0, 4 / 3, 8 / 3, 4]],
    ["neither", {}, [0, 2, 4, 4]],
  ];
  for (const [title, attributes, row] of cases)
    test(title, async () => {
      const calls: Call[] = [["y", "ResizeBilinear", ["x", "size"], attributes]];
      const { shape, data } = await run(tensor([1, 1, 2, 1], [0, 4]), { size: integers(1, 4) }, calls);
      expect(shape).toEqual([1, 1, 4, 1]);
      for (const [i, value] of row.entries()) expect(data[i]).toBeCloseTo(value, 5);
    });
});

describe("integers, order and choice", () => {
  test("FloorDiv and FloorMod round down, below zero too", async () => {
    const x = tensor([4], [7, -7, 6, -1], "int32");
    const type = { T: "DT_INT32" };
    const two = { two: tensor([], [2], "int32") };
    expect((await run(x, two, [["i", "FloorDiv", ["x", "two"], type]], "i")).data).toEqual([3, -4, 3, -1]);
    expect((await run(x, two, [["i", "FloorMod", ["x", "two"], type]], "i")).data).toEqual([1, 1, 0, 1]);
  });

  test("TopKV2 sorts, and the first of equals comes first; ArgMax takes the first too", async () => {
    const x = tensor([1, 5], [1, 3, 2, 3, 0]);
    const constants = { k: tensor([], [3], "int32"), axis: tensor([], [1], "int32") };
    const top: Call[] = [["t", "TopKV2", ["x", "k"], { sorted: true }]];
    expect((await run(x, constants, top)).data).toEqual([3, 3, 2]);
    const at: Call[] = [...top, ["i", "Identity", ["t:1"]]];
    expect((await run(x, constants, at, "i")).data).toEqual([1, 3, 2]);
    expect((await run(x, constants, [["i", "ArgMax", ["x", "axis"]]], "i")).data).toEqual([1]);
  });

  test("GatherNd takes rows of indices", async () => {
    const constants = { at: tensor([2, 2], [1, 2, 0, 0], "int32") };
    expect((await run(ramp(2, 3), constants, [["y", "GatherNd", ["x", "at"]]])).data).toEqual([5, 0]);
  });

  test("Range, Fill, Less, Select", async () => {
    const constants = {
      zero: tensor([], [0]),
      four: tensor([], [4]),
      one: tensor([], [1]),
      size: integers(4),
    };
    const calls: Call[] = [
      ["r", "Range", ["zero", "four", "one"]],
      ["f", "Fill", ["size", "four"]],
      ["l", "Less", ["r", "x"]],
      ["y", "Select", ["l", "r", "f"]],
    ];
    expect((await run(tensor([4], [1, 1, 3, 3]), constants, calls)).data).toEqual([0, 4, 2, 4]);
  });

  test("_FusedMatMul with bias and slopes", async () => {
    const constants = {
      w: tensor([2, 3], [1, 2, 3, 4, 5, 6]),
      b: tensor([3], [10, 0, 0]),
      slope: tensor([3], [1, 2, 3]),
    };
    const fused = (fused_ops: string[], more: string[] = []): Call[] => [
      ["y", "_FusedMatMul", ["x", "w", "b", ...more], { fused_ops }],
    ];
    const x = tensor([1, 2], [1, -1]);
    expect((await run(x, constants, fused(["BiasAdd"]))).data).toEqual([7, -3, -3]);
    expect((await run(x, constants, fused(["BiasAdd", "Prelu"], ["slope"]))).data).toEqual([7, -6, -9]);
  });
});
