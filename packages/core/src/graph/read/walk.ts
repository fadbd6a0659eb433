import { MareyError } from "../../error.js";
import { Constant, constant, input, type Node, type Shape, sizeOf } from "../node.js";
import { declaredShape, type TensorData } from "../onnx.js";
import type { GraphProto, NodeProto, TensorProto, ValueInfoProto } from "../onnx_pb.js";
import type { OnnxCall } from "./call.js";
import { knownConstant } from "./known.js";
import { readerOf } from "./readers.js";
import { engineType, readTensor } from "./stored.js";

/** A weight of a network that was read: fed under its name, differentiated by its node. */
export interface ReadParameter {
  readonly node: Node;
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** Elements of an input: more are damage, or would fill the memory of most machines. */
const LARGEST = 2 ** 28;

/** State of one reading: the symbolic tensor of each value named so far. */
export class Walk {
  /** Weights that some call reads, in the file's order. */
  readonly parameters = new Map<string, ReadParameter>();
  private readonly nodes = new Map<string, Node>();
  private readonly stored = new Map<Node, TensorData>();
  private readonly file: string;
  private readonly opset: number;

  constructor(file: string, opset: number) {
    this.file = file;
    this.opset = opset;
  }

  has(name: string): boolean {
    return this.nodes.has(name);
  }

  /** The symbolic tensor of a value that an earlier call, an input or an initialiser has. */
  value(name: string, reader: string): Node {
    const node = this.nodes.get(name);
    if (node) return node;
    throw new MareyError(
      "ONNX_INVALID",
      `${this.file}, ${reader}`,
      `nothing gives "${name}" before it is read`,
      "Export the network again",
    );
  }

  /** An initialiser: floats with axes become parameters, all else constants. */
  store(proto: TensorProto): void {
    const { type, shape, data } = readTensor(proto, `${this.file}, initialiser "${proto.name}"`);
    if (type !== "float32" || shape.length === 0) {
      this.nodes.set(proto.name, constant(data, shape, type));
      return;
    }
    const node = input(proto.name, shape);
    this.nodes.set(proto.name, node);
    this.stored.set(node, data);
    this.parameters.set(proto.name, { node, shape, data: data as Float32Array });
  }

  /** An input, in the shape given or declared. */
  input(graph: GraphProto, { name, type }: ValueInfoProto, given?: Shape): Node {
    const where = `${this.file}, input "${name}"`;
    const declared = declaredShape(graph, name);
    const shape = given ?? declared;
    if (!shape?.every((size) => typeof size === "number"))
      throw new MareyError(
        "ONNX_SHAPE",
        where,
        `its sizes are ${declared ? `[${declared.join(", ")}]` : "not declared"}, expected numbers`,
        "Give its shape",
      );
    if (sizeOf(shape) > LARGEST)
      throw new MareyError(
        "ONNX_SHAPE",
        where,
        `a tensor [${shape}] fits into no memory`,
        "Give a smaller shape, or export the network again",
      );
    if (given && declared && !fits(given, declared))
      throw new MareyError(
        "ONNX_SHAPE",
        where,
        `the shape [${given}] was given, but the file declares [${declared.join(", ")}]`,
        "Change only the sizes that it leaves free",
      );
    const elements = type?.value.case === "tensorType" ? type.value.value.elemType : 0;
    const node = input(name, shape, engineType(elements, where));
    this.nodes.set(name, node);
    return node;
  }

  /** Reads a call, and works out what it gives if all it takes is known. */
  call(proto: NodeProto): void {
    const where = `${proto.opType} "${proto.name || proto.output[0]}"`;
    const inputs = proto.input.map((name) => (name === "" ? undefined : this.value(name, where)));
    const results = this.read(proto, inputs, `${this.file}, ${where}`);
    const isKnown = inputs.every((from) => !from || from.op === (Constant as Node["op"]));
    proto.output.forEach((name, i) => {
      if (name !== "" && results[i])
        this.nodes.set(name, (isKnown && knownConstant(results[i])) || results[i]);
    });
  }

  private read(proto: NodeProto, inputs: OnnxCall["inputs"], where: string): readonly Node[] {
    const call: OnnxCall = {
      operator: proto.opType,
      where,
      opset: this.opset,
      inputs,
      outputs: proto.output.length,
      attributes: new Map(proto.attribute.map((attribute) => [attribute.name, attribute])),
      stored: this.stored,
    };
    try {
      const results = readerOf(proto)(call);
      return "op" in results ? [results as Node] : (results as readonly Node[]);
    } catch (error) {
      if (error instanceof MareyError && error.code !== "GRAPH_SHAPE") throw error;
      // The operator's own check names its shapes; the file and the call's name come in front. What else goes wrong
      // does so because a damaged file has attributes that can't be.
      const [what, remedy] =
        error instanceof MareyError
          ? [error.what, error.remedy]
          : [`its attributes can't be read (${(error as Error).message})`, "Export the network again"];
      throw new MareyError("ONNX_INVALID", where, what, remedy, { cause: error });
    }
  }
}

/** Whether numbers take the place of a declaration's free sizes only. */
const fits = (given: Shape, declared: readonly (number | string)[]): boolean =>
  given.length === declared.length &&
  declared.every((size, i) => typeof size === "string" || size === given[i]);
