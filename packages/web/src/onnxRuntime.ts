import { MareyError } from "@marey/core";
import type { Network, Runtime, RuntimeOptions, Tensor } from "@marey/core/seam";
import type * as Ort from "onnxruntime-web";

/** How ONNX Runtime is set up for a page. */
export interface WebRuntimeOptions {
  /**
   * Threads inside one run, 1 when absent. WebAssembly has one pool of threads for all networks of a page, so their
   * number is set here and not when a network is loaded. More than one need a page that is cross-origin isolated.
   */
  threads?: number;
  /**
   * Address of the folder that holds ONNX Runtime's files (`onnxruntime-web/dist/`), ending in a slash. When absent they
   * are looked for where the bundler put them, beside the code.
   */
  files?: string;
}

/** ONNX Runtime's graph-level messages (a Cast folded, an initialiser unused) are no news to people: errors only. */
const ERRORS_ONLY = 3;

/**
 * The `Runtime` seam in a browser: WebAssembly for "cpu", or WebGPU. ONNX Runtime is fetched when the first network is
 * loaded, for each device its own build: the one without WebGPU is half as large. Runs of all networks of a device
 * follow one another, in the order in which they were asked for; `close` waits for them too.
 *
 * Outputs for which buffers are given are copied into them: WebAssembly's memory is not the page's.
 *
 * @throws MareyError `THREADS_UNAVAILABLE` when threads are asked for that the page may not have.
 */
export function webRuntime({ threads = 1, files }: WebRuntimeOptions = {}): Runtime {
  if (threads > 1 && !globalThis.crossOriginIsolated)
    throw new MareyError(
      "THREADS_UNAVAILABLE",
      "webRuntime",
      `${threads} threads were asked for, but this page is not cross-origin isolated`,
      "Serve it with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp, or leave the threads out",
    );
  const builds = new Map<Device, Promise<Build>>();
  return {
    load: async (model, { device = "cpu" }: RuntimeOptions = {}) => {
      if (device === "webgpu") await requireAdapter();
      const opened = builds.get(device) ?? openBuild(device, threads, files);
      builds.set(device, opened);
      opened.catch(() => builds.delete(device)); // what the network lost may be fetched again
      return load(await opened, model, device);
    },
  };
}

type Device = NonNullable<RuntimeOptions["device"]>;

/** One build of ONNX Runtime in the page; it can do one thing at a time. */
interface Build {
  readonly ort: typeof Ort;
  /** Does the work when all that was asked for before is done. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
}

async function openBuild(device: Device, threads: number, files?: string): Promise<Build> {
  const ort: typeof Ort =
    device === "webgpu" ? await import("onnxruntime-web/webgpu") : await import("onnxruntime-web/wasm");
  ort.env.wasm.numThreads = threads;
  if (files !== undefined) ort.env.wasm.wasmPaths = files;
  let last: Promise<unknown> = Promise.resolve();
  return {
    ort,
    inTurn: (work) => {
      const done = last.then(work);
      last = done.catch(() => undefined);
      return done;
    },
  };
}

/** Without this look the refusal would be a line in the console, and the run a slower one. */
async function requireAdapter(): Promise<void> {
  const gpu = globalThis.navigator?.gpu as GPU | undefined;
  if (!gpu) throw noDevice("this browser has no WebGPU, or not for this page: it needs https or localhost");
  if (!(await gpu.requestAdapter())) throw noDevice("the browser has WebGPU but found no adapter");
}

const noDevice = (why: string, cause?: unknown) =>
  new MareyError(
    "DEVICE_UNAVAILABLE",
    'device "webgpu"',
    `networks can't run on it here (${why})`,
    "Leave the device out to run on the processor, or check the browser's graphics settings",
    { cause },
  );

const firstLine = (error: unknown) =>
  String((error as Error).message)
    .slice(0, 400)
    .split("\n", 1)
    .join();

/** A list for people: of a training step's hundred inputs the first few. */
const some = (words: readonly string[]) =>
  words.length <= 6 ? words.join(", ") : `${words.slice(0, 6).join(", ")} … ${words.length - 6} more`;

async function load(build: Build, model: Uint8Array, device: Device): Promise<Network> {
  const session = await build.inTurn(() => createSession(build.ort, model, device));
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    run: (feeds, only, into) => build.inTurn(() => run(build.ort, session, feeds, only, into)),
    close: () => build.inTurn(() => session.release()),
  };
}

async function createSession(
  ort: typeof Ort,
  model: Uint8Array,
  device: Device,
): Promise<Ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(model, {
      executionProviders: [device === "webgpu" ? "webgpu" : "wasm"],
      graphOptimizationLevel: "all",
      logSeverityLevel: ERRORS_ONLY,
    });
  } catch (cause) {
    throw new MareyError(
      "NETWORK_INVALID",
      "network",
      `ONNX Runtime can't load it (${firstLine(cause)})`,
      "Convert or download the network again; if its files were not found, give their address as `files`",
      { cause },
    );
  }
}

async function run(
  ort: typeof Ort,
  session: Ort.InferenceSession,
  feeds: Readonly<Record<string, Tensor>>,
  only: readonly string[] = session.outputNames,
  into: Readonly<Record<string, Tensor>> = {},
): Promise<Record<string, Tensor>> {
  const given = Object.fromEntries(
    Object.entries(feeds).map(([name, { type, data, dims }]) => [name, new ort.Tensor(type, data, dims)]),
  );
  try {
    const results = await session.run(given, [...only]);
    return Object.fromEntries(only.map((name) => [name, received(results[name] as Ort.Tensor, into[name])]));
  } catch (cause) {
    const shapes = Object.entries(feeds).map(([name, { type, dims }]) => `${name} ${type} [${dims}]`);
    throw new MareyError(
      "NETWORK_INPUT",
      `network run with ${some(shapes)}`,
      `ONNX Runtime refused it (${firstLine(cause)})`,
      `Give ${some(session.inputNames)} in the type and shape that the network's card states`,
      { cause },
    );
  }
}

/** A result as the seam has it: in the given buffer, if there is one. */
function received({ type, dims, data }: Ort.Tensor, into?: Tensor): Tensor {
  const tensor = { type, dims, data } as Tensor;
  if (!into) return tensor;
  if (into.type !== tensor.type || into.data.length !== tensor.data.length)
    throw new Error(`it gives ${type} [${dims}], the buffer is ${into.type} [${into.dims}]`);
  (into.data as Float32Array).set(tensor.data as Float32Array);
  return into;
}
