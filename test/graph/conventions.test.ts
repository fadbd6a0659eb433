/** Conventions of CONVENTIONS.md that show only when a graph runs. */
import {
  batchNorm,
  constant,
  conv,
  input,
  matrixToQuaternion,
  type Node,
  quaternionMultiply,
  quaternionToMatrix,
} from "@marey/core/graph";
import { expect, test } from "vitest";
import { float, values } from "./values.js";

const round = (data: Float32Array | undefined) =>
  Array.from(data ?? [], (x) => Math.round(x * 1e5) / 1e5 + 0);
const quarter = [Math.SQRT1_2, 0, 0, Math.SQRT1_2]; // about z

test("convention: quaternions on graphs are w, x, y, z", async () => {
  const turn = [0, -1, 0, 1, 0, 0, 0, 0, 1];
  const { quaternion, matrix, half } = await values({
    quaternion: matrixToQuaternion(constant(turn, [3, 3])),
    matrix: quaternionToMatrix(constant(quarter)),
    half: quaternionMultiply(constant(quarter), constant(quarter)),
  });
  expect(round(quaternion)).toEqual(round(Float32Array.from(quarter)));
  expect(round(matrix)).toEqual(turn);
  expect(round(half)).toEqual([0, 0, 0, 1]);
  expect(() => quaternionMultiply(input("a", [3]), input("b", [4]))).toThrow(/QuaternionMultiply/);
});

test("convention: pictures are [batch, channel, row, column], weights [out, in, row, column]", async () => {
  const picture = float(
    [1, 2, 2, 3],
    Float32Array.from({ length: 12 }, (_, i) => i),
  );
  // The second channel, one row down and two columns to the right.
  const weight = constant([...new Array(6).fill(0), 0, 0, 0, 0, 0, 1], [1, 2, 2, 3]);
  const y: Node = conv(input("x", [1, 2, 2, 3]), weight);
  expect(y.shape).toEqual([1, 1, 1, 1]);
  expect([...(await values({ y }, { x: picture })).y!]).toEqual([11]);
});

test("convention: a batch norm's momentum is the share of the batch's mean and unbiased variance", async () => {
  const [one, zero] = [constant([1]), constant([0])];
  const { runningMean, runningVariance } = batchNorm(
    input("x", [2, 1]),
    { weight: one, bias: zero, runningMean: zero, runningVariance: one },
    { training: true, momentum: 0.1 },
  );
  const after = await values({ runningMean, runningVariance }, { x: float([2, 1], Float32Array.of(0, 2)) });
  expect(round(after.runningMean)).toEqual([0.1]);
  expect(round(after.runningVariance)).toEqual([1.1]);
});
