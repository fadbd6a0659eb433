import { type Border, padBorder, tile } from "../arrangement.js";
import { concat, expand, pad, reshape, slice, split, transpose } from "../movement.js";
import { axesOf, constant, type Node, type Shape, sizeOf } from "../node.js";
import {
  float,
  floats,
  int,
  ints,
  intsOrValues,
  type OnnxCall,
  operand,
  type Reader,
  storedAttribute,
  text,
  unsupported,
  values,
} from "./call.js";

/** Ranges of more elements are no shape arithmetic but damage. */
const LONGEST_RANGE = 2 ** 20;

/** The values of an input that must be known. */
function known(call: OnnxCall, index: number): number[] {
  operand(call, index);
  return values(call, index) as number[];
}

const int64 = (list: readonly number[]) => constant(list, [list.length], "int64");

function readShape(call: OnnxCall): Node {
  const { shape } = operand(call, 0);
  return int64(shape.slice(int(call, "start", 0), int(call, "end", shape.length)));
}

/** A 0 in the new shape keeps the size that the axis had, unless zeros are allowed to mean themselves. */
function readReshape(call: OnnxCall): Node {
  const x = operand(call, 0);
  const wanted = call.opset < 5 ? (ints(call, "shape") ?? []) : known(call, 1);
  const keepsZero = int(call, "allowzero", 0) === 1;
  const shape = wanted.map((size, i) => (size === 0 && !keepsZero ? x.shape[i] : size));
  return reshape(x, shape);
}

function readFlatten(call: OnnxCall): Node {
  const x = operand(call, 0);
  const axis = int(call, "axis", 1);
  const at = axis < 0 ? axis + x.shape.length : axis;
  return reshape(x, [sizeOf(x.shape.slice(0, at)), sizeOf(x.shape.slice(at))]);
}

function readSqueeze(call: OnnxCall): Node {
  const x = operand(call, 0);
  const axes = intsOrValues(call, "axes", 1);
  const gone = axes ? axesOf("Squeeze", x, axes) : x.shape.flatMap((size, i) => (size === 1 ? [i] : []));
  if (gone.some((axis) => x.shape[axis] !== 1))
    throw unsupported(call, `axes [${gone}] of [${x.shape}] are not all of size 1`, "Give other input sizes");
  return reshape(
    x,
    x.shape.filter((_, i) => !gone.includes(i)),
  );
}

function readUnsqueeze(call: OnnxCall): Node {
  const x = operand(call, 0);
  const axes = intsOrValues(call, "axes", 1) ?? [];
  const rank = x.shape.length + axes.length;
  const added = axes.map((axis) => (axis < 0 ? axis + rank : axis));
  const sizes = [...x.shape];
  return reshape(
    x,
    Array.from({ length: rank }, (_, i) => (added.includes(i) ? 1 : (sizes.shift() as number))),
  );
}

function readTranspose(call: OnnxCall): Node {
  const x = operand(call, 0);
  return transpose(x, ints(call, "perm") ?? x.shape.map((_, i) => x.shape.length - 1 - i));
}

/** Sizes broadcast both ways: an axis of the wanted shape may be 1 where x is larger. */
function readExpand(call: OnnxCall): Node {
  const x = operand(call, 0);
  const wanted = known(call, 1);
  const rank = Math.max(wanted.length, x.shape.length);
  const at = (shape: Shape, i: number) => shape[i - rank + shape.length] ?? 1;
  return expand(
    x,
    Array.from({ length: rank }, (_, i) => Math.max(at(x.shape, i), at(wanted, i))),
  );
}

function readSlice(call: OnnxCall): Node {
  const x = operand(call, 0);
  const starts = intsOrValues(call, "starts", 1) ?? [];
  const ends = intsOrValues(call, "ends", 2) ?? [];
  const axes = intsOrValues(call, "axes", 3) ?? starts.map((_, i) => i);
  const steps = call.opset < 10 ? undefined : values(call, 4);
  return axes.reduce((y, axis, i) => {
    const step = steps?.[i] ?? 1;
    const [at] = axesOf("Slice", y, [axis]);
    // An end before the axis's begin means "through the first element" when going backwards.
    const past = step < 0 && ends[i] < -y.shape[at];
    return slice(y, at, starts[i], past ? undefined : ends[i], step);
  }, x);
}

/** Pieces of the sizes given, or as many equal ones as there are outputs, the last one smaller if need be. */
function readSplit(call: OnnxCall): readonly Node[] {
  const x = operand(call, 0);
  const [axis] = axesOf("Split", x, [int(call, "axis", 0)]);
  const whole = x.shape[axis];
  const each = Math.ceil(whole / call.outputs);
  const equalParts = Array.from({ length: call.outputs }, (_, i) =>
    Math.max(0, Math.min(each, whole - i * each)),
  );
  return split(x, axis, intsOrValues(call, "split", 1) ?? equalParts);
}

function readConcat(call: OnnxCall): Node {
  const parts = call.inputs.map((_, i) => operand(call, i));
  return concat(parts, int(call, "axis", 1));
}

/** Pads may be named for some axes only (operator set 18). */
function readPad(call: OnnxCall): Node {
  const x = operand(call, 0);
  const rank = x.shape.length;
  const given = intsOrValues(call, "pads", 1) ?? [];
  const value = call.opset < 11 ? float(call, "value", 0) : (values(call, 2)?.[0] ?? 0);
  const axes = call.opset < 18 ? undefined : values(call, 3);
  const pads = new Array<number>(2 * rank).fill(0);
  axesOf("Pad", x, axes ?? x.shape.map((_, i) => i)).forEach((axis, i, { length }) => {
    pads[axis] = given[i];
    pads[axis + rank] = given[i + length];
  });
  const mode = text(call, "mode", "constant");
  if (mode === "constant") return pad(x, pads, value);
  if (Object.hasOwn(borders, mode)) return padBorder(x, pads, borders[mode]);
  throw unsupported(call, `pads of mode ${mode}`);
}

/** ONNX's names of what stands beyond a border. */
const borders: Readonly<Record<string, Border>> = { edge: "replicate", reflect: "reflect", wrap: "circular" };

function readRange(call: OnnxCall): Node {
  const [start, limit, delta] = [0, 1, 2].map((i) => known(call, i)[0]);
  const length = Math.max(0, Math.ceil((limit - start) / delta));
  if (!(length <= LONGEST_RANGE)) throw unsupported(call, `a range of ${length} elements`);
  return constant(
    Array.from({ length }, (_, i) => start + i * delta),
    [length],
    operand(call, 0).type,
  );
}

function readConstantOfShape(call: OnnxCall): Node {
  const value = storedAttribute(call, "value");
  const one = value ? constant(value.data, [], value.type) : constant(0);
  return expand(one, known(call, 0));
}

function readConstant(call: OnnxCall): Node {
  const stored = storedAttribute(call, "value");
  if (stored) return constant(stored.data, stored.shape, stored.type);
  const has = (name: string) => call.attributes.has(name);
  if (has("value_float")) return constant(float(call, "value_float", 0));
  if (has("value_floats")) return constant(floats(call, "value_floats") ?? []);
  if (has("value_int")) return constant(int(call, "value_int", 0), [], "int64");
  if (has("value_ints")) return int64(ints(call, "value_ints") ?? []);
  throw unsupported(call, "a constant of a kind other than numbers");
}

/** Blocks of channels become cells of the picture: depth first (DCR), or column and row first (CRD). */
function readDepthToSpace(call: OnnxCall): Node {
  const x = operand(call, 0);
  const [n, c, h, w] = x.shape;
  const b = int(call, "blocksize", 1);
  const inner = c / (b * b);
  const crd = text(call, "mode", "DCR") === "CRD";
  const cells = reshape(x, crd ? [n, inner, b, b, h, w] : [n, b, b, inner, h, w]);
  return reshape(transpose(cells, crd ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]), [n, inner, h * b, w * b]);
}

function readSpaceToDepth(call: OnnxCall): Node {
  const x = operand(call, 0);
  const [n, c, h, w] = x.shape;
  const b = int(call, "blocksize", 1);
  const cells = reshape(x, [n, c, h / b, b, w / b, b]);
  return reshape(transpose(cells, [0, 3, 5, 1, 2, 4]), [n, c * b * b, h / b, w / b]);
}

export const shapeReaders: Readonly<Record<string, Reader>> = {
  Concat: readConcat,
  Constant: readConstant,
  ConstantOfShape: readConstantOfShape,
  DepthToSpace: readDepthToSpace,
  Expand: readExpand,
  Flatten: readFlatten,
  Pad: readPad,
  Range: readRange,
  Reshape: readReshape,
  Shape: readShape,
  Size: (call) => constant(sizeOf(operand(call, 0).shape), [], "int64"),
  Slice: readSlice,
  SpaceToDepth: readSpaceToDepth,
  Split: readSplit,
  Squeeze: readSqueeze,
  Tile: (call) => tile(operand(call, 0), known(call, 1)),
  Transpose: readTranspose,
  Unsqueeze: readUnsqueeze,
};
