import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { MareyError } from "@marey/core";
import type { Network, Runtime, RuntimeOptions, Tensor } from "@marey/core/seam";

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
  const lanes = Array.from({ length: Math.max(1, threads) }, openLane);
  let networks = 0;
  return {
    load: (model, options) => load(lanes, networks++, model, options),
    // Terminating a thread inside the native library would abort the whole program.
    close: async () => {
      await Promise.all(lanes.map(endLane));
    },
  };
}

/** The worker's side; a text, because the same must work from sources and from the built package. */
const program = `
const { parentPort, workerData } = require("node:worker_threads");
const ort = require(workerData);
const sessions = new Map();
const acts = {
  async load({ key, model, options }) {
    const session = await ort.InferenceSession.create(model, options);
    sessions.set(key, session);
    return { inputs: session.inputNames, outputs: session.outputNames };
  },
  async run({ key, feeds, only }) {
    const given = {};
    for (const name in feeds) given[name] = new ort.Tensor(feeds[name].type, feeds[name].data, feeds[name].dims);
    const results = await sessions.get(key).run(given, only);
    const outputs = {};
    for (const name in results) {
      const { type, dims, data } = results[name];
      outputs[name] = { type, dims, data };
    }
    return outputs;
  },
  async close({ key }) {
    await sessions.get(key).release();
    sessions.delete(key);
  },
};
async function handle({ act, ...given }) {
  if (act === "end") return parentPort.close();
  const buffers = act === "run" ? Object.values(given.feeds).map(({ data }) => data.buffer) : [];
  let answer;
  try {
    answer = { value: await acts[act](given), buffers };
  } catch (error) {
    answer = { failure: String((error && error.message) || error), buffers };
  }
  parentPort.postMessage(answer, buffers);
}
let last = Promise.resolve();
parentPort.on("message", (message) => {
  last = last.then(() => handle(message));
});
`;

interface Answer {
  value?: unknown;
  failure?: string;
  /** The memory of the inputs, given back for the next run. */
  buffers: ArrayBuffer[];
}

/** One thread: it answers in the order of asking. */
interface Lane {
  worker: Worker;
  waiting: { resolve(value: unknown): void; reject(error: Error): void }[];
  /** Free memory for inputs. */
  buffers: ArrayBuffer[];
  /** It was asked to end: somebody waits for that. */
  ending: boolean;
}

function openLane(): Lane {
  const runtime = createRequire(import.meta.url).resolve("onnxruntime-node");
  const lane: Lane = {
    worker: new Worker(program, { eval: true, workerData: runtime }),
    waiting: [],
    buffers: [],
    ending: false,
  };
  lane.worker.unref();
  lane.worker.on("message", ({ value, failure, buffers }: Answer) => {
    lane.buffers.push(...buffers);
    const asked = lane.waiting.shift();
    // An idle thread must not keep the program alive.
    if (lane.waiting.length === 0 && !lane.ending) lane.worker.unref();
    if (failure === undefined) asked?.resolve(value);
    else asked?.reject(new Error(failure));
  });
  const end = (error: Error) => {
    for (const asked of lane.waiting.splice(0)) asked.reject(error);
  };
  lane.worker.on("error", end);
  lane.worker.on("exit", () => end(new Error("the thread has ended")));
  return lane;
}

async function endLane(lane: Lane): Promise<void> {
  const { worker } = lane;
  const ended = new Promise((resolve) => worker.once("exit", resolve));
  lane.ending = true;
  worker.ref();
  worker.postMessage({ act: "end" });
  await ended;
}

function ask(lane: Lane, message: object, transfer: ArrayBuffer[] = []): Promise<unknown> {
  return new Promise((resolve, reject) => {
    lane.waiting.push({ resolve, reject });
    lane.worker.ref();
    lane.worker.postMessage(message, transfer);
  });
}

async function load(
  lanes: Lane[],
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
  const [names] = (await Promise.all(lanes.map((lane) => ask(lane, message))).catch(
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
      await Promise.all(lanes.map((lane) => ask(lane, { act: "close", key })));
    },
  };
}

function idlest(lanes: readonly Lane[]): Lane {
  return lanes.reduce((best, lane) => (lane.waiting.length < best.waiting.length ? lane : best));
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
