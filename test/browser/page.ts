import { compile, input, mul } from "@marey/core/graph";
import { webRuntime } from "@marey/web";
import { type Proof, type ProofOptions, prove } from "./proof.js";

/** What the test calls in the page. */
export interface Page {
  prove(options: ProofOptions): Promise<Proof>;
  /** The code of the error when a device, or the threads, can't be had; "none" when all goes well. */
  refusal(options: Pick<ProofOptions, "device" | "threads">): Promise<string>;
  /** Runs of two networks asked for at the same time, some into buffers. */
  overlapping(): Promise<number[]>;
}

const page: Page = {
  prove: (options) => prove(webRuntime({ threads: options.threads }), options),

  async refusal({ device, threads }) {
    try {
      const { model } = compile({ y: mul(input("x", [1]), 2) });
      const loaded = await webRuntime({ threads }).load(model, { device });
      await loaded.close();
      return "none";
    } catch (error) {
      return (error as { code?: string }).code ?? String(error);
    }
  },

  async overlapping() {
    const runtime = webRuntime();
    const networks = await Promise.all(
      [2, 3].map((factor) => runtime.load(compile({ y: mul(input("x", [1]), factor) }).model)),
    );
    const x = (value: number) => ({ type: "float32" as const, dims: [1], data: Float32Array.of(value) });
    const buffers = Array.from({ length: 20 }, () => x(0));
    const results = await Promise.all(
      buffers.map((y, i) =>
        (networks[i % 2] as (typeof networks)[0]).run({ x: x(i) }, ["y"], i < 10 ? { y } : {}),
      ),
    );
    return results.map(({ y }, i) => {
      if (i < 10 && y !== buffers[i]) throw new Error("a result isn't in the buffer that was given");
      return Number(y?.data[0]);
    });
  },
};

(globalThis as { page?: Page }).page = page;
