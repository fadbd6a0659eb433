import { importTfjs } from "@marey/core/graph";
import { onnxRuntime } from "marey";

/** A row-major tensor. */
export interface Numbers {
  shape: number[];
  data: number[];
  type?: "float32" | "int32";
}

export type Attributes = Record<string, number | boolean | string | number[] | string[]>;
export type Call = [name: string, operator: string, inputs: string[], attributes?: Attributes];

export const tensor = (shape: number[], data: number[], type?: Numbers["type"]): Numbers => ({
  shape,
  data,
  type,
});
export const integers = (...data: number[]) => tensor([data.length], data, "int32");
export const count = (shape: number[]) => shape.reduce((a, b) => a * b, 1);
/** 0, 1, 2 … */
export const ramp = (...shape: number[]) =>
  tensor(
    shape,
    Array.from({ length: count(shape) }, (_, i) => i),
  );

/** Attributes as TensorFlow.js writes them. */
function written(attributes: Attributes) {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => {
      if (typeof value === "boolean") return [name, { b: value }];
      if (typeof value === "string")
        return [name, value.startsWith("DT_") ? { type: value } : { s: btoa(value) }];
      if (typeof value === "number")
        return [name, Number.isInteger(value) ? { i: String(value) } : { f: value }];
      const texts = value.filter((entry) => typeof entry === "string").map(btoa);
      return [name, { list: texts.length > 0 ? { s: texts } : { i: value.map(String) } }];
    }),
  );
}

/** Runs a hand-made TensorFlow.js graph, whose last call is the result, on ONNX Runtime. */
export async function run(
  x: Numbers,
  constants: Record<string, Numbers>,
  calls: Call[],
  output?: string,
): Promise<Numbers> {
  const { shape, type = "float32" } = x;
  const dim = shape.map((size) => ({ size: String(size) }));
  const node = [
    {
      name: "x",
      op: "Placeholder",
      attr: { dtype: { type: type === "int32" ? "DT_INT32" : "DT_FLOAT" }, shape: { shape: { dim } } },
    },
    ...Object.keys(constants).map((name) => ({ name, op: "Const" })),
    ...calls.map(([name, op, input, attributes = {}]) => ({ name, op, input, attr: written(attributes) })),
  ];
  const tensors = Object.entries(constants);
  const weights = tensors.map(([name, value]) => ({
    name,
    shape: value.shape,
    dtype: value.type ?? "float32",
  }));
  const bytes = Buffer.concat(
    tensors.map(([, value]) => {
      const data = value.type === "int32" ? Int32Array.from(value.data) : Float32Array.from(value.data);
      return new Uint8Array(data.buffer);
    }),
  );
  const last = output ?? calls.at(-1)![0];
  const model = {
    modelTopology: { node },
    weightsManifest: [{ weights }],
    signature: { outputs: { out: { name: last, dtype: output?.startsWith("i") ? "DT_INT32" : undefined } } },
  };
  const { onnx } = importTfjs(JSON.stringify(model), bytes);
  const network = await onnxRuntime.load(onnx);
  const data = type === "int32" ? Int32Array.from(x.data) : Float32Array.from(x.data);
  const { out } = await network.run({ x: { type, dims: shape, data } });
  await network.close();
  return { shape: [...out!.dims], data: Array.from(out!.data as ArrayLike<number>) };
}

/** −0 as 0: the order of sums decides the sign of nothing. */
export const clean = ({ shape, data }: Numbers) => ({ shape, data: data.map((value) => value + 0) });
