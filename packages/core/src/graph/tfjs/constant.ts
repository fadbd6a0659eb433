import { widenHalves } from "../half.js";
import type { ElementType, TensorData } from "../onnx.js";

/** A tensor whose value is known when the graph is imported. */
export interface Constant {
  type: Extract<ElementType, "float32" | "float16" | "int32" | "int64" | "bool">;
  shape: readonly number[];
  /** Row-major; float16 as raw words. */
  data: TensorData;
}

/** Number of elements of a shape. */
export const elements = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);

/** A constant's elements as doubles. */
export function values(constant: Constant): number[] {
  return Array.from(widen(constant).data as ArrayLike<number | bigint>, Number);
}

/** The same constant with float16 made float32. */
export function widen(constant: Constant): Constant {
  if (constant.type !== "float16") return constant;
  return { ...constant, type: "float32", data: widenHalves(constant.data as Uint16Array) };
}

/** A constant of integers. */
export function integers(
  list: readonly number[],
  type: "int32" | "int64" = "int64",
  shape: readonly number[] = [list.length],
): Constant {
  const data = type === "int64" ? BigInt64Array.from(list, BigInt) : Int32Array.from(list);
  return { type, shape, data };
}

/** A constant of rank 0. */
export const scalar = (value: number): Constant => ({
  type: "float32",
  shape: [],
  data: Float32Array.of(value),
});

export const reshaped = (constant: Constant, shape: readonly number[]): Constant => ({ ...constant, shape });

/** Axis i of the result is axis `order[i]` of the constant. */
export function permuted(constant: Constant, order: readonly number[]): Constant {
  const { shape, data } = constant;
  const strides = shape.map((_, axis) => elements(shape.slice(axis + 1)));
  const outShape = order.map((axis) => shape[axis]);
  const outStrides = order.map((axis) => strides[axis]);
  const out = data.slice();
  const index = order.map(() => 0);
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = data[from];
    for (let axis = index.length - 1; axis >= 0; axis--) {
      from += outStrides[axis];
      if (++index[axis] < outShape[axis]) break;
      from -= index[axis] * outStrides[axis];
      index[axis] = 0;
    }
  }
  return { ...constant, shape: outShape, data: out };
}

/** A constant of rank ≤ 4 that meets an NHWC tensor, made to meet the same tensor in NCHW. */
export function toChannelsFirst(constant: Constant): Constant {
  const rank = constant.shape.length;
  if (rank === 0) return constant;
  const shape = [...Array<number>(4 - rank).fill(1), ...constant.shape];
  return permuted(reshaped(constant, shape), [0, 3, 1, 2]);
}
