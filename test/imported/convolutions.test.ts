import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Call, clean, count, integers, type Numbers, run, tensor } from "./handMade.js";

/** Positions that TensorFlow's SAME and VALID give a window along one axis: pixels of padding before, and how many. */
function windows(size: number, kernel: number, stride: number, padding: string) {
  const outputs = Math.ceil((padding === "SAME" ? size : size - kernel + 1) / stride);
  const total = Math.max((outputs - 1) * stride + kernel - size, 0);
  return { outputs, before: padding === "SAME" ? Math.floor(total / 2) : 0 };
}

/** The definition of convolution over NHWC, with kernel HWIO; depthwise with kernel HWCM. */
function convolve(x: Numbers, kernel: Numbers, stride: number, padding: string, depthwise = false): Numbers {
  const [, height = 0, width = 0, channels = 0] = x.shape;
  const [rows = 0, columns = 0, , last = 0] = kernel.shape;
  const vertical = windows(height, rows, stride, padding);
  const horizontal = windows(width, columns, stride, padding);
  const outputs = depthwise ? channels * last : last;
  const data: number[] = [];
  for (let y = 0; y < vertical.outputs; y++)
    for (let z = 0; z < horizontal.outputs; z++)
      for (let o = 0; o < outputs; o++) {
        let sum = 0;
        for (let i = 0; i < rows; i++)
          for (let j = 0; j < columns; j++)
            for (let c = 0; c < channels; c++) {
              const [v, u] = [y * stride + i - vertical.before, z * stride + j - horizontal.before];
              if (v < 0 || u < 0 || v >= height || u >= width) continue;
              if (depthwise && c !== Math.floor(o / last)) continue;
              const weight =
                kernel.data[((i * columns + j) * channels + c) * last + (depthwise ? o % last : o)]!;
              sum += x.data[(v * width + u) * channels + c]! * weight;
            }
        data.push(sum);
      }
  return { shape: [1, vertical.outputs, horizontal.outputs, outputs], data };
}

const small = (shape: number[]) =>
  fc
    .array(fc.integer({ min: -4, max: 4 }), { minLength: count(shape), maxLength: count(shape) })
    .map((data) => tensor(shape, data));
const geometry = fc.record({
  height: fc.integer({ min: 4, max: 9 }),
  width: fc.integer({ min: 4, max: 9 }),
  rows: fc.integer({ min: 1, max: 4 }),
  columns: fc.integer({ min: 1, max: 4 }),
  stride: fc.integer({ min: 1, max: 3 }),
  padding: fc.constantFrom("SAME", "VALID"),
  channels: fc.integer({ min: 1, max: 3 }),
  last: fc.integer({ min: 1, max: 3 }),
});

describe("imported convolutions equal their definition", () => {
  for (const [operator, depthwise] of [
    ["Conv2D", false],
    ["DepthwiseConv2dNative", true],
  ] as const)
    test(operator, async () => {
      const sample = geometry.chain((g) =>
        fc.tuple(
          fc.constant(g),
          small([1, g.height, g.width, g.channels]),
          small([g.rows, g.columns, g.channels, g.last]),
        ),
      );
      await fc.assert(
        fc.asyncProperty(sample, async ([{ stride, padding }, x, kernel]) => {
          const attributes = { strides: [1, stride, stride, 1], padding };
          const got = await run(x, { kernel }, [["y", operator, ["x", "kernel"], attributes]]);
          expect(got).toEqual(clean(convolve(x, kernel, stride, padding, depthwise)));
        }),
        { numRuns: 60 },
      );
    });

  test("SAME with stride 2 on an even size pads at the bottom and right only", async () => {
    const kernel = tensor([3, 1, 1, 1], [100, 10, 1]);
    const attributes = { strides: [1, 2, 2, 1], padding: "SAME" };
    const { data } = await run(tensor([1, 4, 1, 1], [1, 2, 3, 4]), { kernel }, [
      ["y", "Conv2D", ["x", "kernel"], attributes],
    ]);
    expect(data).toEqual([123, 340]);
  });

  test("SAME with dilation spreads the window around the pixel", async () => {
    const kernel = tensor([3, 1, 1, 1], [100, 10, 1]);
    const attributes = { strides: [1, 1, 1, 1], dilations: [1, 2, 1, 1], padding: "SAME" };
    const { data } = await run(tensor([1, 4, 1, 1], [1, 2, 3, 4]), { kernel }, [
      ["y", "Conv2D", ["x", "kernel"], attributes],
    ]);
    expect(data).toEqual([13, 24, 130, 240]);
  });

  test("Conv2DBackpropInput is the adjoint of the convolution with its padding", async () => {
    await fc.assert(
      fc.asyncProperty(
        geometry
          .filter(
            ({ height, width, rows, columns, padding }) =>
              padding === "SAME" || (rows <= height && columns <= width),
          )
          .chain((g) => {
            const out = convolve(
              tensor([1, g.height, g.width, g.channels], []),
              tensor([g.rows, g.columns, g.channels, g.last], []),
              g.stride,
              g.padding,
            );
            return fc.tuple(
              fc.constant(g),
              small([1, g.height, g.width, g.channels]),
              small([g.rows, g.columns, g.channels, g.last]),
              small(out.shape),
            );
          }),
        async ([{ stride, padding }, x, kernel, y]) => {
          const attributes = { strides: [1, stride, stride, 1], padding };
          const got = await run(y, { shape: integers(...x.shape), kernel }, [
            ["z", "Conv2DBackpropInput", ["shape", "kernel", "x"], attributes],
          ]);
          expect(got.shape).toEqual(x.shape);
          // ⟨conv(x), y⟩ = ⟨x, convᵀ(y)⟩
          expect(dot(got.data, x.data)).toBe(dot(convolve(x, kernel, stride, padding).data, y.data));
        },
      ),
      { numRuns: 60 },
    );
  });

  test("MaxPool SAME pads with nothing, not with zeros", async () => {
    const attributes = { ksize: [1, 2, 1, 1], strides: [1, 2, 1, 1], padding: "SAME" };
    const { data } = await run(tensor([1, 3, 1, 1], [-5, -3, -2]), {}, [["y", "MaxPool", ["x"], attributes]]);
    expect(data).toEqual([-3, -2]);
  });

  test("fused bias and activations", async () => {
    const constants = {
      kernel: tensor([1, 1, 2, 2], [1, 0, 0, 1]),
      bias: tensor([2], [1, -10]),
      slope: tensor([1, 1, 2], [0.5, 0.25]),
    };
    const fused = (activation: string, inputs: string[] = []): Call[] => [
      [
        "y",
        "_FusedConv2D",
        ["x", "kernel", "bias", ...inputs],
        { strides: [1, 1, 1, 1], padding: "VALID", fused_ops: ["BiasAdd", activation] },
      ],
    ];
    const x = tensor([1, 1, 2, 2], [2, 4, 8, 30]);
    expect((await run(x, constants, fused("Relu"))).data).toEqual([3, 0, 9, 20]);
    expect((await run(x, constants, fused("Relu6"))).data).toEqual([3, 0, 6, 6]);
    expect((await run(x, constants, fused("Prelu", ["slope"]))).data).toEqual([3, -1.5, 9, 20]);
  });
});

const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
