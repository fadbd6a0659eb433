import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { node, tensor, valueInfo, writeOnnx } from "@marey/core/graph";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { networksFolder } from "../store/networks.js";
import { graphText, modelGraph, readSize } from "./modelGraph.js";

/** y = max(x·w, 0) for x [batch, 3, ?], with no shape of y stated. */
const bytes = writeOnnx({
  name: "product",
  inputs: [valueInfo("x", "float32", ["batch", "?", 3])],
  outputs: [{ name: "y" }],
  initialisers: [tensor("w", "float32", [2, 1, 3], new Float32Array(6))],
  nodes: [node("Mul", ["x", "w"], ["m"]), node("Relu", ["m"], ["y"])],
});

describe("the graph of a file", () => {
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "marey-graph-"));
    file = join(folder, "product.onnx");
    await writeFile(file, bytes);
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("is printed call by call, with shapes that the file doesn't state", async () => {
    const graph = await modelGraph(file, { batch: 2, "x.1": 4 });
    expect(graphText(graph).split("\n")).toEqual([
      `${file}: 2 calls, for batch 2, x.1 4 (others with --size name=n)`,
      "%0 = Input x: float32 [2, 4, 3]",
      "%1 = Input w: float32 [2, 1, 3]",
      "%2 = Mul %0 %1: float32 [2, 4, 3]",
      "%3 = Relu %2: float32 [2, 4, 3]",
      "y = %3",
    ]);
  });

  test("free sizes have usual values, others are refused", async () => {
    expect((await modelGraph(file)).sizes).toEqual({ batch: 1, "x.1": 256 });
    await expect(modelGraph(file, { hight: 3 })).rejects.toMatchObject({
      code: "OPTION",
      remedy: "Free sizes: batch, x.1",
    });
    expect(readSize("height=12", { width: 3 })).toEqual({ width: 3, height: 12 });
    for (const text of ["height", "height=", "height=0", "=3", "height=1.5"])
      expect(() => readSize(text), text).toThrow(/--size/);
  });

  test.skipIf(!existsSync(join(networksFolder, "movenet-thunder.onnx")))(
    "an embedded network's",
    async () => {
      const { lines, calls, sizes } = await modelGraph("movenet-thunder");
      expect(sizes).toEqual({});
      expect(calls).toBeGreaterThan(150);
      expect(lines[lines.length - 2]).toMatch(/: float32 \[1, 1, 17, 3\]$/);
    },
  );
});
