// The threads load ONNX Runtime.
import "../run/telemetry.js";

import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";

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
export interface Lane {
  worker: Worker;
  waiting: { resolve(value: unknown): void; reject(error: Error): void }[];
  /** Free memory for inputs. */
  buffers: ArrayBuffer[];
  /** It was asked to end: somebody waits for that. */
  ending: boolean;
  /** The thread has ended, by itself or because it was asked to. */
  dead: boolean;
}

/** Starts a thread that loads and runs networks with ONNX Runtime. */
export function openLane(): Lane {
  const runtime = createRequire(import.meta.url).resolve("onnxruntime-node");
  const lane: Lane = {
    worker: new Worker(program, { eval: true, workerData: runtime, execArgv: [] }),
    waiting: [],
    buffers: [],
    ending: false,
    dead: false,
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
  lane.worker.on("exit", () => {
    lane.dead = true;
    end(ended());
  });
  return lane;
}

const ended = () => new Error("the thread has ended");

/** Ends a thread when it has done what it was asked. */
export async function endLane(lane: Lane): Promise<void> {
  if (lane.dead) return;
  const { worker } = lane;
  const exit = new Promise((resolve) => worker.once("exit", resolve));
  lane.ending = true;
  worker.ref();
  worker.postMessage({ act: "end" });
  await exit;
}

/** A thread's answer; rejects with what went wrong there, or when the thread ends before it answers. */
export function ask(lane: Lane, message: object, transfer: ArrayBuffer[] = []): Promise<unknown> {
  // Messages to a thread that has ended are lost without a word.
  if (lane.dead) return Promise.reject(ended());
  return new Promise((resolve, reject) => {
    lane.waiting.push({ resolve, reject });
    lane.worker.ref();
    lane.worker.postMessage(message, transfer);
  });
}
