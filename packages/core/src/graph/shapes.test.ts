import { describe, expect, test } from "vitest";
import { MareyError } from "../error.js";
import type { Node, NodeType, Shape } from "./index.js";
import * as g from "./index.js";

const x = (...shape: number[]): Node => g.input("x", shape);
const typed = (type: NodeType, ...shape: number[]): Node => g.input("i", shape, type);
const indices = (...shape: number[]): Node => typed("int64", ...shape);

describe("shapes follow from the operator's inputs", () => {
  const cases: [string, Node, Shape, NodeType?][] = [
    ["broadcast", g.add(x(2, 1, 4), x(3, 1)), [2, 3, 4]],
    ["a number beside a tensor", g.div(1, x(2, 3)), [2, 3]],
    ["an empty axis", g.add(x(0, 3), x(1, 3)), [0, 3]],
    ["comparison", g.greater(x(2, 1), x(3)), [2, 3], "bool"],
    ["where", g.where(typed("bool", 2, 1), x(3), x(4, 1, 1)), [4, 2, 3]],
    ["numbers chosen by a mask", g.where(typed("bool", 2), 1, 0), [2]],
    ["cast", g.cast(x(2), "int64"), [2], "int64"],
    ["atan2", g.atan2(x(2, 1), x(3)), [2, 3]],
    ["prelu", g.prelu(x(2, 5, 3), x(5)), [2, 5, 3]],
    ["reshape with a size left open", g.reshape(x(2, 3, 4), [4, -1]), [4, 6]],
    ["transpose", g.transpose(x(2, 3, 4), [2, 0, 1]), [4, 2, 3]],
    ["transpose of the last two axes", g.transpose(x(2, 3, 4)), [2, 4, 3]],
    ["expand", g.expand(x(2, 1), [5, 2, 3]), [5, 2, 3]],
    ["slice from the end", g.slice(x(2, 5), -1, -3, -1), [2, 2]],
    ["slice backwards", g.slice(x(7), 0, -1, undefined, -2), [4]],
    ["slice of nothing", g.slice(x(4), 0, 3, 1), [0]],
    ["slices of two axes", g.slice(g.slice(x(4, 6), 1, 1, 5, 2), 0, 2), [2, 2]],
    ["pad and crop", g.pad(x(2, 5), [1, -2, 0, 3]), [3, 6]],
    ["padded border", g.padBorder(x(2, 5), [0, 4, 0, 4], "reflect"), [2, 13]],
    ["concat", g.concat([x(2, 1), x(2, 4)], -1), [2, 5]],
    ["stack", g.stack([x(2, 3), x(2, 3)], 1), [2, 2, 3]],
    ["split", g.split(x(6, 2), 0, [1, 3])[1], [3, 2]],
    ["tile with a new axis", g.tile(x(2, 3), [4, 1, 2]), [4, 2, 6]],
    ["unfold", g.unfold(x(2, 10, 3), 1, 4, 2), [2, 4, 3, 4]],
    ["gather", g.gather(x(4, 5, 3), indices(2, 6), 1), [4, 2, 6, 3]],
    ["embedding", g.embedding(x(7, 4), indices(2, 6)), [2, 6, 4]],
    ["gather by points", g.gatherNd(x(4, 5, 3), indices(6, 2)), [6, 3]],
    ["gather elements", g.gatherElements(x(4, 5), indices(4, 9), 1), [4, 9]],
    ["one-hot", g.oneHot(indices(2, 4), 6, "int64"), [2, 4, 6], "int64"],
    ["top k", g.topK(x(3, 7), 2).values, [3, 2]],
    ["top k's places", g.topK(x(3, 7), 2, 0).indices, [2, 7], "int64"],
    ["argmax", g.argMax(x(3, 7), 0), [7], "int64"],
    ["reduce", g.reduceMean(x(2, 3, 4), [0, -1]), [3]],
    ["reduce and keep", g.reduceMax(x(2, 3, 4), [0, -1], true), [1, 3, 1]],
    ["reduce all", g.logSumExp(x(2, 3)), []],
    ["product over axes", g.reduceProduct(x(2, 3, 5), [0, 2], true), [1, 3, 1]],
    ["matrix product", g.matmul(x(2, 1, 5, 3), x(4, 3, 6)), [2, 4, 5, 6]],
    ["transposed operands", g.matmul(x(2, 3, 5), x(6, 3), { transA: true, transB: true }), [2, 5, 6]],
    ["matrix by vector", g.matmul(x(2, 5, 3), x(3)), [2, 5]],
    ["vector by vector", g.matmul(x(3), x(3)), []],
    ["affine", g.affine(x(2, 4, 8), x(6, 8), x(6)), [2, 4, 6]],
    ["einsum", g.einsum("bhqd,bhkd->bhqk", x(2, 3, 4, 5), x(2, 3, 7, 5)), [2, 3, 4, 7]],
  ];
  test.each(cases)("%s", (_, node, shape, type = "float32") => {
    expect(node.shape).toEqual(shape);
    expect(node.type).toBe(type);
  });
});

describe("what doesn't fit is refused with the operator's name and all shapes", () => {
  const cases: [string, () => Node | Node[], RegExp][] = [
    ["sizes that don't broadcast", () => g.add(x(2, 3), x(4)), /^operator Add: sizes 3 and 4 on axis 1; given float32 \[2,3\], float32 \[4\]\. /],
    ["operands of two types", () => g.mul(x(2), indices(2)), /Mul: operands of two types; given float32 \[2\], int64 \[2\]\. Cast/],
    ["a condition that is no bool", () => g.where(x(2), 1, 0), /Where: expected a bool/],
    ["another number of elements", () => g.reshape(x(2, 3), [4]), /Reshape: 6 elements can't become \[4\]/],
    ["a size left open that isn't whole", () => g.reshape(x(2, 3), [4, -1]), /Reshape/],
    ["axes named twice", () => g.transpose(x(2, 3), [0, 0]), /Transpose: \[0,0\] is no order/],
    ["axes forgotten", () => g.transpose(g.transpose(x(2, 3)), [0]), /Transpose: \[0\] is no order/],
    ["an axis that can't grow", () => g.expand(x(2), [3]), /Expand: can't become \[3\]/],
    ["an axis that isn't there", () => g.slice(x(2, 3), 2, 0), /Slice: axis 2 of a tensor with 2/],
    ["a step of nothing", () => g.slice(x(2), 0, 0, 1, 0), /Slice: step 0/],
    ["pads for other axes", () => g.pad(x(2, 3), [1, 1]), /Pad: 2 pads/],
    ["a crop of more than there is", () => g.pad(x(2), [-1, -2]), /Pad: pads \[-1,-2\] crop more/],
    ["a mirror that is too far", () => g.padBorder(x(3), [3, 0], "reflect"), /Pad: 3 beyond axis 0 \(reflect\).*Pad by 2/],
    ["parts that differ", () => g.concat([x(2, 3), x(3, 3)], 1), /Concat: they differ beside axis 1/],
    ["no parts", () => g.concat([], 0), /Concat: nothing to join/],
    ["windows larger than the axis", () => g.unfold(x(3), 0, 4, 1), /Unfold: windows of 4/],
    ["indices that are no integers", () => g.gather(x(2), x(2)), /Gather: indices are no integers/],
    ["indices outside the data", () => g.gatherElements(x(2, 3), indices(3, 3), 1), /GatherElements: indices don't lie/],
    ["updates without an index", () => g.scatterElements(x(4), indices(2), x(3), 0), /ScatterElements: updates and indices/],
    ["more than the axis has", () => g.topK(x(3), 4).values, /TopK: 4 of axis 0/],
    ["slopes for other channels", () => g.prelu(x(2, 5), x(4)), /PRelu: slopes for axis 1/],
    ["inner sizes that differ", () => g.matmul(x(2, 3), x(4, 5)), /MatMul: rows of 3 meet columns of 4/],
    ["batches that differ", () => g.matmul(x(2, 3, 4), x(3, 4, 5)), /MatMul: leading axes differ/],
    ["an equation for fewer operands", () => g.einsum("ij->i", x(2, 3), x(2)), /Einsum "ij->i": not an equation for 2/],
    ["an equation that is none", () => g.einsum("i->j->k", x(2)), /Einsum "i->j->k": not an equation/],
    ["letters without an axis", () => g.einsum("ij->k", x(2, 3)), /Einsum "ij->k": "k" of the result/],
    ["letters of two sizes", () => g.einsum("ij,jk->ik", x(2, 3), x(4, 5)), /Einsum "ij,jk->ik": "j" is 3 and 4/],
    ["constants of another size", () => g.constant([1, 2], [3]), /Constant: 2 values for the shape \[3\]/],
    ["a norm that is none", () => g.norm(x(2), Number.NaN), /Norm: order NaN/],
  ]; // biome-ignore format: a table
  test.each(cases)("%s", (_, build, message) => {
    let error: unknown;
    try {
      build();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(MareyError);
    expect((error as Error).message).toMatch(message);
  });
});
