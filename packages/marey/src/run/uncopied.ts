// Before ONNX Runtime is loaded.
import "./telemetry.js";

import { compile, input, mul } from "@marey/core/graph";
import * as ort from "onnxruntime-node";

/*
 * ONNX Runtime's binding for Node (1.30) writes outputs into the buffers that it is given, and then copies each output
 * once more into a new buffer, which it returns. A training step gives back all parameters and the optimiser's state:
 * 134 MB for VideoPose3D, 85 ms a step, nearly all of it page faults. Outputs are copied in the model's order, after the
 * run is complete, and one that isn't a tensor ends the copying with an error. So each model gets such an output in front,
 * and a run that has a buffer for every output asks for it. Nothing promises that other versions of the binding do the
 * same, so a tiny model tries it first (`canStop`); where it doesn't work, runs are the ordinary ones.
 */

/** The name of the output in front: an empty sequence. */
export const STOP = "marey:stop";

const SEQUENCE_STOPS = "Non tensor type is temporarily not supported.";

/** Whether a run failed only with the copying, when all outputs were in their buffers. */
export const isStopped = (cause: unknown): boolean => (cause as Error).message === SEQUENCE_STOPS;

/**
 * Whether a run here ends with the error that `isStopped` knows, and only after its results are in their buffers.
 *
 * @param open Opens a model on the device in question.
 */
export async function canStop(open: (model: Uint8Array) => Promise<ort.InferenceSession>): Promise<boolean> {
  const { model } = compile({ y: mul(input("x", [2]), 2) }, "probe");
  const y = new Float32Array(2);
  let session: ort.InferenceSession | undefined;
  try {
    session = await open(withStop(model));
    const x = new ort.Tensor("float32", Float32Array.of(1, -3), [2]);
    await session.run({ x }, { [STOP]: null, y: new ort.Tensor("float32", y, [2]) });
    return false; // it copies sequences too
  } catch (cause) {
    return isStopped(cause) && y[0] === 2 && y[1] === -6;
  } finally {
    await session?.release();
  }
}

/** A model with the output `STOP` in front of its own. Files in protobuf merge when they follow each other. */
export function withStop(model: Uint8Array): Uint8Array {
  const name = field(OUTPUT_NAME, new TextEncoder().encode(STOP));
  const call = [...name, ...field(OPERATOR, new TextEncoder().encode("SequenceEmpty"))];
  const front = field(GRAPH, [
    ...field(GRAPH_NODE, call),
    ...field(GRAPH_OUTPUT, field(VALUE_NAME, new TextEncoder().encode(STOP))),
  ]);
  const whole = new Uint8Array(front.length + model.length);
  whole.set(front);
  whole.set(model, front.length);
  return whole;
}

/** Field numbers of onnx.proto. */
const GRAPH = 7;
const GRAPH_NODE = 1;
const GRAPH_OUTPUT = 12;
const OUTPUT_NAME = 2;
const OPERATOR = 4;
const VALUE_NAME = 1;

/** A field of less than 128 bytes: tag (type 2, a length follows), length, bytes. */
const field = (number: number, bytes: ArrayLike<number>): number[] => [
  (number << 3) | 2,
  bytes.length,
  ...Array.from(bytes),
];
