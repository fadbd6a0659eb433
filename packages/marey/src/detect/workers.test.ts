import { node, tensor, valueInfo, writeOnnx } from "@marey/core/graph";
import { describe, expect, test } from "vitest";
import { openLane } from "./lane.js";
import { laneRuntime } from "./workers.js";

/** y = 2x. */
const twice = writeOnnx({
  name: "twice",
  inputs: [valueInfo("x", "float32", ["n"])],
  outputs: [valueInfo("y", "float32")],
  initialisers: [tensor("two", "float32", [], Float32Array.of(2))],
  nodes: [node("Mul", ["x", "two"], ["y"])],
});
const x = { type: "float32" as const, dims: [1], data: Float32Array.of(3) };

describe("threads that die", () => {
  test("are asked for nothing more; the others do the work", async () => {
    const lanes = [openLane(), openLane()];
    const runtime = laneRuntime(lanes);
    const network = await runtime.load(twice);
    await lanes[0]?.worker.terminate();
    for (let i = 0; i < 3; i++) expect((await network.run({ x })).y?.data).toEqual(Float32Array.of(6));
    const late = await runtime.load(twice);
    expect((await late.run({ x })).y?.data).toEqual(Float32Array.of(6));
    await network.close();
    await runtime.close();
  });

  test("once all have, whoever asks is told, and closing doesn't wait for them", async () => {
    const lane = openLane();
    const runtime = laneRuntime([lane]);
    const network = await runtime.load(twice);
    await lane.worker.terminate();
    await expect(network.run({ x })).rejects.toThrow(/thread has ended/);
    await expect(runtime.load(twice)).rejects.toThrow(/thread has ended/);
    await network.close();
    await runtime.close();
  });
});
