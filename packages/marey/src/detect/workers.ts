import { availableParallelism } from "node:os";
import { MareyError } from "@marey/core";
import type { Network, Runtime, RuntimeOptions, Tensor } from "@marey/core/seam";
import { ask, endLane, type Lane, openLane } from "./lane.js";

/** A runtime that holds threads. */
export interface WorkerRuntime extends Runtime {
  /** Ends the threads when they have done what they were asked. Networks that are still open end with them. */
  close(): Promise<void>;
}

/**
 * The `Runtime` seam on threads of its own: `run` of ONNX Runtime in Node holds the thread that calls it, so networks
 * side by side need workers. Every network is loaded once per thread; a run goes to the thread with the least to do.
 * The processor only.
 */
export function workerRuntime(threads: number = availableParallelism()): WorkerRuntime {
  return laneRuntime(Array.from({ length: Math.max(1, threads) }, openLane));
}

/** The same on threads that are open already; it ends them. One that dies is asked for nothing more. */
export function laneRuntime(lanes: readonly Lane[]): WorkerRuntime {
  let networks = 0;
  return {
    load: (model, options) => load(lanes, networks++, model, options),
    // Terminating a thread inside the native library would abort the whole program.
    close: async () => {
      await Promise.all(lanes.map(endLane));
    },
  };
}

async function load(
  lanes: readonly Lane[],
  key: number,
  model: Uint8Array,
  options: RuntimeOptions = {},
): Promise<Network> {
  const { threads = 1, device = "cpu" } = options;
  if (device !== "cpu")
    throw new MareyError(
      "DEVICE_UNAVAILABLE",
      `device "${device}"`,
      "threads beside each other run on the processor only",
      "Leave the device out, or load the network without worker threads",
    );
  const session = {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  };
  const message = { act: "load", key, model, options: session };
  const [names] = (await Promise.all(living(lanes).map((lane) => ask(lane, message))).catch(
    refused("NETWORK_INVALID"),
  )) as {
    inputs: string[];
    outputs: string[];
  }[];
  return {
    inputs: names?.inputs ?? [],
    outputs: names?.outputs ?? [],
    run: (feeds, only) => run(idlest(lanes), key, feeds, only),
    close: async () => {
      const alive = lanes.filter(({ dead }) => !dead);
      await Promise.all(alive.map((lane) => ask(lane, { act: "close", key })));
    },
  };
}

/** Threads that run; all when none does, so that whoever asks is told. */
function living(lanes: readonly Lane[]): readonly Lane[] {
  const alive = lanes.filter(({ dead }) => !dead);
  return alive.length > 0 ? alive : lanes;
}

function idlest(lanes: readonly Lane[]): Lane {
  return living(lanes).reduce((best, lane) => (lane.waiting.length < best.waiting.length ? lane : best));
}

async function run(
  lane: Lane,
  key: number,
  feeds: Readonly<Record<string, Tensor>>,
  only?: readonly string[],
): Promise<Record<string, Tensor>> {
  const buffers: ArrayBuffer[] = [];
  const sent: Record<string, Tensor> = {};
  for (const [name, tensor] of Object.entries(feeds)) {
    const data = copy(lane, tensor.data);
    sent[name] = { ...tensor, data };
    buffers.push(data.buffer as ArrayBuffer);
  }
  return (await ask(lane, { act: "run", key, feeds: sent, only }, buffers).catch(
    refused("NETWORK_INPUT"),
  )) as Record<string, Tensor>;
}

/** The caller keeps its memory: what goes to the thread is a copy, in memory that has come back from there if any fits. */
function copy(lane: Lane, data: Tensor["data"]): Tensor["data"] {
  const at = lane.buffers.findIndex((buffer) => buffer.byteLength === data.byteLength);
  const [memory = new ArrayBuffer(data.byteLength)] = at < 0 ? [] : lane.buffers.splice(at, 1);
  new Uint8Array(memory).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const Kind = data.constructor as new (memory: ArrayBuffer) => Tensor["data"];
  return new Kind(memory);
}

const refused = (code: "NETWORK_INVALID" | "NETWORK_INPUT") => (cause: Error) => {
  const what = (cause.message.split("\n", 1)[0] ?? "").slice(0, 400);
  throw new MareyError(
    code,
    "network",
    code === "NETWORK_INVALID"
      ? `ONNX Runtime can't load it (${what})`
      : `ONNX Runtime can't run it (${what})`,
    code === "NETWORK_INVALID"
      ? "Convert or download the network again"
      : "Give inputs of the names, types and shapes that the network's card states",
    { cause },
  );
};
