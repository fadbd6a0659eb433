import { parentPort, workerData } from "node:worker_threads";
import { MareyError } from "@marey/core";
import { openBody, openBodyShapes } from "@marey/core/body";
import { openStudio, type Sample } from "@marey/core/world";
import type { StudioAnswer, StudioTask } from "./studioThread.js";

/** A thread's side: it makes the samples of the scenes that it is asked for, one after the other. */
const { body: bytes, mesh, options } = workerData as StudioTask;
const body = { model: openBody(bytes, { mesh }), shapes: openBodyShapes(bytes) };
const studio = openStudio(body, options);

parentPort?.on("message", (seed: number) => {
  const answer = make(seed);
  const memory =
    "samples" in answer ? answer.samples.map(({ image }) => image.data.buffer as ArrayBuffer) : [];
  parentPort?.postMessage(answer, memory);
});

function make(seed: number): StudioAnswer {
  try {
    return { samples: [...studio.scene(seed)] satisfies Sample[] };
  } catch (error) {
    if (error instanceof MareyError) {
      const { code, where, what, remedy } = error;
      return { failure: { code, where, what, remedy } };
    }
    return { failure: { what: String((error as Error)?.stack ?? error) } };
  }
}
