import { type Attribute, type NodeInit, node, type TensorInit, tensor } from "../onnx.js";
import { type Constant, elements, integers, permuted, toChannelsFirst, widen } from "./constant.js";

/**
 * What a tensor of the TensorFlow graph is in the ONNX graph. TensorFlow's pictures are NHWC, ONNX's convolutions want
 * NCHW; so each tensor has two possible views, of which the missing one is made on demand (and then kept).
 */
export interface Value {
  /** The value, if it is known at import. */
  constant?: Constant;
  /** ONNX tensor with TensorFlow's order of axes. */
  plain?: string;
  /** ONNX tensor of rank 4 with the channels second. */
  channelsFirst?: string;
  /** The tensor of which this is the only slice along `axis`: to add the axis again is to go back to it. */
  sliceOf?: { value: Value; axis: number };
}

/** The ONNX graph under construction. */
export interface Emitter {
  nodes: NodeInit[];
  initialisers: TensorInit[];
  /** Keep float16 weights as they are, with a Cast behind. */
  halves: boolean;
  /** Adds an operator call with one result; returns its name. */
  emit(operator: string, inputs: readonly string[], attributes?: Record<string, Attribute>): string;
  /** Adds an operator call with several results. */
  emitMany(
    operator: string,
    inputs: readonly string[],
    count: number,
    attributes?: Record<string, Attribute>,
  ): string[];
  /** Adds an initialiser; returns its name (or that of its widened form). */
  store(constant: Constant): string;
}

/** float16 tensors below this size are stored as float32: the Cast would weigh as much. */
const SMALL = 64;

/** Starts an empty graph. `taken` are names that the graph's inputs and outputs have. */
export function emitter(taken: ReadonlySet<string>, halves: boolean): Emitter {
  const nodes: NodeInit[] = [];
  const initialisers: TensorInit[] = [];
  let count = 0;
  const fresh = (stem: string): string => {
    const name = `${stem}_${count++}`;
    return taken.has(name) ? fresh(stem) : name;
  };
  const emitMany: Emitter["emitMany"] = (operator, inputs, results, attributes) => {
    const outputs = Array.from({ length: results }, () => fresh(operator));
    nodes.push(node(operator, inputs, outputs, attributes));
    return outputs;
  };
  const emit: Emitter["emit"] = (operator, inputs, attributes) =>
    emitMany(operator, inputs, 1, attributes)[0];
  const known = new Map<string, string>();
  const store: Emitter["store"] = (constant) => {
    const half = constant.type === "float16" && halves && elements(constant.shape) >= SMALL;
    const { type, shape, data } = half ? constant : widen(constant);
    const key = data.length <= 8 ? `${type} [${shape}] ${data.join()}` : undefined;
    const same = key === undefined ? undefined : known.get(key);
    if (same !== undefined) return same;
    const name = fresh("const");
    initialisers.push(tensor(name, type, shape, data));
    if (key !== undefined) known.set(key, name);
    return half ? emit("Cast", [name], { to: FLOAT }) : name;
  };
  return { nodes, initialisers, halves, emit, emitMany, store };
}

const FLOAT = 1;
const INT32 = 6;
const INT64 = 7;

/** The ONNX tensor of a value with TensorFlow's order of axes. */
export function plain(graph: Emitter, value: Value): string {
  if (value.plain === undefined) {
    if (value.constant) value.plain = graph.store(value.constant);
    else value.plain = graph.emit("Transpose", [value.channelsFirst!], { perm: [0, 2, 3, 1] });
  }
  return value.plain;
}

/** The ONNX tensor of a rank-4 value (or a constant that is broadcast to one) as NCHW. */
export function channelsFirst(graph: Emitter, value: Value): string {
  if (value.channelsFirst === undefined) {
    if (value.constant) value.channelsFirst = graph.store(toChannelsFirst(value.constant));
    else value.channelsFirst = graph.emit("Transpose", [value.plain!], { perm: [0, 3, 1, 2] });
  }
  return value.channelsFirst;
}

/** A value's plain view as int64, which ONNX wants for shapes and indices; TensorFlow.js has int32 only. */
export function int64(graph: Emitter, value: Value): string {
  if (!value.constant) return graph.emit("Cast", [plain(graph, value)], { to: INT64 });
  const { data, shape } = value.constant;
  return graph.store(integers(Array.from(data as ArrayLike<number | bigint>, Number), "int64", shape));
}

/** An int64 tensor made int32, as all integers of the imported graph are. */
export const int32 = (graph: Emitter, name: string): string => graph.emit("Cast", [name], { to: INT32 });

/** Int64 list as an initialiser. */
export const list = (graph: Emitter, numbers: readonly number[]): string => graph.store(integers(numbers));

/** Whether an operator that treats every element alike (up to broadcasting) can run in NCHW without a Transpose. */
export function allChannelsFirst(inputs: readonly Value[]): boolean {
  return (
    inputs.some((input) => input.channelsFirst !== undefined && !input.constant) &&
    inputs.every((input) =>
      input.constant ? input.constant.shape.length <= 4 : input.channelsFirst !== undefined,
    )
  );
}

/** A copy of a kernel with its axes permuted and, if given, another shape. */
export function storeKernel(
  graph: Emitter,
  kernel: Constant,
  order: readonly number[],
  shape?: number[],
): string {
  const turned = permuted(kernel, order);
  return graph.store(shape ? { ...turned, shape } : turned);
}
