import { z } from "zod";
import { MareyError } from "../../error.js";

const shapeSchema = z.looseObject({
  dim: z.array(z.looseObject({ size: z.union([z.string(), z.number()]).optional() })).optional(),
});

const attributeSchema = z.looseObject({
  i: z.union([z.string(), z.number()]).optional(),
  f: z.union([z.number(), z.string()]).optional(),
  b: z.boolean().optional(),
  s: z.string().optional(),
  type: z.union([z.string(), z.number()]).optional(),
  shape: shapeSchema.optional(),
  list: z
    .looseObject({
      i: z.array(z.union([z.string(), z.number()])).optional(),
      s: z.array(z.string()).optional(),
    })
    .optional(),
});

const nodeSchema = z.looseObject({
  name: z.string().min(1),
  op: z.string().min(1),
  input: z.array(z.string()).optional(),
  attr: z.record(z.string(), attributeSchema).optional(),
});

const entrySchema = z.looseObject({
  name: z.string(),
  dtype: z.union([z.string(), z.number()]).optional(),
  tensorShape: shapeSchema.optional(),
});
const signatureSchema = z.looseObject({
  inputs: z.record(z.string(), entrySchema).optional(),
  outputs: z.record(z.string(), entrySchema).optional(),
});

const weightSchema = z.looseObject({
  name: z.string(),
  shape: z.array(z.int().nonnegative()),
  dtype: z.string(),
  quantization: z
    .looseObject({ dtype: z.string(), scale: z.number().optional(), min: z.number().optional() })
    .optional(),
});

const modelSchema = z.looseObject({
  modelTopology: z.looseObject({ node: z.array(nodeSchema) }),
  weightsManifest: z.array(
    z.looseObject({ paths: z.array(z.string()).optional(), weights: z.array(weightSchema) }),
  ),
  signature: signatureSchema.optional(),
  userDefinedMetadata: z.looseObject({ signature: signatureSchema.optional() }).optional(),
});

type RawAttribute = z.infer<typeof attributeSchema>;
type RawShape = z.infer<typeof shapeSchema>;
type Model = z.infer<typeof modelSchema>;

/** A tensor in the weights file. */
export type WeightEntry = z.infer<typeof weightSchema>;

/** A node of a TensorFlow graph. */
export interface TfNode {
  name: string;
  operator: string;
  /** `name` or `name:k` of the k-th output of a node; control inputs are left out. */
  inputs: string[];
  attributes: Record<string, RawAttribute>;
}

/** A name in the signature and the tensor that it stands for. */
export interface Port {
  name: string;
  tensor: string;
  /** TensorFlow's name of the element type, such as `DT_FLOAT`, if stated. */
  type?: string;
  /** Sizes, −1 for a free one, if stated. */
  shape?: number[];
}

/** A TensorFlow.js graph model without its weights' values. */
export interface Topology {
  nodes: Map<string, TfNode>;
  inputs: Port[];
  outputs: Port[];
  weights: WeightEntry[];
  /** Files that hold the weights, in order, as the model names them. */
  weightFiles: string[];
}

/**
 * Reads the `model.json` of a TensorFlow.js graph model.
 *
 * @throws MareyError `TFJS_INVALID` when it isn't one.
 */
export function readTopology(json: string, name = "model.json"): Topology {
  const model = parse(json, name);
  const nodes = new Map<string, TfNode>();
  for (const { name: node, op, input = [], attr = {} } of model.modelTopology.node) {
    if (nodes.has(node)) throw invalid(name, `two nodes are named "${node}"`);
    nodes.set(node, {
      name: node,
      operator: op,
      inputs: input.filter((tensor) => !tensor.startsWith("^")),
      attributes: attr,
    });
  }
  const { inputs, outputs } = ports(model, nodes);
  if (outputs.length === 0) throw invalid(name, "the graph has no outputs");
  return {
    nodes,
    inputs,
    outputs,
    weights: model.weightsManifest.flatMap(({ weights }) => weights),
    weightFiles: model.weightsManifest.flatMap(({ paths = [] }) => paths),
  };
}

function parse(json: string, name: string): Model {
  let data: unknown;
  try {
    data = JSON.parse(json);
  } catch (cause) {
    throw invalid(name, `it is not JSON (${(cause as Error).message})`, AGAIN, cause);
  }
  const result = modelSchema.safeParse(data);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw invalid(name, `it is not a TensorFlow.js graph model (${issue.path.join(".")}: ${issue.message})`);
}

/** Inputs and outputs by their public names; without a signature: the placeholders and the nodes nobody reads. */
function ports(model: Model, nodes: Map<string, TfNode>): { inputs: Port[]; outputs: Port[] } {
  const signature = model.signature ?? model.userDefinedMetadata?.signature;
  const outputs = Object.entries(signature?.outputs ?? {}).map(
    ([key, { name, dtype, tensorShape }]): Port => ({
      name: portName(key),
      tensor: name,
      type: dtype === undefined ? undefined : String(dtype),
      shape: sizesOf(tensorShape),
    }),
  );
  const publicName = new Map(
    Object.entries(signature?.inputs ?? {}).map(([key, { name }]) => [split(name).node, portName(key)]),
  );
  const read = new Set(
    [...nodes.values()].flatMap(({ inputs }) => inputs.map((tensor) => split(tensor).node)),
  );
  const alone = (names: Iterable<string>) => [...names].map((tensor) => ({ name: tensor, tensor }));
  return {
    inputs: [...nodes.values()]
      .filter(({ operator }) => operator === "Placeholder")
      .map(({ name, attributes: { dtype, shape } }) => ({
        name: publicName.get(name) ?? name,
        tensor: name,
        type: dtype?.type === undefined ? undefined : String(dtype.type),
        shape: sizesOf(shape?.shape),
      })),
    outputs: outputs.length > 0 ? outputs : alone([...nodes.keys()].filter((node) => !read.has(node))),
  };
}

/** Undefined when the rank isn't stated: an empty list is also what exporters write for "unknown". */
function sizesOf(shape?: RawShape): number[] | undefined {
  return shape?.dim?.map(({ size = -1 }) => Number(size));
}

/** Signature keys are sometimes tensor names: `Identity:0` becomes `Identity`. */
const portName = (key: string) => key.replace(/:0$/, "");

/** Splits `name:k` into the node and its output's number. */
export function split(tensor: string): { node: string; output: number } {
  const match = /^(.*):(\d{1,6})$/s.exec(tensor);
  return match ? { node: match[1], output: Number(match[2]) } : { node: tensor, output: 0 };
}

const AGAIN = "Export or download the model again";

const invalid = (name: string, what: string, remedy = AGAIN, cause?: unknown) =>
  new MareyError("TFJS_INVALID", name, what, remedy, { cause });

/**
 * The nodes that the outputs need, each after all that it reads.
 *
 * @throws MareyError `TFJS_INVALID` for a missing node or a cycle.
 */
export function inOrder({ nodes, outputs }: Topology, name = "model.json"): TfNode[] {
  const done = new Set<string>();
  const open = new Set<string>();
  const order: TfNode[] = [];
  const stack = outputs.map(({ tensor }) => split(tensor).node).reverse();
  while (stack.length > 0) {
    const current = stack[stack.length - 1];
    const node = nodes.get(current);
    if (!node) throw invalid(name, `the graph reads "${current}", which is none of its nodes`);
    const missing = done.has(current)
      ? []
      : node.inputs.map((tensor) => split(tensor).node).filter((input) => !done.has(input));
    if (missing.length === 0) {
      stack.pop();
      open.delete(current);
      if (!done.has(current)) order.push(node);
      done.add(current);
      continue;
    }
    if (open.has(current))
      throw invalid(
        name,
        `node "${current}" (${node.operator}) is part of a cycle`,
        "Loops can't be converted: use a network without them",
      );
    open.add(current);
    stack.push(...missing);
  }
  return order;
}
