// Before ONNX Runtime is loaded.
import "./telemetry.js";

import { MareyError } from "@marey/core";
import type { Network, Runtime, RuntimeOptions, Tensor } from "@marey/core/seam";
import * as ort from "onnxruntime-node";
import { canStop, isStopped, STOP, withStop } from "./uncopied.js";

/** ONNX Runtime's graph-level messages (a Cast folded, an initialiser unused) are no news to people: errors only. */
const ERRORS_ONLY = 3;

type Open = (
  model: Uint8Array,
  options: ort.InferenceSession.SessionOptions,
) => Promise<ort.InferenceSession>;
type Device = NonNullable<RuntimeOptions["device"]>;

/**
 * The `Runtime` seam on ONNX Runtime's native build. A run holds the thread that calls it until it is
 * done, with `threads` (1 when absent) inside: networks side by side need `workerRuntime`.
 */
export const onnxRuntime: Runtime = runtimeOn((model, options) =>
  ort.InferenceSession.create(model, options),
);

/** The runtime on a binding that opens sessions. */
export function runtimeOn(open: Open): Runtime {
  const probes = new Map<Device, Promise<boolean>>();
  const stops = (device: Device) => {
    const probe = probes.get(device) ?? canStop((model) => open(model, sessionOptions(device, 1)));
    probes.set(device, probe);
    return probe;
  };
  return { load: (model, options) => load(open, stops, model, options) };
}

const sessionOptions = (device: Device, threads: number): ort.InferenceSession.SessionOptions => ({
  executionProviders: [device],
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: "sequential",
  graphOptimizationLevel: "all",
  logSeverityLevel: ERRORS_ONLY,
});

async function load(
  open: Open,
  stops: (device: Device) => Promise<boolean>,
  model: Uint8Array,
  { threads = 1, device = "cpu" }: RuntimeOptions = {},
): Promise<Network> {
  requireDevice(device);
  const options = sessionOptions(device, threads);
  let session: ort.InferenceSession;
  try {
    // Some can't have the output in front: operator sets before 11 have no sequences.
    session = (await stops(device))
      ? await open(withStop(model), options).catch(() => open(model, options))
      : await open(model, options);
  } catch (cause) {
    const { message } = cause as Error;
    throw device !== "cpu" && /webgpu|adapter/i.test(message)
      ? noDevice(device, message, cause)
      : invalid(cause);
  }
  return {
    inputs: session.inputNames,
    outputs: outputNames(session),
    run: (feeds, only, into) => run(session, feeds, only, into),
    close: () => session.release(),
  };
}

/** Names of the devices on which networks can be asked to run here; whether a GPU is present shows when one is loaded. */
export function devices(): string[] {
  return ort.listSupportedBackends().map(({ name }) => name);
}

function requireDevice(device: string): void {
  if (!devices().includes(device)) throw noDevice(device, `this build has ${devices().join(", ")}`);
}

/** What ONNX Runtime puts before the reason when a check of its own fails: the place in its source, and the check. */
const ASSERTION = /^.* was false\. /;

const noDevice = (device: string, why: string, cause?: unknown) =>
  new MareyError(
    "DEVICE_UNAVAILABLE",
    `device "${device}"`,
    `networks can't run on it here (${firstLine(why.replace(ASSERTION, ""))})`,
    "Leave the device out to run on the processor, or check the graphics driver",
    { cause },
  );

const invalid = (cause: unknown) =>
  new MareyError(
    "NETWORK_INVALID",
    "network",
    `ONNX Runtime can't load it (${firstLine((cause as Error).message)})`,
    "Convert or download the network again",
    { cause },
  );

const firstLine = (message: string) => message.slice(0, 400).split("\n", 1).join();

async function run(
  session: ort.InferenceSession,
  feeds: Readonly<Record<string, Tensor>>,
  only?: readonly string[],
  into: Readonly<Record<string, Tensor>> = {},
): Promise<Record<string, Tensor>> {
  requireNames(session, feeds, only);
  const given = nativeTensors(feeds);
  const wanted = only ?? outputNames(session);
  const buffered =
    session.outputNames.includes(STOP) && wanted.length > 0 && wanted.every((name) => into[name]);
  let results: ort.InferenceSession.ReturnType;
  try {
    results = await session.run(given, { ...(buffered && { [STOP]: null }), ...fetches(wanted, into) });
  } catch (cause) {
    if (buffered && isStopped(cause))
      return Object.fromEntries(wanted.map((name) => [name, into[name] as Tensor]));
    const shapes = Object.entries(feeds).map(([name, { type, dims }]) => `${name} ${type} [${dims}]`);
    throw new MareyError(
      "NETWORK_INPUT",
      `network run with ${shapes.join(", ")}`,
      `ONNX Runtime refused it (${firstLine((cause as Error).message)})`,
      "Give inputs of the type and shape that the network's card states",
      { cause },
    );
  }
  // A result that was written into a given buffer comes back as a copy.
  return Object.fromEntries(
    wanted.map((name) => {
      const { type, dims, data } = results[name] as ort.Tensor;
      return [name, into[name] ?? ({ type, dims, data } as Tensor)];
    }),
  );
}

const outputNames = (session: ort.InferenceSession) => session.outputNames.filter((name) => name !== STOP);

const nativeTensors = (tensors: Readonly<Record<string, Tensor>>) =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, { type, data, dims }]) => [name, new ort.Tensor(type, data, dims)]),
  );

/** What to compute: each wanted output with the buffer to write it into, or null for one that the runtime makes. */
function fetches(
  wanted: readonly string[],
  into: Readonly<Record<string, Tensor>>,
): ort.InferenceSession.NullableOnnxValueMapType {
  const buffers = nativeTensors(into);
  return Object.fromEntries(wanted.map((name) => [name, buffers[name] ?? null]));
}

/** A missing or foreign name would otherwise end in a message without the names that are right. */
function requireNames(
  session: ort.InferenceSession,
  feeds: Readonly<Record<string, Tensor>>,
  only: readonly string[] = [],
): void {
  const { inputNames } = session;
  const fed = Object.keys(feeds);
  const fits = fed.length === inputNames.length && inputNames.every((name) => fed.includes(name));
  if (!fits)
    throw new MareyError(
      "NETWORK_INPUT",
      "network run",
      `inputs ${fed.join(", ") || "(none)"} given, expected ${inputNames.join(", ")}`,
      "Name the inputs as the network does",
    );
  const foreign = only.find((name) => !outputNames(session).includes(name));
  if (foreign !== undefined)
    throw new MareyError(
      "NETWORK_INPUT",
      "network run",
      `output "${foreign}" asked for, but it gives ${outputNames(session).join(", ")}`,
      "Name the outputs as the network does",
    );
}
