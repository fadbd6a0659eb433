import {
  type Call,
  Constant,
  type Distribution,
  Input,
  inOrder,
  type Node,
  type NodeType,
  type Op,
  RandomLeaf,
  type Shape,
} from "./node.js";
import { type NodeInit, node as onnxNode, type TensorData, tensor, valueInfo, writeOnnx } from "./onnx.js";

/** An input or output of a compiled graph. */
export interface Port {
  readonly name: string;
  readonly type: NodeType;
  readonly shape: Shape;
}

/** A graph as ONNX, with what it is fed and what it gives. */
export interface CompiledGraph {
  readonly model: Uint8Array<ArrayBuffer>;
  /** Inputs that outputs depend on. */
  readonly inputs: readonly Port[];
  /** Inputs to be filled with new random numbers for each run. */
  readonly random: readonly (Port & { readonly distribution: Distribution })[];
  readonly outputs: readonly Port[];
}

/** A value in the making: the name it has in the file. */
type Names = Map<Node, string>;

/** Where a graph shall run. */
export type Device = "cpu" | "webgpu";

/**
 * Writes the graph of `outputs` as an ONNX model: compositions are put in place of the operators they stand for, equal
 * calls are made once, and what no output needs is left out.
 *
 * @param device A graph for WebGPU runs on the processor too, but not as fast as one that is made for it.
 */
export function compile(
  outputs: Readonly<Record<string, Node>>,
  name = "graph",
  device: Device = "cpu",
): CompiledGraph {
  const writer = new Writer(namesIn(outputs), device);
  const results = Object.entries(outputs).map(([port, node]) => {
    writer.publish(writer.name(node), port);
    return { name: port, type: node.type, shape: node.shape };
  });
  const ports = (list: readonly Port[]) => list.map((p) => valueInfo(p.name, p.type, p.shape));
  const model = writeOnnx({
    name,
    inputs: [...ports(writer.inputs), ...ports(writer.random)],
    outputs: ports(results),
    initialisers: writer.initialisers,
    nodes: writer.published(),
    domains: { "com.microsoft": 1 },
  });
  return { model, inputs: writer.inputs, random: writer.random, outputs: results };
}

/** The names that a graph comes with: those of its inputs and outputs. */
function namesIn(outputs: Readonly<Record<string, Node>>): Set<string> {
  const inputs = inOrder(Object.values(outputs)).filter(({ op }) => op === (Input as Op));
  return new Set([...Object.keys(outputs), ...inputs.map((node) => (node.attributes as Port).name)]);
}

/** State of one writing: the nodes so far, and by which key a call was made. */
class Writer {
  readonly nodes: NodeInit[] = [];
  readonly initialisers: ReturnType<typeof tensor>[] = [];
  readonly inputs: Port[] = [];
  readonly random: (Port & { distribution: Distribution })[] = [];
  private readonly names: Names = new Map();
  private readonly calls = new Map<string, { outputs: string[]; node: NodeInit }>();
  private readonly constants = new Map<string, string>();
  private readonly ports = new Map<string, string>();
  private readonly taken: ReadonlySet<string>;
  private readonly device: Device;

  /** @param taken Names that are given to nothing else: a network that was read may have any. */
  constructor(taken: ReadonlySet<string>, device: Device) {
    this.taken = taken;
    this.device = device;
  }

  /** The name of a node's value; writes whatever it depends on first. */
  name(node: Node): string {
    for (const each of inOrder([node], this.names))
      if (!this.names.has(each)) this.names.set(each, this.write(each)); // a composition may have named it meanwhile
    return this.names.get(node) as string;
  }

  /** Lets a value leave the graph under a port's name: by that name if a call makes it and no other port has it, else as a copy. */
  publish(from: string, port: string): void {
    const isMade = [...this.calls.values()].some(({ outputs }) => outputs.includes(from));
    if (isMade && !this.ports.has(from)) this.ports.set(from, port);
    else this.nodes.push(onnxNode("Identity", [from], [port]));
  }

  /** The nodes, with values that leave the graph under their ports' names. */
  published(): NodeInit[] {
    const rename = (names: readonly string[] = []) => names.map((name) => this.ports.get(name) ?? name);
    return this.nodes.map((each) => ({ ...each, input: rename(each.input), output: rename(each.output) }));
  }

  private write(node: Node): string {
    if (node.op === (Input as Op)) return this.writeInput(node);
    if (node.op === (Constant as Op)) return this.writeConstant(node);
    if (node.op === (RandomLeaf as Op)) return this.writeRandom(node);
    const form = (this.device === "webgpu" && node.op.plain?.(node)) || node.op.form(node);
    return "call" in form ? this.writeCall(form) : this.name(form);
  }

  /** A name that the graph didn't come with. */
  private fresh(name: string): string {
    return this.taken.has(name) ? this.fresh(`${name}'`) : name;
  }

  private writeInput(node: Node): string {
    const { name } = node.attributes as { name: string };
    const taken = this.inputs.find((port) => port.name === name);
    if (taken) throw new Error(`two inputs of the graph are named "${name}"`);
    this.inputs.push({ name, type: node.type, shape: node.shape });
    return name;
  }

  private writeRandom(node: Node): string {
    const { distribution } = node.attributes as { distribution: Distribution };
    const name = this.fresh(`random.${this.random.length}`);
    this.random.push({ name, type: node.type, shape: node.shape, distribution });
    return name;
  }

  private writeConstant(node: Node): string {
    const { data } = node.attributes as { data: TensorData };
    const key = data.length <= 64 ? `${node.type}[${node.shape}]${data.join()}` : `#${node.id}`;
    const known = this.constants.get(key);
    if (known) return known;
    const name = this.fresh(`constant.${this.constants.size}`);
    this.constants.set(key, name);
    this.initialisers.push(tensor(name, node.type, node.shape, data));
    return name;
  }

  private writeCall({ call, inputs, attributes = {}, domain = "", output = 0, outputs = 1 }: Call): string {
    const names = inputs.map((from) => (from ? this.name(from) : ""));
    const key = JSON.stringify([call, domain, names, attributes], (_, value) =>
      ArrayBuffer.isView(value)
        ? Array.from(value as Uint8Array)
        : typeof value === "bigint"
          ? `${value}n`
          : value,
    );
    let made = this.calls.get(key);
    if (!made) {
      const first = this.fresh(`${call}.${this.calls.size}`);
      made = { outputs: [first], node: onnxNode(call, names, [first], attributes, domain) };
      this.calls.set(key, made);
      this.nodes.push(made.node);
    }
    for (let i = made.outputs.length; i < Math.max(output + 1, outputs); i++)
      made.outputs.push(this.fresh(`${made.outputs[0]}:${i}`));
    made.node.output = [...made.outputs];
    return made.outputs[output];
  }
}
