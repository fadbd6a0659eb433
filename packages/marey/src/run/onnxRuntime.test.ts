import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MareyError } from "@marey/core";
import { node, tensor, valueInfo, writeOnnx } from "@marey/core/graph";
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { devices, onnxRuntime, runtimeOn } from "./onnxRuntime.js";
import { canStop, STOP } from "./uncopied.js";

/** y = 2x, z = x + x for x of free length. */
const twice = writeOnnx({
  name: "twice",
  inputs: [valueInfo("x", "float32", ["n"])],
  outputs: [valueInfo("y", "float32"), valueInfo("z", "float32")],
  initialisers: [tensor("two", "float32", [], Float32Array.of(2))],
  nodes: [node("Mul", ["x", "two"], ["y"]), node("Add", ["x", "x"], ["z"])],
});
const floats = (...values: number[]) => ({
  type: "float32" as const,
  dims: [values.length],
  data: Float32Array.from(values),
});

describe("ONNX Runtime behind the seam", () => {
  test("a network names its ports and gives what is asked for", async () => {
    const network = await onnxRuntime.load(twice);
    expect([network.inputs, network.outputs]).toEqual([["x"], ["y", "z"]]);
    const { y, ...others } = await network.run({ x: floats(1, -3) }, ["y"]);
    expect(others).toEqual({});
    expect(y).toMatchObject({ type: "float32", dims: [2] });
    expect([...(y!.data as Float32Array)]).toEqual([2, -6]);
    await network.close();
  });

  test("outputs go into given buffers, all of them or some", async () => {
    const network = await onnxRuntime.load(twice);
    const [y, z] = [floats(0, 0), floats(0, 0)];
    expect(await network.run({ x: floats(1, 2) }, undefined, { y, z })).toEqual({ y, z });
    expect([...y.data, ...z.data]).toEqual([2, 4, 2, 4]);
    const some = await network.run({ x: floats(3, 4) }, undefined, { z });
    expect(some.z).toBe(z);
    expect([...some.y!.data, ...z.data].map(Number)).toEqual([6, 8, 6, 8]);
    expect(await network.run({ x: floats(5, 6) }, ["z"], { y, z })).toEqual({ z });
    expect([...y.data, ...z.data]).toEqual([2, 4, 10, 12]);
    await network.close();
  });

  test("with the binding that is installed, results in buffers aren't copied once more", async () => {
    expect(await canStop((model) => ort.InferenceSession.create(model))).toBe(true);
  });

  type Run = (
    feeds: Record<string, ort.Tensor>,
    fetches: Record<string, ort.Tensor | null>,
  ) => Promise<object>;
  test.each<[string, (run: Run) => Run]>([
    [
      "words its error otherwise",
      (run) => (feeds, fetches) =>
        run(feeds, fetches).catch(() => {
          throw new Error("sequences aren't supported");
        }),
    ],
    [
      "refuses sequences before it runs",
      (run) => async (feeds, fetches) => {
        if (STOP in fetches) throw new Error("Non tensor type is temporarily not supported.");
        return run(feeds, fetches);
      },
    ],
    [
      "copies sequences",
      (run) =>
        (feeds, { [STOP]: _, ...others }) =>
          run(feeds, others),
    ],
  ])("a binding that %s runs the ordinary way", async (_, changed) => {
    let opened = 0;
    const runtime = runtimeOn(async (model, options) => {
      opened++;
      const session = await ort.InferenceSession.create(model, options);
      session.run = changed(session.run.bind(session) as Run) as typeof session.run;
      return session;
    });
    const [network, other] = [await runtime.load(twice), await runtime.load(twice)];
    await other.close();
    expect(opened).toBe(3); // a single trial
    expect(network.outputs).toEqual(["y", "z"]);
    const [y, z] = [floats(0, 0), floats(0, 0)];
    expect(await network.run({ x: floats(1, 2) }, undefined, { y, z })).toEqual({ y, z });
    expect([...y.data, ...z.data]).toEqual([2, 4, 2, 4]);
    await network.close();
  });

  test("runs may overlap, of one network and of several", async () => {
    const networks = await Promise.all([onnxRuntime.load(twice), onnxRuntime.load(twice, { threads: 2 })]);
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) => networks[i % 2]!.run({ x: floats(i) }, ["z"])),
    );
    expect(results.map(({ z }) => z!.data[0])).toEqual(Array.from({ length: 20 }, (_, i) => 2 * i));
  });

  test("files of old operator sets run too, into buffers as well", async () => {
    const old = writeOnnx({
      name: "old",
      inputs: [valueInfo("x", "float32", [2])],
      outputs: [valueInfo("y", "float32")],
      initialisers: [],
      nodes: [node("Clip", ["x"], ["y"], { min: { float: 0 } })],
      domains: { "": 7 },
    });
    const network = await onnxRuntime.load(old);
    expect(network.outputs).toEqual(["y"]);
    const y = floats(0, 0);
    expect((await network.run({ x: floats(-1, 2) }, undefined, { y })).y).toBe(y);
    expect([...y.data]).toEqual([0, 2]);
    await network.close();
  });

  test("bytes that are no network, wrong names and wrong types are refused with a remedy", async () => {
    const code = (promise: Promise<unknown>) =>
      promise.then(
        () => "nothing",
        (error: unknown) => (error instanceof MareyError ? error.code : error),
      );
    expect(await code(onnxRuntime.load(new Uint8Array(100).fill(7)))).toBe("NETWORK_INVALID");
    expect(await code(onnxRuntime.load(twice.subarray(0, twice.length - 20)))).toBe("NETWORK_INVALID");
    const network = await onnxRuntime.load(twice);
    expect(await code(network.run({ picture: floats(1) }))).toBe("NETWORK_INPUT");
    expect(await code(network.run({ x: floats(1) }, ["w"]))).toBe("NETWORK_INPUT");
    const integers = { type: "int32" as const, dims: [1], data: Int32Array.of(1) };
    expect(await code(network.run({ x: integers }))).toBe("NETWORK_INPUT");
  });

  test("nothing is counted for ONNX Runtime's makers: no file appears in the user's folders", () => {
    const home = mkdtempSync(join(tmpdir(), "marey-home-"));
    const program = `
      import { compile, input, mul } from "@marey/core/graph";
      import { onnxRuntime, workerRuntime } from "marey";
      const { model } = compile({ y: mul(input("x", [1]), 2) });
      const threads = workerRuntime(1);
      for (const runtime of [onnxRuntime, threads]) await (await runtime.load(model)).close();
      await threads.close();
    `;
    const { status } = spawnSync(
      process.execPath,
      ["--import", "tsx", "--conditions=marey-source", "--input-type=module", "-e", program],
      {
        cwd: join(import.meta.dirname, "../../../.."),
        env: { PATH: process.env.PATH, HOME: home, XDG_CACHE_HOME: join(home, ".cache") },
      },
    );
    const files = readdirSync(home, { recursive: true });
    rmSync(home, { recursive: true });
    expect(status).toBe(0);
    expect(files).toEqual([]);
  });

  test("a graphics device that can't be had is said to be so, and the program goes on and ends as ever", () => {
    expect(devices()).toContain("cpu");
    const program = `
      import { compile, input, mul } from "@marey/core/graph";
      import { onnxRuntime } from "marey";
      const { model } = compile({ y: mul(input("x", [1]), 2) });
      const x = { type: "float32", dims: [1], data: Float32Array.of(3) };
      for (const device of ["webgpu", "cpu"])
        try {
          const network = await onnxRuntime.load(model, { device });
          console.log((await network.run({ x })).y.data[0]);
          await network.close();
        } catch (error) {
          console.log(error.message);
        }
    `;
    const { status, stdout } = spawnSync(
      process.execPath,
      ["--import", "tsx", "--conditions=marey-source", "--input-type=module", "-e", program],
      { cwd: join(import.meta.dirname, "../../../.."), encoding: "utf8" },
    );
    expect(status).toBe(0);
    const [onGraphics, onProcessor] = stdout.trim().split("\n");
    expect(onProcessor).toBe("6");
    if (onGraphics !== "6")
      expect(onGraphics).toMatch(
        /^device "webgpu": networks can't run on it here \([A-Z][^/]*\)\. Leave the device out/,
      );
  });
});
