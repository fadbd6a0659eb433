/** A thread that draws frames of a world: the world is its `workerData`, numbers of frames come in, pictures go out. */
import { parentPort, workerData } from "node:worker_threads";
import { openBody, openBodyShapes } from "@marey/core/body";
import { type FilmedView, openFilm, type World } from "./film.js";

/** What a thread begins with. */
export interface ThreadTask {
  /** The file of the open body. */
  body: Uint8Array;
  world: World;
}

/** A frame to draw. */
export interface FrameOrder {
  frame: number;
  /** Memory of pictures that are done with. */
  spare: ArrayBuffer[];
}

const { body, world } = workerData as ThreadTask;
const film = openFilm({ model: openBody(body), shapes: openBodyShapes(body) }, world);

parentPort?.on("message", ({ frame, spare }: FrameOrder) => {
  const views: FilmedView[] = film.frame(frame, spare);
  const memory = views.flatMap(({ colour, labels }) => [
    ...(colour ? [colour.buffer] : []),
    ...labels.map(({ data }) => data.buffer),
  ]);
  parentPort?.postMessage(views, memory);
});
