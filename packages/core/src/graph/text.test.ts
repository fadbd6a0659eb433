import { expect, test } from "vitest";
import * as g from "./index.js";

test("a graph is printed call by call, with shapes, attributes and values", () => {
  const x = g.input("x", [2, 3]);
  const weights = g.constant(
    Float32Array.from({ length: 12 }, (_, i) => i / 10),
    [3, 4],
  );
  const hidden = g.leakyRelu(g.matmul(x, weights), 0.1);
  const { values, indices } = g.topK(g.reshape(hidden, [8]), 2);
  expect(g.printGraph({ best: values, places: indices })).toBe(
    `%0 = Input x: float32 [2, 3]
%1 = Constant [0, 0.1, 0.2, 0.3, 0.4, 0.5, … 6 more]: float32 [3, 4]
%2 = MatMul %0 %1 transA=false transB=false: float32 [2, 4]
%3 = LeakyRelu %2 slope=0.1: float32 [2, 4]
%4 = Reshape %3: float32 [8]
%5 = TopK %4 k=2 axis=0 largest=true output=values: float32 [2]
%6 = TopK %4 k=2 axis=0 largest=true output=indices: int64 [2]
best = %5
places = %6
`,
  );
});

test("what is asked for under two names is one call; a mask and an index show their values", () => {
  const y = g.where(g.constant([1, 0], [2], "bool"), g.input("x", [2]), g.constant(0.5));
  const picked = g.gather(y, g.constant([1], [1], "int64"));
  expect(g.printGraph({ a: picked, b: picked })).toBe(
    `%0 = Constant [1, 0]: bool [2]
%1 = Input x: float32 [2]
%2 = Constant 0.5: float32 []
%3 = Where %0 %1 %2: float32 [2]
%4 = Constant 1: int64 [1]
%5 = Gather %3 %4 axis=0: float32 [1]
a = %5
b = %5
`,
  );
});
