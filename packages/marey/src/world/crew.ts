import { Worker } from "node:worker_threads";
import type { FilmedView, World } from "./film.js";
import type { FrameOrder, ThreadTask } from "./thread.js";

/** A frame of all cameras. */
export interface FilmedFrame {
  frame: number;
  views: FilmedView[];
}

export interface CrewOptions {
  threads: number;
  signal?: AbortSignal;
}

/** Frames that each thread may be ahead of whoever takes them. */
const AHEAD = 2;

/**
 * Draws all frames of a world on threads and gives them in order. Whatever the number of threads, the pictures are the
 * same. Who takes frames slowly is waited for. A frame's colour pictures are written over once the next frame is asked for.
 */
export async function* filmWorld(
  bytes: Uint8Array,
  world: World,
  { threads, signal }: CrewOptions,
): AsyncGenerator<FilmedFrame> {
  const { frameCount } = world.scene;
  const workers = Array.from({ length: Math.min(threads, frameCount) }, () =>
    openWorker({ body: bytes, world }),
  );
  const spare: ArrayBuffer[] = [];
  const coming: Promise<FilmedView[]>[] = [];
  let asked = 0;
  const ask = () => {
    const worker = workers[asked % workers.length];
    if (worker === undefined || asked >= frameCount) return;
    const frame = asked++;
    const answer = worker.ask({ frame, spare: spare.splice(0, world.scene.rig.cameras.length) });
    answer.catch(() => {}); // told when its turn comes
    coming.push(answer);
  };
  try {
    for (let i = 0; i < AHEAD * workers.length; i++) ask();
    for (let frame = 0; frame < frameCount; frame++) {
      signal?.throwIfAborted();
      const views = await unlessAborted(coming.shift() as Promise<FilmedView[]>, signal);
      yield { frame, views };
      for (const { colour } of views) if (colour) spare.push(colour.buffer);
      ask();
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.end()));
  }
}

/** A thread and what it was asked for. */
interface Drawer {
  ask(order: FrameOrder): Promise<FilmedView[]>;
  end(): Promise<unknown>;
}

function openWorker(task: ThreadTask): Drawer {
  const worker = startThread(task);
  const waiting: { resolve(views: FilmedView[]): void; reject(error: Error): void }[] = [];
  let failure: Error | undefined;
  const fail = (error: Error) => {
    failure ??= error;
    for (const { reject } of waiting.splice(0)) reject(failure);
  };
  worker.on("message", (views: FilmedView[]) => waiting.shift()?.resolve(views));
  worker.on("error", fail);
  worker.on("exit", () => fail(new Error("a thread that draws has ended")));
  return {
    ask: (order) =>
      new Promise((resolve, reject) => {
        if (failure) return reject(failure);
        waiting.push({ resolve, reject });
        worker.postMessage(order, order.spare);
      }),
    end: () => worker.terminate(),
  };
}

/** From sources, a thread reads TypeScript as the program does. */
const isSource = import.meta.url.endsWith(".ts");

function startThread(workerData: ThreadTask): Worker {
  if (!isSource) return new Worker(new URL("./thread.js", import.meta.url), { workerData });
  const file = new URL("./thread.ts", import.meta.url).href;
  const loader = import.meta.resolve("tsx/esm/api");
  const program = `import(${JSON.stringify(loader)}).then((tsx) => { tsx.register(); return import(${JSON.stringify(file)}); })`;
  return new Worker(program, { eval: true, workerData, execArgv: ["--conditions=marey-source"] });
}

/** An answer, or the signal's reason if that comes first. */
async function unlessAborted<T>(answer: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return answer;
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([answer, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
